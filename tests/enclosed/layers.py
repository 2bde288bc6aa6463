"""A small network's loss in balls: four samples on the axes, symmetric within each class."""

from __future__ import annotations

from fractions import Fraction

from lossurface.enclosed.single_layer import SingleLayer
from lossurface.setting import get_neuron, polynomial_hinge

POINTS = [[Fraction(1), 0], [Fraction(-1), 0], [0, Fraction(1)], [0, Fraction(-1)]]
LABELS = [1, 1, -1, -1]


def layer(neuron="softplus", loss=None, samples=POINTS, labels=LABELS, M=1, l2=0):
    """Return the loss of M neurons on the samples."""
    loss = loss or polynomial_hinge(3)
    return SingleLayer(
        get_neuron(neuron).ball_derivative, loss.ball_derivative, samples, labels, M, l2
    )
