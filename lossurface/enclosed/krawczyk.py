"""Prove that a float is near a true critical point, and what kind it is, in ball arithmetic.

Over one box X around x0, let H be a ball matrix that contains the Hessian at every point of X. In
coordinates u with x = x0 + T^T u, where T H(x0) T^T is nearly a diagonal D of signs, with F the
gradient and M = T H T^T, Krawczyk's operator on the cube U = [-rho, rho]^P is

    K(U) = -D T F(x0) + (I - D M) U.

K(U) inside U, and x0 + T^T U inside X, prove that F has a zero in X (Krawczyk 1969, Moore 1977).
Row sums of |I - D M| = |D - M| below 1 make every matrix in H regular, and two zeros in X would
differ by a null vector of one of them: so there is no other. They also put, by Gershgorin, one
eigenvalue of each M around each sign of D: by Sylvester's law the Hessian has that inertia on all
of X. One box, one matrix, all three statements. T is a hint from floats: a poor one can only lose
the proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from flint import arb, arb_mat, ctx

from lossurface.enclosed.single_layer import Number, balls
from lossurface.errors import InputError
from lossurface.exact import Finding, undecided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["strict-minimum", "strict-maximum", "saddle", "undecided"]
PRECISIONS = (128, 256)
RADII = (1e-9, 1e-12, 1e-15, 1e-20)
LARGE = 200  # parameters from which products of matrices are left to BLAS
TINY = 1e-300  # above what underflow loses in a product or a conversion
FAR = 1e-3  # a candidate further than this from its critical point is refused
SINGULAR = "the Hessian is singular in float64; look for a symmetry, or use enclosed.degenerate"
EXISTS = "one critical point lies in the box, and no other"


class BallFunction(Protocol):
    """A twice continuously differentiable function on R^P, by enclosures of its derivatives."""

    @property
    def dimension(self) -> int:
        """P."""

    def gradient(self, theta: Sequence[arb], /) -> Sequence[arb]:
        """Balls around the gradient over the box `theta`."""

    def hessian(self, theta: Sequence[arb], /) -> arb_mat:
        """Balls around the Hessian over the box `theta`; InputError where it does not exist."""


@dataclass(frozen=True)
class Enclosure:
    """What was proved about a candidate point.

    Attributes:
        kind: `strict-minimum`, `strict-maximum` or `saddle` where existence and the Hessian's
            inertia are proved over the box; `undecided` otherwise.
        box: P balls that contain the critical point.
        inertia: (negative, positive) eigenvalues of the Hessian everywhere on the box.
        findings: existence and uniqueness, then the kind.
    """

    kind: Kind
    box: tuple[arb, ...]
    inertia: tuple[int, int]
    findings: tuple[Finding, ...]

    @property
    def proved(self) -> bool:
        """Whether a critical point of known kind was proved."""
        return self.kind != "undecided"


def enclose(function: BallFunction, point: Sequence[Number | arb]) -> Enclosure:
    """Prove a critical point near `point`, unique in a box, with its kind, or say `undecided`.

    Args:
        function: gradient and Hessian enclosures.
        point: (P,), a float approximation; within 1e-3 of the critical point.

    Returns:
        The enclosure. `undecided` is no statement about the point; the Hessian may be singular,
        the point too far, or the enclosures too wide.

    Raises:
        ValueError: the point has the wrong length, or a coordinate that is not finite.
    """
    if len(point) != function.dimension:
        raise ValueError(f"point has {len(point)} entries; the function takes {function.dimension}")
    why = ""
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            middle = [value.mid() for value in balls(point)]
            if not all(value.is_finite() for value in middle):
                raise ValueError("point has a coordinate that is not finite; descend again")
            found = _attempt(function, middle, bits)
        if isinstance(found, Enclosure):
            return found
        why = found
    finding = undecided(EXISTS, why)
    return Enclosure("undecided", tuple(middle), (0, 0), (finding,))


def _frame(H: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[int]] | None:
    """Return T (P, P) and signs D with T H T^T near D: a float hint, from eigenvectors."""
    import numpy as np

    if not np.isfinite(H).all():
        return None
    values, vectors = np.linalg.eigh((H + H.T) / 2)
    if np.abs(values).min() <= 1e-14 * np.abs(values).max():
        return None
    T = (vectors / np.sqrt(np.abs(values))).T
    return T, [1 if v > 0 else -1 for v in values.tolist()]


def _row_sums(
    hessian: arb_mat, H: NDArray[np.float64], T: NDArray[np.float64], signs: list[int]
) -> list[arb]:
    """Return a ball around 0 for each row of T H T^T - D, with its row sum as radius.

    H holds the ball matrix's midpoints. Of many parameters the products are float64's: whatever
    the order of their sums, |fl(A B) - A B| <= g |A| |B| + underflow with g = P u / (1 - P u)
    (Higham 2002, section 3.5). The bound, a sum of terms >= 0, is rounded itself: a factor.
    """
    import numpy as np

    size = len(signs)
    if size < LARGE:
        frame = arb_mat(size, size, T.ravel().tolist())
        rest = frame * hessian * frame.transpose()
        for k, sign in enumerate(signs):
            rest[k, k] -= sign
        return list((rest * arb_mat(size, 1, [arb(0, 1)] * size)).entries())
    u = 2.0**-53
    g = size * u / (1 - size * u)
    radii = np.array([float(v.rad()) for v in hessian.entries()]).reshape(size, size)
    radii = radii + u * abs(H) + TINY  # the midpoints were rounded to floats
    once = T @ H
    rest = once @ T.T - np.diag(signs)
    reach = abs(T).sum(axis=0)  # |T^T| 1
    off = abs(T) @ (g * (abs(H) @ reach) + radii @ reach) + g * (abs(once) @ reach)
    sums = (abs(rest).sum(axis=1) + off) * (1 + 1e-9) + size**2 * TINY
    return [arb(0, v) for v in sums.tolist()]


def _attempt(function: BallFunction, middle: list[arb], bits: int) -> Enclosure | str:
    """Try every radius at one precision; the reason where all fail."""
    import numpy as np

    size = len(middle)
    why = ""
    for radius in RADII:
        for _ in range(4):
            box = tuple(x + arb(0, radius) for x in middle)
            try:
                hessian = function.hessian(box)
            except InputError as error:
                why = f"no second derivative over a box: {error}"
                break  # a smaller box may miss the kink
            H = np.array([float(v.mid()) for v in hessian.entries()]).reshape(size, size)
            found = _frame(H)
            if found is None:
                return SINGULAR
            frame, signs = found
            T = arb_mat(size, size, frame.ravel().tolist())
            back = T.transpose()
            reach = (back * arb_mat(size, 1, [arb(0, 1)] * size)).entries()
            rho = 0.99 * radius / max(float(v.abs_upper()) for v in reach)
            cube = arb_mat(size, 1, [arb(0, rho)] * size)
            # |D| = I: signs do not change a symmetric ball
            moved = [v * arb(rho) for v in _row_sums(hessian, H, frame, signs)]
            bound = max(float(v.abs_upper()) for v in moved) / rho
            why = f"Krawczyk's operator does not contract: row sums up to {bound:.1e}, {bits} bits"
            if not all(v.abs_upper() < arb(rho) for v in moved):
                break  # the box is too wide; a smaller one next
            shift = (T * arb_mat(size, 1, list(function.gradient(middle)))).entries()
            if all(
                abs(s).abs_upper() + m.abs_upper() < arb(rho)
                for s, m in zip(shift, moved, strict=True)
            ) and all(e.abs_upper() <= arb(radius) for e in (back * cube).entries()):
                return _proved(box, signs, bits, bound)
            # The point is too far from the zero for this box: a Newton step, then again.
            signed = arb_mat(size, 1, [s * v for s, v in zip(signs, shift, strict=True)])
            step = (back * signed).entries()
            if max(float(v.abs_upper()) for v in step) > FAR:
                return f"Newton's step is longer than {FAR:.0e}; descend further"
            middle = [(x - e).mid() for x, e in zip(middle, step, strict=True)]
    return why


def _proved(box: tuple[arb, ...], signs: list[int], bits: int, bound: float) -> Enclosure:
    negative, positive = signs.count(-1), signs.count(1)
    kind: Kind = "saddle"
    what = f"has {negative} negative and {positive} positive eigenvalues: a strict saddle"
    if not negative:
        kind, what = "strict-minimum", "is positive definite: a strict local minimum"
    elif not positive:
        kind, what = "strict-maximum", "is negative definite: a strict local maximum"
    radius = max(float(x.rad()) for x in box)
    detail = f"{len(box)} parameters, half-widths up to {radius:.1e}, {bits} bits"
    rows = f"row sums of |D - M| at most {bound:.1e}"
    statement = f"everywhere on the box the Hessian {what}"
    findings = (
        Finding(EXISTS, "holds", "enclosed", detail),
        Finding(statement, "holds", "enclosed", rows),
    )
    return Enclosure(kind, box, (negative, positive), findings)
