"""Least squares on a few distinct points with counts, in rational arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod

from lossurface import InputError
from lossurface.exact.linalg import dot, solve

__all__ = ["Fit", "compositions", "fit_counts", "multinomial"]


@dataclass(frozen=True)
class Fit:
    """What every minimiser of sum_k counts_k (y_k - f(x_k))^2 does on the points that occur.

    Where the minimisers form a family their values there still agree: the values are the projection
    of y, which is unique. So the training error is that of every global minimum.

    Attributes:
        values: (k,), f at each point; None at a point that does not occur.
        labels: (k,), -1 or +1.
        counts: (k,), how often each point occurs.
        unique: whether the parameters are unique as well.
    """

    values: tuple[Fraction | None, ...]
    labels: tuple[int, ...]
    counts: tuple[int, ...]
    unique: bool

    @property
    def wrong(self) -> tuple[bool, ...]:
        """(k,), whether each point occurs and is misclassified, with sgn 0 = +1."""
        return tuple(
            value is not None and (value >= 0) != (label > 0)
            for value, label in zip(self.values, self.labels, strict=True)
        )

    @property
    def error(self) -> Fraction:
        """The training error."""
        pairs = zip(self.counts, self.wrong, strict=True)
        return Fraction(sum(count for count, wrong in pairs if wrong), sum(self.counts))


def fit_counts(
    features: Sequence[Sequence[Fraction]], labels: Sequence[int], counts: Sequence[int]
) -> Fit:
    """Fit parameters beta to labels by least squares.

    Args:
        features: (k, m), f(x_k) = features_k^T beta.
        labels: (k,), -1 or +1.
        counts: (k,), how often each point occurs, at least one of them in all.

    Raises:
        InputError: counts are no natural numbers, of the wrong number, or all zero.
    """
    fits = len(counts) == len(features)
    if not fits or any(type(count) is not int or count < 0 for count in counts) or not any(counts):
        raise InputError(f"counts are {counts!r}; give {len(features)} integers >= 0, not all 0")
    used = [k for k, count in enumerate(counts) if count]
    size = len(features[0])
    gram = [
        [sum((counts[k] * features[k][i] * features[k][j] for k in used), Fraction(0))
         for j in range(size)]
        for i in range(size)
    ]  # fmt: skip
    right = [
        sum((counts[k] * labels[k] * features[k][i] for k in used), Fraction(0))
        for i in range(size)
    ]
    beta = solve(gram, right)
    values = tuple(dot(features[k], beta) if counts[k] else None for k in range(len(features)))
    # with as many points as parameters, and the points in general position, the fit is unique
    return Fit(values, tuple(labels), tuple(counts), len(used) >= size)


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to write `total` as an ordered sum of `parts` natural numbers."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def multinomial(counts: Sequence[int]) -> int:
    """Return the number of orders in which the counts can come up."""
    return factorial(sum(counts)) // prod(factorial(count) for count in counts)
