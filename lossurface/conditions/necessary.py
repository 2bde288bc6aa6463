"""Proposition 11 sharpened (ours): is some S definite on the directions of its own samples?

S(lambda) = sum_i lambda_i y_i x_i x_i^T for lambda >= 0, not zero, with sum lambda y = 0 and
sum lambda y x = 0. D, its directions, is the span of the differences of the samples with
lambda > 0; D = {0} counts as definite: it is a point that carries both labels.

As D depends on lambda this is no semidefinite program. But it takes few of them: where no lambda of
a group of samples makes S definite on *all* directions of the group, a convex quadratic tells the
classes apart weakly, and leaves smaller groups, without a sample in common, of fewer dimensions
(facial reduction). The page `beyond/necessary` proves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from lossurface.conditions.certified import Condition, settle
from lossurface.conditions.coordinates import Space, span_of
from lossurface.conditions.definiteness import NAMES, SIGNS, Sign, definite
from lossurface.errors import InputError
from lossurface.exact.certificate import seal
from lossurface.exact.checker import Unreadable
from lossurface.exact.checker.arithmetic import Samples, dot
from lossurface.exact.checker.dataset import differences, heights, parted, quadratic_values
from lossurface.setting.datasets import Dataset, contradictions

__all__ = ["necessary"]

CLAIM = "ours-necessary"
Fields = dict[str, Any]  # of a quadratic: "weights", "rows", "linear"


def necessary(space: Space, eleven: Condition | None = None) -> Condition:
    """Decide the sharpened condition: no S is definite on the directions of its samples.

    Args:
        space: the dataset.
        eleven: `proposition_11(space)`, if known: its weights, or its quadratics, may do.

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
        groups_left = f"the value on {len(left)} groups of samples"
        why = f"{groups_left}, within {max(left):.1e} of zero, could not be rounded"
        return Condition(CLAIM, "undecided", why, max(left))
    margin = min(margins, default=(eleven and eleven.margin) or 0.0)
    count = sum(map(len, shapes.values()))
    why = f"{count} convex quadratics, nested, tell the classes apart (margin {margin:.3g})"
    return settle(space, "nested-quadratics", CLAIM, shapes, why, margin)


def _fails(
    space: Space, weights: Sequence[Fraction], sign: int, why: str, margin: float
) -> Condition:
    used = [row for row, weight in zip(space.samples.rows, weights, strict=True) if weight]
    form = {**span_of(differences(used)).fields(), "kernel": []}
    own = {"lambda": weights, "sign": sign, "form": form}
    return settle(space, "definite-weights", CLAIM, own, why, margin)


def _reduced(space: Space, group: list[int], sign: Sign) -> tuple[float, Condition | Fields | None]:
    """Return a margin, and a trap on the group's own directions or a quadratic that parts it."""
    origin = space.dataset.x[group[0]]
    rows = [[v - o for v, o in zip(space.dataset.x[i], origin, strict=True)] for i in group]
    labels = tuple(space.dataset.y[i] for i in group)
    margin = 0.0
    for margin, own in definite(Space(Dataset(tuple(map(tuple, rows)), labels)), sign):
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
    return margin, None


def _parts(space: Space, group: list[int], sign: int, quadratic: Fields) -> list[list[int]]:
    """Return what the quadratic leaves of a group, as the checker finds it."""
    rows, scale, labels = space.samples
    some = Samples([rows[i] for i in group], scale, [labels[i] for i in group])
    try:
        exact = {key: [list(map(Fraction, v)) if isinstance(v, list) else Fraction(v) for v in part]
                 for key, part in quadratic.items()}  # fmt: skip
        seal(quadratic)
        values, _ = quadratic_values(exact, "quadratic", some)
        where = heights(exact, some)
    except (InputError, Unreadable):  # too many digits
        return [group]
    parts = parted(range(len(group)), sign, values, where, some.labels)
    return [[group[k] for k in part] for part in parts]
