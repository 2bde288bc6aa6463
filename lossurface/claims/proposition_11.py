"""Proposition 11, verified: on random datasets that violate it, a certified bad local minimum."""

from __future__ import annotations

from collections.abc import Iterator

from lossurface.claims import verdict
from lossurface.claims.experiments_proposition_11 import RING, subspace_sample
from lossurface.claims.experiments_proposition_12 import decided, met, trap_findings, trapped
from lossurface.claims.traps import decide
from lossurface.conditions import Space, assumption_3
from lossurface.exact import Certificate, Finding, Verdict, every
from lossurface.exact.checker.format import CONVEX, EVEN
from lossurface.setting import Dataset

__all__ = ["certify", "verify"]


def certify(
    neuron: str = "softplus", p: int = 6, width: int = 1, dataset: Dataset = RING
) -> Certificate:
    """Build a bad local minimum on a dataset that violates the condition.

    Args:
        neuron: analytic and strictly convex, such as `softplus`, `exp` or `cosh`.
        p: the hinge power, 2 to 60.
        width: M, any.
        dataset: two classes.

    Raises:
        InputError: the condition does not fail on the dataset, or a choice is out of range.

    Source: Proposition 11; the construction is ours.
    """
    return trapped(dataset, decide(dataset, "proposition-11"), neuron, p, width)


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    cases = [(RING, decide(RING, "proposition-11"))]
    cases += decided("proposition-11", trials=trials, seed=seed)
    yield every("every verdict on a dataset has a certificate that rechecks",
                (found.finding for _, found in cases if found.finding is not None))  # fmt: skip
    traps = list(trap_findings(cases, (*CONVEX, *EVEN), (2, 3, 6)))
    yield every("where the condition fails, there is a local minimum", (t[0] for t in traps))
    yield every("where the condition fails, that local minimum misclassifies a sample",
                (t[1] for t in traps))  # fmt: skip
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


def verify(*, seed: int = 0, trials: int = 24) -> Verdict:
    """Verify Proposition 11: a violated condition gives a bad local minimum.

    Args:
        seed: of the datasets.
        trials: random datasets.
    """
    headline = (
        "Datasets decided with exact certificates; on each where the condition fails, a bad local "
        "minimum of some f_S + f_D."
    )
    return verdict("proposition-11", _findings(seed, trials), headline)
