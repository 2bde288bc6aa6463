"""Proposition 9, verified: under the logistic loss every critical point met is a saddle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface.claims import theorem_1, theorem_2, verdict
from lossurface.exact import Finding, Verdict, enclosed_less, every
from lossurface.landscape.planted import Departure, findings
from lossurface.setting import Problem, get_neuron, logistic, single_layer

if TYPE_CHECKING:
    from flint import arb

__all__ = ["Receding", "receding", "saddles", "verify"]

STRETCHES = tuple(2**k for k in range(0, 13, 2))


def saddles(departures: list[Departure], where: str) -> Iterator[Finding]:
    """Yield that all are critical, no minima, and no maxima: saddles, with a way down."""
    from lossurface.enclosed.escape_check import no_maximum

    yield from findings(departures, where)
    yield every(
        f"no planted point {where} is a local maximum, so that all are saddles",
        (no_maximum(one.planted.layer, one.planted.exact) for one in departures),
    )


@dataclass(frozen=True)
class Receding:
    """A network with R = 0 whose last layer is stretched: its loss has no least value to reach."""

    problem: Problem
    stretches: tuple[int, ...]
    losses: tuple[arb, ...]


def receding(stretches: tuple[int, ...] = STRETCHES) -> Receding:
    """Stretch the last layer of a network that is right on four samples of Theorem 1.

    Positives +-e_1 and negatives +-e_2, f = sigma(2 x_1) + sigma(-2 x_1) - sigma(2 x_2) -
    sigma(-2 x_2) with softplus neurons.
    """
    from lossurface.setting import Dataset

    data = Dataset.of([(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])
    W = [[2, -2, 0, 0], [0, 0, 2, -2]]
    values = []
    for stretch in (1, *stretches):
        a = [stretch, stretch, -stretch, -stretch]
        problem = Problem(single_layer(get_neuron("softplus"), 0, a, W), data, logistic())
        values.append((problem, problem.loss_ball()))
    return Receding(values[0][0], tuple(stretches), tuple(loss for _, loss in values[1:]))


def _recedes() -> Iterator[Finding]:
    from flint import arb

    found = receding()
    for low, high in zip(found.losses[1:], found.losses, strict=False):
        yield enclosed_less("a longer last layer has a lower loss", low, high)
    yield enclosed_less("which falls below 10^-100", found.losses[-1], arb(10) ** -100)


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    for theorem, where in ((theorem_1, "on subspace data"), (theorem_2, "on separable data")):
        planted = theorem.departures(trials=trials, seed=seed, loss=logistic())
        yield from saddles(planted, where)
    hunted = theorem_1.hunt(starts=max(1, trials // 2), seed=seed, loss=logistic())
    yield from hunted.findings("subspace data")
    yield every("a correct network's loss tends to 0 as its last layer grows", _recedes())


def verify(*, seed: int = 0, trials: int = 150) -> Verdict:
    """Verify Proposition 9.

    Args:
        seed: of the planted points and of the hunt.
        trials: planted points on each kind of data.
    """
    headline = (
        "Every planted critical point is a certified saddle, a hunt meets no local minimum, and "
        "the loss of a correct network falls towards 0 as its last layer grows."
    )
    return verdict("proposition-9", _findings(seed, trials), headline)
