"""Curves out of a critical point, one for each case of each proof, in floats: nothing is proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations

import torch
from torch import Tensor

from lossurface.errors import InputError
from lossurface.landscape.single_layer import SingleLayerSurface, pack, unpack

ZERO = 1e-12  # |a_j| below it counts as a closed neuron when a curve is chosen; proves nothing


class Case(StrEnum):
    """Which case of which proof."""

    THEOREM_1_CLOSED = (
        "Theorem 1, some a_j = 0: move w_j within one class's own axes, then move a_j away from 0"
    )
    THEOREM_1_POSITIVE = (
        "Theorem 1, all a_j != 0, most positive: move their w_j along the positives' own axes, "
        "so that the first order cancels on every sample"
    )
    THEOREM_1_NEGATIVE = (
        "Theorem 1, all a_j != 0, most negative: move their w_j along the negatives' own axes, "
        "so that the first order cancels on every sample"
    )
    TWO_NEURONS = (
        "ours: subspaces that meet only in 0: move w_j by v/a_j and w_k by -v/a_k within one "
        "class's own axes"
    )
    THEOREM_2_CLOSED = (
        "Theorem 2, all a_j = 0: move a_j away from 0 and w_j along sum lambda y sigma' x"
    )
    NOT_CRITICAL = "Theorem 2, some a_j != 0: not a critical point; follow the gradient"
    QUADRATIC_CANCELLING = (
        "Propositions 1 and 12: move w_j by t c_j u with sum a_j c_j w_j = 0; f changes by "
        "t^2 (sum a_j c_j^2)(u^T x)^2"
    )
    QUADRATIC_TILTED = (
        "Propositions 1 and 12, sum a_j c_j^2 = 0 for all such c: tilt c by one coordinate"
    )
    QUADRATIC_OWN = (
        "ours: the w_j with a_j of one sign, dependent on that class's active samples: move them "
        "by (c_j/a_j) v, v in the class's own directions, with sum c_j w_j^T x = 0 there"
    )
    QUADRATIC_CLOSED = "Propositions 1 and 12, some a_j = 0: move w_j along u, then a_j away from 0"
    HESSIAN = "lowest eigenvector of the Hessian"
    KERNEL = "third and fourth order along the Hessian's kernel"


@dataclass(frozen=True)
class Curve:
    """`t -> theta + t direction + t^2 bend`."""

    case: Case
    direction: Tensor  # (P,)
    both_ways: bool
    bend: Tensor | None = None  # (P,)
    opened: tuple[int, Tensor] | None = None  # (j, u (d,)): the proof opens neuron j along u

    def at(self, theta: Tensor, steps: Tensor) -> Tensor:
        """Return the points (k, P) of steps (k,)."""
        points = theta + steps.unsqueeze(-1) * self.direction
        if self.bend is not None:
            points = points + (steps**2).unsqueeze(-1) * self.bend
        return points


@dataclass(frozen=True)
class Point:
    """A critical point with everything the curves need, in floats."""

    surface: SingleLayerSurface
    theta: Tensor  # (P,)
    a: Tensor  # (M,)
    W: Tensor  # (d, M)
    z: Tensor  # (n, M), pre-activations
    dual: Tensor  # (n,), lambda = l'(-y f)
    stiff: Tensor  # (n,), l''(-y f)
    zero: float = ZERO  # |a_j| up to it counts as a closed neuron

    @property
    def closed(self) -> list[int]:
        """The closed neurons' indices."""
        return [j for j, a in enumerate(self.a.tolist()) if abs(a) <= self.zero]

    @classmethod
    def of(cls, surface: SingleLayerSurface, theta: Tensor) -> Point:
        """Evaluate the surface at theta (P,)."""
        batch = theta.unsqueeze(0)
        _, a, W = unpack(theta, surface.d, surface.M)
        z = surface.preactivations(batch)[0]
        margin = -surface.y * surface.outputs(batch)[0]
        loss = surface.loss
        return cls(surface, theta, a, W, z, loss.torch_d1(margin), loss.torch_d2(margin))

    @cached_property
    def form(self) -> Tensor:
        """S = sum lambda y x x^T, (d, d)."""
        X = self.surface.X
        return (X.T * (self.dual * self.surface.y)) @ X

    @property
    def indefinite(self) -> bool:
        """Whether S has eigenvalues of both signs."""
        values = torch.linalg.eigvalsh(self.form)
        size = 1e-9 * float(values.abs().max())
        return bool(values[0] < -size) and bool(values[-1] > size)

    @property
    def separable(self) -> bool:
        """Whether sum lambda y x separates the active samples, or any is known to."""
        s = self.surface.y * (self.surface.X @ (self.surface.X.T @ (self.dual * self.surface.y)))
        return bool((self.a.abs() <= ZERO).all()) or bool((s > 0).all())

    def moving(self, W: Tensor) -> Tensor:
        """Return the direction (P,) that moves the weights by W (d, M)."""
        return pack(torch.zeros_like(self.a[0]), torch.zeros_like(self.a), W)

    def neuron(self, j: int, a: float, w: Tensor) -> Tensor:
        """Return the direction (P,) that moves a_j by a and w_j by w (d,)."""
        out = torch.zeros_like(self.theta)
        out[1 + j], out[1 + self.surface.M + j :: self.surface.M] = a, w
        return out

    def bending(self, sigma: Tensor) -> float:
        """Return sum l'' sigma^2, the second order of n L in an output weight, of sigma (n,)."""
        return float((self.stiff * sigma * sigma).sum())


def _open_neuron(at: Point, case: Case, j: int, u: Tensor) -> Curve:
    """The curve w_j + t u, a_j = c t^2: c takes the sum's sign and balances its terms."""
    surface = at.surface
    weight = at.dual * surface.y
    zj, zu = at.z[:, j], surface.X @ u

    def opened(s: float) -> Tensor:
        return (weight * surface.neuron.torch(zj + s * zu)).sum()

    # Of +-u, keep the one where the sum is further from zero.
    far = 0.25
    sums = [(float(opened(sign * far)), sign) for sign in (1.0, -1.0)]
    value, sign = max(sums, key=lambda pair: abs(pair[0]))
    sigma = surface.neuron.torch(zj + sign * far * zu)
    best = value / max(at.bending(sigma), 1e-300)  # least of the second-order model in a_j
    best = max(-1.0, min(1.0, best))
    direction, bend = at.neuron(j, 0, sign * u), at.neuron(j, best / far**2, 0 * u)
    return Curve(case, direction, False, bend, opened=(j, sign * u))


def theorem_1(at: Point, axes: tuple[Sequence[int], Sequence[int]]) -> Curve:
    """Theorem 1's curve, for either case; ours where the subspaces meet only in 0.

    With all a_j != 0 the sign of most a_j is tried first, then the other.

    Raises:
        InputError: a class has no axis of its own, the neuron is not strictly convex, or no
            direction cancels the first order (too few neurons).
    """
    surface = at.surface
    own = {1: sorted(set(axes[0]) - set(axes[1])), -1: sorted(set(axes[1]) - set(axes[0]))}
    if not own[1] or not own[-1]:
        raise InputError(
            f"axes are {tuple(axes[0])} and {tuple(axes[1])}; Theorem 1 needs each class to span "
            "an axis that the other does not"
        )
    if "convex-analytic" not in surface.neuron.classes:
        raise InputError(
            f"neuron {surface.neuron.name} is not strictly convex; use proof='hessian'"
        )
    bend = surface.neuron.torch_d2(at.z)  # (n, M)
    if at.closed:
        j = at.closed[0]
        ways = [_most_bent(at, label, free, bend[:, j]) for label, free in own.items()]
        return _open_neuron(at, Case.THEOREM_1_CLOSED, j, max(ways, key=lambda way: way[0])[1])
    majority = 1 if 2 * int((at.a > 0).sum()) >= surface.M else -1
    for label in (majority, -majority):
        J = ((at.a > 0) == (label > 0)).nonzero().flatten()
        rows = surface.y == label
        for moved in (rows, rows & (at.dual > 0)):
            direction = _cancelling(at, own[label], moved, J, bend)
            if direction is not None:
                case = Case.THEOREM_1_POSITIVE if label > 0 else Case.THEOREM_1_NEGATIVE
                return Curve(case, at.moving(direction), True)
    direction = _two_neurons(at, own, bend) if set(axes[0]).isdisjoint(axes[1]) else None
    if direction is None:
        raise InputError(
            f"M = {surface.M} neurons leave no direction in {len(own[1])} and {len(own[-1])} own "
            f"axes for {surface.n} samples; Theorem 1 needs M >= 2 max(n/Delta r, r_+, r_-)"
        )
    return Curve(Case.TWO_NEURONS, at.moving(direction), True)


def _most_bent(at: Point, label: int, free: list[int], bend: Tensor) -> tuple[float, Tensor]:
    """The greatest sum lambda sigma'' (v^T x)^2 over a class, |v| = 1 in its own axes; and v (d,).

    v is lengthened so that pre-activations move by about 1.
    """
    rows = at.surface.y == label
    X = at.surface.X[rows][:, free]
    values, vectors = torch.linalg.eigh((X.T * (at.dual[rows] * bend[rows])) @ X)
    u = torch.zeros(at.surface.d, dtype=X.dtype, device=X.device)
    u[free] = _reach(X, vectors[:, -1])
    return float(values[-1]), u


def _two_neurons(at: Point, own: dict[int, list[int]], bend: Tensor) -> Tensor | None:
    """Return v for w_j and -(a_j/a_k) v for w_k, (d, M), of the pair that bends f most, or None.

    Where the subspaces meet only in 0 a critical point has the same w_j^T x for all j on each
    active sample (both classes' parts minimise a strictly convex function), so the first orders
    cancel. The loss moves by -(1/a_j + 1/a_k) sum lambda y sigma'' (v^T x)^2, up to a positive
    factor, and v in the own axes of the class with that sign makes it fall.
    """
    a: list[float] = at.a.tolist()
    pairs = combinations(sorted(range(len(a)), key=lambda j: abs(a[j])), 2)  # |a_j| <= |a_k|
    # (1/a_j + 1/a_k) a_j^2, as v is lengthened whatever a_j is.
    bends = {(j, k): a[j] * (1 + a[j] / a[k]) for j, k in pairs}
    if not any(bends.values()):
        return None
    j, k = max(bends, key=lambda pair: abs(bends[pair]))
    label = 1 if bends[j, k] > 0 else -1
    second, v = _most_bent(at, label, own[label], bend[:, j])
    if not second > 0:
        return None
    direction = torch.zeros_like(at.W)
    direction[:, j], direction[:, k] = v, -(a[j] / a[k]) * v
    return direction


def _cancelling(at: Point, free: list[int], rows: Tensor, J: Tensor, bend: Tensor) -> Tensor | None:
    """Solve sum_J a_j sigma'(w_j^T x_i) u_j^T x_i = 0 over `rows`; return U (d, M) or None.

    Of all solutions, the one with the greatest second order.
    """
    surface = at.surface
    X = surface.X[rows][:, free]  # (m, k)
    a, slope = at.a[J], surface.neuron.torch_d1(at.z[rows][:, J])  # (|J|,), (m, |J|)
    system = ((a * slope).unsqueeze(-1) * X.unsqueeze(1)).flatten(1)  # (m, |J| k)
    null = _null_space(system, 1e-11)  # (r, |J| k)
    if not len(null):
        return None
    weight = at.dual[rows].unsqueeze(-1) * a.abs() * bend[rows][:, J]  # (m, |J|)
    blocks = torch.einsum("mj,mk,ml->jkl", weight, X, X)  # second order, block by block
    parts = null.view(len(null), len(J), len(free))
    form = torch.einsum("rjk,jkl,sjl->rs", parts, blocks, parts)
    curvature, vectors = torch.linalg.eigh(form)
    if not float(curvature[-1]) > 1e-13 * float(blocks.abs().max()):
        return None
    u = (vectors[:, -1] @ null).view(len(J), len(free))
    u = u / (u @ X.T).abs().max().clamp(min=1e-300)  # pre-activations move by at most 1
    direction = torch.zeros_like(at.W)
    direction[torch.tensor(free, device=u.device).unsqueeze(-1), J] = u.T
    return direction


def theorem_2(at: Point) -> Curve:
    """Theorem 2's curve: open a closed neuron, or follow the gradient that cannot vanish."""
    surface = at.surface
    if len(at.closed) < surface.M:
        gradient = surface.gradient(at.theta.unsqueeze(0))[1][0]
        return Curve(Case.NOT_CRITICAL, -gradient / gradient.norm().clamp(min=1e-300), False)
    j = at.closed[0]
    weight = at.dual * surface.y * surface.neuron.torch_d1(at.z[:, j])
    s = surface.X.T @ weight  # the mixed derivative of Phi in a_j and w_j
    size = float(s.norm())
    if not size > 0:
        raise InputError(
            "sum lambda y sigma' x is zero, so the samples are not separable; use another proof"
        )
    bending = at.bending(surface.neuron.torch(at.z[:, j]))
    # Along (a_j, w_j) = t (c, k s/|s|): -2 c k |s| + c^2 bending, least at c = k |s| / bending;
    # k has the pre-activations move by at most t, however long or short the samples are.
    k = 1.0 / max(float((surface.X @ (s / size)).abs().max()), 1e-300)
    c = min(1.0, k * size / max(bending, 1e-300))
    return Curve(Case.THEOREM_2_CLOSED, at.neuron(j, c, k * s / size), True)


def quadratic(at: Point) -> Curve:
    """The curve of Propositions 1 and 12, for z^2 and w_j that are dependent on the samples.

    Ours where they are independent, on subspace data.

    Raises:
        InputError: another neuron, or S = sum lambda y x x^T lacks the sign that is needed, or
            there is no such curve (too few neurons).
    """
    surface = at.surface
    if surface.neuron.name != "quadratic":
        raise InputError(f"neuron is {surface.neuron.name}; Propositions 1 and 12 take quadratic")
    values, vectors = torch.linalg.eigh(at.form)
    if at.closed:
        k = int(values.abs().argmax())
        return _open_neuron(
            at, Case.QUADRATIC_CLOSED, at.closed[0], _reach(surface.X, vectors[:, k])
        )
    # Only the part of w_j that the samples see matters: project on their span.
    basis = torch.linalg.svd(surface.X, full_matrices=False)
    seen = basis.Vh[basis.S / basis.S[0] > 1e-12]
    system = (seen @ at.W) * at.a  # (r, M): sum_j a_j c_j w_j = 0
    null = _null_space(system, 1e-12)
    if not len(null):
        return _quadratic_own(at)
    q, coefficients = torch.linalg.eigh((null * at.a) @ null.T)
    k = int(q.abs().argmax())
    c = coefficients[:, k] @ null
    if float(q.abs()[k]) > 1e-10 * float(at.a.abs().max()):
        case, sign = Case.QUADRATIC_CANCELLING, 1.0 if float(q[k]) > 0 else -1.0
        u = vectors[:, -1] if sign > 0 else vectors[:, 0]
        if not sign * float(values[-1] if sign > 0 else values[0]) > 0:
            raise InputError(
                "S = sum lambda y x x^T is semidefinite, so Proposition 12's condition fails here"
            )
        return Curve(case, at.moving(torch.outer(_reach(at.surface.X, u), c)), True)
    # Isotropic: q = 0 on the whole null space. Tilt c by e times one of its coordinates.
    unit = torch.zeros_like(c)
    unit[int((at.a * c).abs().argmax())] = 1
    matrix = surface.derivatives(at.theta.unsqueeze(0)).hessian[0]
    tilts = torch.logspace(-6, 0, 25, dtype=c.dtype).tolist()
    directions = [
        at.moving(torch.outer(_reach(surface.X, u), c + e * unit))
        for u in (vectors[:, -1], vectors[:, 0])
        for tilt in tilts
        for e in (tilt, -tilt)
    ]
    best = min(directions, key=lambda v: float(v @ matrix @ v / v.square().sum()))
    return Curve(Case.QUADRATIC_TILTED, best, True)


def _quadratic_own(at: Point) -> Curve:
    """Move neurons with a_j of one sign within that class's own directions, at no first order."""
    surface = at.surface
    for label in (1, -1):
        rows, J = surface.y == label, (at.a * label > 0).nonzero().flatten()
        null = _null_space(at.z[rows & (at.dual > 0)][:, J], 1e-12)  # sum_J c_j w_j^T x_i = 0
        own = _null_space(surface.X[~rows], 1e-12)  # directions that the other class does not see
        values, vectors = torch.linalg.eigh(label * own @ at.form @ own.T)
        if len(null) and len(own) and float(values[-1]) > 1e-12 * float(at.form.abs().max()):
            direction = torch.zeros_like(at.W)
            direction[:, J] = torch.outer(
                _reach(surface.X, vectors[:, -1] @ own), null[0] / at.a[J]
            )
            return Curve(Case.QUADRATIC_OWN, at.moving(direction), True)
    raise InputError(
        f"M = {surface.M} neurons leave no curve: take one more than the dimension that the spans "
        "of the classes share, or than the rank of the samples"
    )


def _null_space(system: Tensor, tolerance: float) -> Tensor:
    """Return orthonormal rows that span the null space."""
    right: Tensor
    _, values, right = torch.linalg.svd(system, full_matrices=True)
    known = int((values > tolerance * values.max().clamp(min=1e-300)).sum()) if len(values) else 0
    return right[known:]


def _reach(X: Tensor, u: Tensor) -> Tensor:
    """Lengthen u so that the greatest |u^T x| is 1."""
    return u / (X @ u).abs().max().clamp(min=1e-300)


def hessian(at: Point) -> Curve:
    """The lowest eigenvector, or where none is negative the best direction of the kernel."""
    matrix = at.surface.derivatives(at.theta.unsqueeze(0)).hessian[0]
    values, vectors = torch.linalg.eigh(matrix)
    size = float(values.abs().max())
    if float(values[0]) < -1e-9 * size:
        return Curve(Case.HESSIAN, vectors[:, 0], True)
    kernel = vectors[:, values.abs() <= 1e-7 * size]
    rest = vectors[:, values.abs() > 1e-7 * size]
    definite = values[values.abs() > 1e-7 * size]
    draws = torch.randn(
        kernel.shape[1], 64, generator=torch.Generator().manual_seed(0), dtype=matrix.dtype
    )
    steps = torch.tensor([-0.3, -0.1, -0.03, 0.03, 0.1, 0.3], dtype=matrix.dtype)

    def curve(draw: Tensor) -> Curve:
        v = kernel @ draw
        v = v / v.norm()
        # Second-order correction off the kernel: -H^+ D^3 L[v, v] / 2, from gradients.
        e = 1e-3
        pair = torch.stack([at.theta + e * v, at.theta - e * v])
        push = at.surface.gradient(pair)[1].sum(0) / (e * e)
        return Curve(Case.KERNEL, v, True, -0.5 * rest @ ((rest.T @ push) / definite))

    def low(curve: Curve) -> float:
        return float(at.surface.value(curve.at(at.theta, steps.to(matrix.device))).min())

    if not len(draws):
        return Curve(Case.HESSIAN, vectors[:, 0], True)
    return min((curve(draw) for draw in draws.to(matrix.device).T), key=low)
