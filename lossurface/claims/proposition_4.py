"""Proposition 4: neurons with sigma(z) + sigma(-z) constant cannot use balanced data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

from lossurface import setting
from lossurface.claims.construction import Builder, at_least, balancing_constant, certified
from lossurface.errors import InputError
from lossurface.exact import (
    Certificate,
    Finding,
    enclosed_less,
    equal,
    less,
    sampled,
)
from lossurface.exact.checker.format import ODD
from lossurface.setting import Dataset

if TYPE_CHECKING:
    from numpy.random import Generator

HEADLINE = (
    "Minima, global over f_S, with training error min(n_+, n_-)/2n on balanced Theorem 1 data; "
    "2n samples are balanced with probability C(2n,n)^2/16^n, about 1/(pi n)."
)

CLAIM = "Proposition 4"
CROSS = Dataset.of([(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])
_SIZES = (2, 5, 10)
_DRAWS = 1_000_000


def _drawn(rng: Generator, n: int) -> Dataset:
    """Draw n samples again and again until they are balanced and hold both classes."""
    if at_least("n", n, 4, CLAIM) % 2:
        raise InputError(f"n is {n}; balanced samples come in pairs: give an even n")
    law = setting.proposition_4()
    for _ in range(_DRAWS):
        dataset = law.sample(rng, n)
        if dataset.n_plus and dataset.n_minus and balanced(dataset):
            return dataset
    raise InputError(f"none of {_DRAWS} draws of {n} samples was balanced; give a smaller n")


_BUILDER = Builder(CLAIM, ODD, "a neuron with sigma(z) + sigma(-z) constant", CROSS, _drawn)


def certify(
    neuron: str = "sigmoid",
    p: int = 2,
    width: int = 1,
    dataset: Dataset | None = None,
    W: Sequence[Sequence[Fraction | int]] | None = None,
    *,
    deep: Sequence[int] | None = None,
    deep_neuron: str = "relu",
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 4: a = 0, any W and the best constant.

    Each class holds -x as often as x, so that a neuron's values average to the same on both
    classes, whatever w is. Without f_D the minimum is global: its radius is "inf".

    Args:
        neuron: `sigmoid`, `tanh`, `arctan`, `softsign`, `constant` or `linear`.
        dataset: Theorem 1 data, balanced; +-e_1 and +-e_2 by default. Drawn samples, n being
            even, are among those.
        W: (d, M), any rational numbers; 1 and -1 in turn by default.
    """
    _BUILDER.admit(neuron, p, width=width)
    dataset, data = _BUILDER.samples("theorem-1", dataset, seed, n)
    if not balanced(dataset):
        raise InputError(
            f"samples hold some x without as many -x in its class; {CLAIM} needs each class to be "
            "balanced: add the missing ones, or draw by seed"
        )
    if W is None:
        W = [[(-1) ** (i + j) for j in range(width)] for i in range(dataset.d)]
    if len(W) != dataset.d or any(len(row) != width for row in W):
        raise InputError(f"W is not {dataset.d} x {width}; give a row for each coordinate")
    if any(not isinstance(v, int | Fraction) for row in W for v in row):
        raise InputError("W holds something else than ints and Fractions; give exact numbers")
    rows, a = [[Fraction(v) for v in row] for row in W], [Fraction(0)] * width
    constant = balancing_constant(dataset, p)
    network = _BUILDER.single_layer(neuron, constant, a, rows, deep, deep_neuron)
    return _BUILDER.minimum(dataset, p, data, network)


def balanced(dataset: Dataset) -> bool:
    """Say whether each class holds -x as often as x."""
    count = Counter(zip(dataset.y, dataset.x, strict=True))
    return all(count[y, tuple(-v for v in x)] == times for (y, x), times in count.items())


def balanced_probability(n: int, *, both: bool = False) -> Fraction:
    """Return the probability that 2n samples are balanced (and hold both classes); see the page."""
    orders = comb(2 * n, n)
    return Fraction(orders * (orders - 2 if both else orders), 16**n)


def balanced_by_counting(n: int) -> Fraction:
    """Return it without the formula: samples are balanced just if their sum's walk ends at 0."""
    ways = Counter({(0, 0): 1})
    for _ in range(2 * n):
        onwards: Counter[tuple[int, int]] = Counter()
        for (i, j), times in ways.items():
            for place in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
                onwards[place] += times
        ways = onwards
    return Fraction(ways[0, 0], 16**n)


def _decay() -> Iterator[Finding]:
    from flint import arb, fmpq

    for n in (1, 10, 100, 1000):
        chance = balanced_probability(n)
        ball = arb(fmpq(chance.numerator, chance.denominator))
        low, high = (1 / (arb.pi() * (n + arb(shift))) for shift in (0.5, 0.25))
        yield enclosed_less(f"P(balanced) > 1 / (pi (n + 1/2)) at n = {n}", low, ball)
        yield enclosed_less(f"P(balanced) < 1 / (pi (n + 1/4)) at n = {n}", ball, high)


def _shares(seed: int, trials: int) -> Finding:
    import numpy as np

    from lossurface.claims.tally import Tally

    rng, law, outside = np.random.default_rng(seed), setting.proposition_4(), 0
    for n in _SIZES:
        hits = sum(balanced(law.sample(rng, 2 * n)) for _ in range(trials))
        outside += not Tally((n,), (hits,), (trials,)).covers(0, float(balanced_probability(n)))
    statement = "balanced shares agree with the probability (99.99% intervals)"
    return sampled(statement, outside, len(_SIZES), f"{trials} draws for each n")


def findings(*, seed: int = 0, trials: int = 1000) -> Iterator[Finding]:
    """Yield what is checked; `trials`: draws for each size in the simulation."""
    import numpy as np

    for neuron in sorted(ODD):
        for p, width in ((2, 1), (3, 5), (6, 5)):
            certificate = certify(neuron, p, width)
            yield certified(certificate, f"{neuron}, p = {p}, M = {width}")
    yield certified(certify("tanh", 2, 3, deep=(2, 2)), "f_S + f_D")
    rng = np.random.default_rng(seed)
    for n in (3, 6):
        certificate = certify("tanh", 2, 2 * n + 1, _drawn(rng, 2 * n))
        yield certified(certificate, f"tanh on {2 * n} samples drawn, M = {2 * n + 1}")
    for n in range(1, 9):
        counted, formula = balanced_by_counting(n), balanced_probability(n)
        yield equal(f"P(balanced), counted, is C(2n,n)^2/16^n at n = {n}", counted, formula)
    chance = balanced_probability(2, both=True)
    yield less("with both classes present it is positive from n = 2 on", Fraction(0), chance)
    yield from _decay()
    yield _shares(seed, trials)
