"""Build the bad local minimum that a violated condition of Proposition 11 or 12 promises.

Given lambda that makes S definite (12: semidefinite), f_S = a_0 + sum a_j sigma(w_j^T x) with every
w_j = 0 and all a_j of the sign that S needs, and f_D a single staircase neuron that gives each
sample the margin 1 - C lambda_i^(1/p), C = sum lambda / sum lambda^(1 + 1/p). What makes it a local
minimum is written, and checked, in `lossurface.exact.checker.minimum`.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from fractions import Fraction
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.errors import shown
from lossurface.exact.certificate import Certificate, check, seal
from lossurface.exact.checker import Refuted
from lossurface.exact.checker.format import AT_ZERO, CONVEX, EVEN, FORM, MAX_BYTES, read
from lossurface.exact.checker.minimum import check_curvature, norm_above
from lossurface.exact.checker.minimum import margins as margins_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lossurface.conditions.certified import Condition
    from lossurface.conditions.coordinates import Space
    from lossurface.conditions.guarantees import Case

    Builder = Callable[[], Certificate | None]

__all__ = ["bad_minimum", "counterexample"]

DIRECTIONS = 60
SMALLEST = 256  # 2^-256, the least radius tried
LARGEST = 20_000  # n * d up to which the builders for small examples are asked
WIDEST = 200_000  # M * (d + 1), the parameters of f_S, up to which a certificate holds them all


def bad_minimum(
    space: Space,
    condition: Condition,
    neuron: str = "quadratic",
    p: int = 6,
    width: int = 1,
    seed: int = 0,
) -> Certificate | None:
    """Return a certified local minimum with training error above zero, or None.

    Args:
        space: the dataset.
        condition: `proposition_11(space)` or, for quadratic neurons, `proposition_12(space)`,
            decided as failing.
        neuron: of f_S, one that satisfies Assumption 5.
        p: the hinge power, 2 to 60.
        width: M, the neurons of f_S.
        seed: of the direction on which the staircase reads the samples.

    Returns:
        None when equal samples carry different labels in a way that no staircase can follow (then
        no network classifies the data at all).

    Raises:
        InputError: the condition does not fail, or the neuron, p or width is out of range.

    Source: Propositions 11 and 12; the construction is ours.
    """
    if condition.verdict != "fails" or condition.certificate is None:
        raise InputError(f"{condition.id} is {condition.verdict}; a bad minimum needs it to fail")
    allowed = (*CONVEX, *EVEN) if condition.id == "proposition-11" else ("quadratic",)
    if neuron not in allowed:
        raise InputError(f"neuron is {neuron!r}; use one of {', '.join(allowed)}")
    for name, value, least, most in (("p", p, 2, 60), ("width", width, 1, WIDEST)):
        if type(value) is not int or not least <= value <= most:
            raise InputError(f"{name} is {shown(value)}; give an integer from {least} to {most}")
    data = condition.certificate.data
    weights = _merged(space, [Fraction(v) for v in data["lambda"]])
    margins = margins_of(weights, p)
    labels = space.samples.labels
    triples = zip(labels, weights, margins, strict=True)
    keys = [None if low == high == 0 else (y, w) for y, w, (low, high) in triples]
    steps = _staircase(space, keys, seed)
    if steps is None:
        return None
    direction, breaks, owners, room = steps
    a = Fraction(-data["sign"])
    zero = sum(AT_ZERO[neuron], Fraction(0)) / 2
    spread = Fraction(1, 2**30) + (Fraction(width, 2**40) if neuron in CONVEX else 0)
    heights = []
    for i in owners:
        low, high = margins[i]
        f = labels[i] * (low + high) / 2 - width * a * zero
        heights.append(f"{_dyadic(f)} +/- {spread}")
    wrong = sum(
        high < 0 or (low == high == 0 and y < 0)
        for y, (low, high) in zip(labels, margins, strict=True)
    )
    signed = [y * w for y, w in zip(labels, weights, strict=True)]
    form = read(data["form"], FORM, "form")
    radius = _radius(space, neuron, a, signed, form)
    if radius is None:
        return None
    factor = _scale(space, room, radius)
    certificate = seal(
        {
            "kind": "staircase",
            "claim": condition.id,
            "p": p,
            **space.fields,
            "network": {
                "neuron": neuron,
                "a0": "0",
                "a": [a] * width,
                "staircase": {
                    "w": [v * factor for v in direction],
                    "b": "0",
                    "breaks": [b * factor for b in breaks],
                    "levels": heights,
                },
            },
            "dual_weights": weights,
            "form": data["form"],
            "radius": radius,
            "training_error": Fraction(wrong, len(labels)),
        }
    )
    return certificate if check(certificate).status == "holds" else None


def _radius(
    space: Space, neuron: str, a: Fraction, signed: list[Fraction], form: dict[str, Any]
) -> Fraction | None:
    """Return a power of two, at most 1, within which S outweighs the Taylor remainder."""

    def fits(exponent: int) -> bool:
        try:
            check_curvature(neuron, [a], signed, space.samples, Fraction(1, 2**exponent), form)
        except Refuted:
            return False
        return True

    exponent = bisect_left(range(SMALLEST + 1), True, key=fits)
    return Fraction(1, 2**exponent) if exponent <= SMALLEST else None


def _merged(space: Space, weights: list[Fraction]) -> list[Fraction]:
    """Average over equal samples of one class: f cannot tell them apart. S does not change."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for i, (row, y) in enumerate(zip(space.dataset.x, space.dataset.y, strict=True)):
        groups[row, y].append(i)
    merged = list(weights)
    for group in groups.values():
        for i in group:
            merged[i] = sum((weights[j] for j in group), Fraction(0)) / len(group)
    return merged


def _dyadic(value: Fraction) -> Fraction:
    return Fraction(round(value * 2**40), 2**40)


def _staircase(
    space: Space, keys: Sequence[Any], seed: int
) -> tuple[list[Fraction], list[Fraction], list[int], list[Fraction]] | None:
    """Return a direction, the breaks along it, a sample of each step, and each sample's room."""
    import numpy as np

    generator = np.random.default_rng(seed)
    powers = space.frame.powers
    more = DIRECTIONS - 1 if len(powers) > 1 else 0
    drawn = [[1] * len(powers), *generator.integers(-999, 1000, (more, len(powers))).tolist()]
    forms = [
        space.frame.form([Fraction(v, p) for v, p in zip(numbers, powers, strict=True)])
        for numbers in drawn
    ]
    widest, form = max(((_least_gap(space, form, keys), form) for form in forms), key=itemgetter(0))
    if widest <= 0:
        return None
    values, common = space.values(form)
    heights = [Fraction(value, common) for value in values]
    order = sorted(range(len(heights)), key=heights.__getitem__)
    ends = [(i, j) for i, j in itertools.pairwise(order) if keys[i] != keys[j]]
    breaks = [(heights[i] + heights[j]) / 2 for i, j in ends]
    owners = [order[0], *(j for _, j in ends)]
    room = []
    for height in heights:
        step = bisect_left(breaks, height)
        near = [abs(height - at) for at in breaks[max(step - 1, 0) : step + 1]]
        room.append(min(near, default=Fraction(0)))
    return form, breaks, owners, room


def _least_gap(space: Space, form: list[Fraction], keys: Sequence[Any]) -> float:
    """Return the least gap between neighbours of different keys, over the whole range."""
    values, _ = space.values(form)
    order = sorted(range(len(values)), key=values.__getitem__)
    gaps = [values[j] - values[i] for i, j in itertools.pairwise(order) if keys[i] != keys[j]]
    whole = values[order[-1]] - values[order[0]]
    if not gaps:
        return 1.0
    return min(gaps) / whole if whole else 0.0


def _scale(space: Space, room: list[Fraction], radius: Fraction) -> Fraction:
    """Return a power of two that makes every room at least the reach of the radius."""
    factor = Fraction(1)
    for square, gap in zip(space.samples.squares(), room, strict=True):
        if not gap:
            continue
        reach = radius * norm_above(square + 1)
        while gap * factor < reach:
            factor *= 2
    return factor


def counterexample(space: Space, case: Case) -> Certificate | None:
    """Return the first certificate that a builder for this case makes, or None.

    A builder that refuses the dataset (its proposition asks something else of it) is passed over.
    """
    if case.loss.name != "polynomial-hinge" or case.p < 2:
        return None
    if (case.width or 1) * (space.dataset.d + 1) > WIDEST:
        return None
    for build in _builders(space, case):
        try:
            certificate = build()
        except InputError:
            continue
        if certificate is not None and len(certificate.to_json()) <= MAX_BYTES:
            return certificate
    return None


def _builders(space: Space, case: Case) -> Iterator[Builder]:
    # Upwards: the constructions belong to claims, which are asked by name and know no condition.
    from lossurface.claims import get

    name, p, width, data = case.neuron.name, case.p, case.width or 1, space.dataset

    def claim(number: int, **choices: Any) -> Builder:
        build = get(f"proposition-{number}").certify
        return partial(build, neuron=name, p=p, dataset=data, **choices)

    small = data.n * data.d <= LARGEST
    if case.architecture == "feedforward":
        yield claim(6, width=width, depth=1)
    elif case.architecture == "identity-shortcut":
        if small:
            yield claim(7)
    else:
        if case.architecture == "shortcut":
            for condition in ("proposition-12", "proposition-11"):
                found = case.conditions[condition]
                neurons = {*CONVEX, *EVEN} if condition == "proposition-11" else {"quadratic"}
                if found.verdict == "fails" and name in neurons:
                    yield partial(bad_minimum, space, found, name, p, width)
        if small:
            for kind in ("theorem-2", "theorem-1"):
                yield claim(2, width=width, data=kind)
            for number in (3, 4, 5):
                yield claim(number, width=width)
