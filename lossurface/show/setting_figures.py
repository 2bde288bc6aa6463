"""Interactive drawings of the setting: networks that die, data that move, losses and neurons.

Each function takes the values of the controls of one figure and returns plotly figures by title,
or one figure, as `lossurface.show.explore` asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from lossurface.show import scene
from lossurface.show.style import AMBER, INK, NEGATIVE_SOFT, POSITIVE_SOFT

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from lossurface.setting import Dataset

__all__ = ["SUBSPACES", "derivatives", "dying", "loss", "separability", "subspaces", "turned"]

SUBSPACES = {
    "{e₁, e₂} and {e₂, e₃}": ((0, 1), (1, 2)),
    "{e₁} and {e₂}": ((0,), (1,)),
    "{e₁, e₂} and {e₃}": ((0, 1), (2,)),
    "{e₁, e₂} and {e₁, e₂}": ((0, 1), (0, 1)),
    "{e₁, e₂, e₃} and {e₃}": ((0, 1, 2), (2,)),
}
"""What the reader chooses: U_+ and U_-, as coordinates counted from 0."""

_SIDE = 2.0  # half the side of the square in which data in the plane are drawn


def dying(bias: float) -> dict[str, go.Figure]:
    """Draw three networks on the line while one bias of all their deep neurons changes.

    Args:
        bias: of every hidden ReLU of the deep part; below -3 all of them are dead on [-2, 2].
    """
    import torch

    from lossurface.setting import Deep, feedforward, get_neuron, identity_shortcut, shortcut

    hidden = ([[1.5, -1.0, 0.5]], [float(bias)] * 3)
    deep = Deep(get_neuron("relu"), (hidden, ([[0.8], [-0.9], [1.0]], [0.25])))
    alone = feedforward(deep)
    networks = {
        "Feedforward": alone,
        "Shortcut-like": shortcut(get_neuron("softplus"), -1.5, [0.8, 0.8], [[1.5, -2.0]], deep),
        "Identity shortcut": identity_shortcut([0.7], -0.3, deep),
    }
    x = torch.linspace(-2, 2, 81, dtype=torch.float64)
    part = alone.torch(x[:, None]).numpy()
    return {
        title: scene.curves(
            x.numpy(),
            {"f": network.torch(x[:, None]).numpy(), "deep part": part},
            axes=("x", ""),
            ranges=((-2, 2), (-3, 4)),
        )
        for title, network in networks.items()
    }


def turned(turn: float) -> Dataset:
    """Return five samples of each class in the plane, the negatives turned about the origin.

    Args:
        turn: the angle, in degrees; up to 140 or so the classes are linearly separable.
    """
    import math

    from lossurface.setting import Dataset

    rows, labels = [], []
    for label, start in ((1, 40.0), (-1, 220.0 + turn)):
        for k, size in enumerate((1.0, 1.6, 0.7, 1.4, 1.1)):
            angle = math.radians(start + 10 * k)
            point = (size * math.cos(angle), size * math.sin(angle))
            rows.append(tuple(Fraction(round(100 * v), 100) for v in point))
            labels.append(label)
    return Dataset.of(rows, labels)


def separability(turn: float) -> go.Figure:
    """Draw the data of `turned`, and a separator through the origin where there is one.

    Args:
        turn: the angle, in degrees.
    """
    import numpy as np
    import plotly.graph_objects as go

    from lossurface.conditions import Space, assumption_6

    dataset = turned(turn)
    found = assumption_6(Space(dataset))
    w = np.zeros(2)
    if found.verdict == "holds" and found.certificate is not None:
        w = np.array([float(Fraction(value)) for value in found.certificate.data["w"]])
        w /= np.linalg.norm(w)
    along = np.array([-w[1], w[0]])
    traces = [
        _half_plane(w, along, POSITIVE_SOFT),
        _half_plane(-w, along, NEGATIVE_SOFT),
        go.Scatter(
            x=[-4 * along[0], 4 * along[0]],
            y=[-4 * along[1], 4 * along[1]],
            mode="lines",
            line={"color": INK, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        ),
    ]
    x, y = dataset.tensors()
    traces += scene.scatter(x[:, 0].numpy(), x[:, 1].numpy(), y.numpy())
    traces.append(
        go.Scatter(
            x=[0],
            y=[0],
            mode="markers",
            marker={"symbol": "cross-thin", "size": 14, "line": {"color": AMBER, "width": 3}},
            hovertemplate="origin<extra></extra>",
            showlegend=False,
        )
    )
    figure = go.Figure(traces)
    side = [-_SIDE, _SIDE]
    figure.update_xaxes(title_text="x₁", range=side, showgrid=False, constrain="domain")
    figure.update_yaxes(
        title_text="x₂", range=side, showgrid=False, scaleanchor="x", constrain="domain"
    )
    _say(figure, f"Assumption 6 {found.verdict}")
    return figure


def _half_plane(w: NDArray[Any], along: NDArray[Any], colour: str) -> Any:
    """Return the region w^T x >= 0, cut far outside the picture; a point where w = 0."""
    import numpy as np
    import plotly.graph_objects as go

    corners = 8 * np.stack([along, along + w, w - along, -along])
    return go.Scatter(
        x=corners[:, 0],
        y=corners[:, 1],
        mode="none",
        fill="toself",
        fillcolor=colour,
        hoverinfo="skip",
        showlegend=False,
    )


def subspaces(axes: str) -> go.Figure:
    """Draw samples in space, each class on the span of its own coordinate axes.

    Args:
        axes: a key of `SUBSPACES`.
    """
    from lossurface.conditions import Space, assumption_3, ranks

    plus, minus = SUBSPACES[axes]
    dataset = _scattered(plus, minus)
    space = Space(dataset)
    figure = _in_space(dataset, plus, minus)
    found = ranks(space)
    counts = f"r = {found.both}, r₊ = {found.plus}, r₋ = {found.minus}, Δr = {found.gap}"
    _say(figure, f"Assumption 3 {assumption_3(space).verdict} ({counts})")
    return figure


def _in_space(dataset: Dataset, plus: Sequence[int], minus: Sequence[int]) -> go.Figure:
    """Draw three-dimensional samples, and the plane or line that each class spans.

    Args:
        dataset: d = 3, coordinates in [-1, 1].
        plus: U_+, coordinates counted from 0.
        minus: U_-.
    """
    import plotly.graph_objects as go

    x, y = (tensor.numpy() for tensor in dataset.tensors())
    traces = []
    for axes, (sign, text, colour, symbol) in zip((plus, minus), scene.CLASSES, strict=True):
        traces += [_plane(axes, colour), _line(axes, colour)]
        mine = x[y * sign > 0]
        traces.append(
            go.Scatter3d(
                x=mine[:, 0],
                y=mine[:, 1],
                z=mine[:, 2],
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 4.5},
                name=f"label {text}",
                hovertemplate="(%{x:.3g}, %{y:.3g}, %{z:.3g})<extra></extra>",
            )
        )
    figure = go.Figure(traces)
    axis = {"range": [-1.1, 1.1], "tickvals": [-1, 0, 1]}
    figure.update_layout(
        margin={"l": 0, "r": 0, "b": 0},
        scene={
            "xaxis": {**axis, "title": {"text": "x₁"}},
            "yaxis": {**axis, "title": {"text": "x₂"}},
            "zaxis": {**axis, "title": {"text": "x₃"}},
            "aspectmode": "cube",
            "camera": {"eye": {"x": 1.5, "y": -1.5, "z": 0.9}},
        },
    )
    return figure


def _plane(axes: Sequence[int], colour: str) -> Any:
    """Return the square that two axes span; empty for any other number of axes."""
    import plotly.graph_objects as go

    corners = [[0.0] * 3 for _ in range(4)] if len(axes) == 2 else []
    for corner, (u, v) in zip(corners, ((-1, -1), (1, -1), (1, 1), (-1, 1)), strict=False):
        corner[axes[0]], corner[axes[1]] = u, v
    return go.Mesh3d(
        x=[corner[0] for corner in corners],
        y=[corner[1] for corner in corners],
        z=[corner[2] for corner in corners],
        i=[0, 0] if corners else [],
        j=[1, 2] if corners else [],
        k=[2, 3] if corners else [],
        color=colour,
        opacity=0.22,
        hoverinfo="skip",
        showscale=False,
    )


def _line(axes: Sequence[int], colour: str) -> Any:
    """Return the segment that one axis spans; empty for any other number of axes."""
    import plotly.graph_objects as go

    ends = [[float(end * (k == axes[0])) for k in range(3)] for end in (-1, 1)]
    ends = ends if len(axes) == 1 else []
    return go.Scatter3d(
        x=[end[0] for end in ends],
        y=[end[1] for end in ends],
        z=[end[2] for end in ends],
        mode="lines",
        line={"color": colour, "width": 6},
        hoverinfo="skip",
        showlegend=False,
    )


@cache
def _scattered(plus: tuple[int, ...], minus: tuple[int, ...]) -> Dataset:
    import numpy as np

    from lossurface.setting import Dataset

    count, rng = 14, np.random.default_rng(0)
    rows = []
    for axes in (plus, minus):
        for values in rng.integers(-8, 9, size=(count, 3)).tolist():
            rows.append(
                [Fraction(v, 8) if k in axes else Fraction(0) for k, v in enumerate(values)]
            )
    return Dataset.of(rows, [1] * count + [-1] * count)


def loss(p: int) -> dict[str, go.Figure]:
    """Draw the polynomial hinge loss and its derivative, the dual weight.

    Args:
        p: its number of continuous derivatives.
    """
    import torch

    from lossurface.setting import polynomial_hinge

    z = torch.linspace(-2.5, 1.5, 161, dtype=torch.float64)
    binary, hinge = (z >= 0).to(z.dtype), polynomial_hinge(p)
    return {
        "Loss ℓ(z)": scene.curves(
            z.numpy(),
            {"polynomial hinge": hinge.torch(z).numpy(), "binary": binary.numpy()},
            axes=("z = −y f(x)", ""),
            ranges=((-2.5, 1.5), (-0.2, 6)),
            marks=[(-1.0, 0.0)],
        ),
        "Dual weight λ = ℓ′(z)": scene.curves(
            z.numpy(),
            {"λ": hinge.torch_d1(z).numpy()},
            axes=("z = −y f(x)", ""),
            ranges=((-2.5, 1.5), (-0.4, 12)),
            marks=[(-1.0, 0.0)],
        ),
    }


def derivatives(neuron: str) -> dict[str, go.Figure]:
    """Draw a neuron beside its first two derivatives.

    Args:
        neuron: a key of `lossurface.setting.NEURONS`.
    """
    import torch

    from lossurface.setting import get_neuron

    sigma = get_neuron(neuron)
    z = torch.linspace(-3, 3, 121, dtype=torch.float64)  # even: z = 0 is a point of the grid
    rates = {"σ′": sigma.torch_d1(z).numpy(), "σ″": sigma.torch_d2(z).numpy()}
    figures = {
        "σ": scene.curves(
            z.numpy(), {"σ": sigma.torch(z).numpy()}, axes=("z", ""), ranges=((-3, 3), (-2, 4))
        ),
        "σ′ and σ″": scene.curves(z.numpy(), rates, axes=("z", ""), ranges=((-3, 3), (-2, 4))),
    }
    _say(figures["σ"], "in: " + ", ".join(sorted(sigma.classes)))
    return figures


def _say(figure: go.Figure, text: str) -> None:
    """Write a line above the picture."""
    figure.update_layout(margin={"t": 66})  # the legend, and the line above it
    figure.add_annotation(
        text=text,
        xref="paper",
        yref="paper",
        x=0.5,
        y=1.0,
        xanchor="center",
        yanchor="bottom",
        yshift=28,
        showarrow=False,
        font={"size": 14, "color": INK},
    )
