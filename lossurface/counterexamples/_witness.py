"""Exact witnesses of a dataset's properties, found by floats and checked in rationals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lossurface.counterexamples._gordan import gordan, signed, wide_separator
from lossurface.errors import InputError
from lossurface.exact.linalg import rank
from lossurface.setting import Dataset

__all__ = ["half_space", "reach_of_signs", "separator", "subspaces"]

Vector = tuple[Fraction, ...]


def separator(dataset: Dataset, claim: str) -> Vector:
    """Return w with y w^T x > 0 for every sample.

    Raises:
        InputError: the dataset is not linearly separable, or that was not decided.
    """
    rows = signed(dataset)
    w, mu = wide_separator(rows), None
    if w is None:
        w, mu = gordan(rows)
    if w is not None:
        return w
    if mu is None:
        raise InputError(f"samples are too many to decide Assumption 6, which {claim} needs")
    used = [k for k, weight in enumerate(mu) if weight]
    raise InputError(
        f"samples break Assumption 6, which {claim} needs: positive weights on samples {used} make "
        "sum mu y x = 0"
    )


def half_space(dataset: Dataset, claim: str) -> Vector:
    """Return v with v^T x > 0 for every sample.

    Raises:
        InputError: no open half-space through the origin holds all samples.
    """
    v = wide_separator(dataset.x) or gordan(dataset.x)[0]
    if v is None:
        raise InputError(
            f"samples lie in no open half-space v^T x > 0, where {claim} places them; give others"
        )
    return v


def subspaces(dataset: Dataset, claim: str) -> dict[str, list[int]]:
    """Return the coordinate axes that each class spans.

    Raises:
        InputError: Assumption 2 or 3 fails for them.
    """
    axes = {}
    for name, rows in (("positive", dataset.positives), ("negative", dataset.negatives)):
        used = [k for k in range(dataset.d) if any(row[k] for row in rows)]
        if rank(rows) < len(used):
            raise InputError(
                f"the {name} samples do not span the axes {used} that they use, and {claim}'s "
                "certificate names each class's span by axes; give more samples, or turn these"
            )
        axes[f"{name}_axes"] = used
    plus, minus = set(axes["positive_axes"]), set(axes["negative_axes"])
    if plus <= minus or minus <= plus:
        raise InputError(
            f"one class's axes contain the other's, so {claim} lacks Assumption 3; "
            "give each class an axis of its own"
        )
    return axes


def reach_of_signs(w: Sequence[Fraction]) -> Fraction:
    """Return a bound on every radius within which w^T x keeps its signs: at least ||w||."""
    return sum((abs(value) for value in w), Fraction(0))
