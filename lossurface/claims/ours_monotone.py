"""Every strictly monotone neuron (ours): Theorem 2 without a derivative, and where it stops.

The page `beyond/monotone` proves what is said here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.claims import get
from lossurface.enclosed.escape_check import decrease, exact_decrease
from lossurface.exact import Certificate, Finding, check, every
from lossurface.exact.checker.format import EVEN, ZERO
from lossurface.setting import Dataset, Neuron, neurons_of, polynomial_hinge

if TYPE_CHECKING:
    import numpy as np

    from lossurface.landscape.planted import Planted

# Separable, in a half-space, one class further out in every direction: each neuron of the setting
# has a guarantee or a trap here.
FOUR = Dataset.of([(7, 1), (1, 7), (-1, 3), (-1, 5)], [1, 1, -1, -1])
HEADLINE = (
    "For each strictly monotone neuron there is a lower loss close to every planted bad critical "
    "point; each other neuron has a certified bad local minimum on the same four samples."
)
POWERS = (1, 2, 3, 6)
REACHES = (Fraction(1, 2), Fraction(1, 1024))  # how far from the point a lower loss is shown
HALVINGS = 60  # of a_1


def lower(point: Planted, reach: Fraction) -> Finding:
    """Take the proof's step, no longer than `reach`, and prove that it lowers the loss.

    The samples are separated by the first axis and the neuron rises. Where a_j is not 0, w_j moves
    along that axis, by the sign of a_j. Where a = 0, w_1 does, which changes nothing; and as
    sum lambda y sigma(w_1^T x) was 0, it is positive there, so that a_1 > 0 lowers the loss.
    """
    neuron, loss = point.surface.neuron, point.surface.loss
    live = next((j for j, a in enumerate(point.a) if a), None)
    after = [point.exact[0], *map(Fraction, point.theta[1:].tolist())]
    moved = 1 + point.surface.M + (live or 0)  # the first coordinate of w_j
    after[moved] += reach / 2 if live is None or point.a[live] > 0 else -reach / 2
    for k in range(1, HALVINGS):
        if live is None:
            after[1] = reach / 2**k
        if neuron.rational and loss.rational and isinstance(point.exact[0], float):
            ends = [[Fraction(v) for v in theta] for theta in (point.exact, after)]
            found = exact_decrease(neuron.rational, loss.rational, point.layer, *ends)
        else:
            found = decrease(point.layer, point.exact, after)
        if found.status == "holds" or live is not None:
            break
    return found


def planted(rng: np.random.Generator, neuron: Neuron, power: int, *, live: bool) -> Planted:
    """Plant a bad point with f constant on separable samples: a = 0, or `live`: W = 0, no a_j 0.

    At the first kind the gradient vanishes, where there is one; at the second it does so for z^3.
    """
    from lossurface.landscape.planted import theorem_2

    point = theorem_2(rng, neuron, polynomial_hinge(power))
    if not live:
        return point
    a = rng.choice([-1, 1], len(point.a)) * rng.integers(1, 33, len(point.a)) / 32
    zeros = tuple(tuple(0.0 for _ in row) for row in point.W)
    return replace(point, a=tuple(a.tolist()), W=zeros)


def traps() -> Iterator[Certificate]:
    """Yield a bad local minimum on `FOUR` for each neuron that is not monotone, M = 1 and 8."""
    for claim, neurons in (("proposition-2", ZERO), ("proposition-5", EVEN)):
        choices = {"data": "theorem-2"} if claim == "proposition-2" else {}
        for neuron in sorted(neurons):
            for p in (2, 3, 6):
                for width in (1, 8):
                    yield get(claim).certify(
                        neuron=neuron, p=p, width=width, dataset=FOUR, **choices
                    )


def findings(*, seed: int = 0, trials: int = 220) -> Iterator[Finding]:
    """Yield what is checked; `trials` planted points of each kind."""
    import numpy as np

    from lossurface.conditions import Space, assumption_6
    from lossurface.enclosed.point_check import constant_critical

    rng, neurons = np.random.default_rng(seed), neurons_of("monotone")
    each = -(-trials // len(neurons))
    for neuron in neurons:
        for live in (False, True):
            points = [planted(rng, neuron, POWERS[k % 4], live=live) for k in range(each)]
            kind = f"{neuron.name}, W = 0 and no a_j = 0" if live else f"{neuron.name}, a = 0"
            if not live:
                found = [point.critical() for point in points]
                yield every(f"every planted point ({kind}) is critical and bad", found)
            elif neuron.name == "cube":
                found = [constant_critical(p.layer, p.a, p.W, even=True) for p in points]
                yield every(f"every planted point ({kind}) is critical and bad", found)
            for reach in REACHES:
                found = [lower(point, reach) for point in points]
                yield every(f"within {reach} of each ({kind}) the loss is lower", found)
    separated = assumption_6(Space(FOUR)).certificate
    assert separated is not None
    yield check(separated)
    for certificate in traps():
        yield check(certificate)
