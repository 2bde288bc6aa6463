"""How much of each task a run does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """The issue's sizes; a slow peer does a part, and its time is scaled up in proportion."""

    networks: int = 1000
    adam_steps: int = 1000
    grid: int = 101
    minima: int = 1000
    large: tuple[int, int, int] = (400, 26, 37)  # n, d, M: 1,000 parameters
    datasets: int = 100  # of each kind
    turns: int = 5
    slice_turns: int = 15
    least: float = 0.2  # seconds of a turn
    scipy_networks: int = 50
    lbfgs_networks: int = 3
    adam_networks: int = 2
    checked: int = 20  # Hessians compared with enclosures
    scale: int = 6  # points on each axis of the scaling
    batches: tuple[int, ...] = (2000, 8000, 32000)  # of the memory


TINY = Size(
    networks=12, adam_steps=30, grid=11, minima=3, large=(12, 2, 3), datasets=3, turns=1,
    slice_turns=1, least=0.0, scipy_networks=2, lbfgs_networks=1, adam_networks=1, checked=2,
    scale=2, batches=(50, 100),
)  # fmt: skip
