"""How many neurons Theorem 1 asks for."""

from __future__ import annotations

from lossurface.errors import InputError

__all__ = ["width_threshold"]


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
