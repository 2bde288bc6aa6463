"""Spans of integer rows: found modulo a prime, with relations solved exactly.

Certificates prove independence modulo the same prime: what is independent here is so there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lossurface import InputError
from lossurface.exact.checker.arithmetic import PRIME

__all__ = ["UNLUCKY", "Span", "modular", "pivot_columns", "span_of"]

Rows = Sequence[Sequence[int]]
LARGEST = 450_000  # dependent columns times rank squared: about 30 digits each, in all 15 MB
UNLUCKY = (
    f"samples: dependent modulo {PRIME}, by which independence is proved, though not in fact; "
    "rescale a column"
)


@dataclass(frozen=True)
class Span:
    """The span of some samples: `columns` determine every other coordinate through `relations`.

    Where the samples are independent the relations may be left out: the rank is their number.
    """

    columns: tuple[int, ...]
    relations: tuple[tuple[Fraction, ...], ...]  # for each other column, one entry per named column

    @property
    def rank(self) -> int:
        """The dimension."""
        return len(self.columns)

    def fields(self) -> dict[str, list[Any]]:
        """Return the certificate's form."""
        return {"columns": list(self.columns), "relations": [list(row) for row in self.relations]}


def span_of(rows: Rows, short: bool = False) -> Span:
    """Return the span of n >= 1 rows; the checker of a certificate verifies it on every row.

    Args:
        rows: (n, d).
        short: leave the relations out if the rows are independent.

    Raises:
        InputError: the relations would be too many to write down, or the prime is `UNLUCKY`.
    """
    from flint import fmpz_mat

    width = len(rows[0])
    columns = pivot_columns(modular(rows))
    if short and len(columns) == len(rows) < width:
        return Span(tuple(columns), ())
    others = [k for k in range(width) if k not in set(columns)]
    named = [[row[k] for k in columns] for row in rows]
    rest = [[row[k] for k in others] for row in rows]
    dependent = sum(map(any, zip(*rest, strict=True)))
    if not dependent:
        return Span(tuple(columns), tuple((Fraction(0),) * len(columns) for _ in others))
    if not columns:
        raise InputError(UNLUCKY)
    if dependent * len(columns) ** 2 > LARGEST:
        raise InputError(
            f"{dependent} of {width} columns depend on the other {len(columns)}; "
            "keep independent columns (or more samples) to have the span written down"
        )
    basis = pivot_columns(modular(named).transpose())
    solved = fmpz_mat([named[i] for i in basis]).solve(fmpz_mat([rest[i] for i in basis]))
    tops, bottom = solved.numer_denom()
    if fmpz_mat(named) * tops != fmpz_mat(rest) * bottom:
        raise InputError(UNLUCKY)
    relations = [[Fraction(int(v.p), int(v.q)) for v in row] for row in solved.tolist()]
    return Span(tuple(columns), tuple(zip(*relations, strict=True)))


def modular(rows: Rows) -> Any:
    """Return the rows as a matrix modulo the prime."""
    from flint import nmod_mat

    return nmod_mat(len(rows), len(rows[0]), [v % PRIME for row in rows for v in row], PRIME)


def pivot_columns(matrix: Any) -> list[int]:
    """Return the pivot columns of a flint matrix over a field."""
    reduced, rank = matrix.rref()
    pivots: list[int] = []
    column = 0
    for row in range(rank):
        while reduced[row, column] == 0:
            column += 1
        pivots.append(column)
        column += 1
    return pivots
