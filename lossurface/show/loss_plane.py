"""The loss on a plane of parameters through a certified minimum, ready to be drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lossurface import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossurface.exact import Certificate
    from lossurface.setting import Architecture

__all__ = ["Direction", "LossPlane", "direction", "loss_plane", "radius_of"]

Direction: TypeAlias = str | Mapping[str, float]


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


def direction(architecture: Architecture, along: Direction) -> NDArray[np.float64]:
    """Return the unit vector of a direction in parameter space.

    Args:
        architecture: whose parameters.
        along: a parameter's name, such as `a0`, `a[1]` or `W[0,2]` (a bare `a` or `W` moves every
            entry), or a mapping of names to coefficients.

    Returns:
        (size,), of Euclidean length 1.

    Raises:
        InputError: no such parameter, or a direction of length 0.
    """
    coefficients = {along: 1.0} if isinstance(along, str) else along
    vector = np.zeros(architecture.size)
    starts, start = {}, 0
    for name, shape in architecture.shapes:
        starts[name] = (start, shape)
        start += math.prod(shape)
    for name, coefficient in coefficients.items():
        block, _, index = name.partition("[")
        if block not in starts:
            raise InputError(f"{name!r} is no parameter; there are {', '.join(starts)}")
        first, shape = starts[block]
        flat: NDArray[np.intp] = np.arange(math.prod(shape), dtype=np.intp).reshape(shape)
        if index:
            try:
                flat = flat[tuple(int(part) for part in index.rstrip("]").split(","))]
            except (ValueError, IndexError):
                raise InputError(f"{name!r}: {block} has shape {shape}; index it so") from None
        vector[first + np.ravel(flat)] += coefficient
    length = float(np.linalg.norm(vector))
    if not length:
        raise InputError(f"{along!r} is a direction of length 0; give a non-zero coefficient")
    return vector / length


def radius_of(certificate: Certificate) -> float:
    """Return the certified radius; infinite for a global minimum."""
    text = certificate.data["radius"]
    return math.inf if text == "inf" else float(Fraction(text))


def loss_plane(
    certificate: Certificate,
    along: tuple[Direction, Direction],
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
