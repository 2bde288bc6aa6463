"""The curves of Theorems 1 and 2, in floats: what `escape` walks and `exact` then checks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lossurface import InputError
from lossurface.landscape._curves import Case, Curve, Point, open_neuron

__all__ = ["theorem_1", "theorem_2"]


def theorem_1(at: Point, axes: tuple[Sequence[int], Sequence[int]]) -> Curve:
    """Theorem 1's curve, for either case.

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
    closed = at.closed
    if len(closed):
        return _theorem_1_closed(at, own, int(closed[0]), bend)
    majority = 1 if 2 * int((at.a > 0).sum()) >= surface.M else -1
    J = ((at.a > 0) == (majority > 0)).nonzero().flatten()
    rows = surface.y == majority
    direction = _cancelling(at, own[majority], rows, J, bend)
    if direction is None:
        direction = _cancelling(at, own[majority], rows & (at.dual > 0), J, bend)
    if direction is None:
        raise InputError(
            f"{len(J)} neurons of one sign and {len(own[majority])} axes leave no direction for "
            f"{int(rows.sum())} samples; Theorem 1 needs M >= 2 max(n/Delta r, r_+, r_-)"
        )
    case = Case.THEOREM_1_POSITIVE if majority > 0 else Case.THEOREM_1_NEGATIVE
    return Curve(case, at.embed(None, direction), True)


def _theorem_1_closed(at: Point, own: dict[int, list[int]], j: int, bend: Tensor) -> Curve:
    surface = at.surface
    best: tuple[float, Tensor] | None = None
    for label, free in own.items():
        rows = surface.y == label
        X = surface.X[rows][:, free]
        form = (X.T * (at.dual[rows] * bend[rows, j])) @ X
        values, vectors = torch.linalg.eigh(form)
        # The top direction, lengthened so that pre-activations move by about 1.
        u = torch.zeros(surface.d, dtype=form.dtype, device=form.device)
        u[free] = vectors[:, -1] / (X @ vectors[:, -1]).abs().max().clamp(min=1e-300)
        if best is None or float(values[-1]) > best[0]:
            best = float(values[-1]), u
    assert best is not None
    return open_neuron(at, Case.THEOREM_1_CLOSED, j, best[1])


def _cancelling(at: Point, free: list[int], rows: Tensor, J: Tensor, bend: Tensor) -> Tensor | None:
    """Solve sum_J a_j sigma'(w_j^T x_i) u_j^T x_i = 0 over `rows`; return U (d, M) or None.

    Of all solutions, the one with the greatest second order.
    """
    surface = at.surface
    X = surface.X[rows][:, free]  # (m, k)
    a, slope = at.a[J], surface.neuron.torch_d1(at.z[rows][:, J])  # (|J|,), (m, |J|)
    system = ((a * slope).unsqueeze(-1) * X.unsqueeze(1)).flatten(1)  # (m, |J| k)
    _, values, right = torch.linalg.svd(system, full_matrices=True)
    known = int((values > 1e-11 * max(float(values.max()), 1e-300)).sum()) if len(values) else 0
    null = right[known:]  # (r, |J| k), orthonormal rows
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
    closed = at.closed
    if len(closed) < surface.M:
        gradient = surface.gradient(at.theta.unsqueeze(0))[1][0]
        return Curve(Case.NOT_CRITICAL, -gradient / gradient.norm().clamp(min=1e-300), False)
    j = int(closed[0])
    weight = at.dual * surface.y * surface.neuron.torch_d1(at.z[:, j])
    s = surface.X.T @ weight  # the mixed derivative of Phi in a_j and w_j
    size = float(s.norm())
    if not size > 0:
        raise InputError(
            "sum lambda y sigma' x is zero, so the samples are not separable; use another proof"
        )
    sigma = surface.neuron.torch(at.z[:, j])
    z = -surface.y * surface.outputs(at.theta.unsqueeze(0))[0]
    bending = float((surface.loss.torch_d2(z) * sigma * sigma).sum())
    # Along (a_j, w_j) = t (c, k s/|s|): -2 c k |s| + c^2 bending, least at c = k |s| / bending;
    # k has the pre-activations move by at most t, however long or short the samples are.
    k = 1.0 / max(float((surface.X @ (s / size)).abs().max()), 1e-300)
    c = min(1.0, k * size / max(bending, 1e-300))
    lift, onto = torch.zeros_like(at.a), torch.zeros_like(at.W)
    lift[j], onto[:, j] = c, k * s / size
    return Curve(Case.THEOREM_2_CLOSED, at.embed(lift, onto), True)
