"""Networks trained from random starts, each on its own random data, and where they ended.

The positive theorems ask nothing of f_D: their proofs move f_S alone. So f_D is drawn at random for
each run and held there, or trained with f_S; what is proved where a run stops needs no derivative
of f_D, only a ball around each of its outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from flint import arb, ctx
from numpy.typing import NDArray

from lossurface.claims.tally import Tally
from lossurface.enclosed.escape_check import excluded
from lossurface.enclosed.single_layer import BITS, SingleLayer, balls
from lossurface.errors import InputError
from lossurface.exact import Finding, every, sampled, uncounted
from lossurface.landscape.critical import directions_down
from lossurface.landscape.descent import Descent, adam, descend
from lossurface.landscape.escape import ball_layer
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.landscape.surface import NetworkSurface, Surface
from lossurface.setting import Dataset, Loss, get_neuron, polynomial_hinge
from lossurface.setting.networks import Architecture

DEEP = ("none", "relu", "threshold")  # f_D's neurons where it is held
JOINT = ("relu", "threshold", "tanh")  # where it is trained: kinked, flat almost everywhere, smooth
FROZEN = {"none": "no f_D"} | {kind: f"f_D {kind}, held at random values" for kind in DEEP[1:]}
ADAM_STEPS = 400  # most of them; Newton steps follow
_HELD, _FREE = (8, 8), (4, 4)  # f_D's hidden widths


@dataclass(frozen=True)
class Batch:
    """B datasets of n samples in R^d, both classes in each."""

    X: NDArray[np.float64]  # (B, n, d)
    y: NDArray[np.float64]  # (B, n), -1 and +1
    separator: NDArray[np.float64] | None = None  # (B, d), w with y w^T x > 0, where one is known

    def first(self, count: int) -> Batch:
        """Return the first datasets, at most `count`."""
        w = self.separator
        return Batch(self.X[:count], self.y[:count], None if w is None else w[:count])


def _labels(rng: np.random.Generator, B: int, n: int) -> NDArray[np.float64]:
    if n < 2 or B < 1:
        raise InputError(f"n is {n} and there are {B} datasets; give n >= 2 and at least one")
    y = rng.choice([-1.0, 1.0], size=(B, n))
    y[:, :2] = 1.0, -1.0
    return y


def separable_batch(B: int, n: int, d: int, *, seed: int, margin: float = 0.1) -> Batch:
    """Draw data that a random direction separates.

    Uniform on [-1, 1]^d, then moved along a random unit vector w so that y w^T x is at least
    `margin`; below 0 the classes overlap.

    Raises:
        InputError: no dataset or fewer than two samples.
    """
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(B, 1, d))
    w /= np.linalg.norm(w, axis=-1, keepdims=True)
    X, y = rng.uniform(-1, 1, size=(B, n, d)), _labels(rng, B, n)
    along = (X * w).sum(-1)
    wanted = y * (np.abs(along) * (1 - margin) + margin)
    return Batch(X + (wanted - along)[..., None] * w, y, w[:, 0] if margin > 0 else None)


def subspace_batch(
    B: int, n: int, positive_axes: Sequence[int], negative_axes: Sequence[int], *, seed: int
) -> Batch:
    """Draw data of Theorem 1: each class uniform on [-1, 1]^U for its own axes U, from 0.

    Raises:
        InputError: no dataset or fewer than two samples.
    """
    rng = np.random.default_rng(seed)
    d = 1 + max(*positive_axes, *negative_axes)
    X, y = rng.uniform(-1, 1, size=(B, n, d)), _labels(rng, B, n)
    masks = np.zeros((2, d))
    masks[0, list(negative_axes)], masks[1, list(positive_axes)] = 1, 1
    return Batch(X * masks[(y > 0).astype(int)], y)


@dataclass(frozen=True)
class Trained:
    """B runs: their data, the surface that was descended, and where they ended."""

    batch: Batch
    whole: SingleLayerSurface | NetworkSurface  # of f_S beside a held f_D, or of all parameters
    ends: Descent

    @property
    def runs(self) -> int:
        """How many there were."""
        return len(self.ends.error)

    @property
    def stuck(self) -> list[int]:
        """The runs that ended with a training error above zero."""
        stuck: list[int] = (self.ends.error > 0).nonzero().flatten().tolist()
        return stuck

    @cached_property
    def surface(self) -> SingleLayerSurface:
        """The surface of f_S, f_D held where each run ended; its P parameters come first in theta.

        Raises:
            InputError: there is no f_S.
        """
        if isinstance(self.whole, SingleLayerSurface):
            return self.whole
        shape, theta = self.whole.architecture, self.ends.theta
        if shape.neuron is None:
            raise InputError(f"a {shape.kind} network has no f_S; train a shortcut network")
        alone = SingleLayerSurface(
            shape.neuron, self.whole.loss, self.whole.X, self.whole.y, shape.width
        )
        added = self.whole.outputs(theta) - alone.outputs(theta[:, : alone.P])
        return replace(alone, offset=added)

    def alone(self, run: int) -> SingleLayerSurface:
        """Return the surface of one run: its own dataset, and f_D's values on it."""
        return self.surface.rows(run)

    def ray(self, run: int) -> torch.Tensor:
        """Return the direction (P,) in which each w_j moves along sgn(a_j) times the separator.

        Where sigma increases every margin grows along it, from any theta, without end.

        Raises:
            InputError: the batch has no separator.
        """
        if self.batch.separator is None:
            raise InputError("batch has no separator; draw it with separable_batch(margin > 0)")
        theta, M, P = self.ends.theta[run], self.surface.M, self.surface.P
        w = torch.from_numpy(self.batch.separator[run]).to(theta.device)
        ray = torch.zeros_like(theta)
        ray[1 + M : P] = torch.outer(w, theta[1 : 1 + M].sign()).flatten()
        return ray

    def after_ray(self, run: int) -> float:
        """Return the training error after the best of some steps along the ray, and descent."""
        theta = self.ends.theta[run]
        steps = torch.logspace(-4, 20, 193, base=2.0, dtype=theta.dtype, device=theta.device)
        copies = self.whole.rows(torch.full((len(steps),), run, device=theta.device))
        points = theta + steps[:, None] * self.ray(run)
        best = int(copies.value(points).argmin())
        return float(_descended(copies.rows(slice(1)), points[best : best + 1], 500).error[0])

    def excluded(self, run: int) -> Finding:
        """Prove that no point of a box around where a run ended is a local minimum.

        The directions tried move theta_S alone: the gradient's, the Hessian's lowest eigenvector,
        and the ray. The box is in every parameter that was trained.
        """
        surface, P = self.alone(run), self.surface.P
        theta = self.ends.theta[run, :P]
        hints = directions_down(surface, theta)
        if self.batch.separator is not None:
            hints.append(self.ray(run)[:P].tolist())
        return excluded(lambda radius: self._layer(run, radius), theta.tolist(), hints)

    def _layer(self, run: int, radius: float) -> SingleLayer:
        """f_S's loss in balls; its offset are f_D's outputs over the box of f_D's parameters."""
        layer = ball_layer(self.alone(run))
        if isinstance(self.whole, SingleLayerSurface):
            return layer
        shape, P = self.whole.architecture, self.surface.P
        deep = Architecture(
            "feedforward", shape.d, deep_widths=shape.deep_widths, deep_neuron=shape.deep_neuron
        )
        with ctx.workprec(BITS):
            near = [v + arb(0, radius) for v in balls(self.ends.theta[run, P:].tolist())]
            return replace(layer, offset=[deep.at_ball(near, row) for row in layer.samples])

    def failures(self) -> int:
        """Count the runs that end with R > 0, after the ray where there is one."""
        if self.batch.separator is None:
            return len(self.stuck)
        return sum(self.after_ray(run) > 0 for run in self.stuck)

    def findings(self, statement: str, near: str) -> Iterator[Finding]:
        """Yield that no run ends with R > 0; before, that no minimum is where one had stopped."""
        if self.stuck:
            yield uncounted(every(near, map(self.excluded, self.stuck)))
        yield sampled(
            statement, self.failures(), self.runs, f"{len(self.stuck)} stopped on a plateau"
        )


def pick_device(name: str) -> torch.device:
    """Return the device of that name; "auto" is the first GPU if there is one.

    Raises:
        InputError: the name is unknown, or there is no such device here.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"device is {name!r}; use cpu, cuda or auto")
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise InputError("device is 'cuda' and torch finds no GPU; use cpu or auto")
    return torch.device("cuda" if there and name != "cpu" else "cpu")


def train(
    batch: Batch,
    neuron: str | None,
    M: int,
    *,
    seed: int,
    loss: Loss | None = None,
    deep: str = "none",
    held: bool = True,
    device: str = "cpu",
    steps: int = 500,
) -> Trained:
    """Train one network on each dataset from a standard normal start, by damped Newton descent.

    A run ends where the loss falls below 1/n (training error 0, there and at every lower point),
    the gradient's norm below 1e-12, no step lowers the loss, or the steps are used up. Where f_D is
    trained too, Adam comes first. ReLU neurons of f_D put kinks into the loss; stopping on one
    looks like "no step lowers it". Threshold units have no slope and stay where they started.

    Args:
        batch: B datasets.
        neuron: of f_S; None leaves f_S out.
        M: neurons of f_S; 0 with None.
        seed: of the starts and of f_D.
        loss: by default the polynomial hinge with p = 6.
        deep: the neurons of f_D, drawn at random for each run, in two hidden layers; or "none".
        held: whether f_D stays as it was drawn.
        device: "cpu", "cuda" or "auto".
        steps: most Newton steps of a run.
    """
    place, loss = pick_device(device), loss or polynomial_hinge(6)
    X, y = torch.from_numpy(batch.X).to(place), torch.from_numpy(batch.y).to(place)
    own = get_neuron(neuron) if neuron else None
    surface: SingleLayerSurface | NetworkSurface
    if own and (held or deep == "none"):
        added = None if deep == "none" else _random_outputs(deep, batch, seed).to(place)
        surface = SingleLayerSurface(own, loss, X, y, M, offset=added)
    else:
        kind, d = "shortcut" if own else "feedforward", X.shape[-1]
        shape = Architecture(kind, d, M, own, _FREE, get_neuron(deep))
        surface = NetworkSurface(shape, loss, X, y)
    theta = _normal(len(X), surface.P, seed).to(place)
    if isinstance(surface, NetworkSurface):
        theta = _after_adam(surface, theta)
    return Trained(batch, surface, _descended(surface, theta, steps))


def _normal(B: int, P: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(B, P, generator=generator, dtype=torch.float64)


def _descended(surface: Surface, theta: torch.Tensor, steps: int) -> Descent:
    return descend(surface, theta, until_separated=True, spectrum=False, steps=steps)


def _random_outputs(neuron: str, batch: Batch, seed: int) -> torch.Tensor:
    """Return what a random f_D adds on each sample, (B, n), its own for each dataset."""
    B, _, d = batch.X.shape
    shape = Architecture("feedforward", d, deep_widths=_HELD, deep_neuron=get_neuron(neuron))
    return shape.forward(_normal(B, shape.size, seed), torch.from_numpy(batch.X))


def _after_adam(surface: NetworkSurface, theta: torch.Tensor) -> torch.Tensor:
    """Take Adam steps, 25 at a time, with the networks whose loss is not below 1/n yet."""
    left = torch.arange(len(theta), device=theta.device)
    for _ in range(0, ADAM_STEPS, 25):
        part = surface.rows(left)
        theta[left] = adam(part, theta[left], 25, 0.1, (0.9, 0.99))
        left = left[part.value(theta[left]) * surface.y.shape[-1] >= 1]
        if not len(left):
            break
    return theta


def joint_findings(
    batch: Batch, neuron: str, M: int, *, seed: int, device: str, loss: Loss | None = None
) -> Iterator[Finding]:
    """Yield for each f_D of `JOINT` that training every parameter ends with R = 0."""
    ray = "" if batch.separator is None else ", then the ray off plateaus"
    for deep in JOINT:
        ended = train(batch, neuron, M, seed=seed, loss=loss, deep=deep, held=False, device=device)
        yield from ended.findings(
            f"training all parameters{ray}, f_D {deep} with the others, ends with R = 0",
            f"no local minimum is near where a run stopped with R > 0 (f_D {deep}, trained)",
        )


def tally(x: Sequence[float], runs: Sequence[Trained]) -> Tally:
    """Count the runs that end with an error, at each value of what was varied."""
    stuck = tuple(len(trained.stuck) for trained in runs)
    return Tally(tuple(x), stuck, tuple(trained.runs for trained in runs))


def stuck_by_width(
    dataset: Dataset,
    neuron: str,
    widths: Sequence[int],
    *,
    trials: int,
    seed: int,
    p: int = 3,
    loss: Loss | None = None,
    device: str = "cpu",
    steps: int = 300,
) -> Tally:
    """Train single-layer networks on one dataset, as `train` does, and count the ends with R > 0.

    There are `trials` starts for each width M; p is the power of the hinge, unless a loss is given.
    """
    X, y = dataset.tensors(pick_device(device))
    generator = torch.Generator().manual_seed(seed)
    hits = []
    for M in widths:
        surface = SingleLayerSurface(get_neuron(neuron), loss or polynomial_hinge(p), X, y, M)
        start = torch.randn(trials, surface.P, generator=generator, dtype=torch.float64)
        ends = _descended(surface, start.to(X.device), steps)
        hits.append(int((ends.error > 0).sum()))
    return Tally(tuple(widths), tuple(hits), (trials,) * len(widths))
