"""Derivatives of any network through `torch.func`: f_D, feedforward, identity shortcut, or yours.

An `Objective` is a scalar function of one flat parameter vector. It is made either from a
function of `theta` or from a `torch.nn.Module`, which is called functionally on copies of its
parameters and never changed (its mode, buffers and gradients included).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from lossurface.errors import InputError
from lossurface.landscape.model import Derivatives

if TYPE_CHECKING:
    from lossurface.setting import Loss, Neuron

__all__ = [
    "Objective",
    "feedforward",
    "feedforward_size",
    "from_module",
    "identity_shortcut",
    "surrogate",
]


@dataclass(frozen=True)
class Objective:
    """A scalar function of P parameters, with derivatives by automatic differentiation."""

    function: Callable[[Tensor], Tensor]  # theta (P,) -> scalar
    P: int
    start: Tensor | None = None  # (P,), a module's own parameters when it was wrapped

    def value(self, theta: Tensor, chunk: int | None = None) -> Tensor:
        """Return the values (B,) at `theta` (B, P), `chunk` at a time."""
        return _map(self.function, theta, chunk)[0]

    def rows(self, index: Tensor) -> Objective:
        """Return the same function: it is one for the whole batch."""
        return self

    def error(self, outputs: Tensor) -> Tensor:
        """Return NaN (B,): a scalar function has no training error."""
        return torch.full(outputs.shape[:-1], torch.nan, dtype=outputs.dtype, device=outputs.device)

    def gradient(self, theta: Tensor, chunk: int | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Return the values (B,), the gradients (B, P), and no outputs (B, 0)."""
        both = _map(torch.func.grad_and_value(self.function), theta, chunk)
        return both[1], both[0], theta[:, :0]

    def derivatives(self, theta: Tensor) -> Derivatives:
        """Return value, gradient and Hessian."""
        value, gradient, none = self.gradient(theta)
        return Derivatives(value, gradient, self.hessian(theta), none)

    def hessian(self, theta: Tensor, chunk: int | None = 100) -> Tensor:
        """Return the Hessians (B, P, P); memory is bounded by `chunk`, whatever B."""
        with warnings.catch_warnings():
            # The first forward-mode call loads a part of torch that warns about itself.
            warnings.simplefilter("ignore", DeprecationWarning)
            return _map(torch.func.hessian(self.function), theta, chunk)[0]

    def spectra(self, theta: Tensor, chunk: int | None = 100) -> Tensor:
        """Return all Hessian eigenvalues (B, P), ascending: floats, no proof of any sign."""
        values: Tensor = torch.linalg.eigvalsh(self.hessian(theta, chunk))
        return values


def _map(function: Callable[[Tensor], Any], theta: Tensor, chunk: int | None) -> tuple[Tensor, ...]:
    """Apply `function` to each row; one by one where vmap cannot (batch norm in training)."""
    try:
        out = torch.func.vmap(function, chunk_size=chunk)(theta)
    except RuntimeError:
        rows = [function(row) for row in theta]
        if isinstance(rows[0], tuple):
            return tuple(torch.stack(column) for column in zip(*rows, strict=True))
        out = torch.stack(rows)
    return out if isinstance(out, tuple) else (out,)


def feedforward_size(sizes: Sequence[int]) -> int:
    """Return the parameters of a feedforward network with layer sizes `d, M_1, ..., 1`."""
    return sum((m + 1) * k for m, k in pairwise(sizes))


def feedforward(theta: Tensor, X: Tensor, sizes: Sequence[int], neuron: Neuron) -> Tensor:
    """Return a feedforward network's outputs (n, sizes[-1]).

    Args:
        theta: (P,), layer by layer: W (in x out, row by row), then b (out,).
        X: (n, sizes[0]).
        sizes: `d, M_1, ..., M_L`; the last layer is affine.
        neuron: applied on every hidden layer.

    Raises:
        InputError: theta has not `feedforward_size(sizes)` entries.

    Source: section 2, network models.
    """
    if theta.shape[-1] != feedforward_size(sizes):
        raise InputError(
            f"theta has {theta.shape[-1]} entries; sizes {tuple(sizes)} need "
            f"{feedforward_size(sizes)}"
        )
    h, at = X, 0
    for layer, (m, k) in enumerate(pairwise(sizes)):
        W = theta[at : at + m * k].reshape(m, k)
        b = theta[at + m * k : at + (m + 1) * k]
        at += (m + 1) * k
        h = h @ W + b
        if layer < len(sizes) - 2:
            h = neuron.torch(h)
    return h


def identity_shortcut(theta: Tensor, X: Tensor, hidden: Sequence[int], neuron: Neuron) -> Tensor:
    """Return `a^T (x + H(x)) + b` on each sample, (n,).

    Args:
        theta: `a` (d,), `b`, then H's parameters in the order of `feedforward`.
        X: (n, d).
        hidden: sizes of H's hidden layers; its last layer is affine and has d outputs.
        neuron: H's neuron.

    Source: Proposition 7.
    """
    d = X.shape[-1]
    H = feedforward(theta[d + 1 :], X, (d, *hidden, d), neuron)
    return (X + H) @ theta[:d] + theta[d]


def surrogate(outputs: Callable[[Tensor], Tensor], loss: Loss, y: Tensor, P: int) -> Objective:
    """Return `theta -> (1/n) sum_i l(-y_i f_i(theta))` for `outputs: theta (P,) -> f (n,)`."""
    return Objective(lambda theta: loss.torch(-y * outputs(theta)).mean(), P)


def from_module(
    module: torch.nn.Module, criterion: Callable[[Tensor], Tensor], *inputs: Tensor
) -> Objective:
    """Wrap a user's own module; the module itself is never touched.

    Args:
        module: any `torch.nn.Module` whose forward pass is deterministic.
        criterion: maps the module's output on `inputs` to a scalar.
        inputs: passed to the module's forward.

    Returns:
        The objective of the module's parameters, flattened in `named_parameters` order, with the
        module's present parameters (a copy) as `start`.

    Raises:
        InputError: the module has no parameters, or they differ in type.
    """
    parameters = {name: p.detach().clone() for name, p in module.named_parameters()}
    buffers = {name: b.detach().clone() for name, b in module.named_buffers()}
    if not parameters:
        raise InputError("module has no parameters; give one that can be trained")
    if len({p.dtype for p in parameters.values()}) > 1:
        raise InputError("module mixes parameter types; convert it with module.double()")
    shapes = {name: p.shape for name, p in parameters.items()}
    start = torch.cat([p.flatten() for p in parameters.values()])

    def function(theta: Tensor) -> Tensor:
        at, named = 0, {}
        for name, shape in shapes.items():
            named[name] = theta[at : at + shape.numel()].reshape(shape)
            at += shape.numel()
        # Buffers are cloned at each call: a forward pass in training mode may write to them.
        fresh = {name: b.clone() for name, b in buffers.items()}
        return criterion(torch.func.functional_call(module, {**named, **fresh}, inputs))

    return Objective(function, start.numel(), start)
