"""The three kinds of number that a description may hold, and their ways into torch and balls.

A number is an exact `Fraction`, a `float` (meaning exactly its dyadic value), or `Enclosed`: an
unknown real in an interval with rational ends, for parameters that are irrational.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, cast

from lossurface.errors import InputError

if TYPE_CHECKING:
    from flint import arb

__all__ = ["Enclosed", "Number", "as_ball", "as_fraction", "exact_number", "parse_number"]


@dataclass(frozen=True)
class Enclosed:
    """A real number known to lie in [mid - rad, mid + rad]."""

    mid: Fraction
    rad: Fraction  # >= 0

    def __post_init__(self) -> None:
        if self.rad < 0:
            raise InputError(f"radius is {self.rad}, below zero; give a radius >= 0")

    def __float__(self) -> float:
        return float(self.mid)

    def __str__(self) -> str:
        return f"{self.mid} +/- {self.rad}"


Number: TypeAlias = Fraction | float | Enclosed


def exact_number(value: object, name: str = "number") -> Fraction:
    """Return `value` as the Fraction that it is exactly.

    Args:
        value: an int, a Fraction, a rational string such as "-1/2" or "0.25", or a finite float,
            which is taken at its exact dyadic value.
        name: what to call it in an error.

    Raises:
        InputError: it is none of these.
    """
    kind = type(value)
    if kind is Fraction:
        return cast(Fraction, value)
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{name} is {value}; give a finite number")
    if isinstance(value, int | float | str | Fraction) and not isinstance(value, bool):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
    elif hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return exact_number(value.item(), name)  # numpy and torch scalars
    raise InputError(
        f"{name} is {value!r}, not a rational number; give an int, a Fraction, a finite float "
        'or a string "p/q"'
    )


def parse_number(text: object, name: str = "number") -> Fraction | Enclosed:
    """Read a certificate's number: "p/q", or "mid +/- rad" with both parts rational.

    Raises:
        InputError: the text is neither.
    """
    if isinstance(text, str) and "+/-" in text:
        mid, _, rad = text.strip().removeprefix("[").removesuffix("]").partition("+/-")
        return Enclosed(exact_number(mid.strip(), name), exact_number(rad.strip(), name))
    return exact_number(text, name)


def as_fraction(value: Number, name: str = "parameter") -> Fraction:
    """Return an exact value, refusing one that is only enclosed.

    Raises:
        InputError: the value is `Enclosed`, or a float that is not finite.
    """
    if isinstance(value, Enclosed):
        raise InputError(f"{name} is {value}, known only in a ball; evaluate in balls instead")
    return exact_number(value, name)


def as_ball(value: Number | int | arb) -> arb:
    """Return a ball, at the precision in force, that contains the value."""
    from flint import arb, fmpq

    if isinstance(value, arb):
        return value
    if isinstance(value, Enclosed):
        return arb(
            fmpq(value.mid.numerator, value.mid.denominator),
            fmpq(value.rad.numerator, value.rad.denominator),
        )
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    return arb(value)  # ints and floats are exact


def finite_floats(values: Sequence[Number], name: str) -> None:
    """Refuse a float that is not finite.

    Raises:
        InputError: one is infinite or NaN.
    """
    for index, value in enumerate(values):
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"{name}[{index}] is {value}; give a finite number")
