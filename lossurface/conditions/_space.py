"""A dataset in coordinates fit for search: exact integers, their span, and whitened floats.

Every condition tested here is unchanged by an invertible linear map of the samples, so the search
runs in coordinates where it is well conditioned, and its answers are mapped back and rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.exact._forms import PRIME, column_scales, scaled
from lossurface.exact.dataset import Samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossurface.setting import Dataset

__all__ = ["Space", "Span", "span_of"]

LARGEST = 400_000  # entries of a relation matrix; beyond, certificates would not be readable


@dataclass(frozen=True)
class Span:
    """The span of some samples: `columns` determine every other coordinate through `relations`."""

    columns: tuple[int, ...]
    relations: tuple[tuple[Fraction, ...], ...]  # for each other column, one entry per named column

    @property
    def rank(self) -> int:
        """The dimension."""
        return len(self.columns)

    def fields(self) -> dict[str, list[Any]]:
        """Return the certificate's form."""
        return {"columns": list(self.columns), "relations": [list(row) for row in self.relations]}


def span_of(rows: Sequence[Sequence[int]], scales: Sequence[int]) -> Span:
    """Return the span of integer rows (samples times `scales`), found modulo a prime.

    The relations are solved exactly; the checker of a certificate verifies them on every row.

    Raises:
        InputError: the relations would be too many to write down.
    """
    from flint import fmpz_mat, nmod_mat

    width = len(scales)
    if not rows:
        return Span((), tuple(() for _ in range(width)))
    columns = _pivots(nmod_mat(len(rows), width, [v % PRIME for r in rows for v in r], PRIME))
    others = [k for k in range(width) if k not in set(columns)]
    relations: list[tuple[Fraction, ...]] = [tuple(Fraction(0) for _ in columns) for _ in others]
    nonzero = [p for p, k in enumerate(others) if any(row[k] for row in rows)]
    if nonzero and columns:
        if len(nonzero) * len(columns) ** 2 > LARGEST * 4:
            raise InputError(
                f"{len(nonzero)} of {width} columns depend on the other {len(columns)}; "
                "keep independent columns (or more samples) to have the span written down"
            )
        named = [[row[k] for k in columns] for row in rows]
        flat = [v % PRIME for k in range(len(columns)) for v in (row[k] for row in named)]
        chosen = _pivots(nmod_mat(len(columns), len(rows), flat, PRIME))
        left = fmpz_mat([named[i] for i in chosen])
        right = fmpz_mat([[rows[i][others[p]] for p in nonzero] for i in chosen])
        solution = left.solve(right)
        for q, p in enumerate(nonzero):
            k = others[p]
            relations[p] = tuple(
                Fraction(int(solution[j, q].p), int(solution[j, q].q)) * scales[c] / scales[k]
                for j, c in enumerate(columns)
            )
    return Span(tuple(columns), tuple(relations))


def _pivots(matrix: Any) -> list[int]:
    """Return the pivot columns of a matrix over a prime field."""
    reduced, rank = matrix.rref()
    pivots: list[int] = []
    column = 0
    for row in range(rank):
        while int(reduced[row, column]) == 0:
            column += 1
        pivots.append(column)
        column += 1
    return pivots


@dataclass(frozen=True, eq=False)
class Space:
    """A dataset with both classes, prepared once and shared by every test.

    Raises:
        InputError: one class is empty.
    """

    dataset: Dataset

    def __post_init__(self) -> None:
        if len(set(self.dataset.y)) < 2:
            missing = "+1" if 1 not in self.dataset.y else "-1"
            raise InputError(f"labels hold no {missing}; give samples of both classes")

    @cached_property
    def samples(self) -> Samples:
        """The samples as the exact checker sees them: integers, column scales, labels."""
        scales = column_scales(self.dataset.x)
        return Samples(scaled(self.dataset.x, scales), scales, list(self.dataset.y))

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields `samples` and `labels` of a certificate."""
        return self.dataset.to_dict()

    @cached_property
    def span(self) -> Span:
        """The span V of all samples, r its dimension."""
        return span_of(self.samples.rows, self.samples.scales)

    def class_rows(self, sign: int) -> list[list[int]]:
        """Return the integer rows of one class."""
        return [self.samples.rows[i] for i in self.samples.of(sign)]

    @cached_property
    def named(self) -> list[list[int]]:
        """The integer rows, the span's columns alone: (n, r)."""
        return [[row[k] for k in self.span.columns] for row in self.samples.rows]

    @cached_property
    def labels(self) -> NDArray[np.float64]:
        """(n,), each -1.0 or 1.0."""
        import numpy as np

        return np.array(self.dataset.y, dtype=float)

    @cached_property
    def _exponents(self) -> list[int]:
        columns = zip(*self.named, strict=True)
        return [max(abs(v).bit_length() for v in column) for column in columns]

    @cached_property
    def _whitened(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        import numpy as np

        powers = [1 << e for e in self._exponents]
        unit = np.array([[v / p for v, p in zip(row, powers, strict=True)] for row in self.named])
        U, s, Vt = np.linalg.svd(unit, full_matrices=False)
        root = np.sqrt(len(unit))
        return U * root, Vt.T / np.maximum(s, s[0] * 1e-300) * root

    @property
    def points(self) -> NDArray[np.float64]:
        """(n, r), whitened: the mean of x x^T is the identity."""
        return self._whitened[0]

    def rounded(self, forms: NDArray[np.float64], bits: int) -> list[list[Fraction]]:
        """Return rational linear forms (k, d) close to (k, r) forms on `points`.

        All are scaled by one positive factor; entries keep `bits` bits after the largest.
        """
        import numpy as np

        raw = np.atleast_2d(forms) @ self._whitened[1].T
        top = float(np.abs(raw).max()) or 1.0
        rows: list[list[Fraction]] = []
        for form in raw / top:
            row = [Fraction(0)] * len(self.samples.scales)
            for value, k, e in zip(form, self.span.columns, self._exponents, strict=True):
                digits = round(Fraction(float(value)) * 2**bits)
                row[k] = Fraction(digits * self.samples.scales[k], 1 << (bits + e))
            rows.append(row)
        return rows
