"""Tight enclosures of one-variable functions over balls of any width.

Arb's own functions are made for thin balls: over [-20, 20] they lose all sign information. A
monotone function needs its two end points only, and every neuron here is monotone, or even and
monotone in |z|, or a product of such. (Nor may `**` be used: python-flint 0.9 answers NaN for the
square of a ball around 0.)

A ball is a midpoint and a radius of 30 bits, so that a hull of values 1e-44 and 1 reaches below 0:
to prove a sign, cut the argument into boxes over which the value varies by less than 2^29.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lossurface.errors import InputError

if TYPE_CHECKING:
    from flint import arb

__all__ = ["even", "hull", "monotone", "power", "split", "unsupported_order", "whole_line"]


def whole_line() -> arb:
    """Return the ball that contains every real number."""
    from flint import arb

    return arb(0, arb.pos_inf())


def hull(first: arb, second: arb) -> arb:
    """Return the smallest ball around both; it contains all that lies between them."""
    return first.union(second)


def monotone(function: Callable[[arb], arb], z: arb) -> arb:
    """Enclose a monotone function over `z` by its values at the end points.

    Args:
        function: encloses the function's value at an exact point.
        z: any ball; an unbounded one gives the whole line.
    """
    if z.is_exact():
        return function(z)
    if not z.is_finite():
        return whole_line()
    return hull(function(z.lower()), function(z.upper()))


def even(function: Callable[[arb], arb], z: arb) -> arb:
    """Enclose g(|z|) over `z`, where g is monotone on [0, oo).

    Args:
        function: encloses g at an exact point >= 0.
        z: any ball; an unbounded one gives the whole line.
    """
    if not z.is_finite():
        return whole_line()
    low, high = z.abs_lower(), z.abs_upper()
    return function(low) if low == high else hull(function(low), function(high))


def power(z: arb, exponent: int) -> arb:
    """Enclose z^exponent, exponent >= 0, tightly for balls around 0 too."""

    def at_point(x: arb) -> arb:
        result = x * 0 + 1
        for _ in range(exponent):
            result *= x
        return result

    return even(at_point, z) if exponent % 2 == 0 else monotone(at_point, z)


def split(below: Callable[[arb], arb], above: Callable[[arb], arb], z: arb) -> arb:
    """Enclose a function given by `below` for z <= 0 and `above` for z >= 0, over any ball.

    Both pieces must be monotone on their half-line and continuous up to 0, where each gives its
    own limit; a jump at 0 is therefore enclosed too.
    """
    from flint import arb

    if not z.is_finite():
        return whole_line()
    low, high, zero = z.lower(), z.upper(), arb(0)
    if high <= 0:
        return monotone(below, z)
    if low >= 0:
        return monotone(above, z)
    return hull(hull(below(low), below(zero)), hull(above(zero), above(high)))


def kink(name: str, order: int, z: arb) -> None:
    """Refuse a ball that holds 0 where derivative `order` does not exist there.

    Raises:
        InputError: the ball contains 0.
    """
    if z.contains(0):
        raise InputError(
            f"{name}: derivative {order} does not exist at 0, which the ball {z} contains; "
            "split the ball at 0"
        )


def unsupported_order(name: str, order: int, highest: int) -> InputError:
    """Return the error for a derivative that no closed form is kept for."""
    return InputError(f"{name}: derivative {order} is not kept; give an order from 0 to {highest}")
