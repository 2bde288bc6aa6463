"""Example 1: the quadratic loss over a whole population, in one dimension, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lossurface.exact import Finding, equal, less, sampled
from lossurface.exact.linalg import positive_definite, solve

HEADLINE = "The unique minimiser 72/35 x - 9/5 misclassifies exactly 1/16 of separable data."

SAMPLES = 4000
# E[X], E[X^2] and E[XY], by class: X = 5/4 if Y = 1, and uniform on [0, 1] if Y = -1; E[Y] = 0
MEAN = (Fraction(5, 4) + Fraction(1, 2)) / 2
SQUARE = (Fraction(5, 4) ** 2 + Fraction(1, 3)) / 2
PRODUCT = (Fraction(5, 4) - Fraction(1, 2)) / 2
_MOMENTS = [[SQUARE, MEAN], [MEAN, Fraction(1)]]


def example_1() -> tuple[Fraction, Fraction]:
    """Return a and b of the line a x + b that minimises E[(1 - Y f(X))^2] = E[(Y - f(X))^2]."""
    a, b = solve(_MOMENTS, [PRODUCT, Fraction(0)])
    return a, b


def sampled_errors(trials: int, seed: int) -> list[float]:
    """Return the population error of the least-squares fit to 4000 samples, once for each trial."""
    import numpy as np

    rng = np.random.default_rng(seed)
    errors = []
    for _ in range(trials):
        y = rng.choice((-1.0, 1.0), size=SAMPLES)
        x = np.where(y > 0, 1.25, rng.uniform(0.0, 1.0, size=SAMPLES))
        design = np.stack([x, np.ones(SAMPLES)], axis=1)
        a, b = np.linalg.lstsq(design, y, rcond=None)[0]
        errors.append(float(np.clip(1 + b / a, 0.0, 1.0)) / 2)  # P(X > -b/a) for the negatives
    return errors


def findings(*, seed: int = 0, trials: int = 100) -> Iterator[Finding]:
    """Yield what is checked; `trials`: how many datasets to fit."""
    a, b = example_1()
    by_a, by_b = 2 * (SQUARE * a + MEAN * b - PRODUCT), 2 * (MEAN * a + b)
    unique = int(positive_definite(_MOMENTS))
    error = (1 + b / a) / 2  # half the negatives' share of [-b/a, 1]; the positives are right
    yield equal("the derivative by a at the minimiser is 0", by_a, 0)
    yield equal("the derivative by b at the minimiser is 0", by_b, 0)
    yield equal("the second moments are positive definite: no other minimiser", unique, 1)
    yield equal("the slope is 72/35", a, Fraction(72, 35))
    yield equal("the intercept is -9/5", b, Fraction(-9, 5))
    yield equal("the boundary is 7/8", -b / a, Fraction(7, 8))
    yield equal("the share misclassified is 1/16", error, Fraction(1, 16))
    # The same model can do better: any boundary in (1, 5/4] classifies everything.
    yield less("every negative lies below 9/8", Fraction(1), Fraction(9, 8))
    yield less("every positive lies above 9/8", Fraction(9, 8), Fraction(5, 4))
    errors = sampled_errors(trials, seed)
    zero = sum(error < 1 / 32 for error in errors)
    yield sampled(f"least squares on {SAMPLES} samples misclassifies more than 1/32", zero, trials)
