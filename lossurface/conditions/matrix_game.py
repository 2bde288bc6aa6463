"""max over lambda of the least eigenvalue of S(lambda) = sum_i lambda_i s_i x_i x_i^T.

lambda >= 0 sums to one over each class (s_i = +1, -1); with `moments`, sum lambda s x = 0 as well.
By minimax the value equals the minimum over Z >= 0, tr Z = 1 (and u) of max_{s=1} q - min_{s=-1} q,
q(x) = x^T Z x (+ u^T x). A log-barrier Newton method in lambda yields both sides at once and stops
when the sign is settled: an n x n system, which at n = 1797, r = 61 takes seconds where the conic
solver Clarabel took minutes. Floating point throughout: its answers are rounded and proved later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossurface.conditions.coordinates import Space

    Array = NDArray[np.float64]

ROOM = 1e-9  # least weight above which the classes' hulls count as overlapping fully
STEPS = 200
CLOSE = 1e-10  # gap at which the value counts as not to be told from zero


@dataclass(frozen=True, eq=False)
class Game:
    """Where the search ended: `low` <= value <= `high`."""

    weights: Array  #: (n,), lambda attaining `low`
    low: float  #: the least eigenvalue of S(lambda)
    shape: Array  #: (r, r), Z attaining `high`, trace one
    slope: Array  #: (r,), u; zero without moments
    high: float  #: max of q over s = 1 less its min over s = -1


def closest_form(space: Space, sign: Literal[1, -1], *, moments: bool) -> Game | None:
    """Search for the lambda that makes sign S(lambda) most positive; return where it ends.

    S = sum lambda y x x^T, lambda summing to one over each class. Nothing is proved: the conditions
    of Propositions 11 and 12 are decided by `proposition_11` and `proposition_12`.

    With moments, sum lambda y x = 0 is asked for, as by Proposition 11, and what is found is in the
    coordinates of `space.affine_frame`, else of `space.frame`.

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
    moments = np.vstack([(signs[:, None] * points).T, signs > 0, signs < 0])
    # lambda = mu + s with mu >= 0, so that the only sign conditions are bounds.
    A = np.column_stack([moments, moments.sum(axis=1)])
    right, free = [0.0] * k + [1.0, 1.0], [(0, None)] * n + [(None, None)]
    found = linprog([0.0] * n + [-1.0], A_eq=A, b_eq=right, bounds=free, method="highs-ds")
    if found.x is None:
        return -np.inf, np.zeros(n), np.zeros(k)
    weights = np.asarray(found.x[:n]) + float(found.x[n])
    # Not the last variable: a bound mu >= 0 is kept to a tolerance only.
    return float(weights.min()), weights, np.asarray(found.eqlin.marginals[:k])


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
    equal = np.array([signs > 0, signs < 0], dtype=float)
    lam: Array = 1 / (equal.sum(axis=1) @ equal)
    if start is not None:
        equal, lam = np.vstack([equal, (signs[:, None] * points).T]), start
    barrier = _Barrier(points, signs, equal)
    S = barrier.S(lam)
    t = float(np.linalg.eigvalsh(S)[0]) - 1.0
    tau = (n + r) / (float(np.linalg.norm(S, 2)) + 1.0)
    best = Game(lam, -np.inf, np.eye(r) / r, np.zeros(r), np.inf)
    for _ in range(STEPS):
        S = barrier.S(lam)
        try:
            W = _symmetric(np.linalg.inv(S - t * np.eye(r)))
            dlam, dt, nu, decrement = barrier.direction(lam, W, tau)
        except np.linalg.LinAlgError:  # the value is too near zero for floats: `best` says how near
            break
        low = float(np.linalg.eigvalsh(S)[0])
        if low > best.low:
            best = replace(best, weights=lam, low=low)
        # One Newton step on W as well: near the path, exactly feasible, so `high` is close too.
        ahead = _symmetric(W - W @ (barrier.S(dlam) - dt * np.eye(r)) @ W)
        best = barrier.bounded(best, ahead, -nu[2:])
        gap = best.high - best.low
        if best.low > 0.5 * best.high > 0 or best.high < 0.5 * best.low < 0 or gap < CLOSE:
            break
        size = barrier.step_size(lam, t, dlam, dt, tau, decrement)
        lam, t = lam + size * dlam, t + size * dt
        if size == 0.0:
            tau *= 4
        elif decrement < 0.5:
            tau *= 8
        if tau > 1e16:  # without an end to the steps that fail, tau would overflow
            break
    return best


def _symmetric(matrix: NDArray[Any]) -> Array:
    half: Array = (matrix + matrix.T) / 2
    return half


@dataclass(frozen=True, eq=False)
class _Barrier:
    """-tau t - log det(S(lambda) - t I) - sum log lambda, to be least with `equal` lambda fixed."""

    points: Array  # (n, r)
    signs: Array  # (n,)
    equal: Array  # (m, n), the class sums and, with moments, sum lambda s x

    def S(self, lam: Array) -> Array:
        return _symmetric((self.points * (self.signs * lam)[:, None]).T @ self.points)

    def __call__(self, lam: Array, t: float, tau: float) -> float:
        import numpy as np

        try:
            root = np.linalg.cholesky(self.S(lam) - t * np.eye(self.points.shape[1]))
        except np.linalg.LinAlgError:
            return np.inf
        return float(-tau * t - 2 * np.log(np.diag(root)).sum() - np.log(lam).sum())

    def direction(self, lam: Array, W: Array, tau: float) -> tuple[Array, float, Array, float]:
        """Return Newton's (dlam, dt), the multipliers over tau, and the decrement; W = (S - t)^-1.

        In variables scaled by lam the Hessian is I + (ls ls^T) o K^2, K = X W X^T, bordered by t.
        """
        import numpy as np

        n, signed = len(lam), lam * self.signs
        PW = self.points @ W
        gradient = np.append(-signed * (PW * self.points).sum(axis=1) - 1.0, -tau + np.trace(W))
        border = -signed * (PW * PW).sum(axis=1)
        inverse = _inverse(self.points, W, signed)
        side = inverse(border)
        pivot = float((W * W).sum() - border @ side)
        if not pivot:
            raise np.linalg.LinAlgError

        def solve(right: Array) -> Array:
            first = inverse(right[:n])
            last = (right[n] - border @ first) / pivot
            return np.concatenate([first - np.multiply.outer(side, last), last[None]])

        A = np.column_stack([self.equal * lam, np.zeros(len(self.equal))])
        base, back = solve(gradient), solve(A.T)
        nu: Any = np.linalg.lstsq(A @ back, -(A @ base), rcond=None)[0]
        step = -(base + back @ nu)
        decrement = max(-float(gradient @ step), 0.0) ** 0.5
        return step[:n] * lam, float(step[n]), nu / tau, decrement

    def bounded(self, best: Game, Z: Array, u: Array) -> Game:
        """Return the game with the bound of Z (and u) where it is better: valid, whatever Z is."""
        import numpy as np

        if float(np.linalg.eigvalsh(Z)[0]) <= 0:
            return best
        Z = Z / float(np.trace(Z))
        q = ((self.points @ Z) * self.points).sum(axis=1)
        if len(u):
            q += self.points @ u
        high = float(q[self.signs > 0].max() - q[self.signs < 0].min())
        slope = u if len(u) else best.slope
        return replace(best, shape=Z, slope=slope, high=high) if high < best.high else best

    def step_size(
        self, lam: Array, t: float, dlam: Array, dt: float, tau: float, decrement: float
    ) -> float:
        """Return a step that keeps the barrier finite and lowers it; 0.0 when there is none."""
        size = min(1.0, 0.95 / max(float((-dlam / lam).max()), 0.95))
        here = self(lam, t, tau)
        while size > 1e-12:
            there = self(lam + size * dlam, t + size * dt, tau)
            if there <= here - 0.1 * size * decrement**2 + 1e-9 * abs(here):
                return size
            size *= 0.5
        return 0.0


def _inverse(points: Array, W: Array, scale: Array) -> Callable[[Array], Array]:
    """Return (I + (scale scale^T) o K^2)^-1, K = X W X^T, by n x n or, if less, r^2 / 2 squared."""
    import numpy as np
    from scipy.linalg import cho_factor, cho_solve

    n, r = points.shape
    wide = r * (r + 1) // 2
    if n <= 2 * wide + 50:
        K = points @ W @ points.T
        factor = cho_factor(np.eye(n) + K * K * np.outer(scale, scale), overwrite_a=True)
        return lambda right: cho_solve(factor, right)
    # I + B B^T with rows of products of two: Woodbury's formula.
    values, vectors = np.linalg.eigh(W)
    H = points @ (vectors * np.sqrt(np.maximum(values, 0)))
    a, b = np.triu_indices(r)
    B = H[:, a] * H[:, b] * np.where(a == b, 1.0, np.sqrt(2.0)) * scale[:, None]
    inner = cho_factor(np.eye(wide) + B.T @ B)

    def inverse(right: Array) -> Array:
        result = np.zeros_like(right)
        for _ in range(2):  # the second solve mends what the first cancels
            rest = right - result - B @ (B.T @ result)
            result = result + rest - B @ cho_solve(inner, B.T @ rest)
        return result

    return inverse


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
    if len(basis) < size:
        return None
    exact = [round(float(v) / top * 2**bits) for v in weights]
    for i in basis:
        exact[i] = 0
    columns = [[y * v for v in (*row, 1)] for y, row in zip(labels, space.named, strict=True)]
    left = fmpz_mat([columns[i] for i in basis]).transpose()
    right = fmpz_mat([exact]) * fmpz_mat(columns)
    try:
        solution = left.solve(-right.transpose())
    except ZeroDivisionError:
        return None
    result = [Fraction(v) for v in exact]
    for k, i in enumerate(basis):
        result[i] = Fraction(int(solution[k, 0].p), int(solution[k, 0].q))
    return result if min(result) >= 0 and any(result) else None
