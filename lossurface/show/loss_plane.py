"""The loss on a plane of parameters through a certified minimum, ready to be drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from lossurface.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossurface.exact import Certificate
    from lossurface.setting import Architecture


@dataclass(frozen=True)
class LossPlane:
    """L at theta* + u d_1 + v d_2, with d_1 and d_2 of length 1 and orthogonal.

    Attributes:
        u: (U,), coordinates along d_1.
        v: (V,), coordinates along d_2.
        loss: (V, U).
        least: L(theta*).
        radius: the certified radius; infinite for a global minimum.
    """

    u: NDArray[np.float64]
    v: NDArray[np.float64]
    loss: NDArray[np.float64]
    least: float
    radius: float


def direction(architecture: Architecture, name: str) -> NDArray[np.float64]:
    """Return the unit vector (size,) along a parameter such as `a0`, `a[1]` or `W[0,2]`.

    A bare `a` or `W` moves every entry.

    Raises:
        InputError: there is no such parameter.
    """
    parts = {block: np.zeros(shape) for block, shape in architecture.shapes}
    block, _, index = name.partition("[")
    if block not in parts:
        raise InputError(f"{name!r} is not a parameter; there are {', '.join(parts)}")
    try:
        parts[block][tuple(map(int, index.rstrip("]").split(","))) if index else ...] = 1
    except (ValueError, IndexError):
        shape = parts[block].shape
        raise InputError(f"{name!r}: {block} has shape {shape}; index it so") from None
    vector = np.concatenate([part.ravel() for part in parts.values()])
    unit: NDArray[np.float64] = vector / np.linalg.norm(vector)
    return unit


def radius_of(certificate: Certificate) -> float:
    """Return the certified radius; infinite for a global minimum."""
    text = certificate.data["radius"]
    return math.inf if text == "inf" else float(Fraction(text))


def loss_plane(
    certificate: Certificate,
    along: tuple[str, str],
    span: float | None = None,
    points: int = 41,
) -> LossPlane:
    """Evaluate the loss on a plane through theta*.

    Args:
        certificate: of a local minimum.
        along: the two directions; see `direction`. The second is made orthogonal to the first.
        span: how far to go each way; 2.5 radii by default (2.5 if the radius is infinite).
        points: values along each direction; odd, so that theta* is one of them.

    Raises:
        InputError: a direction is unknown, or the two are parallel.
    """
    import torch

    from lossurface.setting import from_certificate

    problem = from_certificate(certificate.data)
    theta = problem.network.parameters()
    first, second = (direction(problem.network.architecture, name) for name in along)
    second = second - (second @ first) * first
    length = float(np.linalg.norm(second))
    if length < 1e-9:
        raise InputError(f"{along[0]!r} and {along[1]!r} are parallel; give two directions")
    radius = radius_of(certificate)
    if span is None:
        span = 2.5 if math.isinf(radius) else 2.5 * radius
    grid = np.linspace(-span, span, points)
    basis = torch.from_numpy(np.stack([first, second / length]))
    axis = torch.from_numpy(grid)
    plane = theta + axis[None, :, None] * basis[0] + axis[:, None, None] * basis[1]
    return LossPlane(
        u=grid,
        v=grid,
        loss=problem.loss_torch(plane).numpy(),
        least=float(problem.loss_torch(theta)),
        radius=radius,
    )
