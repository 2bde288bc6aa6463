"""Networks with their parameters: f_S, f_D, f_S + f_D, and the identity shortcut (Figure 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.setting._staircase import Staircase, staircase
from lossurface.setting.architectures import Architecture, Parts
from lossurface.setting.datasets import (
    Enclosed,
    Number,
    exact_number,
    finite_floats,
    parse_number,
)
from lossurface.setting.neurons import Neuron, get_neuron

if TYPE_CHECKING:
    import torch
    from flint import arb
    from torch import Tensor

__all__ = [
    "Deep",
    "Network",
    "feedforward",
    "identity_shortcut",
    "network_from_dict",
    "shortcut",
    "single_layer",
]

Matrix = Sequence[Sequence[Number]]


@dataclass(frozen=True)
class Deep:
    """A feedforward part: f_D, H, or a whole feedforward network.

    Raises:
        InputError: no layers, or layers that do not fit together.
    """

    neuron: Neuron | None  # the hidden neurons; None only without hidden layers
    layers: tuple[tuple[Matrix, Sequence[Number]], ...]  # W (in rows of out), b (out); last linear

    def __post_init__(self) -> None:
        if not self.layers:
            raise InputError("a feedforward network has no layers; give at least the output layer")
        if len(self.layers) > 1 and self.neuron is None:
            raise InputError("a feedforward network with hidden layers needs a neuron")
        for index, (W, b) in enumerate(self.layers):
            if not W or any(len(row) != len(b) for row in W):
                raise InputError(f"layer {index + 1}: every row of W needs one entry for each of b")
            if index and len(W) != len(self.layers[index - 1][1]):
                raise InputError(
                    f"layer {index + 1}: W has {len(W)} rows and the layer before gives "
                    f"{len(self.layers[index - 1][1])} values; make them equal"
                )

    @property
    def inputs(self) -> int:
        """The input dimension."""
        return len(self.layers[0][0])

    @property
    def outputs(self) -> int:
        """The output dimension."""
        return len(self.layers[-1][1])

    @property
    def widths(self) -> tuple[int, ...]:
        """The hidden widths."""
        return tuple(len(b) for _, b in self.layers[:-1])

    @property
    def flat(self) -> list[Number]:
        """The parameters, layer by layer, W by rows and then b."""
        return [value for W, b in self.layers for value in (*(v for row in W for v in row), *b)]


@dataclass(frozen=True)
class Network:
    """An architecture with parameters theta, in the order that `architectures` states.

    Build one by `single_layer`, `shortcut`, `feedforward` or `identity_shortcut`.

    Raises:
        InputError: theta has the wrong size or holds a float that is not finite.
    """

    architecture: Architecture
    theta: tuple[Number, ...]  # architecture.size entries

    def __post_init__(self) -> None:
        if len(self.theta) != self.architecture.size:
            raise InputError(
                f"theta has {len(self.theta)} entries and the architecture has "
                f"{self.architecture.size} parameters"
            )
        finite_floats(self.theta, "theta")

    @property
    def d(self) -> int:
        """The input dimension."""
        return self.architecture.d

    @property
    def parts(self) -> Parts:
        """The parameters taken apart into a0, a, W and layers, as nested lists of numbers."""
        return self.architecture.split(self.theta)

    @property
    def exact(self) -> bool:
        """Whether every parameter is exact and every neuron rational."""
        return self.architecture.rational and not any(isinstance(v, Enclosed) for v in self.theta)

    def parameters(
        self, device: str | torch.device = "cpu", dtype: torch.dtype | None = None
    ) -> Tensor:
        """Return theta (size,), rounded to `dtype` (float64 by default)."""
        import torch

        dtype = torch.float64 if dtype is None else dtype
        return torch.tensor([float(v) for v in self.theta], device=device, dtype=dtype)

    def torch(self, X: Tensor) -> Tensor:
        """Return f(x) for each row of X (n, d), as (n,), on X's device and in its dtype."""
        return self.architecture.forward(self.parameters(X.device, X.dtype), X)

    def rational(self, x: Sequence[Fraction]) -> Fraction:
        """Return f(x) exactly; InputError where f takes irrational values."""
        return self.architecture.at_rational(self.theta, x)

    def ball(self, x: Sequence[Number | arb]) -> arb:
        """Return a ball that contains f(x), at flint's precision in force."""
        return self.architecture.at_ball(self.theta, x)

    def to_dict(self) -> dict[str, Any]:
        """Return the certificate's "network" object; every number becomes a string."""
        shape, parts = self.architecture, self.parts
        result: dict[str, Any] = {"architecture": shape.kind}
        if shape.neuron is not None:
            result |= {"neuron": shape.neuron.name, "a0": _text(parts.a0)}
            result |= {"a": _texts(parts.a), "W": [_texts(row) for row in parts.W]}
        if shape.kind == "identity-shortcut":
            result |= {"a": _texts(parts.a), "b": _text(parts.a0)}
        if shape.deep_widths is not None:
            layers = [{"W": [_texts(row) for row in W], "b": _texts(b)} for W, b in parts.layers]
            result["deep"] = {"layers": layers}
            if shape.deep_neuron is not None:
                result["deep"] = {"neuron": shape.deep_neuron.name, "layers": layers}
            if isinstance(shape.deep_neuron, Staircase):
                result["deep"] |= {"breaks": _texts(shape.deep_neuron.breaks)}
                result["deep"] |= {"levels": _texts(shape.deep_neuron.levels)}
        return result


def _text(value: Number) -> str:
    return str(value) if isinstance(value, Enclosed) else str(exact_number(value))


def _texts(values: Sequence[Number]) -> list[str]:
    return [_text(value) for value in values]


def _numbers(values: Sequence[Any], name: str) -> list[Number]:
    return [
        value if isinstance(value, float | Enclosed) else exact_number(value, f"{name}[{index}]")
        for index, value in enumerate(values)
    ]


def _single_theta(neuron: Neuron, a0: Any, a: Sequence[Any], W: Sequence[Any]) -> list[Number]:
    if not W or any(len(row) != len(a) for row in W):
        raise InputError(f"W must have d rows of {len(a)} entries, one for each of a")
    rows = [value for row in W for value in row]
    return _numbers([a0], "a0") + _numbers(a, "a") + _numbers(rows, "W")


def single_layer(
    neuron: Neuron, a0: Number | int, a: Sequence[Number | int], W: Sequence[Sequence[Number | int]]
) -> Network:
    """Return f_S(x) = a_0 + sum_j a_j sigma(w_j^T x).

    Args:
        neuron: sigma.
        a0: the bias.
        a: M output weights.
        W: d rows of M; column j is w_j.

    Raises:
        InputError: shapes that do not fit, or values that are not numbers.
    """
    theta = _single_theta(neuron, a0, a, W)
    return Network(Architecture("single-layer", len(W), len(a), neuron), tuple(theta))


def shortcut(
    neuron: Neuron,
    a0: Number | int,
    a: Sequence[Number | int],
    W: Sequence[Sequence[Number | int]],
    deep: Deep,
) -> Network:
    """Return f_S + f_D, the shortcut-like connection of Assumption 4.

    Raises:
        InputError: shapes that do not fit, or an f_D with several outputs.
    """
    theta = _single_theta(neuron, a0, a, W)
    _check_deep(deep, len(W), 1)
    shape = Architecture("shortcut", len(W), len(a), neuron, deep.widths, deep.neuron)
    return Network(shape, tuple(theta + _numbers(deep.flat, "deep")))


def feedforward(deep: Deep) -> Network:
    """Return a feedforward network on its own.

    Raises:
        InputError: it has several outputs.
    """
    _check_deep(deep, deep.inputs, 1)
    shape = Architecture("feedforward", deep.inputs, 0, None, deep.widths, deep.neuron)
    return Network(shape, tuple(_numbers(deep.flat, "deep")))


def identity_shortcut(a: Sequence[Number | int], b: Number | int, deep: Deep) -> Network:
    """Return f(x) = a^T (x + H(x)) + b, H: R^d -> R^d being `deep` (Proposition 7).

    Raises:
        InputError: H does not map R^d to R^d, d the length of a.
    """
    _check_deep(deep, len(a), len(a))
    shape = Architecture("identity-shortcut", len(a), 0, None, deep.widths, deep.neuron)
    theta = _numbers(a, "a") + _numbers([b], "b") + _numbers(deep.flat, "deep")
    return Network(shape, tuple(theta))


def _check_deep(deep: Deep, inputs: int, outputs: int) -> None:
    if (deep.inputs, deep.outputs) != (inputs, outputs):
        raise InputError(
            f"the feedforward part maps R^{deep.inputs} to R^{deep.outputs}; "
            f"it must map R^{inputs} to R^{outputs}"
        )


def network_from_dict(data: Mapping[str, Any]) -> Network:
    """Read a certificate's "network" object; strings "mid +/- rad" become `Enclosed`.

    Raises:
        InputError: a field is missing or malformed.
    """
    try:
        kind, deep_data = data["architecture"], data.get("deep")
        deep = None if deep_data is None else _deep_from_dict(deep_data)
        if kind == "identity-shortcut" and deep is not None:
            return identity_shortcut(_parse(data["a"], "a"), _parse([data["b"]], "b")[0], deep)
        if kind == "feedforward" and deep is not None:
            return feedforward(deep)
        a0, a = _parse([data["a0"]], "a0")[0], _parse(data["a"], "a")
        W = [_parse(row, "W") for row in data["W"]]
        neuron = get_neuron(data["neuron"])
        if kind == "shortcut" and deep is not None:
            return shortcut(neuron, a0, a, W, deep)
        if kind == "single-layer" and deep is None:
            return single_layer(neuron, a0, a, W)
    except KeyError as missing:
        raise InputError(f"network has no field {missing}; a certificate needs it") from None
    except (TypeError, AttributeError):
        raise InputError("network is not an object of lists of number strings") from None
    raise InputError(
        f"network architecture {kind!r} {'with' if deep else 'without'} a deep part is not known; "
        "see lossurface.setting.ARCHITECTURES"
    )


def beside_staircase(data: Mapping[str, Any]) -> Network:
    """Read a staircase certificate's "network" object: f_S with W = 0 beside one staircase neuron.

    Raises:
        InputError: a number is malformed.
    """
    steps = data["staircase"]
    w, (b,) = _parse(steps["w"], "staircase.w"), _parse([steps["b"]], "staircase.b")
    (a0,), a = _parse([data["a0"]], "a0"), _parse(data["a"], "a")
    deep = Deep(
        staircase(steps["breaks"], steps["levels"]), (([[v] for v in w], [b]), ([[1]], [0]))
    )
    W = [[0] * len(a) for _ in w]
    return shortcut(get_neuron(data["neuron"]), a0, a, W, deep)


def _parse(values: Sequence[Any], name: str) -> list[Number]:
    return [parse_number(value, f"{name}[{index}]") for index, value in enumerate(values)]


def _deep_from_dict(data: Mapping[str, Any]) -> Deep:
    name = data.get("neuron")
    neuron: Neuron | None = None
    if name == "staircase":
        neuron = staircase(data["breaks"], data["levels"])
    elif name is not None:
        neuron = get_neuron(name)
    layers = tuple(
        ([_parse(row, "deep W") for row in layer["W"]], _parse(layer["b"], "deep b"))
        for layer in data["layers"]
    )
    return Deep(neuron, layers)
