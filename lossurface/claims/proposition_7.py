"""Proposition 7, verified: certificates, exact and enclosed, and how often samples allow them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lossurface.claims._verify import certified, misclassifying, verdict
from lossurface.claims.experiments_proposition_3 import inseparable_sample
from lossurface.claims.proposition_3 import separability_findings
from lossurface.counterexamples import proposition_7
from lossurface.exact import Certificate, Finding, Verdict

__all__ = ["certify", "verify"]


def certify(**choices: Any) -> Certificate:
    """Build the certificate; see `lossurface.counterexamples.proposition_7`."""
    return proposition_7(**choices)


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    for p in (2, 3, 6):
        for width, depth in ((1, 1), (9, 2), (2, 4)):
            certificate = proposition_7("relu", p, width, depth)
            yield certified(certificate, f"p = {p}, H of depth {depth} and width {width}")
    rng = np.random.default_rng(seed)
    for p, widths in ((2, (3,)), (3, (2, 2)), (6, (21,))):
        certificate = proposition_7(p=p, dataset=inseparable_sample(rng, 20), widths=widths)
        yield misclassifying(certificate, f"p = {p}, widths {widths}, 20 samples")
    yield from separability_findings(seed, trials)


def verify(*, seed: int = 0, trials: int = 100) -> Verdict:
    """Verify Proposition 7.

    Args:
        seed: of the samples.
        trials: datasets for each size in the experiment on separability.
    """
    headline = (
        "Bad local minima of a^T (x + H(x)) + b on symmetric and on sampled Theorem 1 data; "
        "samples are separable with a probability of at most 8(7/8)^n."
    )
    return verdict("proposition-7", _findings(seed, trials), headline)
