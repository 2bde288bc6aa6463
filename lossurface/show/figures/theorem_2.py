"""The figures of Theorem 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossurface.claims.proposition_5 import LINE
from lossurface.setting import Neuron, get_neuron, polynomial_hinge
from lossurface.show import plot, scene
from lossurface.show.figures._losses import at_zero, losses, outputs
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    import torch
    from numpy.typing import NDArray

    from lossurface.landscape.single_layer import SingleLayerSurface

__all__ = ["along_ray", "fall", "valley"]

_POWER = 3


def _loss(neuron: Neuron, a: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return L of one neuron on `LINE`, with a_0 = -a sigma(0), so that f = 0 where w = 0."""
    value, _ = losses(
        neuron,
        polynomial_hinge(_POWER),
        LINE,
        -a * at_zero(neuron),
        a[..., None],
        w[..., None, None],
    )
    return value


def valley(name: str, point: tuple[float, float], title: str) -> Drawing:
    """Draw the loss of one neuron over (a, w), a_0 keeping f = 0 on the line w = 0.

    Args:
        name: of the neuron.
        point: (a, w), marked.
        title: above the panel.
    """
    import numpy as np

    a, w = np.linspace(-2, 2, 121), np.linspace(-1, 1, 121)
    across, along = np.meshgrid(a, w)
    value = _loss(get_neuron(name), across, along)
    return plot.contours(a, w, value, point=point, axes=("$a$", "$w$"), ceiling=3.0, title=title)


def along_ray(neuron: str, t: float) -> dict[str, go.Figure]:
    """Draw the network and its loss on the ray a = t, w = t, a_0 = -t sigma(0) out of theta* = 0.

    Every margin y f = t y (sigma(t x) - sigma(0)) grows with t on these data, as sigma does.
    """
    import numpy as np

    sigma = get_neuron(neuron)
    x, steps = np.linspace(-1.8, 3.8, 113), np.linspace(0, 2, 81)
    a = np.array([float(t)])
    f = outputs(sigma, -a * at_zero(sigma), a[:, None], a[:, None, None], x[:, None])[0]
    value = _loss(sigma, steps, steps)
    here = (float(t), float(_loss(sigma, a, a)[0]))
    X, y = (part.numpy() for part in LINE.tensors())
    return {
        "The network f": scene.line(X[:, 0], y, x, f, ranges=((-1.8, 3.8), (-2.2, 4.2))),
        "The loss on the ray": scene.curves(
            steps, {"loss": value}, axes=("t", "loss"), ranges=((0, 2), (0, 1.1)), marks=[here]
        ),
    }


def fall(surface: SingleLayerSurface, theta: torch.Tensor, ray: torch.Tensor) -> Drawing:
    """Draw the loss at theta + t ray, against log t.

    Args:
        surface: one dataset.
        theta: (P,), where the ray starts.
        ray: (P,).
    """
    import numpy as np
    import torch

    exponents = np.linspace(-3, 3, 241)
    steps = torch.from_numpy(10.0**exponents).to(theta)
    value = surface.value(theta + steps.unsqueeze(-1) * ray).cpu().numpy()
    start = float(surface.value(theta.unsqueeze(0))[0])
    lines = {"on the ray": value, "where training stopped": np.full_like(value, start)}
    return plot.curves(exponents, lines, axes=(r"$\log_{10} t$", "loss"))
