"""Planted bad critical points, each left along the curve of a proof: findings about all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface.exact import Finding, every

if TYPE_CHECKING:
    from lossurface.landscape.escape import Escape
    from lossurface.landscape.planted import Planted

__all__ = ["Departure", "cases", "depart", "findings"]


@dataclass(frozen=True)
class Departure:
    """A planted critical point and the step that leaves it."""

    planted: Planted
    critical: Finding  # it is a critical point with a training error above zero
    escape: Escape


def depart(planted: Planted, proof: str | None = None) -> Departure:
    """Leave one planted point along the curve of a proof of `landscape.escape.Proof`.

    Without one it is chosen by the neuron and the data.
    """
    from lossurface.landscape.escape import escape

    step = escape(
        planted.surface,
        planted.theta,
        proof=proof,
        axes=planted.axes,
        exact=planted.exact,
        layer=planted.layer,
    )
    return Departure(planted, planted.critical(), step)


def findings(departures: Sequence[Departure], where: str) -> Iterator[Finding]:
    """Yield what holds for all of them: bad and critical, no minimum, a lower loss in reach.

    Args:
        departures: at least one.
        where: which points, for the statements.
    """
    yield every(
        f"every planted point {where} is critical and misclassifies a class",
        (departure.critical for departure in departures),
    )
    yield every(
        f"no planted point {where} is a local minimum",
        (departure.escape.not_minimum for departure in departures),
    )
    yield every(
        f"the proof's step from every planted point {where} lowers the loss",
        (departure.escape.decrease for departure in departures),
    )


def cases(departures: Sequence[Departure]) -> Counter[str]:
    """Count which case of which proof was used."""
    return Counter(str(departure.escape.case) for departure in departures)
