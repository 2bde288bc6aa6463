"""Exact numbers, and finite datasets for binary classification made of them.

A number is an exact `Fraction`, a `float` (meaning exactly its dyadic value), or `Enclosed`: an
unknown real in an interval with rational ends, for parameters that are irrational.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from lossurface.errors import InputError

if TYPE_CHECKING:
    import torch
    from flint import arb
    from torch import Tensor

__all__ = [
    "Dataset",
    "Enclosed",
    "Number",
    "Point",
    "as_ball",
    "as_fraction",
    "contradictions",
    "exact_number",
    "parse_number",
]


@dataclass(frozen=True)
class Enclosed:
    """A real number known to lie in [mid - rad, mid + rad]."""

    mid: Fraction
    rad: Fraction  # >= 0

    def __post_init__(self) -> None:
        if self.rad < 0:
            raise InputError(f"radius is {self.rad}, below zero; give a radius >= 0")

    def __add__(self, shift: Fraction) -> Enclosed:
        return Enclosed(self.mid + shift, self.rad)

    def __neg__(self) -> Enclosed:
        return Enclosed(-self.mid, self.rad)

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
    if isinstance(value, Fraction):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{name} is {value}; give a finite number")
    if isinstance(value, int | float | str) and not isinstance(value, bool):
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


Point: TypeAlias = tuple[Fraction, ...]


@dataclass(frozen=True)
class Dataset:
    """n samples x_i in R^d with labels y_i in {-1, +1}; `Dataset.of` also takes ints and floats.

    Raises:
        InputError: no samples, rows of unequal length, a coordinate that is not a Fraction, or a
            label other than -1 and +1.
    """

    x: tuple[Point, ...]  # n rows of d
    y: tuple[int, ...]  # n

    def __post_init__(self) -> None:
        if not self.x or not self.x[0]:
            raise InputError("samples are empty; give at least one sample with one coordinate")
        if len(self.x) != len(self.y):
            raise InputError(
                f"there are {len(self.x)} samples and {len(self.y)} labels; give one label each"
            )
        for index, (row, label) in enumerate(zip(self.x, self.y, strict=True)):
            if len(row) != len(self.x[0]):
                raise InputError(
                    f"samples[{index}] has {len(row)} coordinates and samples[0] has "
                    f"{len(self.x[0])}; give all the same number"
                )
            if type(label) is not int or label not in (-1, 1):
                raise InputError(f"labels[{index}] is {label!r}; labels must be -1 or +1")
            for value in row:
                if not isinstance(value, Fraction):
                    raise InputError(
                        f"samples[{index}] holds {value!r}, not a Fraction; use Dataset.of(...)"
                    )

    @classmethod
    def of(cls, samples: Iterable[Iterable[object] | object], labels: Iterable[object]) -> Dataset:
        """Build a dataset from anything that is exactly rational.

        Args:
            samples: n rows of d ints, Fractions, strings "p/q" or finite floats (taken at their
                exact binary value); arrays too. In one dimension plain numbers may stand for rows.
            labels: n values equal to -1 or +1.

        Raises:
            InputError: as for the class, or a value is not finite or not a number.
        """
        rows: list[Point] = []
        for index, sample in enumerate(_listed(samples)):
            name = f"samples[{index}]"
            if isinstance(sample, Sequence) and not isinstance(sample, str):
                rows.append(tuple(exact_number(value, name) for value in sample))
            else:
                rows.append((exact_number(sample, name),))
        signs: list[int] = []
        for index, label in enumerate(_listed(labels)):
            value = exact_number(label, f"labels[{index}]")
            if value not in (-1, 1):
                raise InputError(f"labels[{index}] is {label}; labels must be -1 or +1")
            signs.append(int(value))
        return cls(tuple(rows), tuple(signs))

    @property
    def n(self) -> int:
        """The number of samples."""
        return len(self.x)

    @property
    def d(self) -> int:
        """The dimension of the samples."""
        return len(self.x[0])

    @property
    def positives(self) -> tuple[Point, ...]:
        """The samples labelled +1, in order."""
        return tuple(row for row, label in zip(self.x, self.y, strict=True) if label == 1)

    @property
    def negatives(self) -> tuple[Point, ...]:
        """The samples labelled -1, in order."""
        return tuple(row for row, label in zip(self.x, self.y, strict=True) if label == -1)

    @property
    def n_plus(self) -> int:
        """The number of samples labelled +1."""
        return self.y.count(1)

    @property
    def n_minus(self) -> int:
        """The number of samples labelled -1."""
        return self.y.count(-1)

    def tensors(
        self, device: str | torch.device = "cpu", dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return X (n, d) and y (n,), rounded to `dtype` (float64 by default)."""
        import torch

        dtype = torch.float64 if dtype is None else dtype
        rows = [[float(value) for value in row] for row in self.x]
        return (
            torch.tensor(rows, device=device, dtype=dtype),
            torch.tensor(self.y, device=device, dtype=dtype),
        )

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the certificate's form: "samples" as rows of "p/q" strings, and "labels"."""
        return {"samples": [[str(v) for v in row] for row in self.x], "labels": list(self.y)}


def _listed(values: object) -> list[Any]:
    """Return nested lists from a list, a tuple, any iterable, a numpy array or a tensor."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise InputError(f"{values!r} is not a list of values; give one entry per sample")
    return [value.tolist() if hasattr(value, "tolist") else value for value in values]


def contradictions(dataset: Dataset) -> tuple[tuple[int, int], ...]:
    """Return the pairs (i, j), i < j, of equal samples with different labels.

    Not an error: such a dataset is legitimate, but no network reaches training error 0 on it.
    Only the first sample of each label is reported for every point.
    """
    first: dict[Point, dict[int, int]] = {}
    for index, (row, label) in enumerate(zip(dataset.x, dataset.y, strict=True)):
        first.setdefault(row, {}).setdefault(label, index)
    return tuple(
        (min(seen.values()), max(seen.values())) for seen in first.values() if len(seen) == 2
    )
