"""Two-dimensional slices of a loss surface, with the coordinates they were really computed at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lossurface.errors import InputError
from lossurface.landscape.surface import Surface


@dataclass(frozen=True)
class Slice:
    """`loss[i, j]` is the loss at `centre + u[i] * directions[0] + v[j] * directions[1]`."""

    u: Tensor  # (k,), ascending
    v: Tensor  # (m,), ascending
    loss: Tensor  # (k, m)
    centre: Tensor  # (P,)
    directions: Tensor  # (2, P)

    def at(self, i: int, j: int) -> Tensor:
        """Return the parameters (P,) of one grid point."""
        return self.centre + self.u[i] * self.directions[0] + self.v[j] * self.directions[1]


def random_directions(P: int, generator: torch.Generator, count: int = 2) -> Tensor:
    """Return orthonormal directions (count, P), uniformly distributed.

    Raises:
        InputError: there are fewer than `count` dimensions.
    """
    if count > P:
        raise InputError(f"{count} orthogonal directions do not fit in {P} dimensions; ask for {P}")
    drawn = torch.randn(P, count, generator=generator, dtype=torch.float64)
    q, r = torch.linalg.qr(drawn)
    directions: Tensor = (q * r.diagonal().sign()).T  # the sign makes the distribution uniform
    return directions


def plane(
    surface: Surface,
    centre: Tensor,
    directions: Tensor,
    extent: float | tuple[float, float, float, float] = 1.0,
    points: int | Sequence[int] = 101,
) -> Slice:
    """Evaluate a surface on a plane through `centre`.

    As many points at once as the surface's `held` numbers a point let fit into 16 MiB, or a
    gigabyte on a GPU.

    Args:
        surface: losses of parameters; never changed.
        centre: (P,).
        directions: (2, P), taken as they are: neither normalised nor made orthogonal.
        extent: half-width, or (u_min, u_max, v_min, v_max).
        points: per axis, or (along u, along v); odd numbers put the centre on the grid.

    Raises:
        InputError: shapes disagree, or an axis has fewer than 2 points.
    """
    if centre.ndim != 1 or directions.shape != (2, *centre.shape):
        raise InputError(
            f"centre is {tuple(centre.shape)} and directions {tuple(directions.shape)}; "
            "give (P,) and (2, P)"
        )
    k, m = (points, points) if isinstance(points, int) else (points[0], points[1])
    if min(k, m) < 2:
        raise InputError(f"points is {points!r}; an axis needs at least 2")
    box = (-extent, extent, -extent, extent) if isinstance(extent, int | float) else extent
    u, v = _axis(box[0], box[1], k, centre), _axis(box[2], box[3], m, centre)
    across = v.unsqueeze(-1) * directions[1]  # (m, P)
    room = 2 ** (30 if centre.is_cuda else 24) // 8
    chunk = max(1, room // max(centre.numel(), surface.held))
    lines, step = max(1, chunk // m), min(chunk, m)  # whole lines, or a part of one
    lines = math.ceil(k / math.ceil(k / lines))  # equally many at a time
    loss = centre.new_empty(k, m)
    for start in range(0, k, lines):
        along = centre + u[start : start + lines].unsqueeze(-1) * directions[0]
        for at in range(0, m, step):
            theta = along.unsqueeze(1) + across[at : at + step]
            found = surface.value(theta.flatten(0, 1)).view(theta.shape[:2])
            loss[start : start + lines, at : at + step] = found
    return Slice(u, v, loss, centre, directions)


def _axis(low: float, high: float, points: int, like: Tensor) -> Tensor:
    """Return equally spaced coordinates, symmetric in floats: the middle of [-1, 1] is 0."""
    steps = torch.arange(points, dtype=like.dtype, device=like.device)
    return (low * (points - 1 - steps) + high * steps) / (points - 1)
