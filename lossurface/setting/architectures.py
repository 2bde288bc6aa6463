"""The four network architectures, their parameter vectors, and their values.

A network's parameters are one flat vector theta, in this order:

- single-layer (f_S): a_0, a (M), W (d x M, by rows);
- feedforward (f_D): layer by layer, W (in x out, by rows), b (out);
- shortcut (f_S + f_D): the two, one after the other;
- identity-shortcut (a^T (x + H(x)) + b): a (d), b, then H's layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.setting import _layers
from lossurface.setting.datasets import Number, as_ball, as_fraction
from lossurface.setting.neurons import Neuron

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = ["ARCHITECTURES", "Architecture", "Parts"]

ARCHITECTURES = ("single-layer", "shortcut", "feedforward", "identity-shortcut")


@dataclass(frozen=True)
class Parts:
    """A parameter vector taken apart: tensors with the vector's batch shape, or nested lists."""

    a0: Any  # (...) f_S's bias; the identity shortcut's b; None for feedforward
    a: Any  # (..., M) or, for the identity shortcut, (..., d); None for feedforward
    W: Any  # (..., d, M) or, over a ring, d rows of M; None without f_S
    layers: list[tuple[Any, Any]]  # W (..., in, out), b (..., out); empty without a deep part


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

    def split(self, theta: Tensor | Sequence[Any]) -> Parts:
        """Take a parameter vector apart.

        Args:
            theta: a tensor (..., size), whose views are returned; or a sequence of `size` numbers.

        Raises:
            InputError: theta has another size.
        """
        tensor = hasattr(theta, "unflatten")
        length = theta.shape[-1] if hasattr(theta, "shape") else len(theta)
        if length != self.size:
            raise InputError(
                f"theta has {length} entries and this {self.kind} network takes {self.size}"
            )
        blocks: list[Any] = []
        start = 0
        for _, shape in self.shapes:
            stop = start + math.prod(shape)
            blocks.append(
                _block_torch(theta, start, stop, shape)
                if tensor
                else _block_list(theta, start, stop, shape)
            )
            start = stop
        if self.kind == "feedforward":
            return Parts(None, None, None, _pairs(blocks))
        if self.kind == "identity-shortcut":
            return Parts(blocks[1], blocks[0], None, _pairs(blocks[2:]))
        return Parts(blocks[0], blocks[1], blocks[2], _pairs(blocks[3:]))

    def forward(self, theta: Tensor, X: Tensor) -> Tensor:
        """Return f(x) for a batch of parameter vectors.

        Args:
            theta: (..., size).
            X: (n, d), or (..., n, d) with the same leading shape.

        Returns:
            (..., n).

        Raises:
            InputError: a shape does not fit.
        """
        parts = self.split(theta)
        if self.kind == "identity-shortcut":
            return _layers.identity_torch(self.deep_neuron, parts.a, parts.a0, parts.layers, X)
        if self.kind == "feedforward":
            return _layers.feedforward_torch(self.deep_neuron, parts.layers, X).squeeze(-1)
        assert self.neuron is not None
        value = _layers.single_layer_torch(self.neuron, parts.a0, parts.a, parts.W, X)
        if self.kind == "shortcut":
            deep = _layers.feedforward_torch(self.deep_neuron, parts.layers, X)
            value = value + deep.squeeze(-1)
        return value

    @property
    def rational(self) -> bool:
        """Whether f is rational at rational parameters and samples."""
        used = (self.neuron, self.deep_neuron if self.deep_widths else None)
        return all(neuron is None or neuron.rational is not None for neuron in used)

    def at_rational(self, theta: Sequence[Number], x: Sequence[Fraction]) -> Fraction:
        """Return f(x) exactly.

        Args:
            theta: `size` exact numbers (a float is taken at its exact value).
            x: d coordinates.

        Raises:
            InputError: a neuron takes irrational values, a parameter is known only in a ball, or a
                size does not fit.
        """
        for neuron in (self.neuron, self.deep_neuron if self.deep_widths else None):
            if neuron is not None and neuron.rational is None:
                raise InputError(f"neuron {neuron.name} has no rational form; evaluate in balls")
        exact = [as_fraction(value, f"theta[{index}]") for index, value in enumerate(theta)]
        value: Fraction = self._ring(exact, x, "rational")
        return value

    def at_ball(self, theta: Sequence[Number | arb], x: Sequence[Number | arb]) -> arb:
        """Return a ball that contains f(x), at flint's precision in force.

        Args:
            theta: `size` numbers or balls.
            x: d coordinates, numbers or balls.

        Raises:
            InputError: a size does not fit.
        """
        return self._ring([as_ball(v) for v in theta], [as_ball(v) for v in x], "ball")

    def _ring(self, theta: Sequence[Any], x: Sequence[Any], form: str) -> Any:
        if len(x) != self.d:
            raise InputError(f"x has {len(x)} coordinates and the network takes {self.d}")
        parts = self.split(theta)
        deep_sigma = _form(self.deep_neuron, form)
        if self.kind == "identity-shortcut":
            return _layers.identity_ring(deep_sigma, parts.a, parts.a0, parts.layers, x)
        if self.kind == "feedforward":
            return _layers.feedforward_ring(deep_sigma, parts.layers, x)[0]
        sigma = _form(self.neuron, form)
        value = _layers.single_layer_ring(sigma, parts.a0, parts.a, parts.W, x)
        if self.kind == "shortcut":
            value = value + _layers.feedforward_ring(deep_sigma, parts.layers, x)[0]
        return value


def _form(neuron: Neuron | None, form: str) -> Callable[[Any], Any]:
    function: Callable[[Any], Any] | None = getattr(neuron, form, None)
    return function if function is not None else _never


def _never(_: Any) -> Any:
    raise AssertionError("a network without hidden layers applied a neuron")


def _block_torch(theta: Any, start: int, stop: int, shape: tuple[int, ...]) -> Any:
    return theta[..., start] if not shape else theta[..., start:stop].unflatten(-1, shape)


def _block_list(theta: Any, start: int, stop: int, shape: tuple[int, ...]) -> Any:
    flat = list(theta[start:stop])
    if not shape:
        return flat[0]
    if len(shape) == 1:
        return flat
    return [flat[row * shape[1] : (row + 1) * shape[1]] for row in range(shape[0])]


def _pairs(blocks: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(blocks[::2], blocks[1::2], strict=True))
