"""A dataset in coordinates fit for search: exact integers, their span, and whitened floats.

Every condition tested here is unchanged by an invertible linear map of the samples, so the search
runs in coordinates where it is well conditioned, and its answers are mapped back and rounded.
Spans are found modulo a prime, with relations solved exactly; certificates prove independence
modulo the same prime: what is independent here is so there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.exact.checker import Unreadable
from lossurface.exact.checker.arithmetic import PRIME, Samples, dot, inner, integers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossurface.setting import Dataset

    Array = NDArray[np.float64]

SMALL = 40_000_000  # n r^2 numbers of so many bits in all take the exact simplex a few seconds
Rows = Sequence[Sequence[int]]
FLOOR = 1e-10  # singular values below it, relative to the largest, are left to exact arithmetic
LARGEST = 450_000  # dependent columns times rank squared: about 30 digits each, in all 15 MB
UNLUCKY = (
    f"samples: independent, but not modulo {PRIME}, which the proof of independence uses; "
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
            "for a certificate of the span keep independent columns, or add samples"
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


@dataclass(frozen=True, eq=False)
class Space:
    """A dataset, prepared once and shared by every test.

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
        """The samples as integers with one scale, as the checker sees them, and the labels."""
        try:
            numbers, scale = integers(list(chain(*self.dataset.x)))
        except Unreadable:
            raise InputError(
                "samples: no common denominator of use; round the coordinates"
            ) from None
        d = self.dataset.d
        rows = [numbers[i : i + d] for i in range(0, len(numbers), d)]
        return Samples(rows, scale, list(self.dataset.y))

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields `samples` and `labels` of a certificate."""
        return self.dataset.to_dict()

    @cached_property
    def span(self) -> Span:
        """The span V of all samples, r its dimension."""
        return span_of(self.samples.rows, short=True)

    @cached_property
    def class_spans(self) -> dict[int, Span]:
        """The spans of the positives (1) and of the negatives (-1)."""
        return {sign: span_of(self.class_rows(sign), short=True) for sign in (1, -1)}

    def class_rows(self, sign: int) -> list[list[int]]:
        """Return the integer rows of one class."""
        return [self.samples.rows[i] for i in self.samples.of(sign)]

    @cached_property
    def named(self) -> list[list[int]]:
        """The integer rows, the span's columns alone: (n, r)."""
        return [[row[k] for k in self.span.columns] for row in self.samples.rows]

    def form(self, coefficients: Sequence[Fraction]) -> list[Fraction]:
        """Return the linear form on x in R^d with these r coefficients on `named`."""
        row = [Fraction(0)] * self.dataset.d
        for value, k in zip(coefficients, self.span.columns, strict=True):
            row[k] = value * self.samples.scale
        return row

    def values(self, form: Sequence[Fraction]) -> tuple[list[int], int]:
        """Return w^T x_i as n integers and their common denominator."""
        numbers, scale = integers(form)
        return [inner(numbers, row) for row in self.samples.rows], scale * self.samples.scale

    def small(self, width: int) -> bool:
        """Return whether the exact simplex takes seconds at most, on columns of `width` numbers."""
        bits = max((v.bit_length() for row in self.named for v in row), default=0)
        return self.dataset.n * width**2 * bits <= SMALL

    @cached_property
    def labels(self) -> Array:
        """(n,), each -1.0 or 1.0."""
        import numpy as np

        return np.array(self.dataset.y, dtype=float)

    @cached_property
    def frame(self) -> Frame:
        """Linear coordinates: the mean of z z^T is the identity."""
        return Frame.of(self, affine=False)

    @cached_property
    def affine_frame(self) -> Frame:
        """Affine coordinates: the mean of z is zero too; without nearly constant directions."""
        return Frame.of(self, affine=True)


@dataclass(frozen=True, eq=False)
class Frame:
    """Whitened coordinates z = basis^T (rows / powers) of the samples' exact coordinates `rows`.

    A row is change^T (times x - mean): x in the named integers, times 1 and mean 0 or, for affine
    coordinates, times n and mean the sum of all.
    """

    space: Space
    points: Array  # (n, k), z
    units: Array  # (n, r), rows / powers, in [-1, 1]
    basis: Array  # (r, k)
    rows: list[list[int]]  # (n, r)
    powers: list[int]  # (r,), of two
    times: int
    mean: list[int]  # (r,), what was subtracted, in the coordinates of the rows
    change: list[list[int]] | None  # (r, r); None for the identity

    @classmethod
    def of(cls, space: Space, affine: bool) -> Frame:
        """Whiten the samples of a space.

        Columns that nearly depend on others (a unit converted and rounded, say) are replaced, by
        lattice reduction, with exact integer combinations that are small and nearly orthogonal.
        """
        import numpy as np

        times, rows = 1, space.named
        mean, change = [0] * space.span.rank, None
        if affine:
            times, mean = len(rows), [sum(column) for column in zip(*rows, strict=True)]
            rows = [[times * v - t for v, t in zip(row, mean, strict=True)] for row in rows]
        units, powers = _units(rows)
        U, s, Vt = np.linalg.svd(units, full_matrices=False)
        if mean and (s > FLOOR * s.max()).sum() < modular(rows).rank():
            rows, change = _reduced(rows)
            mean = [inner(mean, column) for column in zip(*change, strict=True)]
            units, powers = _units(rows)
            U, s, Vt = np.linalg.svd(units, full_matrices=False)
        kept = s > FLOOR * s.max(initial=0.0)
        root = np.sqrt(len(rows))
        basis = Vt[kept].T / s[kept] * root
        return cls(space, U[:, kept] * root, units, basis, rows, powers, times, mean, change)

    def form(self, coefficients: Sequence[Fraction]) -> list[Fraction]:
        """Return the linear form on x in R^d with these coefficients on `rows`, but a constant."""
        named = [v * self.times for v in coefficients]
        if self.change is not None:
            named = [dot(line, named) for line in self.change]
        return self.space.form(named)

    def quadratic(
        self,
        weights: Sequence[Fraction],
        forms: Sequence[Sequence[Fraction]],
        linear: Sequence[Fraction],
    ) -> dict[str, list[Any]]:
        """Return a certificate's sum weights forms^2 + linear, the forms being on `rows`."""
        for weight, form in zip(weights, forms, strict=True):  # |F (v - m)|^2 = |F v|^2 - ...
            pull = 2 * weight * dot(form, self.mean)
            linear = [v - pull * a for v, a in zip(linear, form, strict=True)]
        rows = [self.form(form) for form in forms]
        return {"weights": list(weights), "rows": rows, "linear": self.form(linear)}

    def rounded(self, form: Array, bits: int) -> list[Fraction]:
        """Return a rational form on x near a positive multiple of (k,) on `points`."""
        import numpy as np

        raw = self.basis @ form
        return self.form(self._short(raw / (np.abs(raw).max() or 1.0), bits))

    def rounded_quadratic(self, shape: Array, slope: Array, bits: int) -> dict[str, list[Any]]:
        """Return a certificate's q(x), near a multiple of z^T shape z + slope^T z up to a constant.

        The shape is positive definite; `bits` are relative to the largest entry of its factor.
        """
        import numpy as np

        raw = np.linalg.cholesky(shape).T @ self.basis.T
        top = float(np.abs(raw).max())
        forms = [self._short(row, bits) for row in raw / top]
        linear = self._short(self.basis @ slope / top**2, 2 * bits)
        return self.quadratic([Fraction(1)] * len(forms), forms, linear)

    def _short(self, coefficients: Array, bits: int) -> list[Fraction]:
        """Return coefficients on `units` as short fractions on `rows`."""
        import numpy as np

        whole = map(round, np.ldexp(coefficients, bits).tolist())
        return [Fraction(v, p << bits) for v, p in zip(whole, self.powers, strict=True)]


def _reduced(rows: list[list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Return rows @ change, with short and nearly orthogonal columns, and the change."""
    from flint import fmpz_mat

    short, change = fmpz_mat(list(zip(*rows, strict=True))).lll(transform=True)
    result = [[int(v) for v in row] for row in short.transpose().tolist()]
    return result, [[int(v) for v in row] for row in change.transpose().tolist()]


def _units(rows: list[list[int]]) -> tuple[Array, list[int]]:
    """Return integer rows as floats, each column divided by a power of two into [-1, 1]."""
    import numpy as np

    columns = list(zip(*rows, strict=True))
    powers = [1 << max(max(column), -min(column)).bit_length() for column in columns]
    scaled = [[v / p for v in column] for column, p in zip(columns, powers, strict=True)]
    return np.array(scaled).reshape(len(columns), len(rows)).T, powers
