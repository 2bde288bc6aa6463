"""The paper's vocabulary: neurons, losses, networks, datasets, assumptions (sections 2 and 3.1)."""

from lossurface.setting.datasets import Dataset, contradictions
from lossurface.setting.losses import (
    LOSSES,
    Loss,
    dual_weights,
    dual_weights_exact,
    get_loss,
    logistic,
    polynomial_hinge,
    quadratic,
)
from lossurface.setting.neurons import CLASSES, NEURONS, Neuron, get_neuron, neurons_of

__all__ = [  # noqa: RUF022 - grouped by purpose
    # neurons
    "CLASSES",
    "NEURONS",
    "Neuron",
    "get_neuron",
    "neurons_of",
    # losses
    "LOSSES",
    "Loss",
    "dual_weights",
    "dual_weights_exact",
    "get_loss",
    "logistic",
    "polynomial_hinge",
    "quadratic",
    # data
    "Dataset",
    "contradictions",
]
