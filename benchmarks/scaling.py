"""How each cost grows with networks, n, d and M, and the share of the machine's own rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from benchmarks.problem import L2, sized
from benchmarks.size import Size
from benchmarks.timing import best
from lossurface.landscape import SingleLayerSurface, adam, ball_layer, certify, descend

START = {"networks": 64, "n": 20, "d": 3, "M": 8}  # all but one stay here
AXES = {  # the first value of the axis that grows; it doubles from there
    "networks": 64,
    "n": 40,
    "d": 8,
    "M": 8,
}
LONGEST = 0.2  # seconds of a point after which an axis ends
PROOF_AXES = {"n": 20, "d": 3, "M": 2}


@dataclass(frozen=True)
class Growth:
    """Seconds along one axis, and the exponent of the power law fitted to them."""

    cost: str
    axis: str
    at: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def slope(self) -> float:
        """The least-squares slope of log seconds over log size."""
        return float(np.polyfit(np.log(self.at), np.log(self.seconds), 1)[0])

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {**asdict(self), "slope": self.slope}


def growths(size: Size, device: str = "cpu") -> Iterator[Growth]:
    """Yield the growth of the float costs along every axis, then of the proofs."""
    for axis, first in AXES.items():
        for cost, call in COSTS.items():
            at, seconds = [], []
            for k in range(size.scale):
                shape = START | {axis: first * 2**k}
                surface, theta = sized(**shape, l2=L2, device=device)
                run = call(surface, theta)
                at.append(shape[axis])
                seconds.append(best(run, device, repeats=3))
                if seconds[-1] > LONGEST and len(at) > 2:  # the next may take eight times as long
                    break
            yield Growth(cost, axis, tuple(at), tuple(seconds))
    for axis, first in PROOF_AXES.items():
        if device == "cpu":
            yield _proofs(axis, first, max(2, size.scale - 2))
    if device == "cpu":
        yield from _separability(max(2, size.scale - 2))


Make = Callable[[SingleLayerSurface, torch.Tensor], Callable[[], object]]
COSTS: dict[str, Make] = {
    "forward pass": lambda surface, theta: lambda: surface.value(theta),
    "Adam step": lambda surface, theta: lambda: adam(surface, theta, 3),
    "Hessians and spectra": lambda surface, theta: lambda: surface.spectra(theta),
}


def _proofs(axis: str, first: int, points: int) -> Growth:
    """Time one enclosed and certified minimum along an axis."""
    at, seconds = [], []
    for k in range(points):
        shape = {"n": 20, "d": 3, "M": 4} | {axis: first * 2**k}
        surface, theta = sized(1, **shape)
        minimum, layer = descend(surface, theta).theta[0], ball_layer(surface)
        at.append(shape[axis])
        seconds.append(best(lambda: certify(surface, minimum, layer), repeats=2))  # noqa: B023
    return Growth("one certified minimum", axis, tuple(at), tuple(seconds))


def _separability(points: int) -> Iterator[Growth]:
    from lossurface.conditions import Space, assumption_6
    from lossurface.setting import Dataset

    for axis, first in (("n", 100), ("d", 4)):
        at, seconds = [], []
        for k in range(points):
            shape = {"n": 200, "d": 5} | {axis: first * 2**k}
            generator = np.random.default_rng(k)
            X = generator.standard_normal((shape["n"], shape["d"]))
            data = Dataset.of(X, generator.choice([-1, 1], shape["n"]))
            at.append(shape[axis])
            seconds.append(best(lambda: assumption_6(Space(data)), repeats=2))  # noqa: B023
        yield Growth("exact separability", axis, tuple(at), tuple(seconds))


def shares(size: Size, device: str = "cpu") -> dict[str, Any]:
    """Return the rates of matrix products: the machine's own, and those that ours reach.

    Only the products are counted, 2 n M (d + 1) operations for a forward pass and 2 n P^2 more for
    a Hessian: what the neurons and the losses cost lowers the share.
    """
    side = 1024 if size.scale > 2 else 128
    a = torch.randn(side, side, dtype=torch.float64, device=device)
    own = 2 * side**3 / best(lambda: a @ a, device)
    out: dict[str, Any] = {"side": side, "own": own, "ours": []}
    wide = {"networks": 16, "n": 512, "d": 512, "M": 256}
    shapes = {"T33": START, "wide": wide if size.scale > 2 else wide | {"n": 32, "d": 32, "M": 16}}
    for name, shape in shapes.items():
        surface, theta = sized(**shape, device=device)
        B, n, d, M = shape.values()
        forward = 2 * B * n * M * (d + 1)
        reached = forward / best(lambda: surface.value(theta), device)  # noqa: B023
        out["ours"].append(_share("forward pass", name, shape, reached, own))
    shapes = {"T33": START, "wide": {"networks": 4, "n": 1024, "d": 15, "M": 40}}
    for name, shape in shapes.items():
        surface, theta = sized(**shape, device=device)
        B, n, d, M = shape.values()
        work = 2 * B * n * (M * (d + 1) + surface.P**2)
        reached = work / best(lambda: surface.hessians(theta), device)  # noqa: B023
        out["ours"].append(_share("Hessians", name, shape, reached, own))
    return out


def _share(
    cost: str, name: str, shape: dict[str, int], reached: float, own: float
) -> dict[str, Any]:
    return {"cost": cost, "size": name, **shape, "rate": reached, "share": reached / own}


def on_device(size: Size, device: str) -> dict[str, Any]:
    """Return everything that can run on a GPU, timed there."""
    start = time.perf_counter()
    surface, theta = sized(size.networks, 20, 3, 8, device=device)
    seconds = {
        "Hessians with spectra": best(lambda: surface.spectra(theta), device, 3),
        "100 Adam steps": best(lambda: adam(surface, theta, 100), device, 1),
        "to a critical point": best(lambda: descend(surface, theta, spectrum=False), device, 1),
    }
    found = [growth.to_dict() for growth in growths(size, device)]
    return {
        "device": device,
        "networks": size.networks,
        "seconds": seconds,
        "growth": found,
        "shares": shares(size, device),
        "took": time.perf_counter() - start,
    }
