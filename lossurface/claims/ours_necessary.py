"""A condition on the data that every smooth neuron needs (ours): Proposition 11 sharpened.

The page `beyond/necessary` proves what is said here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossurface.claims.proposition_11 import RING, subspace_sample
from lossurface.claims.traps import case_findings, decide, drawn, lifted, met
from lossurface.conditions import Space, bad_minimum, necessary
from lossurface.exact import Certificate, Finding, every
from lossurface.exact.checker.format import CONVEX, EVEN
from lossurface.exact.findings import decided
from lossurface.setting import Dataset

if TYPE_CHECKING:
    import numpy as np

HEADLINE = (
    "Datasets in one plane, or two parallel ones, decided with exact certificates; where the "
    "condition fails, a bad local minimum, with a constant feature too."
)

# Two parallel planes: no S is definite, but on x_3 = 1 the positives surround the negative.
RINGS = Dataset.of(
    [(3, 1, 1), (0, 2, 1), (-3, -3, 1), (1, 1, 1), (1, 1, 0), (-1, -1, 0), (1, -1, 0), (-1, 1, 0)],
    [1, 1, 1, -1, 1, 1, -1, -1],
)


def certify(
    neuron: str = "softplus", p: int = 6, width: int = 1, dataset: Dataset = RINGS
) -> Certificate:
    """Build a bad local minimum on a dataset that violates the sharpened condition.

    The neuron is `softplus`, `softplus-e`, `exp`, `cosh`, `quadratic` or `quartic`; p is 2 to 60.

    Raises:
        InputError: the condition does not fail on the dataset, or a choice is out of range.

    Source: ours; the page `beyond/necessary`.
    """
    space = Space(dataset)
    return bad_minimum(space, necessary(space), neuron, p, width)


def planes(rng: np.random.Generator) -> Dataset:
    """Draw two classes in each of the planes x_3 = 0 and x_3 = 1, round ones or stretched."""
    rows: list[object] = []
    labels: list[int] = []
    for height in (0, 1):
        plus, minus = (int(k) for k in rng.integers(2, 6, size=2))
        part = drawn(rng, 2, plus, minus, float(rng.choice([1, 8])))
        rows += [(*row, height) for row in part.x]
        labels += part.y
    return Dataset.of(rows, labels)


def findings(*, seed: int = 0, trials: int = 16) -> Iterator[Finding]:
    """Yield what is checked; `trials`: random datasets in two planes, and as many in one."""
    import numpy as np

    rng = np.random.default_rng(seed)
    data = [RINGS, RING, *(planes(rng) for _ in range(trials))]
    for _ in range(trials):
        plus, minus = (int(k) for k in rng.integers(3, 8, size=2))
        data.append(lifted(drawn(rng, 2, plus, minus, float(rng.choice([1, 8])))))
    cases = [(one, decide(one, "ours-necessary")) for one in data]
    flat = [case for case in cases if case[0] is not RING]
    yield from case_findings(cases, (*CONVEX, *EVEN))
    yield every("where the samples lie in two parallel planes, or in one off the origin, they "
                "satisfy the condition of Proposition 11",
                (met(decide(one, "proposition-11")) for one, _ in flat))  # fmt: skip
    raised = (decide(lifted(one), "ours-necessary").verdict for one, _ in cases)
    pairs = zip(raised, cases, strict=True)
    yield every("a constant feature changes no verdict",
                (decided("the verdict is the same", word == found.verdict, "exact", word)
                 for word, (_, found) in pairs))  # fmt: skip
    theorem_1 = (decide(subspace_sample(rng, half), "ours-necessary") for half in (3, 5, 8))
    yield every("data of Theorem 1 satisfy the condition, as they must", map(met, theorem_1))
