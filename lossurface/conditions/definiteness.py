"""The conditions of Propositions 11 and 12 on a dataset, decided with certificates.

S(lambda) = sum_i lambda_i y_i x_i x_i^T for lambda >= 0 with equal, positive class sums.

Proposition 12 asks that S always has eigenvalues of both strict signs. It fails as soon as some S
is semidefinite. Proposition 11 asks, among the lambda with sum lambda y x = 0, that no S is
definite. We read "definite" on the span V of the samples: f sees w only through its projection on
V, so where V is not all of R^d the proposition, applied in V, says more than its wording in R^d.

Duality (ours). Proposition 12's condition holds iff two centred ellipsoids (x^T Z x <= 1, Z >= 0)
exist, one with all positives strictly inside and all negatives strictly outside, one with the
classes exchanged. Proposition 11's holds iff the same is true, weakly, of convex quadratics
x^T Z x + u^T x with Z non-zero on V. Minimax over compact sets gives the first. For the second,
strong duality needs only that {lambda} is non-empty, all other constraints being polyhedral; where
it is empty the hulls are disjoint, and a separator v gives (v^T x)^2 + K v^T x with K large.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from lossurface import InputError
from lossurface.conditions import _boundary
from lossurface.conditions._condition import Condition, proves, settle, unsettled
from lossurface.conditions._game import Game, play
from lossurface.conditions._weights import ROOM, balanced, centred, equal, interior
from lossurface.exact.certificate import seal
from lossurface.exact.checker import Unreadable
from lossurface.exact.checker.dataset import quadratic_values

if TYPE_CHECKING:
    from lossurface.conditions._space import Space

__all__ = ["proposition_11", "proposition_12"]

BITS = (6, 10, 16, 26, 44)
NAMES = {1: "positive", -1: "negative"}
Sign = Literal[1, -1]


@dataclass(frozen=True)
class _Side:
    """What is known of one of the two questions: may sign * S be (semi)definite?

    Exactly one of `weights` (it may: the condition fails) and `shape` (it may not) is given, or
    neither.
    """

    margin: float
    weights: dict[str, Any] | None = None  # fields of a "definite-weights" certificate
    shape: dict[str, Any] | None = None  # "weights", "rows" and "linear" of the quadratic


def proposition_12(space: Space) -> Condition:
    """Decide Proposition 12's condition.

    Returns:
        `holds` with two ellipsoids, `fails` with dual weights that make S semidefinite, or
        `undecided`; the margin is the game's value in whitened coordinates.

    Source: Proposition 12; the ellipsoids are ours.
    """
    claim = "proposition-12"
    pair = _boundary.parallel_pair(space)
    if pair is not None and proves(space, "definite-weights", claim, pair):
        why = "two samples of different classes lie on one line through the origin"
        return settle(space, "definite-weights", claim, pair, why, 0.0)
    sides: dict[int, _Side] = {}
    for sign in (1, -1):
        sides[sign] = side = _semidefinite(space, 1 if sign == 1 else -1)
        if side.weights is not None:
            why = f"some lambda makes S {NAMES[sign]} semidefinite (margin {side.margin:.3g})"
            return settle(space, "definite-weights", claim, side.weights, why, side.margin)
    if all(side.shape is not None for side in sides.values()):
        own = {NAMES[sign]: side.shape for sign, side in sides.items()}
        margin = min(side.margin for side in sides.values())
        why = f"two centred ellipsoids tell the classes apart (margin {margin:.3g})"
        return settle(space, "quadratics", claim, own, why, margin)
    return _open(space, claim, sides)


def proposition_11(space: Space, ellipsoids: Condition | None = None) -> Condition:
    """Decide Proposition 11's condition, definiteness read on the span of the samples.

    Args:
        space: the dataset.
        ellipsoids: `proposition_12(space)`, if known; ellipsoids are convex quadratics too.

    Returns:
        `holds` with two convex quadratics, `fails` with dual weights, or `undecided`.

    Source: Proposition 11; the quadratics are ours.
    """
    claim = "proposition-11"
    sides: dict[int, _Side] = {}
    if space.span.rank == 0:
        return Condition(claim, "holds", "every sample is zero, so S is zero and never definite")
    if ellipsoids is not None and ellipsoids.verdict == "holds" and ellipsoids.certificate:
        data = ellipsoids.certificate.data
        own = {name: data[name] for name in ("positive", "negative")}
        why = "the two ellipsoids of Proposition 12 are convex quadratics"
        return settle(space, "quadratics", claim, own, why, ellipsoids.margin)
    for sign in (1, -1):
        sides[sign] = side = _definite(space, 1 if sign == 1 else -1)
        if side.weights is not None:
            why = f"some lambda makes S {NAMES[sign]} definite (margin {side.margin:.3g})"
            return settle(space, "definite-weights", claim, side.weights, why, side.margin)
    if all(side.shape is not None for side in sides.values()):
        own = {NAMES[sign]: side.shape for sign, side in sides.items() if side.shape is not None}
        margin = min(side.margin for side in sides.values())
        why = f"two convex quadratics tell the classes apart, weakly (margin {margin:.3g})"
        return settle(space, "quadratics", claim, own, why, margin)
    return _open(space, claim, sides)


def _open(space: Space, claim: str, sides: dict[int, _Side]) -> Condition:
    left = {sign: side for sign, side in sides.items() if side.shape is None}
    margin = max(abs(side.margin) for side in left.values())
    which = " and ".join(NAMES[sign] for sign in left)
    if space.stable:
        why = f"the {which} side's value, within {margin:.1e} of zero, could not be rounded"
    else:
        why = (
            f"some columns depend on others up to rounding; leave them out (the {which} side's "
            f"value is {margin:.1e} without them)"
        )
    return unsettled(claim, why, margin)


def _semidefinite(space: Space, sign: Sign) -> _Side:
    """Proposition 12, one side."""
    frame, signs = space.stable_frame, sign * space.labels
    game = play(frame.points, signs, equal(signs), moments=False)
    if game.low > 0:
        for bits in BITS:
            own = _weights_fields(space, balanced(space, game.weights, bits), sign)
            if proves(space, "definite-weights", "proposition-12", own):
                return _Side(game.low, weights=own)
    if game.high < 0:
        for bits in BITS:
            shape = frame.quadratic(game.shape, game.slope, bits)
            shape["linear"] = [Fraction(0)] * len(space.samples.scales)
            if _inside(space, shape, sign, strict=True):
                return _Side(-game.high, shape=shape)
    slab = _boundary.slab(space, sign)
    if slab is not None and _inside(space, slab, sign, strict=True):
        return _Side(0.0, shape=slab)
    for own in _boundary.semidefinite_weights(space, game.weights, sign):
        if proves(space, "definite-weights", "proposition-12", own):
            return _Side(0.0, weights=own)
    return _Side(max(abs(game.low), abs(game.high)))


def _definite(space: Space, sign: Sign) -> _Side:
    """Proposition 11, one side."""
    for shape in _boundary.flat_quadratics(space, sign):
        if _inside(space, shape, sign, strict=False):
            return _Side(0.0, shape=shape)
    frame, signs = space.affine_frame, sign * space.labels
    room, start, normal = interior(frame.points, signs)
    if room < ROOM:
        for bits in BITS:
            form, _ = frame.rounded(normal, bits)
            for v in (form, [-c for c in form]):
                shape = _boundary.wedge(space, v, sign)
                if _inside(space, shape, sign, strict=False):
                    return _Side(max(-room, 0.0), shape=shape)
        normal_form = _boundary.weak_separator(space)
        for v in () if normal_form is None else (normal_form, [-c for c in normal_form]):
            shape = _boundary.wedge(space, v, sign)
            if _inside(space, shape, sign, strict=False):
                return _Side(0.0, shape=shape)
        return _Side(abs(room))
    game = play(frame.points, signs, start, moments=True)
    if game.low > 0:
        for bits in BITS:
            weights = centred(space, game.weights, bits)
            own = None if weights is None else _weights_fields(space, weights, sign)
            if own is not None and proves(space, "definite-weights", "proposition-11", own):
                return _Side(game.low, weights=own)
    if game.high < 0:
        for bits in BITS:
            shape = frame.quadratic(game.shape, game.slope, bits)
            if _inside(space, shape, sign, strict=False):
                return _Side(-game.high, shape=shape)
    shapes = (
        _boundary.vanishing_quadratics(space),
        _boundary.face_quadratics(space, frame, game, sign),
    )
    for shape in chain(*shapes):
        if _inside(space, shape, sign, strict=False):
            return _Side(0.0, shape=shape)
    return _Side(_distance(game))


def _distance(game: Game) -> float:
    return max(abs(game.low), abs(game.high))


def _weights_fields(space: Space, weights: list[Fraction], sign: Sign) -> dict[str, Any]:
    return {"lambda": weights, "sign": sign, "form": {**space.span.fields(), "kernel": []}}


def _inside(space: Space, shape: dict[str, Any], sign: Sign, strict: bool) -> bool:
    """Return whether the class `sign` lies inside the quadratic and the other outside, exactly."""
    try:
        seal(shape)
        values, curved = quadratic_values(shape, NAMES[sign], space.checked)
    except (InputError, Unreadable):  # too many digits
        return False
    inner = max(values[i] for i in space.samples.of(sign))
    outer = min(values[i] for i in space.samples.of(-sign))
    return curved and (inner < outer if strict else inner <= outer)
