"""Proposition 11: what any dataset must meet, or some f_D makes a bad local minimum."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.claims.traps import case_findings, decide, decided, met
from lossurface.conditions import Space, assumption_3, bad_minimum, proposition_11
from lossurface.exact import Certificate, Finding, every
from lossurface.exact.checker.format import CONVEX, EVEN
from lossurface.setting import Dataset

if TYPE_CHECKING:
    import numpy as np

HEADLINE = (
    "Datasets decided with exact certificates; on each where the condition fails, a bad local "
    "minimum of some f_S + f_D."
)

# The negatives lie among the positives and are less spread out in every direction.
RING = Dataset.of(
    [[3, 0], [-3, 0], [0, 3], [0, -3], [1, 1], [-1, -1]],
    [1, 1, 1, 1, -1, -1],
)


def certify(
    neuron: str = "softplus", p: int = 6, width: int = 1, dataset: Dataset = RING
) -> Certificate:
    """Build a bad local minimum on a dataset of two classes that violates the condition.

    The neuron is analytic and strictly convex, such as `softplus`, `exp` or `cosh`; p is 2 to 60.

    Raises:
        InputError: the condition does not fail on the dataset, or a choice is out of range.

    Source: Proposition 11; the construction is ours.
    """
    space = Space(dataset)
    return bad_minimum(space, proposition_11(space), neuron, p, width)


def shifted(by: float | str | Fraction) -> Dataset:
    """Return a tall class of four inside a class of seven, moved by `by` along x_1.

    At 0 both classes can be weighted to have one mean, the positives the larger spread.
    """
    outer = [(3, 0), (2, 2), (0, 3), (-2, 2), (-3, 0), (-1, -3), (2, -2)]
    inner = [("0", "2.2"), ("0.3", "2"), ("0", "-2.2"), ("-0.3", "-1.8")]
    move = Fraction(str(by))
    rows: list[tuple[object, object]] = [*outer]
    rows += [(Fraction(x) + move, y) for x, y in inner]
    return Dataset.of(rows, [1] * len(outer) + [-1] * len(inner))


def subspace_sample(rng: np.random.Generator, half: int) -> Dataset:
    """Draw Theorem 1's data in space: positives with x_3 = 0, negatives with x_1 = 0."""
    import numpy as np

    X = np.round(rng.normal(size=(2 * half, 3)) * 2**10) / 2**10
    X[:half, 2] = 0.0
    X[half:, 0] = 0.0
    return Dataset.of(X, [1] * half + [-1] * half)


def findings(*, seed: int = 0, trials: int = 24) -> Iterator[Finding]:
    """Yield what is checked; `trials`: random datasets."""
    import numpy as np

    cases = [(RING, decide(RING, "proposition-11"))]
    cases += decided("proposition-11", trials=trials, seed=seed)
    yield from case_findings(cases, (*CONVEX, *EVEN))
    rng = np.random.default_rng(seed)
    theorem_1 = [decide(subspace_sample(rng, half), "proposition-11") for half in (3, 5, 8)]
    yield every("data of Theorem 1 satisfy the condition, as they must", map(met, theorem_1))
    others = [(d, c) for d, c in cases if c.verdict == "holds" and _fails_assumption_3(d)]
    if others:
        yield every(
            "some datasets that break Assumption 3 satisfy the condition too",
            (met(c) for _, c in others),
        )


def _fails_assumption_3(dataset: Dataset) -> bool:
    return assumption_3(Space(dataset)).verdict == "fails"
