"""Build the bad local minimum that a violated condition of Proposition 11 or 12 promises.

The two propositions' pages prove it; `lossurface.exact.checker.minimum` checks it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError, shown
from lossurface.exact.certificate import Certificate, check, seal
from lossurface.exact.checker import Refuted, named
from lossurface.exact.checker.format import AT_ZERO, CONVEX, EVEN, FORM, read
from lossurface.exact.checker.minimum import check_curvature, margins, norm_above

if TYPE_CHECKING:
    from lossurface.conditions.certified import Condition
    from lossurface.conditions.coordinates import Space

DIRECTIONS = 60  # tried for the staircase to read the samples on
SMALLEST = 256  # 2^-256, the least radius tried
WIDEST = 200_000  # M * (d + 1), the parameters of f_S, up to which a certificate holds them all
REFUSED = "no radius around the minimum could be certified; round the coordinates"


def bad_minimum(
    space: Space,
    condition: Condition,
    neuron: str = "quadratic",
    p: int = 6,
    width: int = 1,
) -> Certificate:
    """Return a certified local minimum with training error above zero.

    The condition is `proposition_11(space)`, `necessary(space)` or, for quadratic neurons,
    `proposition_12(space)`, decided as failing; the neuron of f_S satisfies Assumption 5.

    Raises:
        InputError: the condition does not fail; the neuron, p or width is out of range; or equal
            samples of different labels need different values, which no network has.

    Source: Propositions 11 and 12, and `beyond/necessary`; the construction is ours.
    """
    if condition.verdict != "fails" or condition.certificate is None:
        about = f"{named(condition.id)}: {condition.verdict}"
        raise InputError(f"{about}; a bad minimum needs samples on which it fails")
    allowed = ("quadratic",) if condition.id == "proposition-12" else (*CONVEX, *EVEN)
    if neuron not in allowed:
        raise InputError(f"neuron is {neuron!r}; use one of {', '.join(allowed)}")
    for name, value, least, most in (("p", p, 2, 60), ("width", width, 1, WIDEST)):
        if type(value) is not int or not least <= value <= most:
            raise InputError(f"{name} is {shown(value)}; give an integer from {least} to {most}")
    data, labels = condition.certificate.data, space.samples.labels
    weights = _merged(space, [Fraction(v) for v in data["lambda"]])
    yf = margins(weights, p)
    # Samples with margin 0 need f = 0; others of one label and weight need the same f.
    alike = [None if low == high == 0 else (y, weight)
             for y, weight, (low, high) in zip(labels, weights, yf, strict=True)]  # fmt: skip
    steps = max((_steps(space, w, alike) for w in _directions(space)), key=lambda s: s.gap)
    if steps.gap <= 0:
        raise InputError(
            "equal samples carry different labels, so that no f_D can follow the dual weights; "
            "remove one of them"
        )
    a, signed = Fraction(-data["sign"]), [y * w for y, w in zip(labels, weights, strict=True)]
    radius = _radius(space, neuron, a, signed, data["form"], condition.id == "ours-necessary")
    f_S = width * a * sum(AT_ZERO[neuron], Fraction(0)) / 2
    spread = Fraction(1, 2**30) + (Fraction(width, 2**40) if neuron in CONVEX else 0)
    levels = [labels[i] * sum(yf[i], Fraction(0)) / 2 - f_S for i in steps.owners]
    factor = steps.scale(space, radius)
    wrong = sum(
        high < 0 or (low == high == 0 and y < 0) for y, (low, high) in zip(labels, yf, strict=True)
    )
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
                    "w": [v * factor for v in steps.w],
                    "b": "0",
                    "breaks": [b * factor for b in steps.breaks],
                    "levels": [
                        f"{Fraction(round(level * 2**40), 2**40)} +/- {spread}" for level in levels
                    ],
                },
            },
            "dual_weights": weights,
            "form": data["form"],
            "radius": radius,
            "training_error": Fraction(wrong, len(labels)),
        }
    )
    if check(certificate).status != "holds":
        raise InputError(REFUSED)
    return certificate


def _merged(space: Space, weights: list[Fraction]) -> list[Fraction]:
    """Average over equal samples of one class: f cannot tell them apart. S does not change."""
    groups: dict[Any, list[Fraction]] = defaultdict(list)
    samples = list(zip(space.dataset.x, space.dataset.y, strict=True))
    for sample, weight in zip(samples, weights, strict=True):
        groups[sample].append(weight)
    return [sum(groups[sample], Fraction(0)) / len(groups[sample]) for sample in samples]


def _radius(
    space: Space, neuron: str, a: Fraction, signed: list[Fraction], form: Any, sharp: bool
) -> Fraction:
    """Return a power of two, at most 1, within which S outweighs the Taylor remainder."""
    checked = read(form, FORM, "form")

    def fits(exponent: int) -> bool:
        try:
            radius = Fraction(1, 2**exponent)
            check_curvature(neuron, [a], signed, space.samples, radius, checked, sharp)
        except Refuted:
            return False
        return True

    exponent = bisect_left(range(SMALLEST + 1), True, key=fits)
    if exponent > SMALLEST:
        raise InputError(REFUSED)
    return Fraction(1, 2**exponent)


@dataclass(frozen=True)
class _Steps:
    """The samples in order of w^T x, parted wherever two neighbours need different values."""

    w: list[Fraction]  # (d,)
    values: list[int]  # (n,), w^T x_i times `common`
    common: int
    ends: list[tuple[int, int]]  # the neighbours that are parted, left to right
    first: int  # the sample furthest left

    @property
    def gap(self) -> float:
        """The least gap between neighbours that are parted, over the whole range."""
        gaps = [self.values[j] - self.values[i] for i, j in self.ends]
        return min(gaps) / (max(self.values) - min(self.values) or 1) if gaps else 1.0

    @property
    def breaks(self) -> list[Fraction]:
        return [Fraction(self.values[i] + self.values[j], 2 * self.common) for i, j in self.ends]

    @property
    def owners(self) -> list[int]:
        """A sample on each step."""
        return [self.first, *(j for _, j in self.ends)]

    def scale(self, space: Space, radius: Fraction) -> Fraction:
        """Return a power of two so large that no sample leaves its step within the radius."""
        factor, breaks = Fraction(1), self.breaks
        for value, square in zip(self.values, space.samples.squares(), strict=True):
            height, reach = Fraction(value, self.common), radius * norm_above(square + 1)
            step = bisect_left(breaks, height)
            near = breaks[max(step - 1, 0) : step + 1]
            while any(abs(height - at) * factor < reach for at in near):
                factor *= 2
        return factor


def _directions(space: Space) -> Iterator[list[Fraction]]:
    import numpy as np

    powers = space.frame.powers
    more = DIRECTIONS - 1 if len(powers) > 1 else 0
    drawn = np.random.default_rng(0).integers(-999, 1000, (more, len(powers))).tolist()
    for numbers in ([1] * len(powers), *drawn):
        yield space.frame.form([Fraction(v, p) for v, p in zip(numbers, powers, strict=True)])


def _steps(space: Space, w: list[Fraction], alike: Sequence[Any]) -> _Steps:
    values, common = space.values(w)
    order = sorted(range(len(values)), key=values.__getitem__)
    ends = [(i, j) for i, j in pairwise(order) if alike[i] != alike[j]]
    return _Steps(w, values, common, ends, order[0])
