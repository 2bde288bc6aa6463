"""The dual weights that bring S(lambda) closest to definite, in floats: for pictures and starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lossurface.conditions._game import Game, play
from lossurface.conditions._weights import ROOM, equal, interior

if TYPE_CHECKING:
    from lossurface.conditions._space import Space

__all__ = ["closest_form"]


def closest_form(space: Space, sign: Literal[1, -1], *, moments: bool) -> Game | None:
    """Return where the search for lambda ends that makes sign S(lambda) most positive.

    S = sum lambda y x x^T, lambda summing to one over each class. Nothing is proved: the conditions
    of Propositions 11 and 12 are decided by `proposition_11` and `proposition_12`.

    Args:
        space: the dataset. S, and the quadratic that bounds its least eigenvalue from above, are in
            the coordinates of `space.affine_frame` with moments, else of `space.frame`.
        sign: 1 for S, -1 for -S.
        moments: whether sum lambda y x = 0 is asked for, as by Proposition 11.

    Returns:
        Weights, bounds and quadratic; None where no lambda > 0 has those moments, or S has no
        entries: all samples are zero or, with moments, equal.
    """
    signs = sign * space.labels
    points = (space.affine_frame if moments else space.frame).points
    if not points.shape[1]:
        return None
    if not moments:
        return play(points, signs, equal(signs), moments=False)
    room, start, _ = interior(points, signs)
    return play(points, signs, start, moments=True) if room >= ROOM else None
