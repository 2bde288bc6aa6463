"""Proposition 4: neurons with sigma(z) + sigma(-z) constant cannot use balanced data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

from lossurface import InputError, setting
from lossurface.claims import verdict
from lossurface.claims.construction import Builder, at_least, balancing_constant, certified
from lossurface.exact import (
    Certificate,
    Finding,
    Verdict,
    enclosed_less,
    equal,
    less,
    sampled,
)
from lossurface.exact.checker.format import ODD
from lossurface.setting import Dataset

if TYPE_CHECKING:
    from numpy.random import Generator

    from lossurface.claims.tally import Tally

__all__ = [
    "CROSS",
    "balanced",
    "balanced_by_counting",
    "balanced_probability",
    "balanced_sample",
    "balanced_share",
    "certify",
    "verify",
]

CLAIM = "Proposition 4"
CROSS = Dataset.of([(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])
_SIZES = (2, 5, 10)
_DRAWS = 1_000_000


def _drawn(rng: Generator, n: int) -> Dataset:
    if at_least("n", n, 4, CLAIM) % 2:
        raise InputError(f"n is {n}; balanced samples come in pairs: give an even n")
    return balanced_sample(rng, n // 2)


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

    Raises:
        InputError: a condition of the claim is broken; the message says which.
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
    """Return the probability that 2n samples are balanced, exactly: C(2n, n)^2 / 16^n.

    Of 2n independent samples from +-e_1 (positive), +-e_2 (negative), k positive pairs and n - k
    negative pairs have (2n)! / (k!^2 (n-k)!^2) = C(2n, n) C(n, k)^2 orders, and sum_k C(n, k)^2 =
    C(2n, n). As 1 / sqrt(pi (n + 1/2)) < C(2n, n) / 4^n < 1 / sqrt(pi (n + 1/4)), it lies between
    1 / (pi (n + 1/2)) and 1 / (pi (n + 1/4)): it decays as 1 / (pi n).

    Args:
        n: at least 1.
        both: ask for samples of both classes too (leave out k = 0 and k = n).

    Raises:
        InputError: n is not an integer >= 1.
    """
    at_least("n", n, 1, CLAIM)
    whole = comb(2 * n, n) ** 2 - (2 * comb(2 * n, n) if both else 0)
    return Fraction(whole, 16**n)


def balanced_by_counting(n: int) -> Fraction:
    """Return the same probability by counting: no formula, all 4^(2n) draws followed as a walk.

    A draw is one of +-e_1, +-e_2. The walk that adds them up is back at 0 just when balanced.

    Raises:
        InputError: n is not an integer >= 1.
    """
    at_least("n", n, 1, CLAIM)
    reached = Counter({(0, 0): 1})
    for _ in range(2 * n):
        onwards: Counter[tuple[int, int]] = Counter()
        for (i, j), ways in reached.items():
            for step in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
                onwards[step] += ways
        reached = onwards
    return Fraction(reached[0, 0], 16**n)


def balanced_sample(rng: Generator, n: int) -> Dataset:
    """Draw 2n samples again and again until they are balanced and hold both classes.

    Args:
        rng: the source of all randomness.
        n: at least 2; fewer samples cannot be so.

    Raises:
        InputError: n < 2, or none was met.
    """
    at_least("n", n, 2, CLAIM)
    for _ in range(_DRAWS):
        dataset = setting.proposition_4().sample(rng, 2 * n)
        if dataset.n_plus and dataset.n_minus and balanced(dataset):
            return dataset
    raise InputError(f"none of {_DRAWS} draws of {2 * n} samples was balanced; give a smaller n")


def balanced_share(sizes: Sequence[int], *, trials: int, seed: int) -> Tally:
    """Count the draws of 2n samples that are balanced.

    Args:
        sizes: the values of n.
        trials: draws for each.
        seed: of the draws.
    """
    import numpy as np

    from lossurface.claims.tally import Tally

    rng = np.random.default_rng(seed)
    law = setting.proposition_4()
    hits = [sum(balanced(law.sample(rng, 2 * n)) for _ in range(trials)) for n in sizes]
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))


def _decay() -> Iterator[Finding]:
    from flint import arb, fmpq

    for n in (1, 10, 100, 1000):
        chance = balanced_probability(n)
        ball = arb(fmpq(chance.numerator, chance.denominator))
        low, high = (1 / (arb.pi() * (n + arb(shift))) for shift in (0.5, 0.25))
        yield enclosed_less(f"P(balanced) > 1 / (pi (n + 1/2)) at n = {n}", low, ball)
        yield enclosed_less(f"P(balanced) < 1 / (pi (n + 1/4)) at n = {n}", ball, high)


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    for neuron in sorted(ODD):
        for p, width in ((2, 1), (3, 5), (6, 5)):
            certificate = certify(neuron, p, width)
            yield certified(certificate, f"{neuron}, p = {p}, M = {width}")
    yield certified(certify("tanh", 2, 3, deep=(2, 2)), "f_S + f_D")
    rng = np.random.default_rng(seed)
    for n in (3, 6):
        certificate = certify("tanh", 2, 2 * n + 1, balanced_sample(rng, n))
        yield certified(certificate, f"tanh on {2 * n} samples drawn, M = {2 * n + 1}")
    for n in range(1, 9):
        counted, formula = balanced_by_counting(n), balanced_probability(n)
        yield equal(f"P(balanced), counted, is C(2n,n)^2/16^n at n = {n}", counted, formula)
    yield less("with both classes present it is positive from n = 2 on", Fraction(0),
               balanced_probability(2, both=True))  # fmt: skip
    yield from _decay()
    shares = balanced_share(_SIZES, trials=trials, seed=seed)
    outside = sum(
        not shares.covers(k, float(balanced_probability(n))) for k, n in enumerate(_SIZES)
    )
    statement = "balanced shares agree with the probability (99.99% intervals)"
    yield sampled(statement, outside, len(_SIZES), f"{trials} draws for each n")


def verify(*, seed: int = 0, trials: int = 1000) -> Verdict:
    """Verify Proposition 4.

    Args:
        seed: of the samples.
        trials: draws for each size in the simulation.
    """
    headline = (
        "Minima, global over f_S, with training error min(n_+, n_-)/2n on balanced Theorem 1 data; "
        "2n samples are balanced with probability C(2n,n)^2/16^n, about 1/(pi n)."
    )
    return verdict("proposition-4", _findings(seed, trials), headline)
