"""Derivatives of any network through `torch.func`.

An `Objective` is a scalar function of one flat parameter vector, made from any function of `theta`,
or from a `torch.nn.Module`, which is called functionally on copies of its parameters and never
changed (its mode, buffers and gradients included).
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lossurface import InputError
from lossurface.landscape.model import Derivatives

__all__ = ["Objective", "from_module"]


@dataclass(frozen=True)
class Objective:
    """A scalar function of P parameters, with derivatives by automatic differentiation."""

    function: Callable[[Tensor], Tensor]  # theta (P,) -> scalar
    P: int
    start: Tensor | None = None  # (P,), a module's own parameters when it was wrapped
    held: int = 0  # numbers held while one value is computed, roughly, where known

    def value(self, theta: Tensor, chunk: int | None = None) -> Tensor:
        """Return the values (B,) at `theta` (B, P), `chunk` at a time."""
        return _map(self.function, theta, chunk)[0]

    def rows(self, index: Tensor) -> Objective:
        """Return the same function: it is one for the whole batch."""
        return self

    def error(self, outputs: Tensor) -> Tensor:
        """Return NaN (B,): an objective knows no labels."""
        return outputs.new_full(outputs.shape[:-1], torch.nan)

    def gradient(self, theta: Tensor, chunk: int | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Return the values (B,), the gradients (B, P), and no outputs, (B, 0)."""
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
        """Return all Hessian eigenvalues (B, P), ascending: floats, no proof of any sign.

        Memory is bounded by `chunk`, whatever B.
        """
        parts = torch.split(theta, chunk or max(1, len(theta)))
        return torch.cat([torch.linalg.eigvalsh(self.hessian(part, chunk)) for part in parts])


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
        InputError: the module has no parameters, they differ in type, its forward pass draws random
            numbers (dropout in training mode), or the criterion does not give one number.
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

    devices = [start.device] if start.is_cuda else []
    # The user's random state stays where it is.
    with torch.random.fork_rng(devices), torch.no_grad():
        before = _random_states(devices)
        value = function(start)
        drawn = not all(map(torch.equal, before, _random_states(devices)))
    if drawn:
        raise InputError("module's forward pass draws random numbers; call module.eval() first")
    if not isinstance(value, Tensor) or value.numel() != 1 or value.ndim:
        raise InputError("criterion does not give one number; end it with .mean() or .sum()")
    return Objective(function, start.numel(), start, held=_held(function, start))


def _held(function: Callable[[Tensor], Tensor], theta: Tensor) -> int:
    """Return how many numbers one evaluation keeps for its derivative: what it holds, roughly."""
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.data_ptr()] = tensor.numel()
        return tensor

    hooks = torch.autograd.graph.saved_tensors_hooks(keep, lambda kept: kept)
    # A module without a derivative may refuse; it is taken to hold its parameters alone.
    with contextlib.suppress(RuntimeError), torch.enable_grad(), hooks:
        function(theta.detach().requires_grad_())
    return theta.numel() + sum(kept.values())


def _random_states(devices: Sequence[torch.device]) -> list[Tensor]:
    return [torch.get_rng_state(), *(torch.cuda.get_rng_state(device) for device in devices)]
