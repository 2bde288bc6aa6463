"""Assumptions 1, 4 and 5 (section 3.1), each answered yes, no or undecided, and Theorem 1's width.

Assumptions 2, 3 and 6 speak of the data: `lossurface.conditions` decides them on a dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from lossurface.errors import InputError
from lossurface.setting.datasets import as_ball
from lossurface.setting.neurons import ANALYTIC, CLASSES, Neuron

if TYPE_CHECKING:
    from lossurface.setting.losses import Loss
    from lossurface.setting.networks import Network

__all__ = [
    "Answer",
    "assumption_1",
    "assumption_4",
    "assumption_5",
    "increasing_neuron",
    "monotone_neuron",
    "width_threshold",
]

_PROBES = [Fraction(k, 4) for k in (*range(41), *range(-1, -41, -1))]


@dataclass(frozen=True)
class Answer:
    """Yes, no or undecided, with the reason, and where possible what shows it."""

    status: Literal["yes", "no", "undecided"]
    reason: str  # one sentence
    witness: object = None  # a point or z_0: what the reason speaks of

    @property
    def holds(self) -> bool:
        """Whether the answer is yes."""
        return self.status == "yes"

    def __str__(self) -> str:
        return f"{self.status}: {self.reason}"


def assumption_1(loss: Loss) -> Answer:
    """Say whether the loss is a surrogate, smooth to order p, with l' = 0 exactly for z <= -z_0.

    The three losses of the paper are answered by their formulas, with a witness where one exists;
    any other is refuted at a probe point, or left undecided.

    Source: Assumption 1.
    """
    if loss.name == "polynomial-hinge" and loss.p is not None:
        return Answer(
            "yes",
            f"l(z) >= 1 for z >= 0 and l >= 0; l has {loss.p} continuous derivatives; l' = "
            f"{loss.p + 1} max(z+1, 0)^{loss.p} >= 0 vanishes exactly for z <= -1, so z_0 = 1",
            Fraction(1),
        )
    if loss.name == "logistic":
        return Answer("no", "l' = 1/(ln 2 (1 + e^-z)) > 0 everywhere: no z_0 has l'(-z_0) = 0")
    for z in _PROBES:
        point = as_ball(z)
        if loss.ball_derivative(point, 1) < 0:
            return Answer("no", f"l is not non-decreasing: l'({z}) < 0", z)
        if loss.ball(point) < (1 if z >= 0 else 0):
            return Answer("no", f"l is not above the 0-1 loss: l({z}) is too small", z)
    return Answer("undecided", f"no probe point refutes loss {loss.name}; prove it by its formula")


def assumption_4(network: Network) -> Answer:
    """Say whether the network is f_S, or f_S + f_D.

    Source: Assumption 4 and Figure 1b.
    """
    return {
        "single-layer": Answer("yes", "a single-layer network f_S"),
        "shortcut": Answer("yes", "f_S + f_D, the shortcut-like connection"),
        "feedforward": Answer(
            "no", "a feedforward network f_D alone: the single-layer f_S is missing"
        ),
        "identity-shortcut": Answer(
            "no", "an identity shortcut a^T (x + H(x)) + b in place of f_S + f_D"
        ),
    }[network.architecture.kind]


def assumption_5(neuron: Neuron) -> Answer:
    """Say whether f_S's neuron is real analytic with `sigma'' > 0` everywhere.

    Source: Assumption 5.
    """
    return _positive(neuron, 2, "convex-analytic", ANALYTIC, "not analytic")


def increasing_neuron(neuron: Neuron) -> Answer:
    """Say whether the neuron is twice differentiable with `sigma' > 0` everywhere.

    Source: the hypothesis of Theorem 2.
    """
    return _positive(neuron, 1, "increasing", 2, "not twice differentiable")


def monotone_neuron(neuron: Neuron) -> Answer:
    """Say whether the neuron is strictly increasing or strictly decreasing; no more is asked.

    Source: the hypothesis of `ours-monotone`.
    """
    if "monotone" in neuron.classes:
        return Answer("yes", neuron.memberships["monotone"])
    points = sorted(_PROBES)
    values = [neuron.ball(as_ball(z)) for z in points]
    steps = [(b - a, ends) for (a, b), ends in zip(pairwise(values), pairwise(points), strict=True)]
    for change, (low, high) in steps:
        if change == 0:
            return Answer("no", f"sigma({low}) = sigma({high})", low)
    falls, rises = ([low for change, (low, _) in steps if sign * change > 0] for sign in (-1, 1))
    if falls and rises:
        return Answer("no", f"sigma falls after {falls[0]} and rises after {rises[0]}", falls[0])
    return Answer("undecided", f"no probe point refutes: {CLASSES['monotone']}")


def _positive(neuron: Neuron, order: int, name: str, smoothness: float, rough: str) -> Answer:
    """Say whether a derivative is positive, as the members of the class `name` are known to be."""
    if name in neuron.classes:
        return Answer("yes", neuron.memberships[name])
    if neuron.smoothness < smoothness:
        k = int(neuron.smoothness) + 1
        why = f"derivative {k} does not exist at 0" if k else "it jumps at 0"
        return Answer("no", f"{rough}: {why}", Fraction(0))
    for z in _PROBES:
        if neuron.ball_derivative(as_ball(z), order) <= 0:
            return Answer("no", f"sigma{chr(39) * order}({z}) <= 0", z)
    return Answer("undecided", f"no probe point refutes: {CLASSES[name]}")


def width_threshold(n: int, plus: int, minus: int, both: int) -> int:
    """Return the least M >= 2 max(n / Delta r, r_+, r_-), Delta r = r - max(r_+, r_-).

    Args:
        n: samples.
        plus: r_+, the dimension that the positives span.
        minus: r_-.
        both: r.

    Raises:
        InputError: Delta r is not above zero (Assumption 3).

    Source: Theorem 1.
    """
    gap = both - max(plus, minus)
    if gap <= 0:
        raise InputError(
            f"r_+ = {plus}, r_- = {minus}, r = {both}: Theorem 1 needs r > max(r_+, r_-); give "
            "each class a direction of its own"
        )
    return max(-(-2 * n // gap), 2 * plus, 2 * minus)
