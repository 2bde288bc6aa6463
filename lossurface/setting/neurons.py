"""The paper's neurons, by name (section 4.1, Figure 2a), each in all its forms.

`NEURONS` holds them in the order softplus, ReLU, leaky-ReLU, sigmoid, quadratic class.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lossurface.errors import InputError
from lossurface.setting._convex import CONVEX
from lossurface.setting._neuron import ANALYTIC, CLASSES, Neuron
from lossurface.setting._piecewise import PIECEWISE
from lossurface.setting._sigmoid import SIGMOID

__all__ = ["ANALYTIC", "CLASSES", "NEURONS", "Neuron", "get_neuron", "neurons_of"]

_ORDER = (
    *("softplus", "softplus-e", "exp"),
    *("threshold", "relu", "requ"),
    *("leaky-relu", "elu", "linear"),
    *("sigmoid", "tanh", "arctan", "softsign", "constant"),
    *("quadratic", "cosh", "quartic"),
)
_BY_NAME = {neuron.name: neuron for neuron in (*CONVEX, *PIECEWISE, *SIGMOID)}

NEURONS: Mapping[str, Neuron] = MappingProxyType({name: _BY_NAME[name] for name in _ORDER})
"""Name to neuron, read only."""


def get_neuron(name: str) -> Neuron:
    """Return the neuron of that name.

    Raises:
        InputError: there is none.
    """
    try:
        return NEURONS[name]
    except (KeyError, TypeError):
        raise InputError(f"neuron {name!r} is not known; use one of {', '.join(NEURONS)}") from None


def neurons_of(class_name: str) -> tuple[Neuron, ...]:
    """Return the neurons that belong to a class of `CLASSES`.

    Raises:
        InputError: there is no such class.
    """
    if class_name not in CLASSES:
        raise InputError(
            f"neuron class {class_name!r} is not known; use one of {', '.join(CLASSES)}"
        )
    return tuple(neuron for neuron in NEURONS.values() if class_name in neuron.classes)
