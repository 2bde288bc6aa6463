"""The figures of the page on escapes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from lossurface.setting import get_neuron, polynomial_hinge
from lossurface.show import plot, scene
from lossurface.show.figures.theorem_1 import CROSS
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import torch
    from torch import Tensor

    from lossurface.landscape.escape import Escape
    from lossurface.landscape.single_layer import SingleLayerSurface

__all__ = ["walking", "walks"]

_FAR = 6.0  # the longest step drawn
_PROOFS = {
    "Theorem 1": ("theorem-1", "theorem-1"),
    "Theorem 2": ("theorem-2", "theorem-2"),
    "Proposition 1": ("proposition-1", "propositions-1-and-12"),
    "Proposition 12": ("proposition-12", "propositions-1-and-12"),
}


def walks() -> Drawing:
    """Draw the loss on the straight way from four planted points to the ends of their escapes."""
    import numpy as np
    import torch

    from lossurface.landscape.escape import escape
    from lossurface.landscape.planted import plant

    exponents = np.linspace(-5, 0, 151)
    share = 10.0**exponents
    lines = {}
    for name, (claim, proof) in _PROOFS.items():
        planted = plant(claim, np.random.default_rng(4))
        step = escape(planted.surface, planted.theta, proof=proof, axes=planted.axes, certify=False)
        along = step.theta_after - step.theta_before
        points = planted.theta + torch.from_numpy(share)[:, None] * along
        lines[name] = planted.surface.value(points).numpy()
    return plot.curves(exponents, lines, axes=(r"$\log_{10}$ of the share of the step", "loss"))


@cache
def _cross() -> tuple[SingleLayerSurface, Tensor, Escape]:
    """Eight softplus neurons on `CROSS`, W = 0, a = 1/4, and the curve of Theorem 1."""
    import torch

    from lossurface.landscape.escape import escape
    from lossurface.landscape.single_layer import SingleLayerSurface, pack

    X, y = CROSS.tensors()
    surface = SingleLayerSurface(get_neuron("softplus"), polynomial_hinge(6), X, y, 8)
    a = torch.full((1, 8), 0.25, dtype=torch.float64)
    W = torch.zeros(1, 2, 8, dtype=torch.float64)
    theta = pack(-a.sum(-1), a, W)[0]  # sigma(0) = 1: f = 0
    return surface, theta, escape(surface, theta, proof="theorem-1", certify=False)


def _point(theta: Tensor, step: Escape, t: float) -> Tensor:
    direction = (step.theta_after - step.theta_before) / abs(step.step)
    moved: torch.Tensor = theta + t * direction
    return moved


def walking(t: float) -> dict[str, go.Figure]:
    """Draw the network along either axis, and its loss, t along the curve of Theorem 1."""
    import numpy as np
    import torch

    surface, theta, step = _cross()
    line = np.linspace(-1.5, 1.5, 61)
    zero = np.zeros_like(line)
    now = _point(theta, step, float(t)).unsqueeze(0)
    along = {}
    for name, points in (
        ("along the positives' axis", np.column_stack([line, zero])),
        ("along the negatives' axis", np.column_stack([zero, line])),
    ):
        x = torch.from_numpy(points)
        label = torch.ones(len(x), dtype=torch.float64)
        probe = replace(surface, X=x, y=label)
        along[name] = probe.outputs(now)[0].numpy()
    steps = torch.linspace(0, _FAR, 61, dtype=torch.float64)
    losses = torch.stack([surface.value(_point(theta, step, float(s))[None])[0] for s in steps])
    return {
        "The network f": scene.curves(
            line, along, axes=("distance from 0", "f"), ranges=((-1.5, 1.5), (-0.2, 3.2))
        ),
        "The loss on the curve": scene.curves(
            steps.numpy(),
            {"loss": losses.numpy()},
            axes=("step", "loss"),
            ranges=((0, _FAR), (0, 1.1)),
            marks=[(float(t), float(surface.value(now)[0]))],
        ),
    }
