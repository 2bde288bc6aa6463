"""`lossurface.landscape` beside what a user would pick instead, on problem T33.

T33: 2 inputs and a constant one (d = 3), 8 softplus neurons, 33 parameters, 20 points, logistic
loss + (1e-2 / 2) |theta|^2, float64. Every pair is timed in this process, in turns; a ratio is the
median of several turns. Slow peers run on fewer networks and are scaled up in proportion: each
row says on how many.

    python benchmarks/bench_landscape.py [--quick]
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from lossurface.landscape import (
    Objective,
    SingleLayerSurface,
    adam,
    ball_layer,
    certify,
    descend,
    from_module,
    plane,
    random_directions,
)
from lossurface.setting import get_neuron, logistic

NETWORKS = 1000


@dataclass(frozen=True)
class Row:
    """One comparison: seconds are medians, the ratio peer / ours with its spread."""

    task: str
    peer: str
    ours: float
    theirs: float
    ratio: float
    spread: tuple[float, float]
    target: float

    @property
    def met(self) -> bool:
        return self.ratio >= self.target

    def line(self) -> str:
        low, high = self.spread
        return (
            f"{self.task:46s} {self.peer:34s} {self.ours * 1e3:10.1f} {self.theirs * 1e3:12.1f} "
            f"{self.ratio:8.1f}x [{low:.1f}, {high:.1f}] target {self.target:g}x "
            f"{'met' if self.met else 'MISSED'}"
        )


def t33(networks: int = NETWORKS, seed: int = 0) -> tuple[SingleLayerSurface, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(20, 3, generator=generator, dtype=torch.float64)
    X[:, 2] = 1
    y = torch.randint(0, 2, (20,), generator=generator).double() * 2 - 1
    surface = SingleLayerSurface(get_neuron("softplus"), logistic(), X, y, 8, l2=1e-2)
    return surface, torch.randn(networks, 33, generator=generator, dtype=torch.float64)


def definition(surface: SingleLayerSurface) -> Callable[[torch.Tensor], torch.Tensor]:
    """The loss of one network (33,) as a user would write it."""
    X, y = surface.X, surface.y

    def value(theta: torch.Tensor) -> torch.Tensor:
        W = theta[9:].reshape(3, 8)
        hidden = torch.nn.functional.softplus(X @ W) / math.log(2)
        f = theta[0] + hidden @ theta[1:9]
        terms = torch.nn.functional.softplus(-y * f) / math.log(2)
        return terms.mean() + 0.5e-2 * theta.square().sum()

    return value


def compare(
    task: str,
    ours: Callable[[], object],
    peer: str,
    theirs: Callable[[], object],
    target: float,
    *,
    share: float = 1.0,
    turns: int = 3,
) -> Row:
    """Time both in turns; `share` is the part of the work that the peer did."""
    ours()
    pairs = []
    for _ in range(turns):
        start = time.perf_counter()
        ours()
        middle = time.perf_counter()
        theirs()
        pairs.append((middle - start, (time.perf_counter() - middle) / share))
    ratios = sorted(b / a for a, b in pairs)
    name = peer if share == 1 else f"{peer} (1/{round(1 / share)} run)"
    return Row(
        task,
        name,
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(ratios),
        (ratios[0], ratios[-1]),
        target,
    )


def numpy_loss(surface: SingleLayerSurface) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Loss and gradient in plain numpy: the fastest a scipy user has."""
    X, y, ln2 = surface.X.numpy(), surface.y.numpy(), math.log(2)

    def both(v: np.ndarray) -> tuple[float, np.ndarray]:
        a, z = v[1:9], X @ v[9:].reshape(3, 8)
        s = np.logaddexp(0, z) / ln2
        u = -y * (v[0] + s @ a)
        g = -y / (1 + np.exp(-u)) / (ln2 * len(y))
        gradient = np.empty(33)
        gradient[0], gradient[1:9] = g.sum(), g @ s
        gradient[9:] = ((X.T @ (g[:, None] / (1 + np.exp(-z)) / ln2)) * a).ravel()
        return np.logaddexp(0, u).mean() / ln2 + 0.5e-2 * v @ v, gradient + 1e-2 * v

    return both


def critical_points(quick: bool) -> list[Row]:
    """The peers stop where they stall, mostly near 1e-9: they are asked for less than ours."""
    from scipy.optimize import minimize

    surface, theta = t33()
    few = 20 if quick else 100
    both = numpy_loss(surface)

    def scipy_loop() -> None:
        for row in theta[:few].numpy():
            options = {"maxiter": 5000, "maxfun": 10000, "ftol": 1e-16, "gtol": 1e-12, "maxcor": 20}
            minimize(both, row, jac=True, method="L-BFGS-B", options=options)

    value = definition(surface)

    def lbfgs_loop() -> None:
        for row in theta[: few // 10]:
            parameter = row.clone().requires_grad_()
            optimiser = torch.optim.LBFGS(
                [parameter], max_iter=300, tolerance_grad=1e-9, tolerance_change=1e-12,
                history_size=20, line_search_fn="strong_wolfe",
            )  # fmt: skip

            def closure(parameter=parameter, optimiser=optimiser) -> torch.Tensor:
                optimiser.zero_grad()
                loss = value(parameter)
                loss.backward()
                return loss

            optimiser.step(closure)

    found = descend(surface, theta)
    assert bool((found.gradient_norm < 1e-12).all())
    task = f"{NETWORKS} networks to |g| < 1e-12"
    return [
        compare(task, lambda: descend(surface, theta), "scipy L-BFGS-B, numpy", scipy_loop, 2,
                share=few / NETWORKS),
        compare(task, lambda: descend(surface, theta), "torch.optim.LBFGS", lbfgs_loop, 30,
                share=few / 10 / NETWORKS, turns=1 if quick else 3),
    ]  # fmt: skip


def hessians(quick: bool) -> list[Row]:
    surface, theta = t33()
    objective = Objective(definition(surface), 33)
    ours, peer = surface.hessians(theta), objective.hessian(theta)
    # torch's own softplus drops terms of 2e-9 beyond 20.
    assert float((ours - peer).abs().max()) < 1e-7
    return [
        compare(f"{NETWORKS} Hessians with spectra", lambda: surface.spectra(theta),
                "torch.func vmap, chunks of 100", lambda: objective.spectra(theta, 100), 3,
                turns=5),
    ]  # fmt: skip


def adam_steps(quick: bool) -> list[Row]:
    surface, theta = t33()
    value, steps = definition(surface), 100 if quick else 1000
    few = 2

    def loop() -> None:
        for row in theta[:few]:
            parameter = row.clone().requires_grad_()
            optimiser = torch.optim.Adam([parameter], lr=1e-2)
            for _ in range(steps):
                optimiser.zero_grad()
                value(parameter).backward()
                optimiser.step()

    gradient = torch.func.vmap(torch.func.grad(value))

    def vmapped() -> None:
        parameter = theta.clone().requires_grad_()
        optimiser = torch.optim.Adam([parameter], lr=1e-2)
        for _ in range(steps // 10):
            parameter.grad = gradient(parameter.detach())
            optimiser.step()

    task = f"{NETWORKS} networks x {steps} Adam steps"
    return [
        compare(task, lambda: adam(surface, theta, steps), "torch.optim.Adam loop", loop, 80,
                share=few / NETWORKS, turns=1 if quick else 3),
        compare(task, lambda: adam(surface, theta, steps), "vmap + torch.optim.Adam", vmapped, 1.4,
                share=0.1, turns=1 if quick else 3),
    ]  # fmt: skip


def certified_minima(quick: bool) -> list[Row]:
    """One enclosed and certified minimum, against a budget of 20 ms of CPU time.

    CPU time, because no peer shares whatever else the machine is doing.
    """
    surface, theta = t33(10)
    minima, layer = descend(surface, theta).theta, ball_layer(surface)
    times = []
    for row in minima:
        start = time.process_time()
        found = certify(surface, row, layer)
        times.append(time.process_time() - start)
        assert found.kind == "strict-minimum"
    middle = statistics.median(times)
    spread = (0.02 / max(times), 0.02 / min(times))
    name, budget = "one enclosed, certified minimum", "budget 20 ms of CPU time"
    return [Row(name, budget, middle, 0.02, 0.02 / middle, spread, 1)]


def slices(quick: bool) -> list[Row]:
    surface, _ = t33(1)
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(3, 8, bias=False), torch.nn.Softplus(), torch.nn.Linear(8, 1)
    ).double()
    X, y = surface.X, surface.y

    def criterion(out: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.softplus(-y * out.squeeze(-1)).mean()

    objective = from_module(module, criterion, X)
    assert objective.start is not None
    start = objective.start
    directions = random_directions(objective.P, torch.Generator().manual_seed(0))
    u = torch.linspace(-1, 1, 101, dtype=torch.float64)
    grid = torch.cartesian_prod(u, u)

    def chunked(size: int | None) -> torch.Tensor:
        call = torch.func.vmap(objective.function, chunk_size=size)
        return call(start + grid @ directions)

    sizes = (None, 250, 500, 1000, 2000)
    best = min(sizes, key=lambda size: _seconds(lambda: chunked(size)))
    found = plane(objective, start, directions)
    assert float((found.loss.flatten() - chunked(best)).abs().max()) < 1e-12
    task = "101 x 101 slice of a user's module"
    rows = [compare(task, lambda: plane(objective, start, directions), f"vmap, chunks {best}",
                    lambda: chunked(best), 0.9, turns=7)]  # fmt: skip
    try:
        import loss_landscapes
        import loss_landscapes.metrics
    except ImportError:
        return rows

    class Metric(loss_landscapes.metrics.Metric):
        def __call__(self, model) -> float:
            return criterion(model(X)).item()

    def peer() -> None:
        loss_landscapes.random_plane(module, Metric(), 1.0, 101, deepcopy_model=True)

    return [*rows, compare(task, lambda: plane(objective, start, directions), "loss-landscapes",
                           peer, 35, turns=3)]  # fmt: skip


def _seconds(call: Callable[[], object]) -> float:
    call()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


GROUPS = (critical_points, hessians, adam_steps, certified_minima, slices)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer networks and turns")
    quick = parser.parse_args().quick
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}; milliseconds")
    for group in GROUPS:
        for row in group(quick):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
