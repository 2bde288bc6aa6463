"""The paper's vocabulary: neurons, losses, networks, datasets, assumptions (sections 2 and 3.1)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lossurface.setting._layers import feedforward_torch, identity_torch, single_layer_torch
    from lossurface.setting._staircase import Staircase, staircase
    from lossurface.setting.architectures import ARCHITECTURES, Architecture, Parts
    from lossurface.setting.assumptions import (
        Answer,
        assumption_1,
        assumption_4,
        assumption_5,
        increasing_neuron,
        width_threshold,
    )
    from lossurface.setting.datasets import Dataset, Enclosed, contradictions, exact_number
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
    from lossurface.setting.problems import (
        Problem,
        empirical_loss,
        from_certificate,
        training_error,
    )
else:  # a name is loaded when it is asked for, so that who needs little loads little
    _HOMES = {
        "_layers": "feedforward_torch identity_torch single_layer_torch",
        "_staircase": "Staircase staircase",
        "architectures": "ARCHITECTURES Architecture Parts",
        "assumptions": (
            "Answer assumption_1 assumption_4 assumption_5 increasing_neuron width_threshold"
        ),
        "datasets": "Dataset Enclosed contradictions exact_number",
        "distributions": (
            "Distribution example_1 example_2 example_3 proposition_2_half_space "
            "proposition_2_rays proposition_3 proposition_3_symmetric proposition_4 "
            "proposition_5 proposition_5_plane separable subspace"
        ),
        "losses": (
            "LOSSES Loss dual_weights dual_weights_exact get_loss logistic polynomial_hinge "
            "quadratic"
        ),
        "networks": (
            "Deep Network feedforward identity_shortcut network_from_dict shortcut single_layer"
        ),
        "neurons": "CLASSES NEURONS Neuron get_neuron neurons_of",
        "problems": "Problem empirical_loss from_certificate training_error",
    }

    def __getattr__(name: str) -> Any:
        for module, names in _HOMES.items():
            if name in names.split():
                return getattr(import_module(f"{__name__}.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __all__


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
