"""The paper's networks (Figure 1): f_S, f_D, f_S + f_D and the identity shortcut.

Their parameters are one flat vector theta, in this order:

- single-layer (f_S): a_0, a (M), W (d x M, by rows);
- feedforward (f_D): layer by layer, W (in x out, by rows), b (out);
- shortcut (f_S + f_D): the two, one after the other;
- identity-shortcut (a^T (x + H(x)) + b): a (d), b, then H's layers.

A network is evaluated in one way over all numbers: over tensors, for batches of networks and of
samples, and over lists of Fractions or of balls, for one network at one sample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.setting.datasets import (
    Enclosed,
    Number,
    as_ball,
    as_fraction,
    exact_number,
    parse_number,
)
from lossurface.setting.neurons import Neuron, get_neuron, staircase

if TYPE_CHECKING:
    import torch
    from flint import arb
    from torch import Tensor

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "Deep",
    "Network",
    "feedforward",
    "identity_shortcut",
    "network_from_dict",
    "shortcut",
    "single_layer",
]

ARCHITECTURES = ("single-layer", "shortcut", "feedforward", "identity-shortcut")

Matrix = Sequence[Sequence[Number]]


def _layered(neuron: Neuron | None, layers: Sequence[tuple[Any, Any]], x: Any) -> Any:
    """Return W^T h + b, layer after layer, the neuron between them; a b may be None.

    Args:
        neuron: None without hidden layers.
        layers: tensors W (..., in, out) and b (..., out), or lists of rows and of numbers.
        x: a tensor (..., n, in), or a list of numbers: one sample.
    """
    for index, (W, b) in enumerate(layers):
        if index:
            assert neuron is not None
            x = neuron(x)
        if isinstance(x, list):
            x = [sum(map(mul, x, column)) for column in zip(*W, strict=True)]
        else:
            x = x @ W
            b = None if b is None else b.unsqueeze(-2)
        x = x if b is None else _plus(x, b)
    return x


def _plus(u: Any, v: Any) -> Any:
    return [a + b for a, b in zip(u, v, strict=True)] if isinstance(u, list) else u + v


def _check_inputs(X: Tensor, d: int) -> None:
    if X.ndim < 2 or X.shape[-1] != d:
        raise InputError(
            f"X has shape {tuple(X.shape)} and the network takes d = {d}; give (..., n, {d})"
        )


@dataclass(frozen=True)
class Architecture:
    """A network without its parameters.

    Raises:
        InputError: an unknown kind, a width below 1, or a part missing or superfluous.
    """

    kind: str  # one of ARCHITECTURES
    d: int  # input dimension
    width: int = 0  # M, neurons in f_S; 0 for feedforward and identity-shortcut
    neuron: Neuron | None = None  # f_S's
    deep_widths: tuple[int, ...] | None = None  # hidden widths of f_D or H; None without one
    deep_neuron: Neuron | None = None  # f_D's or H's

    def __post_init__(self) -> None:
        if self.kind not in ARCHITECTURES:
            raise InputError(
                f"architecture {self.kind!r} is not known; use one of {', '.join(ARCHITECTURES)}"
            )
        if self.d < 1 or any(width < 1 for width in self.deep_widths or ()):
            raise InputError(f"{self.kind}: d and every hidden width must be at least 1")
        single, deep = self.kind in ("single-layer", "shortcut"), self.kind != "single-layer"
        if single and (self.neuron is None or self.width < 1):
            raise InputError(f"{self.kind}: f_S needs a neuron and a width M >= 1")
        if not single and (self.neuron is not None or self.width):
            raise InputError(f"{self.kind}: there is no f_S; leave out its neuron and width")
        if deep is (self.deep_widths is None):
            raise InputError(
                f"{self.kind}: deep_widths is {self.deep_widths}; "
                + ("give the hidden widths, () for none" if deep else "leave it out")
            )
        if self.deep_widths and self.deep_neuron is None:
            raise InputError(f"{self.kind}: hidden layers need deep_neuron")

    @property
    def shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Names and shapes of theta's blocks, in order."""
        blocks: list[tuple[str, tuple[int, ...]]] = []
        if self.width:
            blocks += [("a0", ()), ("a", (self.width,)), ("W", (self.d, self.width))]
        if self.kind == "identity-shortcut":
            blocks += [("a", (self.d,)), ("b", ())]
        if self.deep_widths is not None:
            out = self.d if self.kind == "identity-shortcut" else 1
            widths = (self.d, *self.deep_widths, out)
            for index in range(len(widths) - 1):
                shape = (widths[index], widths[index + 1])
                blocks += [(f"W{index + 1}", shape), (f"b{index + 1}", shape[1:])]
        return tuple(blocks)

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(math.prod(shape) for _, shape in self.shapes)

    @property
    def rational(self) -> bool:
        """Whether f is rational at rational parameters and samples."""
        used = (self.neuron, self.deep_neuron if self.deep_widths else None)
        return all(neuron is None or neuron.rational is not None for neuron in used)

    def forward(self, theta: Tensor, X: Tensor) -> Tensor:
        """Return f(x), (..., n), for a batch of parameter vectors.

        Args:
            theta: (..., size).
            X: (n, d), or (..., n, d) with the same leading shape.

        Raises:
            InputError: a shape does not fit.
        """
        _check_inputs(X, self.d)
        self._check_size(theta.shape[-1])
        value: Tensor = self._outputs(theta, X).squeeze(-1)
        return value

    def at_rational(self, theta: Sequence[Number], x: Sequence[Fraction]) -> Fraction:
        """Return f(x) exactly; a float is taken at its exact value.

        Raises:
            InputError: a neuron takes irrational values, a parameter is known only in a ball, or a
                size does not fit.
        """
        exact = [as_fraction(value, f"theta[{index}]") for index, value in enumerate(theta)]
        value: Fraction = self._at(exact, list(x))
        return value

    def at_ball(self, theta: Sequence[Number | arb], x: Sequence[Number | arb]) -> arb:
        """Return a ball that contains f(x), at flint's precision in force.

        Raises:
            InputError: a size does not fit.
        """
        return self._at([as_ball(v) for v in theta], [as_ball(v) for v in x])

    def _at(self, theta: list[Any], x: list[Any]) -> Any:
        if len(x) != self.d:
            raise InputError(f"x has {len(x)} coordinates and the network takes {self.d}")
        self._check_size(len(theta))
        return self._outputs(theta, x)[0]

    def _check_size(self, length: int) -> None:
        if length != self.size:
            raise InputError(
                f"theta has {length} entries and this {self.kind} network takes {self.size}"
            )

    def _outputs(self, theta: Any, x: Any) -> Any:
        """Return f in each sample of a tensor, (..., n, 1), or in one sample, a list of one."""
        blocks = self._blocks(theta)
        if self.kind == "identity-shortcut":
            a, b, *deep = blocks
            lifted = _plus(x, _layered(self.deep_neuron, _pairs(deep), x))
            return _layered(None, [(a, b)], lifted)
        if self.kind == "feedforward":
            return _layered(self.deep_neuron, _pairs(blocks), x)
        a0, a, W, *deep = blocks
        value = _layered(self.neuron, [(W, None), (a, a0)], x)
        return _plus(value, _layered(self.deep_neuron, _pairs(deep), x)) if deep else value

    def _blocks(self, theta: Any) -> list[Any]:
        """Take theta apart; an output bias becomes (1,) and output weights a column (M, 1)."""
        blocks: list[Any] = []
        stop = 0
        for name, shape in self.shapes:
            start, stop = stop, stop + math.prod(shape)
            columns = 1 if name == "a" else shape[1] if len(shape) == 2 else 0
            if not isinstance(theta, list):
                block = theta[..., start:stop]
                blocks.append(block.unflatten(-1, (-1, columns)) if columns else block)
            elif columns:
                blocks.append([theta[k : k + columns] for k in range(start, stop, columns)])
            else:
                blocks.append(theta[start:stop])
        return blocks


def _pairs(blocks: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(blocks[::2], blocks[1::2], strict=True))


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
    def widths(self) -> tuple[int, ...]:
        """The hidden widths."""
        return tuple(len(b) for _, b in self.layers[:-1])

    def parameters(self, inputs: int, outputs: int) -> list[Number]:
        """Return the parameters, layer by layer, W by rows and then b.

        Raises:
            InputError: this part does not map R^inputs to R^outputs, or a value is not a number.
        """
        if (self.inputs, len(self.layers[-1][1])) != (inputs, outputs):
            raise InputError(
                f"the feedforward part maps R^{self.inputs} to R^{len(self.layers[-1][1])}; "
                f"it must map R^{inputs} to R^{outputs}"
            )
        blocks = ((*(v for row in W for v in row), *b) for W, b in self.layers)
        return _numbers([value for block in blocks for value in block], "deep")


@dataclass(frozen=True)
class Network:
    """An architecture with parameters theta, in the order that the module states.

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
        for index, value in enumerate(self.theta):
            if isinstance(value, float) and not math.isfinite(value):
                raise InputError(f"theta[{index}] is {value}; give a finite number")

    @property
    def d(self) -> int:
        """The input dimension."""
        return self.architecture.d

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


def _numbers(values: Sequence[Any], name: str) -> list[Number]:
    return [
        value if isinstance(value, float | Enclosed) else exact_number(value, f"{name}[{index}]")
        for index, value in enumerate(values)
    ]


def _single_theta(a0: Any, a: Sequence[Any], W: Sequence[Any]) -> list[Number]:
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
    theta = _single_theta(a0, a, W)
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
    theta = _single_theta(a0, a, W) + deep.parameters(len(W), 1)
    shape = Architecture("shortcut", len(W), len(a), neuron, deep.widths, deep.neuron)
    return Network(shape, tuple(theta))


def feedforward(deep: Deep) -> Network:
    """Return a feedforward network on its own.

    Raises:
        InputError: it has several outputs.
    """
    shape = Architecture("feedforward", deep.inputs, 0, None, deep.widths, deep.neuron)
    return Network(shape, tuple(deep.parameters(deep.inputs, 1)))


def identity_shortcut(a: Sequence[Number | int], b: Number | int, deep: Deep) -> Network:
    """Return f(x) = a^T (x + H(x)) + b, H: R^d -> R^d being `deep` (Proposition 7).

    Raises:
        InputError: H does not map R^d to R^d, d the length of a.
    """
    shape = Architecture("identity-shortcut", len(a), 0, None, deep.widths, deep.neuron)
    theta = _numbers(a, "a") + _numbers([b], "b") + deep.parameters(len(a), len(a))
    return Network(shape, tuple(theta))


def network_from_dict(data: Mapping[str, Any]) -> Network:
    """Read a certificate's "network" object; strings "mid +/- rad" become `Enclosed`.

    Raises:
        InputError: a field is missing or malformed.
    """
    try:
        if "staircase" in data:
            return _beside_staircase(data)
        kind, deep = data["architecture"], _deep(data["deep"]) if "deep" in data else None
        if kind == "identity-shortcut" and deep is not None:
            return identity_shortcut(_parse(data["a"], "a"), parse_number(data["b"], "b"), deep)
        if kind == "feedforward" and deep is not None:
            return feedforward(deep)
        neuron, a0, a = _shallow(data)
        W = [_parse(row, "W") for row in data["W"]]
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


def _beside_staircase(data: Mapping[str, Any]) -> Network:
    """Read a staircase certificate's network: f_S with W = 0 beside one staircase neuron."""
    steps = data["staircase"]
    w, b = _parse(steps["w"], "staircase.w"), parse_number(steps["b"], "staircase.b")
    layers = (([[v] for v in w], [b]), ([[1]], [0]))
    neuron, a0, a = _shallow(data)
    deep = Deep(staircase(steps["breaks"], steps["levels"]), layers)
    return shortcut(neuron, a0, a, [[0] * len(a)] * len(w), deep)


def _shallow(data: Mapping[str, Any]) -> tuple[Neuron, Number, list[Number]]:
    return get_neuron(data["neuron"]), parse_number(data["a0"], "a0"), _parse(data["a"], "a")


def _deep(data: Mapping[str, Any]) -> Deep:
    layers = tuple(
        ([_parse(row, "deep W") for row in layer["W"]], _parse(layer["b"], "deep b"))
        for layer in data["layers"]
    )
    return Deep(get_neuron(data["neuron"]) if "neuron" in data else None, layers)


def _parse(values: Sequence[Any], name: str) -> list[Number]:
    return [parse_number(value, f"{name}[{index}]") for index, value in enumerate(values)]
