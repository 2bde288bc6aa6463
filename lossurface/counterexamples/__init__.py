"""Builders of certified bad local minima, one for each proposition.

A builder proposes parameters, dual weights and a radius; `lossurface.exact` has the last word, and
no certificate leaves a builder that its checker has not accepted.
"""

from lossurface.counterexamples.proposition_2 import proposition_2
from lossurface.counterexamples.proposition_5 import proposition_5

__all__ = ["proposition_2", "proposition_5"]
