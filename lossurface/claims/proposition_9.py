"""Proposition 9, verified: under the logistic loss every critical point met is a saddle."""

from __future__ import annotations

from collections.abc import Iterator

from lossurface.claims import theorem_1, theorem_2
from lossurface.exact import Finding, enclosed_less, every
from lossurface.landscape import planted
from lossurface.setting import Dataset, Problem, get_neuron, logistic, single_layer

HEADLINE = (
    "Every planted critical point is a certified saddle, a search finds no local minimum, and "
    "the loss of a network with training error 0 falls towards 0 as its last layer grows."
)


def _recedes() -> Iterator[Finding]:
    """Stretch the last layer of a network that is right on positives +-e_1, negatives +-e_2."""
    from flint import arb

    data = Dataset.of([(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])
    losses = []
    for stretch in (4**k for k in range(7)):
        a = [stretch, stretch, -stretch, -stretch]
        network = single_layer(get_neuron("softplus"), 0, a, [[2, -2, 0, 0], [0, 0, 2, -2]])
        losses.append(Problem(network, data, logistic()).loss_ball())
    for low, high in zip(losses[1:], losses, strict=False):
        yield enclosed_less("a longer last layer has a lower loss", low, high)
    yield enclosed_less("which falls below 10^-100", losses[-1], arb(10) ** -100)


def findings(*, seed: int = 0, trials: int = 150) -> Iterator[Finding]:
    """Yield what is checked; `trials`: planted points on each kind of data."""
    from lossurface.enclosed.escape_check import no_maximum

    for theorem, where in ((theorem_1, "on subspace data"), (theorem_2, "on separable data")):
        left = theorem.departures(trials=trials, seed=seed, loss=logistic())
        yield from planted.findings(left, where)
        yield every(
            f"no planted point {where} is a local maximum, so that all are saddles",
            (no_maximum(one.planted.layer, one.planted.exact) for one in left),
        )
    hunted = theorem_1.hunt(starts=max(1, trials // 2), seed=seed, loss=logistic())
    yield from hunted.findings("subspace data")
    yield every("the loss of a network with R = 0 tends to 0 as its last layer grows", _recedes())
