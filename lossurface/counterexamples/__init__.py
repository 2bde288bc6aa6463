"""Builders of certified bad local minima, one for each proposition; the quadratic loss's examples.

A builder proposes parameters, dual weights and a radius; `lossurface.exact` has the last word, and
no certificate leaves a builder that its checker has not accepted.
"""

from lossurface.counterexamples.proposition_2 import proposition_2
from lossurface.counterexamples.proposition_3 import proposition_3
from lossurface.counterexamples.proposition_4 import proposition_4
from lossurface.counterexamples.proposition_5 import proposition_5
from lossurface.counterexamples.proposition_6 import proposition_6
from lossurface.counterexamples.proposition_7 import proposition_7

__all__ = [
    "proposition_2",
    "proposition_3",
    "proposition_4",
    "proposition_5",
    "proposition_6",
    "proposition_7",
]
