"""Companion to *Understanding the Loss Surface of Neural Networks for Binary Classification*.

Search in floating point, check in exact arithmetic. Importing the package loads nothing heavy.
"""

from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError

if TYPE_CHECKING:
    from lossurface.claims.check import Report

__all__ = ["InputError", "__version__", "check"]

__version__ = "0.1.0"


def check(X: Any, y: Any, **choices: Any) -> "Report":
    """Say which of the paper's guarantees hold for a network on a dataset, with certificates.

    Args:
        X: (n, d) samples: array, tensor, nested lists or data frame.
        y: (n,) labels of two classes; or the name of a column of the data frame X.
        choices: `neuron`, `loss`, `p`, `width`, `architecture`, `positive` and `rank_tolerance`, as
            in `lossurface.claims.check`.

    Raises:
        InputError: the data or a choice is unusable; the message names row and column.
    """
    from lossurface.claims.check import check as decide

    return decide(X, y, **choices)
