"""Counts of an experiment, with exact binomial intervals."""

from __future__ import annotations

from dataclasses import dataclass

from lossurface.errors import InputError


@dataclass(frozen=True)
class Tally:
    """How often something happened, at each value of what was varied.

    Raises:
        InputError: the lengths differ, or a count is impossible.
    """

    x: tuple[float, ...]  # (k,), what was varied: a width, a number of samples
    hits: tuple[int, ...]  # (k,), in how many trials it happened
    trials: tuple[int, ...]  # (k,), how many there were, each at least 1

    def __post_init__(self) -> None:
        if not len(self.x) == len(self.hits) == len(self.trials):
            raise InputError("x, hits and trials differ in length; give one of each per value")
        if any(not 0 <= h <= t or t < 1 for h, t in zip(self.hits, self.trials, strict=True)):
            raise InputError("counts are impossible; give 0 <= hits <= trials and trials >= 1")

    @property
    def series(self) -> tuple[tuple[float, ...], tuple[int, ...], tuple[int, ...]]:
        """The triple that `lossurface.show.plot.probability` draws."""
        return self.x, self.hits, self.trials

    def share(self, k: int = -1) -> float:
        """Return the share of hits at the k-th value."""
        return self.hits[k] / self.trials[k]

    def interval(self, k: int = -1, confidence: float = 0.95) -> tuple[float, float]:
        """Return the Clopper-Pearson interval of the probability at the k-th value."""
        from scipy.special import betaincinv  # scipy.stats takes half a second to load

        hits, trials, tail = self.hits[k], self.trials[k], (1 - confidence) / 2
        low = float(betaincinv(hits, trials - hits + 1, tail)) if hits else 0.0
        high = float(betaincinv(hits + 1, trials - hits, 1 - tail)) if hits < trials else 1.0
        return low, high

    def covers(self, k: int, probability: float) -> bool:
        """Say whether a probability lies in the 99.99% interval at the k-th value."""
        low, high = self.interval(k, 0.9999)
        return low <= probability <= high

    def line(self, k: int = -1) -> str:
        """Return "hits of trials, interval" at the k-th value, for print."""
        low, high = self.interval(k)
        return f"{self.hits[k]} of {self.trials[k]}, 95% interval [{low:.3g}, {high:.3g}]"
