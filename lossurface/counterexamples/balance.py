"""How often samples from +-e_1 (positive) and +-e_2 (negative) are balanced (Proposition 4)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

from lossurface import InputError, setting
from lossurface.counterexamples.construction import at_least
from lossurface.setting.datasets import Dataset

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["balanced", "balanced_by_counting", "balanced_probability", "balanced_sample"]

CLAIM = "Proposition 4"
_DRAWS = 1_000_000


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
