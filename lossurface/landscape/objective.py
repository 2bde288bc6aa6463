"""Any function of parameters as a surface, a user's own `torch.nn.Module` among them.

A module is called functionally on copies of its parameters and never changed (its mode, buffers and
gradients included).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lossurface.errors import InputError
from lossurface.landscape.surface import Surface


@dataclass(frozen=True)
class Objective(Surface):
    """A scalar function of parameters, with automatic derivatives; it has no samples, so no R."""

    function: Callable[[Tensor], Tensor]  # theta (P,) -> scalar
    P: int
    start: Tensor | None = None  # (P,), a module's own parameters when it was wrapped
    held: int = 0  # numbers held while one value is computed, roughly, where known

    def losses(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return the values (B,) at theta (B, P), and no outputs, (B, 0)."""
        try:
            values = torch.func.vmap(self.function)(theta)
        except RuntimeError:  # what vmap cannot do: batch norm in training, numpy
            values = torch.stack([self.function(row) for row in theta])
        return values, theta[:, :0]

    def error(self, outputs: Tensor) -> Tensor:
        """Return NaN (B,): an objective knows no labels."""
        return outputs.new_full(outputs.shape[:-1], torch.nan)


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
    return Objective(function, start.numel(), start, _held(function, start))


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
