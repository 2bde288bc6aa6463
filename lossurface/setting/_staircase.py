"""A neuron of our own: constant between its breaks. The certificates of bad minima on data use it.

It stands for the flat f_D that Propositions 11 and 12 leave open; the paper has no such neuron.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.setting.datasets import Number, as_ball, parse_number
from lossurface.setting.neurons import Neuron, zeros_torch

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = ["Staircase", "staircase"]


@dataclass(frozen=True)
class Staircase(Neuron):
    """A staircase; two of them are the same if their breaks and levels are."""

    breaks: tuple[Fraction, ...] = ()
    levels: tuple[Number, ...] = ()  # one more than breaks; irrational ones are `Enclosed`


def staircase(breaks: Sequence[Any], levels: Sequence[Any]) -> Staircase:
    """Return the neuron with value levels[k] for breaks[k - 1] < z <= breaks[k].

    Args:
        breaks: k numbers or their strings, increasing.
        levels: k + 1 numbers or their strings, "mid +/- rad" where irrational.

    Raises:
        InputError: the breaks do not increase, there is another number of levels, or one of them is
            no number.
    """
    edges = [parse_number(value, f"breaks[{k}]") for k, value in enumerate(breaks)]
    steps = tuple(parse_number(value, f"levels[{k}]") for k, value in enumerate(levels))
    exact = tuple(edge for edge in edges if isinstance(edge, Fraction))
    if len(exact) < len(edges) or not all(a < b for a, b in pairwise(exact)):
        raise InputError("breaks of a staircase do not increase; give exact numbers in order")
    if len(steps) != len(exact) + 1:
        raise InputError(
            f"a staircase has {len(exact)} breaks and {len(steps)} levels; give one level more "
            "than breaks"
        )
    whole = [level for level in steps if isinstance(level, Fraction)]
    return Staircase(
        name="staircase",
        latex=r"c_k,\ b_{k-1}<z\le b_k",
        torch=partial(_torch, exact, steps),
        torch_d1=zeros_torch,
        torch_d2=zeros_torch,
        balls=(partial(_ball, exact, steps), _flat, _flat, _flat, _flat),
        memberships={},
        smoothness=-1,
        rational=partial(_rational, exact, whole) if len(whole) == len(steps) else None,
        breaks=exact,
        levels=steps,
    )


def _torch(breaks: Sequence[Fraction], levels: Sequence[Number], z: Tensor) -> Tensor:
    import torch

    edges, steps = (
        torch.tensor([float(value) for value in values], dtype=z.dtype, device=z.device)
        for values in (breaks, levels)
    )
    step = (z.detach().unsqueeze(-1) > edges).sum(-1)
    return steps[step] + zeros_torch(z)


def _rational(breaks: Sequence[Fraction], levels: Sequence[Fraction], z: Fraction) -> Fraction:
    return levels[bisect_left(breaks, z)]


def _ball(breaks: Sequence[Fraction], levels: Sequence[Number], z: arb) -> arb:
    edges = [as_ball(edge) for edge in breaks]
    first = sum(bool(edge < z) for edge in edges)  # these breaks lie below all of z
    last = sum(not edge >= z for edge in edges)  # and the others may be passed
    value = as_ball(levels[first])
    for level in levels[first + 1 : last + 1]:
        value = value.union(as_ball(level))
    return value


def _flat(z: arb) -> arb:
    return as_ball(0)
