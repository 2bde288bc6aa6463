"""The paper's vocabulary: neurons, losses, networks, datasets, assumptions (sections 2 and 3.1)."""

from lossurface.setting._layers import feedforward_torch, identity_torch, single_layer_torch
from lossurface.setting._numbers import Enclosed, exact_number
from lossurface.setting._staircase import Staircase, staircase
from lossurface.setting._widths import width_threshold
from lossurface.setting.architectures import ARCHITECTURES, Architecture, Parts
from lossurface.setting.assumptions import (
    Answer,
    assumption_1,
    assumption_4,
    assumption_5,
    increasing_neuron,
)
from lossurface.setting.datasets import Dataset, contradictions
from lossurface.setting.distributions import (
    Distribution,
    example_1,
    example_2,
    example_3,
    proposition_2_half_space,
    proposition_2_rays,
    proposition_3,
    proposition_3_symmetric,
    proposition_4,
    proposition_5,
    proposition_5_plane,
    separable,
    subspace,
)
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
from lossurface.setting.networks import (
    Deep,
    Network,
    feedforward,
    identity_shortcut,
    network_from_dict,
    shortcut,
    single_layer,
)
from lossurface.setting.neurons import CLASSES, NEURONS, Neuron, get_neuron, neurons_of
from lossurface.setting.problems import Problem, empirical_loss, from_certificate, training_error

__all__ = [
    # neurons
    "CLASSES",
    "NEURONS",
    "Neuron",
    "Staircase",
    "get_neuron",
    "neurons_of",
    "staircase",
    # losses
    "LOSSES",
    "Loss",
    "dual_weights",
    "dual_weights_exact",
    "get_loss",
    "logistic",
    "polynomial_hinge",
    "quadratic",
    # networks
    "ARCHITECTURES",
    "Architecture",
    "Deep",
    "Enclosed",
    "Network",
    "Parts",
    "exact_number",
    "feedforward",
    "feedforward_torch",
    "identity_shortcut",
    "identity_torch",
    "network_from_dict",
    "shortcut",
    "single_layer",
    "single_layer_torch",
    # data
    "Dataset",
    "contradictions",
    # distributions
    "Distribution",
    "example_1",
    "example_2",
    "example_3",
    "proposition_2_half_space",
    "proposition_2_rays",
    "proposition_3",
    "proposition_3_symmetric",
    "proposition_4",
    "proposition_5",
    "proposition_5_plane",
    "separable",
    "subspace",
    # assumptions
    "Answer",
    "assumption_1",
    "assumption_4",
    "assumption_5",
    "increasing_neuron",
    "width_threshold",
    # all three together
    "Problem",
    "empirical_loss",
    "from_certificate",
    "training_error",
]
