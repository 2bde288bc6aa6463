"""Assumptions 1-6 (section 3.1), each answered yes, no or undecided, with the reason.

Assumptions 2, 3 and 6 speak of a distribution; here they are asked of a dataset, as what they
imply with probability one. Floats propose, exact arithmetic decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

from lossurface.errors import InputError
from lossurface.exact.linalg import rank
from lossurface.setting._linear import gordan, propose_separator
from lossurface.setting._neuron import ANALYTIC, CLASSES, Neuron
from lossurface.setting._numbers import as_ball, exact_number
from lossurface.setting.answers import Answer
from lossurface.setting.architectures import Architecture
from lossurface.setting.datasets import Dataset, Point
from lossurface.setting.losses import Loss
from lossurface.setting.networks import Network

__all__ = [
    "assumption_1",
    "assumption_2",
    "assumption_3",
    "assumption_4",
    "assumption_5",
    "assumption_6",
    "increasing_neuron",
    "support_axes",
]

_PROBES = tuple(Fraction(k, 4) for k in range(0, 41)) + tuple(Fraction(-k, 4) for k in range(1, 41))


def assumption_1(loss: Loss) -> Answer:
    """Say whether the loss is a surrogate, smooth to order p, with l' = 0 just on z <= -z_0.

    The three losses of the paper are answered by their formulas, with a witness where one exists;
    any other is refuted at a probe point, or left undecided.

    Source: Assumption 1.
    """
    if loss.name == "polynomial-hinge" and loss.p is not None:
        return Answer(
            "yes",
            f"l(z) >= 1 for z >= 0 and l >= 0; l has {loss.p} continuous derivatives; l' = "
            f"{loss.p + 1} max(z+1, 0)^{loss.p} >= 0 vanishes just for z <= -1, so z_0 = 1",
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


def support_axes(dataset: Dataset, label: int) -> tuple[int, ...]:
    """Return the coordinates, from 0, in which some sample of that label is not 0."""
    points = dataset.positives if label == 1 else dataset.negatives
    return tuple(k for k in range(dataset.d) if any(row[k] for row in points))


def _axes(dataset: Dataset, label: int, axes: Iterable[int] | None) -> tuple[int, ...]:
    if axes is None:
        return support_axes(dataset, label)
    chosen = tuple(sorted(set(axes)))
    if chosen and (chosen[0] < 0 or chosen[-1] >= dataset.d):
        raise InputError(f"axes are {chosen}; give numbers from 0 to {dataset.d - 1}")
    return chosen


def _outside(dataset: Dataset, label: int, axes: tuple[int, ...]) -> Answer | None:
    for index, (row, sign) in enumerate(zip(dataset.x, dataset.y, strict=True)):
        if sign == label and any(value for k, value in enumerate(row) if k not in axes):
            return Answer("no", f"samples[{index}] is not in the span of the axes {axes}", index)
    return None


def assumption_2(
    dataset: Dataset,
    positive_axes: Iterable[int] | None = None,
    negative_axes: Iterable[int] | None = None,
    max_subsets: int = 5_000,
) -> Answer:
    """Say whether, in each class, any r samples (all, if fewer) are linearly independent.

    That is what Assumption 2 gives for i.i.d. samples with probability one.

    Args:
        dataset: the samples.
        positive_axes: U_+, coordinates from 0; by default those that the positives use.
        negative_axes: U_-, likewise.
        max_subsets: undecided if r > 2 and more subsets of r samples than this would have to be
            examined.

    Raises:
        InputError: an axis out of range.

    Source: Assumption 2.
    """
    spans = {1: _axes(dataset, 1, positive_axes), -1: _axes(dataset, -1, negative_axes)}
    for label, axes in spans.items():
        outside = _outside(dataset, label, axes)
        if outside is not None:
            return outside
        sign, indices = "+" if label == 1 else "-", _indices(dataset, label)
        size = min(len(axes), len(indices))
        rows = [tuple(dataset.x[k][axis] for axis in axes) for k in indices]
        if size > 2 and rank(rows) == size and comb(len(rows), size) > max_subsets:
            return Answer(
                "undecided",
                f"class {sign} has full rank {size}, but C({len(rows)}, {size}) subsets exceed "
                f"max_subsets = {max_subsets}",
            )
        dependent = _dependent(rows, size)
        if dependent is not None:
            witness = tuple(indices[k] for k in dependent)
            return Answer("no", f"class {sign}: samples {witness} are linearly dependent", witness)
    counts = f"r_+ = {len(spans[1])}, r_- = {len(spans[-1])}"
    return Answer("yes", f"in each class any r samples are linearly independent ({counts})")


def _indices(dataset: Dataset, label: int) -> list[int]:
    return [index for index, sign in enumerate(dataset.y) if sign == label]


def _dependent(rows: Sequence[Point], size: int) -> tuple[int, ...] | None:
    """Return the indices of `size` linearly dependent rows, or None if there are none."""
    if size == 0:
        return None
    if size > 2:
        for subset in combinations(range(len(rows)), size):
            if rank([rows[k] for k in subset]) < size:
                return subset
        return None
    directions: dict[Point, int] = {}
    for index, row in enumerate(rows):
        lead = next((value for value in row if value), None)
        if lead is None:
            return (index,)
        if size == 2:
            other = directions.setdefault(tuple(value / lead for value in row), index)
            if other != index:
                return other, index
    return None


def assumption_3(
    dataset: Dataset,
    positive_axes: Iterable[int] | None = None,
    negative_axes: Iterable[int] | None = None,
) -> Answer:
    """Say whether the classes lie on axis subspaces of which neither contains the other.

    Args:
        dataset: the samples.
        positive_axes: U_+, coordinates from 0; by default those that the positives use.
        negative_axes: U_-, likewise.

    Raises:
        InputError: an axis out of range.

    Source: Assumption 3, r > max(r_+, r_-).
    """
    plus, minus = _axes(dataset, 1, positive_axes), _axes(dataset, -1, negative_axes)
    for label, axes in ((1, plus), (-1, minus)):
        outside = _outside(dataset, label, axes)
        if outside is not None:
            return outside
    r, larger = len({*plus, *minus}), max(len(plus), len(minus))
    counts = f"r = {r}, r_+ = {len(plus)}, r_- = {len(minus)}"
    if r > larger:
        return Answer("yes", f"{counts}: Delta r = {r - larger} > 0", r - larger)
    return Answer("no", f"{counts}: one axis set contains the other, Delta r = 0", 0)


def assumption_4(network: Network | Architecture) -> Answer:
    """Say whether the network is f_S, or f_S + f_D.

    Source: Assumption 4 and Figure 1b.
    """
    kind = (network.architecture if isinstance(network, Network) else network).kind
    if kind == "single-layer":
        return Answer("yes", "a single-layer network f_S")
    if kind == "shortcut":
        return Answer("yes", "f_S + f_D, the shortcut-like connection")
    if kind == "feedforward":
        return Answer("no", "a feedforward network f_D alone: the single-layer f_S is missing")
    return Answer("no", "an identity shortcut a^T (x + H(x)) + b in place of f_S + f_D")


def assumption_5(neuron: Neuron) -> Answer:
    """Say whether f_S's neuron is real analytic with sigma'' > 0 everywhere.

    Source: Assumption 5.
    """
    if "convex-analytic" in neuron.classes:
        return Answer("yes", neuron.memberships["convex-analytic"])
    if neuron.smoothness != ANALYTIC:
        return Answer("no", f"not analytic: {_rough(neuron)}", Fraction(0))
    return _not_positive(neuron, 2, "convex-analytic")


def increasing_neuron(neuron: Neuron) -> Answer:
    """Say whether the neuron is twice differentiable with sigma' > 0 everywhere.

    Source: the hypothesis of Theorem 2.
    """
    if "increasing" in neuron.classes:
        return Answer("yes", neuron.memberships["increasing"])
    if neuron.smoothness < 2:
        return Answer("no", f"not twice differentiable: {_rough(neuron)}", Fraction(0))
    return _not_positive(neuron, 1, "increasing")


def _rough(neuron: Neuron) -> str:
    order = int(neuron.smoothness) + 1
    return "it jumps at 0" if order == 0 else f"derivative {order} does not exist at 0"


def _not_positive(neuron: Neuron, order: int, class_name: str) -> Answer:
    for z in _PROBES:
        if neuron.ball_derivative(as_ball(z), order) <= 0:
            return Answer("no", f"sigma{chr(39) * order}({z}) <= 0", z)
    return Answer("undecided", f"no probe point refutes: {CLASSES[class_name]}")


def assumption_6(
    dataset: Dataset, separator: Sequence[int | float | str | Fraction] | None = None
) -> Answer:
    """Say whether some w has y_i w^T x_i > 0 for every sample.

    A separator, given or found by a linear program, is checked exactly and is the witness of yes;
    the witness of no is mu >= 0, mu != 0, with sum_i mu_i y_i x_i = 0, checked exactly too.

    Args:
        dataset: the samples.
        separator: a w to try first.

    Raises:
        InputError: the separator has the wrong length or is not a vector of numbers.

    Source: Assumption 6; Gordan's theorem.
    """
    signed = [
        tuple(label * v for v in row) for row, label in zip(dataset.x, dataset.y, strict=True)
    ]
    if separator is not None:
        w = tuple(exact_number(v, f"separator[{k}]") for k, v in enumerate(separator))
        if len(w) != dataset.d:
            raise InputError(f"separator has {len(w)} entries and samples have {dataset.d}")
        if _separates(w, signed):
            return Answer("yes", f"w = {_text(w)} has y_i w^T x_i > 0 for all i", w)
    zero = next((index for index, row in enumerate(signed) if not any(row)), None)
    if zero is not None:
        mu = tuple(Fraction(int(k == zero)) for k in range(dataset.n))
        return Answer("no", f"samples[{zero}] is 0, where w^T x = 0 for every w", mu)
    proposal = propose_separator(signed)
    for digits in (1, 2, 4, 8) if proposal is not None else ():
        w = tuple(Fraction(v).limit_denominator(10**digits) for v in proposal or ())
        if _separates(w, signed):
            return Answer("yes", f"w = {_text(w)} has y_i w^T x_i > 0 for all i", w)
    w = tuple(Fraction(v) for v in proposal or ())
    if w and _separates(w, signed):
        return Answer("yes", f"w = {_text(w)} has y_i w^T x_i > 0 for all i", w)
    weights = gordan(signed)
    if weights is not None and _balances(weights, signed):
        used = [index for index, weight in enumerate(weights) if weight]
        return Answer("no", f"positive weights on samples {used} make sum mu y x = 0", weights)
    return Answer("undecided", "too close to the boundary for a separator or weights to be rounded")


def _separates(w: Sequence[Fraction], signed: Sequence[Point]) -> bool:
    return all(sum(u * v for u, v in zip(w, row, strict=True)) > 0 for row in signed)


def _balances(mu: Sequence[Fraction], signed: Sequence[Point]) -> bool:
    coordinates = zip(*signed, strict=True)
    total = [sum(m * v for m, v in zip(mu, row, strict=True)) for row in coordinates]
    return min(mu) >= 0 and any(mu) and not any(total)


def _text(w: Sequence[Fraction]) -> str:
    return "(" + ", ".join(str(v) for v in w) + ")"
