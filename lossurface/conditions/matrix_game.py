"""max over lambda of the least eigenvalue of S(lambda) = sum_i lambda_i s_i x_i x_i^T.

lambda >= 0 sums to one over each class (s_i = +1, -1); with `moments`, sum lambda s x = 0 as well.
By minimax the value equals the minimum over Z >= 0, tr Z = 1 (and u) of max_{s=1} q - min_{s=-1} q,
q(x) = x^T Z x (+ u^T x). A log-barrier Newton method in lambda yields both sides at once and stops
when the sign is settled: an n x n system, which at n = 1797, r = 61 takes seconds where the conic
solver Clarabel took minutes. Floating point throughout: its answers are rounded and proved later.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossurface.conditions.coordinates import Space

    Array = NDArray[np.float64]

__all__ = ["ROOM", "Game", "balanced", "centred", "closest_form", "interior", "play"]

ROOM = 1e-9  # least weight above which the classes' hulls count as overlapping fully
STEPS = 400
REFINED = 2  # solves with the same factor: the second mends what the first cancels
CLOSE = 1e-10  # gap at which the value counts as not to be told from zero


@dataclass(frozen=True, eq=False)
class Game:
    """Where the search ended: `low` <= value <= `high`.

    Attributes:
        weights: (n,), lambda attaining `low`.
        low: the least eigenvalue of S(lambda).
        shape: (r, r), Z attaining `high`, trace one.
        slope: (r,), u; zero without moments.
        high: max of q over s = 1 less its min over s = -1.
        steps: Newton steps taken.
    """

    weights: Array
    low: float
    shape: Array
    slope: Array
    high: float
    steps: int


def closest_form(space: Space, sign: Literal[1, -1], *, moments: bool) -> Game | None:
    """Return where the search for lambda ends that makes sign S(lambda) most positive.

    S = sum lambda y x x^T, lambda summing to one over each class. Nothing is proved: the conditions
    of Propositions 11 and 12 are decided by `proposition_11` and `proposition_12`.

    Args:
        space: the dataset. S, and the quadratic that bounds its least eigenvalue from above, are in
            the coordinates of `space.affine_frame` with moments, else of `space.frame`.
        sign: 1 for S, -1 for -S.
        moments: whether sum lambda y x = 0 is asked for, as by Proposition 11.

    Returns:
        Weights, bounds and quadratic; None where no lambda > 0 has those moments, or S has no
        entries: all samples are zero or, with moments, equal.
    """
    signs = sign * space.labels
    points = (space.affine_frame if moments else space.frame).points
    if not points.shape[1]:
        return None
    if not moments:
        return play(points, signs)
    room, start, _ = interior(points, signs)
    return play(points, signs, start) if room >= ROOM else None


def interior(points: Array, signs: Array) -> tuple[float, Array, Array]:
    """Return max s with lambda >= s, class sums one, sum lambda s x = 0; its lambda; a dual form.

    s > 0: the classes' hulls overlap fully. s <= 0: the dual form separates them weakly.
    """
    import numpy as np
    from scipy.optimize import linprog

    n, k = points.shape
    A = np.zeros((k + 2, n + 1))
    A[:k, :n] = (signs[:, None] * points).T
    A[k, :n], A[k + 1, :n] = signs > 0, signs < 0
    # lambda = mu + s with mu >= 0, so that the only sign conditions are bounds.
    A[:, n] = A[:, :n].sum(axis=1)
    right = np.append(np.zeros(k), [1.0, 1.0])
    found = linprog(
        np.append(np.zeros(n), -1.0),
        A_eq=A,
        b_eq=right,
        bounds=[(0, None)] * n + [(None, None)],
        method="highs-ds",
    )
    if found.x is None:
        return -np.inf, np.zeros(n), np.zeros(k)
    s = float(found.x[n])
    return s, np.asarray(found.x[:n]) + s, np.asarray(found.eqlin.marginals[:k])


def play(points: Array, signs: Array, start: Array | None = None) -> Game:
    """Solve the game.

    Args:
        points: (n, r), whitened.
        signs: (n,), -1.0 or 1.0.
        start: (n,), above zero, summing to one over each class, with sum lambda s x = 0, which is
            then imposed; without it lambda starts equal within each class.
    """
    import numpy as np

    n, r = points.shape
    plus, minus = signs > 0, signs < 0
    E = np.array([plus, minus], dtype=float)
    lam = 1 / np.where(plus, plus.sum(), minus.sum())
    if start is not None:
        E, lam = np.vstack([E, (signs[:, None] * points).T]), start
    S = _moment(points, signs, lam)
    t = float(np.linalg.eigvalsh(S)[0]) - 1.0
    spread = float(np.linalg.norm(S, 2)) + 1.0
    tau = (n + r) / spread
    best = Game(lam, -np.inf, np.eye(r) / r, np.zeros(r), np.inf, 0)
    for step in range(1, STEPS + 1):
        S = _moment(points, signs, lam)
        try:
            W = np.linalg.inv(S - t * np.eye(r))
            W = (W + W.T) / 2
            dlam, dt, nu, decrement = _newton(points, signs, lam, W, E, tau)
        except np.linalg.LinAlgError:  # the value is too near zero for floats: `best` says how near
            break
        # One Newton step on W as well: near the path, exactly feasible, so `high` is close too.
        ahead = W - W @ (_moment(points, signs, dlam) - dt * np.eye(r)) @ W
        best = _better(best, points, signs, lam, S, (W, (ahead + ahead.T) / 2), nu[2:], step)
        gap = best.high - best.low
        if best.low > 0.5 * best.high > 0 or best.high < 0.5 * best.low < 0 or gap < CLOSE:
            break
        size = _line_search(points, signs, lam, t, dlam, dt, tau, decrement)
        lam, t = lam + size * dlam, t + size * dt
        if size == 0.0:
            tau *= 4
        elif decrement < 0.5:
            tau *= 8
        if tau > 1e16:  # without an end to the steps that fail, tau would overflow
            break
    return best


def _moment(points: Array, signs: Array, lam: Array) -> Array:
    S: Array = (points * (signs * lam)[:, None]).T @ points
    return (S + S.T) / 2


def _newton(
    points: Array, signs: Array, lam: Array, W: Array, E: Array, tau: float
) -> tuple[Array, float, Array, float]:
    """Return the Newton direction (dlam, dt), the multipliers over tau, and the decrement."""
    import numpy as np
    from scipy.linalg import cho_factor, cho_solve

    n, r = points.shape
    PW = points @ W
    k = np.einsum("ij,ij->i", PW, points)
    h = np.einsum("ij,ij->i", PW, PW)
    ls = lam * signs
    # Variables scaled by lam: the Hessian is I + (ls ls^T) o K^2, bordered by t.
    g = np.append(-ls * k - 1.0, -tau + np.trace(W))
    border = -ls * h
    corner = float(np.sum(W * W))
    wide = r * (r + 1) // 2
    if n <= 2 * wide + 50:
        K = PW @ points.T
        P = np.empty((n + 1, n + 1))
        P[:n, :n] = (K * K) * np.outer(ls, ls)
        P[np.arange(n), np.arange(n)] += 1.0
        P[:n, n] = P[n, :n] = border
        P[n, n] = corner * (1 + 1e-13)
        factor = cho_factor(P, lower=True, overwrite_a=True, check_finite=False)

        def solve(right: Array) -> Array:
            result: Array = cho_solve(factor, right, check_finite=False)
            return result
    else:
        values, vectors = np.linalg.eigh(W)
        H = points @ (vectors * np.sqrt(np.maximum(values, 0)))
        upper = np.triu_indices(r)
        B = H[:, upper[0]] * H[:, upper[1]] * np.where(upper[0] == upper[1], 1.0, np.sqrt(2.0))
        B *= ls[:, None]
        inner = cho_factor(np.eye(wide) + B.T @ B, lower=True, check_finite=False)

        def inverse(right: Array) -> Array:
            result = np.zeros_like(right)
            for _ in range(REFINED):
                rest = right - result - B @ (B.T @ result)
                result = result + rest - B @ cho_solve(inner, B.T @ rest, check_finite=False)
            return result

        side = inverse(border)
        pivot = corner - float(border @ side)

        def solve(right: Array) -> Array:
            first = inverse(right[:n])
            last = (right[n] - border @ first) / pivot
            return np.concatenate([first - np.multiply.outer(side, last), last[None]])

    A = np.hstack([E * lam, np.zeros((len(E), 1))])
    base, back = solve(g), solve(A.T)
    nu: Any = np.linalg.lstsq(A @ back, -(A @ base), rcond=None)[0]
    direction = -(base + back @ nu)
    decrement = max(-float(g @ direction), 0.0) ** 0.5
    return direction[:n] * lam, float(direction[n]), nu / tau, decrement


def _better(
    best: Game,
    points: Array,
    signs: Array,
    lam: Array,
    S: Array,
    shapes: tuple[Array, ...],
    nu: Array,
    step: int,
) -> Game:
    """Return the better of each bound, the new one being valid whatever produced it."""
    import numpy as np

    low = float(np.linalg.eigvalsh(S)[0])
    slope = np.zeros(points.shape[1])
    high, Z, u = best.high, best.shape, best.slope
    for W in shapes:
        if float(np.linalg.eigvalsh(W)[0]) <= 0:
            continue
        shape = W / float(np.trace(W))
        q = np.einsum("ij,ij->i", points @ shape, points)
        for candidate in (slope, -nu) if len(nu) else (slope,):
            values = q + points @ candidate
            bound = float(values[signs > 0].max() - values[signs < 0].min())
            if bound < high:
                high, Z, u = bound, shape, candidate
    if low > best.low:
        return Game(lam, low, Z, u, high, step)
    return Game(best.weights, best.low, Z, u, high, step)


def _line_search(
    points: Array,
    signs: Array,
    lam: Array,
    t: float,
    dlam: Array,
    dt: float,
    tau: float,
    decrement: float,
) -> float:
    """Return a step that keeps the barrier finite and lowers it; 0.0 when there is none."""
    import numpy as np

    falling = dlam < 0
    ratios: Array = -lam[falling] / dlam[falling]
    limit = float(ratios.min()) if falling.any() else np.inf
    size = min(1.0, 0.95 * limit)
    eye = np.eye(points.shape[1])

    def barrier(s: float) -> float:
        new = lam + s * dlam
        try:
            root = np.linalg.cholesky(_moment(points, signs, new) - (t + s * dt) * eye)
        except np.linalg.LinAlgError:
            return np.inf
        return float(-tau * (t + s * dt) - 2 * np.log(np.diag(root)).sum() - np.log(new).sum())

    here = barrier(0.0)
    while size > 1e-12:
        there = barrier(size)
        if there <= here - 0.1 * size * decrement**2 + 1e-9 * abs(here):
            return size
        size *= 0.5
    return 0.0


def balanced(space: Space, weights: Array, bits: int) -> list[Fraction]:
    """Return integer weights near a multiple of `weights`, their class sums made equal."""
    top = float(weights.max())
    exact = [round(float(v) / top * 2**bits) for v in weights]
    sums = {sign: sum(exact[i] for i in space.samples.of(sign)) for sign in (1, -1)}
    short = 1 if sums[1] < sums[-1] else -1
    largest = max(space.samples.of(short), key=lambda i: exact[i])
    exact[largest] += abs(sums[1] - sums[-1])
    return [Fraction(v) for v in exact]


def centred(space: Space, weights: Array, bits: int) -> list[Fraction] | None:
    """Return weights near a multiple of `weights` with sum lambda y = 0, sum lambda y x = 0.

    All but r + 1 are rounded; those, chosen large and well spread, solve the equations exactly.

    Returns:
        None when the solution leaves the positive orthant, or there is none.
    """
    import numpy as np
    from flint import fmpz_mat
    from scipy.linalg import qr

    labels = space.samples.labels
    top = float(weights.max())
    lifted = np.hstack([space.affine_frame.points, np.ones((len(labels), 1))])
    order = qr((lifted * weights[:, None]).T, mode="r", pivoting=True)[1]
    size = len(space.span.columns) + 1
    basis = sorted(int(i) for i in order[:size])
    rest = [i for i in range(len(labels)) if i not in set(basis)]
    exact = [round(float(v) / top * 2**bits) for v in weights]
    columns = [[y * v for v in row] + [y] for y, row in zip(labels, space.named, strict=True)]
    left = fmpz_mat([columns[i] for i in basis]).transpose()
    right = [-sum(exact[i] * columns[i][k] for i in rest if exact[i]) for k in range(size)]
    if len(basis) < size:
        return None
    try:
        solution = left.solve(fmpz_mat(size, 1, right))
    except ZeroDivisionError:
        return None
    result = [Fraction(v) for v in exact]
    for k, i in enumerate(basis):
        result[i] = Fraction(int(solution[k, 0].p), int(solution[k, 0].q))
    return result if min(result) >= 0 and any(result) else None
