"""Evaluate the paper's networks: batched in torch, and over any exact ring one sample at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.setting.neurons import Neuron

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["feedforward_torch", "identity_torch", "single_layer_torch"]


def _check_inputs(X: Tensor, d: int) -> None:
    if X.ndim < 2 or X.shape[-1] != d:
        raise InputError(
            f"X has shape {tuple(X.shape)} and the network takes d = {d}; give (..., n, {d})"
        )


def single_layer_torch(neuron: Neuron, a0: Tensor, a: Tensor, W: Tensor, X: Tensor) -> Tensor:
    """Return f_S(x) = a_0 + sum_j a_j sigma(w_j^T x) for a batch of networks.

    Args:
        neuron: sigma.
        a0: (...), output biases.
        a: (..., M), output weights.
        W: (..., d, M), hidden weights; column j is w_j. There is no hidden bias.
        X: (n, d), or (..., n, d) with the same leading shape.

    Returns:
        (..., n).

    Raises:
        InputError: X's last dimension is not d.
    """
    _check_inputs(X, W.shape[-2])
    hidden: Tensor = neuron.torch(X @ W)
    return a0.unsqueeze(-1) + (hidden @ a.unsqueeze(-1)).squeeze(-1)


def feedforward_torch(
    neuron: Neuron | None, layers: Sequence[tuple[Tensor, Tensor]], X: Tensor
) -> Tensor:
    """Return a feedforward network's outputs for a batch of networks.

    Args:
        neuron: the hidden neurons; None is allowed when there is no hidden layer.
        layers: pairs W (..., in, out), b (..., out), applied as W^T h + b; the last is linear.
        X: (n, d), or (..., n, d) with the same leading shape.

    Returns:
        (..., n, out) of the last layer.

    Raises:
        InputError: X's last dimension is not the first layer's.
    """
    _check_inputs(X, layers[0][0].shape[-2])
    hidden = X
    for index, (W, b) in enumerate(layers):
        if index:
            assert neuron is not None
            hidden = neuron.torch(hidden)
        hidden = hidden @ W + b.unsqueeze(-2)
    return hidden


def identity_torch(
    neuron: Neuron | None,
    a: Tensor,
    b: Tensor,
    layers: Sequence[tuple[Tensor, Tensor]],
    X: Tensor,
) -> Tensor:
    """Return f(x) = a^T (x + H(x)) + b for a batch of networks (Proposition 7).

    Args:
        neuron: H's hidden neurons.
        a: (..., d).
        b: (...).
        layers: H's layers as in `feedforward_torch`, the last with d outputs.
        X: (n, d), or (..., n, d) with the same leading shape.

    Returns:
        (..., n).

    Raises:
        InputError: X's last dimension is not d.
    """
    lifted = X + feedforward_torch(neuron, layers, X)
    return (lifted @ a.unsqueeze(-1)).squeeze(-1) + b.unsqueeze(-1)


# Over a ring: any numbers with + and * (Fraction, arb), sigma being a function on them.


def dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """Return sum_k left_k right_k over any ring."""
    total = left[0] * right[0]
    for u, v in zip(left[1:], right[1:], strict=True):
        total = total + u * v
    return total


def single_layer_ring(
    sigma: Callable[[Any], Any],
    a0: Any,
    a: Sequence[Any],
    W: Sequence[Sequence[Any]],
    x: Sequence[Any],
) -> Any:
    """Return f_S(x) over any ring; W is d rows of M."""
    total = a0
    for j, weight in enumerate(a):
        total = total + weight * sigma(dot([row[j] for row in W], x))
    return total


def feedforward_ring(
    sigma: Callable[[Any], Any],
    layers: Sequence[tuple[Sequence[Sequence[Any]], Sequence[Any]]],
    x: Sequence[Any],
) -> list[Any]:
    """Return a feedforward network's outputs over any ring; each W is `in` rows of `out`."""
    hidden = list(x)
    for index, (W, b) in enumerate(layers):
        if index:
            hidden = [sigma(value) for value in hidden]
        hidden = [dot([row[j] for row in W], hidden) + bias for j, bias in enumerate(b)]
    return hidden


def identity_ring(
    sigma: Callable[[Any], Any],
    a: Sequence[Any],
    b: Any,
    layers: Sequence[tuple[Sequence[Sequence[Any]], Sequence[Any]]],
    x: Sequence[Any],
) -> Any:
    """Return a^T (x + H(x)) + b over any ring."""
    lifted = [u + v for u, v in zip(x, feedforward_ring(sigma, layers, x), strict=True)]
    return dot(a, lifted) + b
