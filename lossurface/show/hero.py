"""The book's first picture: a good surface and a bad one, with the same descent on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lossurface.show import scene
from lossurface.show.style import ACCENT, INK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossurface.setting import Problem

__all__ = ["Descent", "descend", "good_and_bad"]

STEPS = 30
EYE = (-0.7, -1.59, 1.72)


@dataclass(frozen=True)
class Descent:
    """A surface over the plane (w, a_0) of a one-neuron network, and a descent on it.

    Attributes:
        w: (k,), the neuron's weight.
        a0: (m,), the bias.
        loss: (m, k).
        path: (STEPS + 1, 2), the points (w, a_0) passed, equally spaced along the curve.
        error: (STEPS + 1,), the training error at each.
    """

    w: NDArray[Any]
    a0: NDArray[Any]
    loss: NDArray[Any]
    path: NDArray[Any]
    error: NDArray[Any]


def descend(
    problem: Problem,
    start: tuple[float, float],
    span: tuple[float, float, float, float],
) -> Descent:
    """Evaluate the surface and follow the gradient from `start`, in small steps, to its end.

    Args:
        problem: a single-layer network with one input and one neuron, a_1 held fixed.
        start: (w, a_0).
        span: (least w, greatest w, least a_0, greatest a_0).
    """
    import numpy as np
    import torch

    fixed = problem.network.parameters()
    low_w, high_w, low_b, high_b = span
    w = torch.linspace(low_w, high_w, 45, dtype=torch.float64)
    a0 = torch.linspace(low_b, high_b, 45, dtype=torch.float64)

    def at(place: Any) -> Any:
        """(..., 2) -> (..., 3): parameters in the order a_0, a_1, W."""
        weight, bias = place.unbind(-1)
        return torch.stack([bias, fixed[1].expand_as(bias), weight], dim=-1)

    grid = torch.stack(torch.meshgrid(w, a0, indexing="xy"), dim=-1)
    loss = problem.loss_torch(at(grid)).numpy()
    place = torch.tensor(start, dtype=torch.float64)
    passed = [place]
    rate = 0.5
    for _ in range(600):
        here = place.clone().requires_grad_(True)
        value = problem.loss_torch(at(here))
        (slope,) = torch.autograd.grad(value, here)
        if float(slope.norm()) < 2e-3:
            break
        # Short steps trace the curve of steepest descent; backtracking keeps them downhill.
        rate = min(2 * rate, 0.02 / float(slope.norm()))
        while (
            float(problem.loss_torch(at(place - rate * slope))) > float(value.detach())
            and rate > 1e-12
        ):
            rate /= 2
        place = place - rate * slope
        passed.append(place)
    curve = torch.stack(passed)
    length = torch.cat([curve.new_zeros(1), (curve[1:] - curve[:-1]).norm(dim=1).cumsum(0)])
    wanted = np.linspace(0, float(length[-1]), STEPS + 1)
    nearest = np.searchsorted(length.numpy(), wanted).clip(max=len(passed) - 1)
    path = curve[torch.from_numpy(nearest)]
    return Descent(w.numpy(), a0.numpy(), loss, path.numpy(), problem.error_torch(at(path)).numpy())


def good_and_bad(
    good: Descent, bad: Descent, ceiling: float = 6.0
) -> Callable[[int], dict[str, Any]]:
    """Return the drawing function of the picture: both surfaces after `step` steps.

    Args:
        good: drawn on the left.
        bad: drawn on the right.
        ceiling: of both surfaces.
    """

    def draw(step: int) -> dict[str, Any]:
        return {
            name: _panel(descent, step, ceiling)
            for name, descent in (("Good: softplus neuron", good), ("Bad: quadratic neuron", bad))
        }

    return draw


def _panel(descent: Descent, step: int, ceiling: float) -> Any:
    import plotly.graph_objects as go

    place = descent.path[step]
    figure = scene.surface(
        descent.w,
        descent.a0,
        descent.loss,
        point=(float(place[0]), float(place[1])),
        axes=("weight", "bias", "loss"),
        ceiling=ceiling,
        floor=0.0,
        eye=EYE,
    )
    heights = scene.height_at(
        descent.w, descent.a0, descent.loss, descent.path[:, 0], descent.path[:, 1]
    )
    figure.add_trace(
        go.Scatter3d(
            x=descent.path[: step + 1, 0],
            y=descent.path[: step + 1, 1],
            z=heights[: step + 1] + 0.06,
            mode="lines",
            line={"color": ACCENT, "width": 7},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    wrong = descent.error[step]
    figure.update_layout(
        annotations=[
            {
                "text": f"training error {wrong:.0%}",
                "x": 0.5,
                "y": 1.0,
                "xref": "paper",
                "yref": "paper",
                "yanchor": "top",
                "showarrow": False,
                "font": {"color": INK, "size": 15},
            }
        ]
    )
    return figure
