"""Deep parts whose last hidden layer is dead, and the networks around them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from lossurface.counterexamples._build import Number, admissible_neuron, shifted
from lossurface.errors import InputError
from lossurface.exact import rational
from lossurface.setting import Enclosed

__all__ = ["DEAD_REACH", "dead_layers", "layered", "reach_with", "stacked_widths"]

DEAD_REACH = Fraction(1)  # the dead layer's biases are -1: at this distance they may be zero
_DEEP_VALUE = Fraction(1, 2)  # what a dead f_D adds to f


def stacked_widths(widths: Sequence[int], claim: str) -> tuple[int, ...]:
    """Return the hidden widths, checked.

    Raises:
        InputError: there is no hidden layer, or one without neurons.
    """
    checked = tuple(widths) if isinstance(widths, list | tuple) else ()
    if not checked or any(isinstance(w, bool) or not isinstance(w, int) or w < 1 for w in checked):
        raise InputError(
            f"hidden widths are {widths!r}; {claim} needs at least one hidden layer and at least "
            "one neuron in each: give positive integers"
        )
    return checked


def dead_layers(
    neuron: str, inputs: int, widths: Sequence[int], constants: Sequence[Number], claim: str
) -> dict[str, Any]:
    """Return a deep part that is constant near its parameters.

    The last hidden layer has W = 0 and b = -1, so that sigma = 0 there whatever comes in; the
    layers before it are arbitrary, and take the values of a fixed pattern.

    Args:
        neuron: zero on the negative axis.
        inputs: dimension of the samples.
        widths: of the hidden layers.
        constants: the outputs, one for each.
        claim: the claim, in words.

    Raises:
        InputError: the neuron is outside the class, or a width is below 1.
    """
    condition = "neurons of its deep part with sigma(z) = 0 for z < 0"
    admissible_neuron(neuron, rational.ZERO, claim, condition)
    checked = stacked_widths(widths, claim)
    layers: list[dict[str, Any]] = []
    sizes = (inputs, *checked, len(constants))
    for depth, (rows, columns) in enumerate(pairwise(sizes)):
        if depth == len(checked) - 1:
            W = [[Fraction(0)] * columns for _ in range(rows)]
            b: list[Any] = [Fraction(-1)] * columns
        else:
            W = [[Fraction((-1) ** (i + j), 1 + i) for j in range(columns)] for i in range(rows)]
            b = [Fraction(j % 3 - 1, 2) for j in range(columns)]
        layers.append({"W": W, "b": b})
    layers[-1]["b"] = [str(value) for value in constants]
    return {"neuron": neuron, "layers": layers}


def layered(
    neuron: str,
    a0: Number,
    a: Sequence[Fraction],
    W: Sequence[Sequence[Number]],
    deep: Sequence[int] | None,
    deep_neuron: str,
    claim: str,
) -> dict[str, Any]:
    """Return f_S, or f_S + f_D with a dead f_D that takes 1/2 over from a_0.

    Args:
        neuron: of f_S.
        a0: the bias that f_S has when it stands alone.
        a: (M,).
        W: (d, M).
        deep: hidden widths of f_D, or `None` for f_S alone.
        deep_neuron: of f_D.
        claim: the claim, in words.

    Raises:
        InputError: as for `dead_layers`.
    """
    rows = [[str(v) if isinstance(v, Enclosed) else v for v in row] for row in W]
    if deep is None:
        head = {"architecture": "single-layer", "neuron": neuron, "a0": str(a0)}
        return {**head, "a": list(a), "W": rows}
    head = {"architecture": "shortcut", "neuron": neuron, "a0": str(shifted(a0, -_DEEP_VALUE))}
    body = dead_layers(deep_neuron, len(W), deep, [_DEEP_VALUE], claim)
    return {**head, "a": list(a), "W": rows, "deep": body}


def reach_with(deep: Sequence[int] | None, reach: Fraction | None) -> Fraction | None:
    """Return the bound on the radius once f_D has to stay dead as well."""
    if deep is None:
        return reach
    return DEAD_REACH if reach is None else min(reach, DEAD_REACH)
