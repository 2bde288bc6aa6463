"""Networks trained from random starts, each on its own random data, counted where they end.

The positive theorems ask nothing of f_D: their proofs move f_S alone. Here a random f_D is drawn
for each run and held fixed: if no local minimum in theta_S has an error for any theta_D, then none
in both has. All parameters are trained in `joint_training`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims.tally import Tally
from lossurface.setting import Dataset, Loss, get_neuron, polynomial_hinge
from lossurface.setting.networks import Architecture

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from lossurface.enclosed.krawczyk import Enclosure
    from lossurface.landscape.descent import Descent
    from lossurface.landscape.single_layer import SingleLayerSurface

__all__ = [
    "DEEP",
    "FROZEN",
    "Batch",
    "Ended",
    "Trained",
    "deep_outputs",
    "pick_device",
    "separable_batch",
    "stuck_by_width",
    "subspace_batch",
    "tally",
    "train",
]

DEEP = ("none", "relu", "threshold")
FROZEN = {"none": "no f_D"} | {
    kind: f"f_D {kind}, held at random values" for kind in DEEP if kind != "none"
}
_HIDDEN = (8, 8)  # f_D's hidden widths


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


class Ended:
    """What is counted of B runs, whatever was trained."""

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


@dataclass(frozen=True)
class Trained(Ended):
    """B runs, where they ended, and the surface they ran on."""

    surface: SingleLayerSurface
    ends: Descent

    def alone(self, run: int) -> SingleLayerSurface:
        """Return the surface of one run: its own dataset, and f_D's values on it."""
        import torch

        one = self.surface.rows(torch.tensor([run], device=self.surface.X.device))
        offset = None if one.offset is None else one.offset[0]
        return replace(one, X=one.X[0], y=one.y[0], offset=offset)

    def strict_minima(self, most: int = 12) -> list[tuple[int, Enclosure]]:
        """Return the bad strict local minima proved among the first `most` runs that got stuck.

        Each is a run and the box that holds its minimum: a critical point with a Hessian that is
        positive definite on all of the box.
        """
        from lossurface.enclosed.krawczyk import enclose
        from lossurface.landscape.escape import ball_layer

        proofs = [
            (run, enclose(ball_layer(self.alone(run)), self.ends.theta[run].tolist()))
            for run in self.stuck[:most]
        ]
        return [(run, proof) for run, proof in proofs if proof.kind == "strict-minimum"]


def _labels(rng: np.random.Generator, B: int, n: int) -> NDArray[np.float64]:
    if n < 2 or B < 1:
        raise InputError(f"n is {n} and there are {B} datasets; give n >= 2 and at least one")
    y = rng.choice([-1.0, 1.0], size=(B, n))
    y[:, :2] = 1.0, -1.0
    return y


def separable_batch(
    B: int, n: int, d: int, *, seed: int, margin: float = 0.1, shift: float = 0.0
) -> Batch:
    """Draw data that a random direction separates.

    Uniform on [-1, 1]^d, then moved along a random unit vector w so that y w^T x is at least
    `margin`.

    Args:
        B: datasets.
        n: samples in each, at least 2.
        d: coordinates.
        seed: of all randomness.
        margin: above 0; below 0 the classes overlap and nothing is promised.
        shift: adds this multiple of w to every sample, so that no hyperplane through the origin
            may separate them any more.

    Raises:
        InputError: no dataset or fewer than two samples.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    w = rng.normal(size=(B, 1, d))
    w /= np.linalg.norm(w, axis=-1, keepdims=True)
    X, y = rng.uniform(-1, 1, size=(B, n, d)), _labels(rng, B, n)
    along = (X * w).sum(-1)
    wanted = y * (np.abs(along) * (1 - margin) + margin)
    separates = margin > 0 and not shift
    return Batch(X + (wanted - along + shift)[..., None] * w, y, w[:, 0] if separates else None)


def subspace_batch(
    B: int, n: int, positive_axes: Sequence[int], negative_axes: Sequence[int], *, seed: int
) -> Batch:
    """Draw data of Theorem 1: each class uniform on [-1, 1]^U for its own axes U.

    Args:
        B: datasets.
        n: samples in each, at least 2.
        positive_axes: U_+, coordinates from 0.
        negative_axes: U_-.
        seed: of all randomness.

    Raises:
        InputError: no dataset or fewer than two samples.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    d = 1 + max(*positive_axes, *negative_axes)
    X, y = rng.uniform(-1, 1, size=(B, n, d)), _labels(rng, B, n)
    masks = np.zeros((2, d))
    masks[0, list(negative_axes)], masks[1, list(positive_axes)] = 1, 1
    return Batch(X * masks[(y > 0).astype(int)], y)


def deep_outputs(kind: str, batch: Batch, *, seed: int) -> NDArray[np.float64] | None:
    """Return what a random f_D adds on each sample, (B, n); None for "none".

    f_D has two hidden layers of eight neurons and standard normal parameters, its own for each
    dataset.

    Raises:
        InputError: the kind is not in `DEEP`.
    """
    import torch

    if kind not in DEEP:
        raise InputError(f"f_D is {kind!r}; use one of {', '.join(DEEP)}")
    if kind == "none":
        return None
    shape = Architecture(
        "feedforward", batch.X.shape[-1], deep_widths=_HIDDEN, deep_neuron=get_neuron(kind)
    )
    generator = torch.Generator().manual_seed(seed)
    theta = torch.randn(len(batch.X), shape.size, generator=generator, dtype=torch.float64)
    outputs: NDArray[np.float64] = shape.forward(theta, torch.from_numpy(batch.X)).numpy()
    return outputs


def pick_device(name: str) -> torch.device:
    """Return the device of that name; "auto" is the first GPU if there is one.

    Raises:
        InputError: the name is unknown, or there is no such device here.
    """
    import torch

    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"device is {name!r}; use cpu, cuda or auto")
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise InputError("device is 'cuda' and torch finds no GPU; use cpu or auto")
    return torch.device("cuda" if there and name != "cpu" else "cpu")


def train(
    batch: Batch,
    neuron: str,
    M: int,
    *,
    seed: int,
    loss: Loss | None = None,
    deep: str = "none",
    device: str = "cpu",
    steps: int = 500,
) -> Trained:
    """Train one network on each dataset from a normal start, by damped Newton descent.

    A run ends where the gradient vanishes, or where the loss falls below 1/n, which makes the
    training error 0 there and at every lower point.

    Args:
        batch: B datasets.
        neuron: a key of `lossurface.setting.NEURONS`.
        M: neurons.
        seed: of the starts and of f_D.
        loss: by default the polynomial hinge with p = 6.
        deep: the neurons of f_D, drawn at random and held fixed, or "none".
        device: "cpu", "cuda" or "auto".
        steps: most steps of a run.
    """
    import torch

    from lossurface.landscape.descent import descend
    from lossurface.landscape.single_layer import SingleLayerSurface

    place = pick_device(device)
    added = deep_outputs(deep, batch, seed=seed)
    surface = SingleLayerSurface(
        get_neuron(neuron),
        loss or polynomial_hinge(6),
        torch.from_numpy(batch.X).to(place),
        torch.from_numpy(batch.y).to(place),
        M,
        offset=None if added is None else torch.from_numpy(added).to(place),
    )
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(len(batch.X), surface.P, generator=generator, dtype=torch.float64)
    ends = descend(surface, start.to(place), until_separated=True, spectrum=False, steps=steps)
    return Trained(surface, ends)


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
    """Train single-layer networks from Gaussian starts; count those that end with R > 0.

    Every parameter of a start is standard normal. The optimiser is the package's batched second-
    order descent; a run ends where the gradient vanishes, or where the loss falls below 1/n, which
    makes the training error 0 there and further down.

    Args:
        dataset: the samples.
        neuron: a key of `lossurface.setting.NEURONS`.
        widths: the numbers of neurons M.
        trials: starts for each width.
        seed: of the starts.
        p: power of the polynomial hinge.
        loss: another loss, in place of that hinge.
        device: "cpu", "cuda" or "auto".
        steps: most steps of a run.

    Returns:
        The runs with training error above zero at their end, by width.
    """
    import torch

    from lossurface.landscape.descent import descend
    from lossurface.landscape.single_layer import SingleLayerSurface

    place = pick_device(device)
    X, y = dataset.tensors(place)
    generator = torch.Generator().manual_seed(seed)
    hits = []
    for width in widths:
        problem = SingleLayerSurface(get_neuron(neuron), loss or polynomial_hinge(p), X, y, width)
        start = torch.randn(trials, problem.P, generator=generator, dtype=torch.float64)
        ends = descend(problem, start.to(place), until_separated=True, spectrum=False, steps=steps)
        hits.append(int((ends.error > 0).sum()))
    return Tally(tuple(widths), tuple(hits), (trials,) * len(widths))
