"""Least squares on a few points, each drawn so and so often, in rational arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod

from lossurface.claims.tally import Tally
from lossurface.errors import InputError
from lossurface.exact.checker.arithmetic import dot
from lossurface.exact.linalg import solve


@dataclass(frozen=True)
class Points:
    """Points with labels, and the functions f = features^T beta that are fitted to them."""

    features: tuple[tuple[Fraction | int, ...], ...]  # (k, m), one row a point
    labels: tuple[int, ...]  # (k,), -1 or +1
    shares: tuple[Fraction, ...]  # (k,), the probability of each point

    def fit(self, counts: Sequence[int]) -> tuple[Fraction | None, ...]:
        """Return the values at the points of every minimiser of sum_k counts_k (y_k - f(x_k))^2.

        They are the projection of y, hence unique also where the minimisers form a family; None
        at a point that does not occur.

        Raises:
            InputError: counts (k,) are no natural numbers, of the wrong number, or all zero.
        """
        size = len(self.features)
        natural = all(type(count) is int and count >= 0 for count in counts)
        if len(counts) != size or not natural or not any(counts):
            raise InputError(f"counts are {counts!r}; give {size} integers >= 0, not all 0")
        columns = list(zip(*self.features, strict=True))
        weighted = [[n * v for n, v in zip(counts, column, strict=True)] for column in columns]
        gram = [[dot(row, column) for column in columns] for row in weighted]
        beta = solve(gram, [dot(row, self.labels) for row in weighted])  # the normal equations
        values = (dot(row, beta) for row in self.features)
        return tuple(v if n else None for n, v in zip(counts, values, strict=True))

    def error(self, counts: Sequence[int]) -> Fraction:
        """Return the training error of every minimiser, with sgn 0 = +1."""
        found = zip(counts, self.fit(counts), self.labels, strict=True)
        missed = sum(n for n, v, label in found if v is not None and (v >= 0) != (label > 0))
        return Fraction(missed, sum(counts))

    def bad(self, counts: Sequence[int]) -> bool:
        """Say whether that error exceeds 1/8."""
        return 8 * self.error(counts) > 1

    def probability(self, draws: int, event: Callable[[Sequence[int]], bool]) -> Fraction:
        """Return the probability that the counts of independent draws meet an event, exactly."""
        return sum(
            (
                Fraction(multinomial(counts))
                * prod(s**n for s, n in zip(self.shares, counts, strict=True))
                for counts in compositions(draws, len(self.shares))
                if event(counts)
            ),
            Fraction(0),
        )


def wrong_by_majority(counts: Sequence[int]) -> bool:
    """Say whether the error exceeds 1/8 once the points 0 and 2 are close to the origin.

    The smaller of these two groups is then wrong, whole, if every point occurs. The pages of
    Examples 2 and 3 prove it.
    """
    few, many = sorted((counts[0], counts[2]))
    return few < many and 8 * few > sum(counts) and min(counts) > 0


def error_share(
    points: Callable[[int], Points],
    sizes: Sequence[int],
    *,
    draws: int = 1,
    trials: int,
    seed: int,
) -> Tally:
    """Count, for each size, the trials whose global minima have an error above 1/8, exactly.

    A trial draws `draws * size` samples from the points of that size.
    """
    import numpy as np

    rng, hits = np.random.default_rng(seed), []
    for size in sizes:
        drawn = points(size)
        shares = [float(share) for share in drawn.shares]
        rows = rng.multinomial(draws * size, shares, size=trials).tolist()
        hits.append(sum(drawn.bad(row) for row in rows))
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))


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
