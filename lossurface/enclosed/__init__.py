"""What is proved about a point: critical, degenerate, or with a curve along which the loss falls.

Ball arithmetic (python-flint's `arb`): whatever the balls that go in contain, the balls that come
out contain the true value. Floats give hints, and no torch is needed.
"""

from lossurface.enclosed.degenerate import Classification, classify_polynomial
from lossurface.enclosed.krawczyk import BallFunction, Enclosure, enclose
from lossurface.enclosed.single_layer import SingleLayer, balls

__all__ = [
    # the loss in balls
    "SingleLayer",
    "balls",
    # critical points
    "BallFunction",
    "Classification",
    "Enclosure",
    "classify_polynomial",
    "enclose",
]
