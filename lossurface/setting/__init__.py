"""The paper's vocabulary: neurons, losses, networks, datasets, assumptions (sections 2 and 3.1)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lossurface.setting.assumptions import *
    from lossurface.setting.datasets import *
    from lossurface.setting.distributions import *
    from lossurface.setting.losses import *
    from lossurface.setting.networks import *
    from lossurface.setting.neurons import *
    from lossurface.setting.problems import *

__all__ = [
    # neurons
    "CLASSES",
    "NEURONS",
    "Neuron",
    "get_neuron",
    "neurons_of",
    "staircase",
    # losses
    "LOSSES",
    "Loss",
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
    "exact_number",
    "feedforward",
    "identity_shortcut",
    "network_from_dict",
    "shortcut",
    "single_layer",
    # data
    "Dataset",
    "contradictions",
    # distributions
    "Distribution",
    "proposition_2_half_space",
    "proposition_2_rays",
    "proposition_3",
    "proposition_3_symmetric",
    "proposition_4",
    "proposition_5",
    "proposition_5_plane",
    "subspace",
    # assumptions
    "Answer",
    "assumption_1",
    "assumption_4",
    "assumption_5",
    "increasing_neuron",
    "monotone_neuron",
    "width_threshold",
    # all three together
    "Problem",
    "empirical_loss",
    "from_certificate",
    "training_error",
]

# In such an order that who needs little loads little.
_HOMES = ["datasets", "distributions", "neurons", "losses", "assumptions", "networks", "problems"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in _HOMES:
            module = import_module(f"{__name__}.{home}")
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
