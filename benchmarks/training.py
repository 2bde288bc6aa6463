"""A thousand networks trained: by Adam, and to critical points."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from benchmarks.peers import version
from benchmarks.problem import definition, numpy_loss, t33
from benchmarks.record import Accuracy, Row, compared
from benchmarks.size import Size
from benchmarks.timing import fastest, side_by_side
from lossurface.landscape import adam, descend

RATE = 1e-2
CHUNKS = (250, 500, 1000)


def adam_rows(size: Size) -> Iterator[Row]:
    """Yield the rows beside a loop over `torch.optim.Adam`, and beside vmap with one optimiser."""
    surface, theta = t33(size.networks)
    value, steps, few = definition(surface), size.adam_steps, size.adam_networks

    def ours() -> Tensor:
        return adam(surface, theta, steps, RATE)

    def loop() -> Tensor:
        out = []
        for row in theta[:few]:
            parameter = row.clone().requires_grad_()
            optimiser = torch.optim.Adam([parameter], lr=RATE)
            for _ in range(steps):
                optimiser.zero_grad()
                value(parameter).backward()
                optimiser.step()
            out.append(parameter.detach())
        return torch.stack(out)

    def vmapped(chunk: int, steps: int = steps) -> Tensor:
        gradient = torch.func.vmap(torch.func.grad(value), chunk_size=chunk)
        parameter = theta.clone().requires_grad_()
        optimiser = torch.optim.Adam([parameter], lr=RATE)
        for _ in range(steps):
            parameter.grad = gradient(parameter.detach())
            optimiser.step()
        return parameter.detach()

    task = f"{size.networks:,} networks × {steps:,} Adam steps"
    found = ours()
    gap = float((found[:few] - loop()).abs().max())
    accuracy = Accuracy(f"parameters within {gap:.1g} of torch.optim's", gap < 1e-6)
    turns = side_by_side(ours, loop, size.turns // 2 + 1, size.least, few / size.networks)
    note = f"The loop ran {few} networks, scaled up in proportion."
    yield compared("adam-loop", task, "torch.optim.Adam, a loop", 80, turns, accuracy, note)
    short = min(20, steps)
    chunk = fastest({chunk: lambda chunk=chunk: vmapped(chunk, short) for chunk in CHUNKS})
    gap = float((found - vmapped(chunk)).abs().max())
    accuracy = Accuracy(f"parameters within {gap:.1g} of torch.optim's", gap < 1e-6)
    turns = side_by_side(ours, lambda: vmapped(chunk), size.turns // 2 + 1, size.least)
    note = f"vmap's chunk of {chunk} is the best of {len(CHUNKS)} timed beforehand."
    yield compared("adam-vmap", task, "vmap and torch.optim.Adam", 1.4, turns, accuracy, note)


def critical_rows(size: Size) -> Iterator[Row]:
    """Yield the rows beside L-BFGS of scipy and of torch.

    They stop where they stall, mostly near 1e-9: they are asked for less than ours delivers.
    """
    from scipy.optimize import minimize

    surface, theta = t33(size.networks)
    both = numpy_loss(surface)
    reached: list[float] = []

    def ours() -> Tensor:
        return descend(surface, theta, spectrum=False).gradient_norm

    def scipy_loop() -> None:
        reached.clear()
        options = {"maxiter": 5000, "maxfun": 10000, "ftol": 0, "gtol": 1e-12, "maxcor": 40}
        for row in theta[: size.scipy_networks].numpy():
            end = minimize(both, row, jac=True, method="L-BFGS-B", options=options).x
            reached.append(float(abs(both(end)[1]).max()))

    value = definition(surface)

    def lbfgs_loop() -> None:
        reached.clear()
        for row in theta[: size.lbfgs_networks]:
            parameter = row.clone().requires_grad_()
            optimiser = torch.optim.LBFGS(
                [parameter], max_iter=300, tolerance_grad=1e-9, tolerance_change=1e-12,
                history_size=20, line_search_fn="strong_wolfe",
            )  # fmt: skip

            def closure(parameter=parameter, optimiser=optimiser) -> Tensor:
                optimiser.zero_grad()
                loss = value(parameter)
                loss.backward()
                return loss

            optimiser.step(closure)
            closure()
            reached.append(float(parameter.grad.norm()))

    worst = float(ours().max())
    accuracy = Accuracy(f"largest gradient norm {worst:.1g}", worst < 1e-12)
    task = f"{size.networks:,} networks to |g| < 1e-12"
    peers = (
        ("critical-scipy", f"scipy {version('scipy')} L-BFGS-B, numpy", 2, scipy_loop,
         size.scipy_networks),
        ("critical-lbfgs", "torch.optim.LBFGS", 30, lbfgs_loop, size.lbfgs_networks),
    )  # fmt: skip
    for id, name, target, loop, few in peers:
        turns = side_by_side(ours, loop, size.turns // 2 + 1, size.least, few / size.networks)
        note = f"Theirs ran {few} networks, scaled up, and ended at |g| up to {max(reached):.1g}."
        yield compared(id, task, name, target, turns, accuracy, note)
