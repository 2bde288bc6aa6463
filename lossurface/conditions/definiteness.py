"""The conditions of Propositions 11 and 12 on a dataset, decided with certificates.

S(lambda) = sum_i lambda_i y_i x_i x_i^T for lambda >= 0 with equal, positive class sums.

Proposition 12 asks that S always has eigenvalues of both strict signs. It fails as soon as some S
is semidefinite, and holds iff two centred ellipsoids tell the classes apart. Proposition 11 asks,
among the lambda with sum lambda y x = 0, that no S is definite. We read "definite" on the span V of
the samples: f sees w only through its projection on V, so where V is not all of R^d the
proposition, applied in V, says more than its wording in R^d. It holds iff two convex quadratics,
not zero on V, tell the classes apart weakly. The page `beyond/geometry` proves both.

`necessary` is Proposition 11 sharpened (ours): no S is definite on D, the span of the differences
of its samples with lambda > 0. D = {0}, a point that carries both labels, counts as definite. As D
depends on lambda this is no semidefinite program, but it takes few of them. Where no lambda of a
group of samples makes S definite on *all* directions of the group, a convex quadratic tells the
classes apart weakly, and leaves smaller groups, disjoint and of fewer dimensions (facial
reduction). The page `beyond/necessary` proves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from lossurface.conditions import boundary_cases
from lossurface.conditions.certified import Condition, settle
from lossurface.conditions.coordinates import Space, span_of
from lossurface.conditions.matrix_game import (
    ROOM,
    balanced,
    centred,
    closest_form,
    interior,
    play,
)
from lossurface.errors import InputError
from lossurface.exact.certificate import seal
from lossurface.exact.checker import Unreadable
from lossurface.exact.checker.arithmetic import dot
from lossurface.exact.checker.dataset import differences, parted, quadratic_values
from lossurface.exact.checker.format import QUADRATIC, read
from lossurface.setting.datasets import Dataset, contradictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["necessary", "proposition_11", "proposition_12"]

BITS = (6, 10, 16, 26, 44)
NAMES = {1: "positive", -1: "negative"}
Sign = Literal[1, -1]
SIGNS: tuple[Sign, ...] = (1, -1)
Fields = dict[str, Any]  # of a certificate: "lambda", "sign", "form", or those of a quadratic
Proposals = Iterator[tuple[float, Fields | None]]  # each with a margin; None: with none left


def proposition_12(space: Space) -> Condition:
    """Decide Proposition 12's condition.

    Returns:
        `holds` with two ellipsoids, `fails` with dual weights that make S semidefinite, or
        `undecided`; the margin is the game's value in whitened coordinates.

    Source: Proposition 12; the ellipsoids are ours.
    """
    claim = "proposition-12"
    pair = boundary_cases.parallel_pair(space)
    if pair is not None:
        why = "two samples of different classes lie on one line through the origin"
        found = settle(space, "definite-weights", claim, pair, why, 0.0)
        if found.verdict == "fails":
            return found
    words = ("semidefinite", "two centred ellipsoids tell the classes apart")
    return _settled(space, claim, _semidefinite, *words)


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
    if space.span.rank == 0:
        return Condition(claim, "holds", "every sample is zero, so S is zero and never definite")
    if ellipsoids is not None and ellipsoids.verdict == "holds" and ellipsoids.certificate:
        data = ellipsoids.certificate.data
        own = {name: data[name] for name in ("positive", "negative")}
        why = "the two ellipsoids of Proposition 12 are convex quadratics"
        return settle(space, "quadratics", claim, own, why, ellipsoids.margin)
    words = ("definite", "two convex quadratics tell the classes apart, weakly")
    return _settled(space, claim, _definite, *words)


def necessary(space: Space, eleven: Condition | None = None) -> Condition:
    """Decide the sharpened condition: no S is definite on the directions of its samples.

    Args:
        space: the dataset.
        eleven: `proposition_11(space)`, if known: its weights or its quadratics may be enough.

    Returns:
        `holds` with nested quadratics, `fails` with dual weights, or `undecided`.

    Source: ours, a sharper form of Proposition 11.
    """
    n, pairs = space.dataset.n, contradictions(space.dataset)
    known = {} if eleven is None or eleven.certificate is None else eleven.certificate.data
    if pairs:
        i, j = pairs[0]
        why = f"samples {i} and {j} are equal and labelled differently"
        return _fails(space, [Fraction(k in (i, j)) for k in range(n)], 1, why, 0.0)
    if "lambda" in known:
        weights = [Fraction(v) for v in known["lambda"]]
        return _fails(space, weights, known["sign"], "the lambda of Proposition 11 is one", 0.0)
    shapes: dict[str, list[Fields]] = {NAMES[sign]: [] for sign in SIGNS}
    margins: list[float] = []
    left: list[float] = []
    for sign in SIGNS:
        name, groups = NAMES[sign], [list(range(n))]
        if known:
            parts = _parts(space, groups[0], sign, known[name])
            if parts != groups:
                shapes[name], groups = [dict(known[name])], parts
        while groups:
            group = groups.pop()
            margin, found = _reduced(space, group, sign)
            if isinstance(found, Condition):
                return found
            if found is None:
                left.append(margin)
            else:
                margins.append(margin)
                shapes[name].append(found)
                groups += _parts(space, group, sign, found)
    if left:
        where = "a group" if len(left) == 1 else f"{len(left)} groups"
        why = (
            f"the value on {where} of samples, within {max(left):.1e} of zero, could not be rounded"
        )
        return Condition("ours-necessary", "undecided", why, max(left))
    margin = min(margins, default=(eleven and eleven.margin) or 0.0)
    count = sum(map(len, shapes.values()))
    why = f"{count} convex quadratics, nested, tell the classes apart (margin {margin:.3g})"
    return settle(space, "nested-quadratics", "ours-necessary", shapes, why, margin)


def _settled(
    space: Space, claim: str, propose: Callable[[Space, Sign], Proposals], kind: str, apart: str
) -> Condition:
    """Return the condition: it fails by one side's weights, and holds by both sides' quadratics."""
    shapes: dict[str, Fields] = {}
    margins: dict[str, float] = {}  # of the proposal accepted, else of the last
    for sign in SIGNS:
        name = NAMES[sign]
        for margin, own in propose(space, sign):
            margins[name] = margin
            if own is not None and "lambda" in own:
                why = f"some lambda makes S {name} {kind} (margin {margin:.3g})"
                found = settle(space, "definite-weights", claim, own, why, margin)
                if found.verdict == "fails":
                    return found
            elif own is not None and _inside(space, own, sign, strict=claim == "proposition-12"):
                shapes[name] = own
                break
    left = [name for name in margins if name not in shapes]
    if not left:
        margin = min(margins.values())
        return settle(space, "quadratics", claim, shapes, f"{apart} (margin {margin:.3g})", margin)
    margin = max(abs(margins[name]) for name in left)
    which = " and ".join(left)
    why = f"the {which} side's value, within {margin:.1e} of zero, could not be rounded"
    return Condition(claim, "undecided", why, margin)


def _inside(space: Space, shape: Fields, sign: Sign, strict: bool) -> bool:
    """Return whether the class `sign` lies inside the quadratic and the other outside, exactly."""
    try:
        seal(shape)
        values, curved = quadratic_values(shape, NAMES[sign], space.samples)
    except (InputError, Unreadable):  # too many digits
        return False
    inner = max(values[i] for i in space.samples.of(sign))
    outer = min(values[i] for i in space.samples.of(-sign))
    return curved and (inner < outer if strict else inner <= outer)


def _semidefinite(space: Space, sign: Sign) -> Proposals:
    """Proposition 12, one side."""
    frame = space.frame
    game = play(frame.points, sign * space.labels)
    for bits in BITS:
        if game.low > 0:
            yield game.low, _weights_fields(space, balanced(space, game.weights, bits), sign)
        if game.high < 0:
            shape = frame.rounded_quadratic(game.shape, game.slope, bits)
            yield -game.high, {**shape, "linear": [Fraction(0)] * space.dataset.d}
    yield 0.0, boundary_cases.slab(space, sign)
    for own in _singular_weights(space, game.weights, sign):
        yield 0.0, own
    yield max(abs(game.low), abs(game.high)), None


def _singular_weights(space: Space, weights: NDArray[np.float64], sign: Sign) -> Iterator[Fields]:
    """Propose weights that make sign * S semidefinite and singular.

    Two reasons make that the rule and not the exception: all samples on a hyperplane w^T x = 1
    (then w^T S w = 0 always), and an optimal lambda that lives on samples of a smaller span.
    """
    rows, labels, named = space.dataset.x, space.dataset.y, space.span.columns
    normal = boundary_cases.common_hyperplane(space)
    if normal is not None and len(named) > 1:
        leading = next(k for k, v in enumerate(normal) if v)
        kept = [k for k in named if k != leading]
        flat = Space(Dataset(tuple(tuple(row[k] for k in kept) for row in rows), labels))
        game = closest_form(flat, sign, moments=True)
        exact = centred(flat, game.weights, 30) if game is not None and game.low > 0 else None
        if exact is not None:
            form = {**space.span.fields(), "kernel": [[normal[k] for k in named]]}
            yield {"lambda": exact, "sign": sign, "form": form}
    for level in (1e-2, 1e-4, 1e-6):
        used = [i for i, w in enumerate(weights) if w > level * weights.max()]
        signs = tuple(labels[i] for i in used)
        if len(used) == len(weights) or len(set(signs)) < 2:
            continue
        inner = Space(Dataset(tuple(rows[i] for i in used), signs))
        found = proposition_12(inner) if inner.span.rank < space.span.rank else None
        if found is None or found.certificate is None or found.certificate.data.get("sign") != sign:
            continue
        lifted = [Fraction(0)] * len(weights)
        for i, value in zip(used, found.certificate.data["lambda"], strict=True):
            lifted[i] = Fraction(value)
        yield {"lambda": lifted, "sign": sign, "form": found.certificate.data["form"]}


def _definite(space: Space, sign: Sign) -> Proposals:
    """Proposition 11, one side."""
    for shape in boundary_cases.flat_quadratics(space, sign):
        yield 0.0, shape
    frame, signs = space.affine_frame, sign * space.labels
    room, start, normal = interior(frame.points, signs)
    if room < ROOM:  # the hulls are disjoint, or touch
        for bits in BITS:
            for shape in boundary_cases.wedges(space, frame.rounded(normal, bits), sign):
                yield max(-room, 0.0), shape
        for shape in boundary_cases.wedges(space, boundary_cases.weak_separator(space), sign):
            yield 0.0, shape
        yield abs(room), None
        return
    game = play(frame.points, signs, start)
    for bits in BITS:
        if game.low > 0 and (weights := centred(space, game.weights, bits)) is not None:
            yield game.low, _weights_fields(space, weights, sign)
        if game.high < 0:
            yield -game.high, frame.rounded_quadratic(game.shape, game.slope, bits)
    for shape in boundary_cases.vanishing_quadratics(frame):
        yield 0.0, shape
    for shape in boundary_cases.face_quadratics(frame, game, sign):
        yield 0.0, shape
    yield max(abs(game.low), abs(game.high)), None


def _weights_fields(space: Space, weights: list[Fraction], sign: Sign) -> Fields:
    return {"lambda": weights, "sign": sign, "form": {**space.span.fields(), "kernel": []}}


def _fails(
    space: Space, weights: Sequence[Fraction], sign: int, why: str, margin: float
) -> Condition:
    used = [row for row, weight in zip(space.samples.rows, weights, strict=True) if weight]
    form = {**span_of(differences(used)).fields(), "kernel": []}
    own = {"lambda": weights, "sign": sign, "form": form}
    return settle(space, "definite-weights", "ours-necessary", own, why, margin)


def _reduced(space: Space, group: list[int], sign: Sign) -> tuple[float, Condition | Fields | None]:
    """Return a margin, and a trap on the group's own directions or a quadratic that parts it."""
    origin = space.dataset.x[group[0]]
    rows = [[v - o for v, o in zip(space.dataset.x[i], origin, strict=True)] for i in group]
    labels = tuple(space.dataset.y[i] for i in group)
    part = Space(Dataset(tuple(map(tuple, rows)), labels))
    margin = 0.0
    for margin, own in _definite(part, sign):
        if own is not None and "lambda" in own:
            lifted = [Fraction(0)] * space.dataset.n
            for i, weight in zip(group, own["lambda"], strict=True):
                lifted[i] = weight
            why = f"S is {NAMES[sign]} definite on the directions of its samples"
            found = _fails(space, lifted, sign, f"{why} (margin {margin:.3g})", margin)
            if found.verdict == "fails":
                return margin, found
        elif own is not None:
            # (v^T (x - origin))^2 is (v^T x)^2 - 2 (v^T origin) v^T x, up to a constant
            linear = own["linear"]
            for weight, v in zip(own["weights"], own["rows"], strict=True):
                pull = 2 * weight * dot(v, origin)
                linear = [u - pull * value for u, value in zip(linear, v, strict=True)]
            step = {**own, "linear": linear}
            if _parts(space, group, sign, step) != [group]:
                return margin, step
    # A trap on fewer dimensions makes the value on all of the group's directions exactly 0.
    game = closest_form(part, sign, moments=True)
    if game is None:
        return margin, None
    for level in (1e-2, 1e-4, 1e-6):
        heavy = game.weights > level * game.weights.max()
        flat = _flat(space, group, [i for i, kept in zip(group, heavy, strict=True) if kept])
        if len(flat) < len(group):
            _, within = _reduced(space, flat, sign)
            if isinstance(within, Condition):
                return margin, within
    return margin, None


def _flat(space: Space, group: list[int], used: list[int]) -> list[int]:
    """Return the samples of a group in the affine hull of some of them."""
    rows = [space.samples.rows[i] for i in used]
    rank = span_of(differences(rows)).rank

    def within(i: int) -> bool:
        return span_of(differences([*rows, space.samples.rows[i]])).rank == rank

    return [i for i in group if within(i)]


def _parts(space: Space, group: list[int], sign: int, quadratic: Fields) -> list[list[int]]:
    """Return the smaller groups that a quadratic leaves, as the checker finds them."""
    try:
        sealed = seal(quadratic).data
        shape = read({key: sealed[key] for key in QUADRATIC}, QUADRATIC)
        return parted(group, sign, shape, "quadratic", space.samples)
    except (InputError, Unreadable):  # too many digits
        return [group]
