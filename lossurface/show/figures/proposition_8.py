"""The figures of Proposition 8."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.claims.proposition_8 import Lift, least_squares, lift, outlier, thin
from lossurface.landscape.last_layer import LastLayer
from lossurface.setting import Network, Problem
from lossurface.show import plot, scene
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

__all__ = ["before_and_after", "strokes", "with_outlier"]


def _values(network: Network, x: NDArray[np.float64]) -> NDArray[np.float64]:

    import torch

    values: NDArray[np.float64] = network.torch(torch.from_numpy(x[:, None])).numpy()
    return values


def before_and_after() -> tuple[Drawing, Drawing]:
    """Draw the network of `thin`, and the same network after both strokes."""
    import numpy as np

    problem = thin()
    x = np.linspace(-2.4, 3.4, 201)
    X, y = (part.numpy() for part in problem.dataset.tensors())
    after = lift(problem).network
    left, right = float(problem.loss_rational()), float(problem.loss_rational(after.theta))
    return (
        plot.line(X, y, x, _values(problem.network, x), title=f"error 0, loss {left:.2f}"),
        plot.line(X, y, x, _values(after, x), title=f"error 0, loss {right:.0f}"),
    )


def _on_the_way(problem: Problem, strokes: Lift, t: float) -> Network:
    """The first stroke for t in [0, 1], the second, by powers, for t in [1, 2]."""
    layer = LastLayer.of(problem.network.architecture)
    theta = [float(v) for v in problem.network.theta]
    theta[layer.bias] += min(t, 1.0) * float(strokes.shift)
    for index in layer.indices:
        theta[index] *= float(strokes.scale) ** max(t - 1.0, 0.0)
    return Network(problem.network.architecture, tuple(theta))


def strokes(t: float) -> dict[str, go.Figure]:
    """Draw network and loss on the way from R = 0 to L = 0."""
    import numpy as np
    import torch

    problem = thin()
    both = lift(problem)
    x, steps = np.linspace(-2.4, 3.4, 117), np.linspace(0, 2, 61)
    X, y = (part.numpy() for part in problem.dataset.tensors())
    theta = np.array([_on_the_way(problem, both, float(s)).theta for s in steps], dtype=float)
    losses = problem.loss_torch(torch.from_numpy(theta)).numpy()
    now = _on_the_way(problem, both, float(t))
    here = float(problem.loss_torch(now.parameters()))
    return {
        "The network f": scene.line(X, y, x, _values(now, x), ranges=((-2.4, 3.4), (-4, 8))),
        "The loss": scene.curves(
            steps,
            {"loss": losses},
            axes=("stroke", "loss"),
            ranges=((0, 2), (-0.05, 1.4)),
            marks=[(float(t), here)],
        ),
    }


def with_outlier(far: float) -> dict[str, go.Figure]:
    """Draw the least-squares line and a line of hinge loss 0, one positive sample being far out."""
    import numpy as np

    data = outlier(Fraction(far))
    a, b = (float(v) for v in least_squares(data))
    x = np.linspace(-1, 1, 81)
    X, y = (part.numpy() for part in data.tensors())
    seen = np.abs(X[:, 0]) <= 1
    frame = ((-1.0, 1.0), (-3.0, 3.0))
    return {
        "Quadratic loss": scene.line(X[seen], y[seen], x, a * x + b, ranges=frame),
        "Polynomial hinge": scene.line(X[seen], y[seen], x, 10 * x, ranges=frame),
    }
