"""A 101 x 101 slice through a user's own module, which must come back as it was."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from fractions import Fraction

import torch
from torch import Tensor

from benchmarks.peers import MissingPeer, named, peer
from benchmarks.problem import Bowl, Logistic, P, sequential, t33
from benchmarks.record import Accuracy, Row, compared
from benchmarks.size import Size
from benchmarks.timing import fastest, side_by_side
from lossurface.landscape import from_module, plane, random_directions

CHUNKS = (500, 1000, 2000, 4000, 101**2)


def rows(size: Size) -> Iterator[Row]:
    """Yield the rows beside loss-landscapes and beside vmap."""
    surface, _ = t33(1)
    module, criterion = sequential(), Logistic()
    before = _state(module)
    objective = from_module(module, lambda out: criterion(out, surface.y), surface.X)
    start = objective.start
    assert start is not None
    directions = random_directions(objective.P, torch.Generator().manual_seed(0))
    extent = float(start.norm())

    def ours() -> Tensor:
        return plane(objective, start, directions, extent, size.grid).loss

    found = ours()
    untouched = _state(module) == before
    task = f"{size.grid} × {size.grid} slice"
    error = _bowl(size.grid)
    right = error == 0 and untouched
    same = "the module and torch's random state are " + ("as before" if untouched else "CHANGED")
    bowl = f"off by at most {error:.2g} on a quadratic bowl in exact arithmetic; {same}"
    try:
        yield _beside_loss_landscapes(size, module, surface, ours, task, Accuracy(bowl, right))
    except MissingPeer as missing:
        yield Row("slice", task, named("loss_landscapes"), 35, missing=str(missing))

    u = torch.linspace(-extent, extent, size.grid, dtype=torch.float64)
    grid = torch.cartesian_prod(u, u)

    def vmap(chunk: int) -> Tensor:
        return torch.func.vmap(objective.function, chunk_size=chunk)(start + grid @ directions)

    chunk = fastest({chunk: lambda chunk=chunk: vmap(chunk) for chunk in CHUNKS})
    gap = float((found.flatten() - vmap(chunk)).abs().max())
    turns = side_by_side(ours, lambda: vmap(chunk), size.slice_turns, size.least)
    accuracy = Accuracy(f"the two agree to {gap:.1g}", gap < 1e-12 and right)
    note = (
        f"vmap's chunk of {chunk} is the best of {len(CHUNKS)} timed beforehand. Ours goes through "
        "the same vmap, so the target of 1 is a tie: the median may lie 5% below it."
    )
    yield compared(
        "slice-vmap", task, f"torch.func.vmap, chunks of {chunk}", 1, turns, accuracy, note, 0.05
    )


def _beside_loss_landscapes(size, module, surface, ours, task, accuracy) -> Row:
    library = peer("loss_landscapes")
    metric = peer("loss_landscapes.metrics").Loss(Logistic(), surface.X, surface.y)

    def theirs() -> None:
        library.random_plane(module, metric, 1.0, size.grid, deepcopy_model=True)

    turns = side_by_side(ours, theirs, size.turns, size.least)
    off = _their_bowl(library, peer("loss_landscapes.metrics").Metric, size.grid)
    note = (
        f"On the same bowl the values of loss-landscapes are off by up to {off:.0%} of their range "
        "from the grid that its documentation states."
    )
    return compared("slice", task, named("loss_landscapes"), 35, turns, accuracy, note)


def _bowl(points: int) -> float:
    """Return the largest error of a slice of a quadratic bowl, against rational arithmetic."""
    generator = torch.Generator().manual_seed(1)
    c, centre, *directions = torch.randint(-4, 5, (4, P), generator=generator).double()
    module = Bowl(centre)
    half = points // 2
    got = plane(from_module(module, torch.sum, c), centre, torch.stack(directions), half, points)
    whole = [[int(v) for v in row.tolist()] for row in (c, centre, *directions)]
    worst = Fraction(0)
    for i in range(points):
        for j in range(points):
            at = [m + (i - half) * p + (j - half) * q for m, p, q in zip(*whole[1:], strict=True)]
            value = Fraction(sum(k * v * v for k, v in zip(whole[0], at, strict=True)), 2)
            worst = max(worst, abs(value - Fraction(float(got.loss[i, j]))))
    return float(worst)


def _their_bowl(library, base, steps: int) -> float:
    """Return the largest error of loss-landscapes' plane over the values' range, on a bowl."""
    c = torch.ones(P, dtype=torch.float64)
    ends = torch.randn(3, P, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    models = [Bowl(end) for end in ends]

    class Metric(base):
        def __call__(self, model) -> float:
            return model.forward(c).sum().item()

    got = library.planar_interpolation(*models, Metric(), steps, deepcopy_model=True)
    one, two = (ends[1] - ends[0]) / steps, (ends[2] - ends[0]) / steps
    k = torch.arange(steps, dtype=torch.float64)
    at = ends[0] + k[:, None, None] * one + k[None, :, None] * two
    true = (0.5 * at * at).sum(-1)
    return float((torch.as_tensor(got) - true).abs().max() / (true.max() - true.min()))


def _state(module: torch.nn.Module) -> tuple[object, ...]:
    """Return all that a library could have changed, in a form that == compares."""
    tensors = {k: v.tolist() for k, v in copy.deepcopy(module.state_dict()).items()}
    gradients = [p.grad is None and p.requires_grad for p in module.parameters()]
    return tensors, gradients, module.training, torch.get_rng_state().tolist()
