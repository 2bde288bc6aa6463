"""The loss along a line through a certified minimum, above the bound that proves the minimum."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface.show.around import Direction, direction, radius_of
from lossurface.show.style import ACCENT, AMBER, MUTED, POSITIVE, POSITIVE_SOFT

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from matplotlib.figure import FigureBase
    from numpy.typing import NDArray

    from lossurface.exact import Certificate
    from lossurface.show.static import Drawing
    from lossurface.show.style import Palette

__all__ = ["Bounded", "Bounds", "bound_drawing", "bound_scene", "bounded"]

_HIGH = 2.0  # of the picture, in multiples of the loss at theta*


@dataclass(frozen=True)
class Bounded:
    """L and its lower bound at theta* + t d, d of length 1.

    Attributes:
        t: (k,).
        loss: (k,), L.
        bound: (k,), L(theta*) - (Phi(theta) - Phi(theta*))/n with the dual weights of theta*.
        least: L(theta*).
        radius: the certified radius; infinite for a global minimum.
    """

    t: NDArray[np.float64]
    loss: NDArray[np.float64]
    bound: NDArray[np.float64]
    least: float
    radius: float


def bounded(
    certificate: Certificate,
    along: tuple[Direction, Direction],
    angle: float = 0.0,
    span: float = 2.5,
) -> Bounded:
    """Evaluate the loss and its bound on a line.

    Args:
        certificate: of a local minimum.
        along: two directions of parameter space; see `lossurface.show.around.direction`.
        angle: in degrees; the line points along the first at 0 and along the second at 90.
        span: how far to go each way.

    Raises:
        InputError: a direction is unknown.
    """
    import numpy as np
    import torch

    from lossurface.setting import empirical_loss, from_certificate

    problem = from_certificate(certificate.data)
    architecture, theta = problem.network.architecture, problem.network.parameters()
    first, second = (direction(architecture, name) for name in along)
    turn = math.radians(angle)
    step = math.cos(turn) * first + math.sin(turn) * second
    t = np.linspace(-span, span, 101)  # odd: theta* is one of them
    X, y = problem.dataset.tensors()
    at_theta = architecture.forward(theta, X)
    weighted = problem.loss.torch_d1(-y * at_theta) * y
    line = theta + torch.from_numpy(np.outer(t, step / np.linalg.norm(step)))
    outputs = architecture.forward(line, X)
    least = float(empirical_loss(problem.loss, at_theta, y))
    return Bounded(
        t=t,
        loss=empirical_loss(problem.loss, outputs, y).numpy(),
        bound=least - (weighted * (outputs - at_theta)).mean(dim=-1).numpy(),
        least=least,
        radius=radius_of(certificate),
    )


@dataclass(frozen=True)
class Bounds:
    """An interactive drawing: several certificates, each on a line that can be turned.

    Attributes:
        cases: by name, a certificate and the two directions between which the line turns.
    """

    cases: Mapping[str, tuple[Certificate, tuple[Direction, Direction]]]

    def __call__(self, reason: str, angle: float) -> go.Figure:
        """Draw one case.

        Args:
            reason: a key of `cases`.
            angle: of the line, in degrees.
        """
        certificate, along = self.cases[reason]
        return bound_scene(bounded(certificate, along, angle))


def bound_scene(line: Bounded) -> go.Figure:
    """Draw the loss over its bound, with the certified interval shaded."""
    import numpy as np
    import plotly.graph_objects as go

    high, end = _HIGH * line.least, float(line.t[-1])
    reach = min(line.radius, end)
    # Values far outside the picture would stretch the lines' joints: cut them just beyond it.
    loss, bound = (np.clip(v, -high, 3 * high) for v in (line.loss, line.bound))
    figure = go.Figure(
        [
            go.Scatter(
                x=[-reach, reach, reach, -reach],
                y=[-high, -high, 3 * high, 3 * high],
                mode="none",
                fill="toself",
                fillcolor=POSITIVE_SOFT,
                name="certified radius",
                hoverinfo="skip",
            ),
            go.Scatter(
                x=[-end, end],
                y=[line.least] * 2,
                mode="lines",
                line={"color": MUTED, "width": 1.5, "dash": "dot"},
                name="L(θ*)",
                hoverinfo="skip",
            ),
            go.Scatter(
                x=line.t, y=loss, mode="lines", line={"color": POSITIVE, "width": 3.5},
                name="loss L(θ)",
            ),
            go.Scatter(
                x=line.t, y=bound, mode="lines", name="bound",
                line={"color": ACCENT, "width": 3, "dash": "dash"},
            ),
            go.Scatter(
                x=[0.0], y=[line.least], mode="markers", name="θ*", showlegend=False,
                marker={"color": AMBER, "size": 13, "symbol": "star"},
            ),
        ]
    )  # fmt: skip
    figure.update_xaxes(title_text="distance from θ*", range=[-end, end])
    figure.update_yaxes(range=[0, high])
    return figure


def bound_drawing(line: Bounded) -> Drawing:
    """Draw the same for print: the loss over its bound, with the certified interval shaded."""
    high, end = _HIGH * line.least, float(line.t[-1])
    reach = min(line.radius, end)

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        ax.axvspan(-reach, reach, color=palette.positive_soft, linewidth=0, zorder=0)
        ax.axhline(line.least, color=palette.muted, linestyle=":", linewidth=1.2)
        ax.plot(line.t, line.loss, color=palette.positive, linewidth=2.8, label="loss $L(\\theta)$")
        ax.plot(line.t, line.bound, "--", color=palette.accent, label="bound from the weights")
        ax.plot(0, line.least, "*", color=palette.amber, markersize=15, markeredgecolor="#1f2328")
        ax.annotate("$\\theta^*$", (0, line.least), (0, 8), textcoords="offset points", ha="center")
        ax.text(0, 0.06 * high, "certified radius", ha="center", color=palette.ink)
        ax.set(xlim=(-end, end), ylim=(0, high), xlabel="distance from $\\theta^*$")
        ax.grid(False)
        ax.legend(loc="upper left")

    return draw
