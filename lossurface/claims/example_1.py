"""Example 1, verified: exact moments, and least squares on samples beside them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lossurface.claims._verify import verdict
from lossurface.counterexamples.example_1 import example_1
from lossurface.exact import Finding, Verdict, equal, less, sampled

__all__ = ["sampled_errors", "verify"]

SAMPLES = 4000


def sampled_errors(trials: int, seed: int, samples: int = SAMPLES) -> list[float]:
    """Return the population error of the least-squares fit to samples, once for each trial.

    Args:
        trials: how many independent datasets to fit.
        seed: of the datasets.
        samples: size of each dataset.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    errors = []
    for _ in range(trials):
        y = rng.choice((-1.0, 1.0), size=samples)
        x = np.where(y > 0, 1.25, rng.uniform(0.0, 1.0, size=samples))
        design = np.stack([x, np.ones(samples)], axis=1)
        a, b = np.linalg.lstsq(design, y, rcond=None)[0]
        errors.append(float(np.clip(1 + b / a, 0.0, 1.0)) / 2)  # P(X > -b/a) for the negatives
    return errors


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    fit = example_1()
    yield equal("the derivative by a at the minimiser is 0", fit.gradient[0], 0)
    yield equal("the derivative by b at the minimiser is 0", fit.gradient[1], 0)
    yield equal("the second moments are positive definite: no other minimiser", int(fit.unique), 1)
    yield equal("the slope is 72/35", fit.a, Fraction(72, 35))
    yield equal("the intercept is -9/5", fit.b, Fraction(-9, 5))
    yield equal("the boundary is 7/8", fit.boundary, Fraction(7, 8))
    yield equal("the error is 1/16", fit.error, Fraction(1, 16))
    # The same model can do better: any boundary in (1, 5/4] classifies everything.
    yield less("every negative lies below 9/8", Fraction(1), Fraction(9, 8))
    yield less("every positive lies above 9/8", Fraction(9, 8), Fraction(5, 4))
    errors = sampled_errors(trials, seed)
    zero = sum(error < 1 / 32 for error in errors)
    yield sampled(f"least squares on {SAMPLES} samples keeps an error above 1/32", zero, trials)


def verify(*, seed: int = 0, trials: int = 100) -> Verdict:
    """Verify Example 1.

    Args:
        seed: of the sampled datasets.
        trials: how many datasets to fit.
    """
    headline = "The unique minimiser 72/35 x - 9/5 misclassifies exactly 1/16 of separable data."
    return verdict("example-1", _findings(seed, trials), headline)
