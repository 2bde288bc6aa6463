"""A dataset in coordinates fit for search: exact integers, their span, and whitened floats.

Every condition tested here is unchanged by an invertible linear map of the samples, so the search
runs in coordinates where it is well conditioned, and its answers are mapped back and rounded.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import mul, truediv
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.conditions._integers import Samples, whole
from lossurface.exact.checker import arithmetic
from lossurface.exact.checker.arithmetic import PRIME

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossurface.setting import Dataset

__all__ = ["UNLUCKY", "Frame", "Space", "Span", "modular_rank", "pivot_columns", "span_of"]

LARGEST = 450_000  # dependent columns times rank squared: about 30 digits each, in all 15 MB
SMALL = 40_000  # n * r^2 up to here goes to the exact simplex, if of numbers of 100 bits
UNLUCKY = (
    f"samples: dependent modulo {PRIME}, by which independence is proved, though not in fact; "
    "rescale a column"
)
SCALE_BITS = 20_000  # of a common denominator: what binary or decimal fractions have is far less
FLOOR = 1e-10  # singular values below it, relative to the largest, are left to exact arithmetic


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


def span_of(rows: Sequence[Sequence[int]], scales: Sequence[int], short: bool = False) -> Span:
    """Return the span of integer rows (samples times `scales`), found modulo a prime.

    The relations are solved exactly; the checker of a certificate verifies them on every row.

    Args:
        rows: n of d integers.
        scales: d.
        short: leave the relations out if the rows are independent.

    Raises:
        InputError: the relations would be too many to write down, or the prime is `UNLUCKY`.
    """
    from flint import fmpz_mat, nmod_mat

    width = len(scales)
    if not rows:
        return Span((), tuple(() for _ in range(width)))
    columns = pivot_columns(nmod_mat(len(rows), width, [v % PRIME for r in rows for v in r], PRIME))
    if short and len(columns) == len(rows) < width:
        return Span(tuple(columns), ())
    others = [k for k in range(width) if k not in set(columns)]
    relations: list[tuple[Fraction, ...]] = [tuple(Fraction(0) for _ in columns) for _ in others]
    nonzero = [p for p, k in enumerate(others) if any(row[k] for row in rows)]
    if nonzero and not columns:
        raise InputError(UNLUCKY)
    if nonzero:
        if len(nonzero) * len(columns) ** 2 > LARGEST:
            raise InputError(
                f"{len(nonzero)} of {width} columns depend on the other {len(columns)}; "
                "keep independent columns (or more samples) to have the span written down"
            )
        named = [[row[k] for k in columns] for row in rows]
        flat = [v % PRIME for k in range(len(columns)) for v in (row[k] for row in named)]
        chosen = pivot_columns(nmod_mat(len(columns), len(rows), flat, PRIME))
        left = fmpz_mat([named[i] for i in chosen])
        right = fmpz_mat([[rows[i][others[p]] for p in nonzero] for i in chosen])
        solution = left.solve(right)
        tops, bottom = solution.numer_denom()
        left, right = fmpz_mat(named), fmpz_mat([[row[others[p]] for p in nonzero] for row in rows])
        if left * tops != right * bottom:
            raise InputError(UNLUCKY)
        for q, p in enumerate(nonzero):
            k = others[p]
            relations[p] = tuple(
                Fraction(int(solution[j, q].p), int(solution[j, q].q)) * scales[c] / scales[k]
                for j, c in enumerate(columns)
            )
    return Span(tuple(columns), tuple(relations))


def modular_rank(rows: Sequence[Sequence[int]]) -> int:
    """Return the rank modulo a prime, at most that over the rationals."""
    from flint import nmod_mat

    flat = [v % PRIME for row in rows for v in row]
    return int(nmod_mat(len(rows), len(rows[0]), flat, PRIME).rank())


def pivot_columns(matrix: Any) -> list[int]:
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
        """The samples as integers, column scales, labels."""
        return Samples(*self.integers(range(self.dataset.n)), list(self.dataset.y))

    @cached_property
    def checked(self) -> arithmetic.Samples:
        """The samples as the checker sees them: one scale for all."""
        rows, scales, labels = self.samples.rows, self.samples.scales, self.samples.labels
        scale = math.lcm(*scales)
        factors = [scale // c for c in scales]
        if set(factors) != {1}:
            rows = [list(map(mul, row, factors)) for row in rows]
        return arithmetic.Samples(rows, scale, labels)

    def integers(self, chosen: Iterable[int]) -> tuple[list[list[int]], list[int]]:
        """Return some samples as integers, with the columns' scales that these alone need."""
        d, (tops, bottoms) = self.dataset.d, self.dataset.ratios
        at = [k for i in chosen for k in range(i * d, i * d + d)]
        rows, scales = whole([tops[k] for k in at], [bottoms[k] for k in at], d)
        if math.lcm(*scales).bit_length() > SCALE_BITS:
            raise InputError("samples: no common denominator of use; round the coordinates")
        return rows, scales

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields `samples` and `labels` of a certificate."""
        return self.dataset.to_dict()

    @cached_property
    def size(self) -> int:
        """The characters of `fields` as JSON."""
        return len(json.dumps(self.fields))

    @cached_property
    def span(self) -> Span:
        """The span V of all samples, r its dimension."""
        d = self.dataset.d
        if self.dataset.n > d + 2:  # then a few mostly span all there is
            some = span_of(*self.integers(range(d + 2)))
            if some.rank == d:
                return some
        return span_of(self.samples.rows, self.samples.scales, short=True)

    def class_rows(self, sign: int) -> list[list[int]]:
        """Return the integer rows of one class."""
        return [self.samples.rows[i] for i in self.samples.of(sign)]

    @cached_property
    def named(self) -> list[list[int]]:
        """The integer rows, the span's columns alone: (n, r)."""
        columns, rows = self.span.columns, self.samples.rows
        return [[row[k] for k in columns] for row in rows] if len(columns) < len(rows[0]) else rows

    def small(self, width: int) -> bool:
        """Return whether the exact simplex takes seconds at most, on columns of `width` numbers."""
        cells = self.dataset.n * width**2
        bits = max((v.bit_length() for row in self.named for v in row), default=0)
        return cells <= SMALL and cells * bits <= 100 * SMALL

    @cached_property
    def named_units(self) -> tuple[NDArray[np.float64], list[Fraction]]:
        """The named columns in floats, (n, r) in [-1, 1], and what x was multiplied by."""
        import numpy as np

        size = (self.dataset.n, self.dataset.d)
        try:
            flat = np.fromiter(map(truediv, *self.dataset.ratios), float, size[0] * size[1])
        except OverflowError:
            flat = np.zeros(size)
        named = flat.reshape(size)[:, list(self.span.columns)]
        largest = np.abs(named).max(axis=0, initial=0.0)
        if largest.min(initial=1.0) < 1e-280:  # out of the floats' range
            units, powers = _units(self.named)
            scales = (self.samples.scales[k] for k in self.span.columns)
            return units, [Fraction(scale, p) for scale, p in zip(scales, powers, strict=True)]
        exponents = np.frexp(largest)[1]
        return np.ldexp(named, -exponents), [_power(-m) for m in exponents.tolist()]

    @cached_property
    def decomposed(self) -> tuple[NDArray[np.float64], ...]:
        """The singular value decomposition U, s, V^T of `named_units`."""
        import numpy as np

        return tuple(np.linalg.svd(self.named_units[0], full_matrices=False))

    @cached_property
    def reduced(self) -> tuple[list[list[int]], list[list[int]]] | None:
        """Integer rows in a basis that floats can handle, and the change of basis, where needed.

        Columns that nearly depend on others (a unit converted and rounded, say) are replaced, by
        lattice reduction, with exact integer combinations that are small and nearly orthogonal.
        """
        _, values, _ = self.decomposed
        if len(values) == 0 or values[-1] > FLOOR * values[0]:
            return None
        return _reduced(self.named)

    @cached_property
    def centred(self) -> tuple[list[list[int]], list[int]]:
        """Return n times `named` less its mean, and n times this mean: exact, as floats are not."""
        n, sums = self.dataset.n, [sum(column) for column in zip(*self.named, strict=True)]
        return [[n * v - t for v, t in zip(row, sums, strict=True)] for row in self.named], sums

    @cached_property
    def labels(self) -> NDArray[np.float64]:
        """(n,), each -1.0 or 1.0."""
        import numpy as np

        return np.array(self.dataset.y, dtype=float)

    @cached_property
    def frame(self) -> Frame:
        """Linear coordinates: the mean of z z^T is the identity."""
        return Frame.of(self, affine=False, floor=0.0)

    @cached_property
    def stable_frame(self) -> Frame:
        """The same, without directions in which the samples are nearly zero."""
        return Frame.of(self, affine=False, floor=FLOOR)

    @cached_property
    def affine_frame(self) -> Frame:
        """Affine coordinates: the mean of z is zero too; without nearly constant directions."""
        return Frame.of(self, affine=True, floor=FLOOR)

    @property
    def stable(self) -> bool:
        """Whether the samples are far from a smaller subspace, as floats go."""
        return int(self.stable_frame.points.shape[1]) == self.span.rank

    @property
    def points(self) -> NDArray[np.float64]:
        """(n, r), whitened."""
        return self.frame.points


@dataclass(frozen=True, eq=False)
class Frame:
    """Whitened coordinates z = basis^T (u - center), u = the named columns of x times factors.

    Where these are ill-conditioned, u = x @ change times factors. u - center is in [-1, 1].
    """

    points: NDArray[np.float64]  # (n, k), z
    units: NDArray[np.float64]  # (n, r), u - center
    basis: NDArray[np.float64]  # (r, k)
    center: tuple[Fraction, ...]  # (r,), the mean of u if affine, else zero
    factors: list[Fraction]  # (r,)
    change: list[list[Fraction]] | None  # (r, r), integral on the samples; None for the identity
    columns: tuple[int, ...]  # (r,), the named columns
    d: int

    @classmethod
    def of(cls, space: Space, affine: bool, floor: float) -> Frame:
        """Whiten the samples of a space."""
        import numpy as np

        times = space.dataset.n if affine else 1
        scales = [times * space.samples.scales[k] for k in space.span.columns]
        reduced, change = None if affine else space.reduced, None
        sums = [0] * len(scales)
        if affine:
            rows, sums = space.centred
            units, powers = _units(rows)
            factors = [Fraction(c, p) for c, p in zip(scales, powers, strict=True)]
            U, s, Vt = np.linalg.svd(units, full_matrices=False)
            if (s > FLOOR * s.max(initial=0.0)).sum() < modular_rank(rows):
                reduced = _reduced(rows)
        elif reduced is None:
            units, factors = space.named_units
            U, s, Vt = space.decomposed
        if reduced is not None:
            rows, exact = reduced
            units, powers = _units(rows)
            factors = [Fraction(1, p) for p in powers]
            change = [[Fraction(v * c) for v in row] for c, row in zip(scales, exact, strict=True)]
            sums = [sum(map(mul, sums, column)) for column in zip(*exact, strict=True)]
            U, s, Vt = np.linalg.svd(units, full_matrices=False)
        center = [Fraction(0)] * len(scales)
        if affine:
            center = [Fraction(t, p) for t, p in zip(sums, powers, strict=True)]
        kept = s > floor * s.max(initial=0.0)
        root = np.sqrt(len(units))
        return cls(
            U[:, kept] * root,
            units,
            Vt[kept].T / s[kept] * root,
            tuple(center),
            factors,
            change,
            space.span.columns,
            space.dataset.d,
        )

    def form(self, coefficients: Sequence[Fraction]) -> list[Fraction]:
        """Return the linear form on x in R^d with these coefficients on u."""
        named = [v * factor for v, factor in zip(coefficients, self.factors, strict=True)]
        if self.change is not None:
            named = [
                sum((c * v for c, v in zip(line, named, strict=True) if c), Fraction(0))
                for line in self.change
            ]
        row = [Fraction(0)] * self.d
        for value, k in zip(named, self.columns, strict=True):
            row[k] = value
        return row

    def rounded(
        self, form: NDArray[np.float64], bits: int
    ) -> tuple[list[Fraction], NDArray[np.float64]]:
        """Return a rational form on x near a positive multiple of (k,) on `points`.

        Beside it, its values (n,) in floats, with an error far below 1e-9.
        """
        import numpy as np

        raw = self.basis @ form
        short = _short(raw / (np.abs(raw).max() or 1.0), bits)
        return self.form(short), self.units @ np.array(short, dtype=float)

    def quadratic(
        self, shape: NDArray[np.float64], slope: NDArray[np.float64], bits: int
    ) -> dict[str, list[Any]]:
        """Return a certificate's q(x), near a multiple of z^T shape z + slope^T z up to a constant.

        Args:
            shape: (k, k), positive definite.
            slope: (k,).
            bits: kept after the point, relative to the largest entry of a factor of the shape.
        """
        import numpy as np

        raw = np.linalg.cholesky(shape).T @ self.basis.T
        top = float(np.abs(raw).max())
        factor = [_short(row, bits) for row in raw / top]
        linear = _short(self.basis @ slope / top**2, 2 * bits)
        for row in factor:  # z = ... - center: |F (u - c)|^2 = |F u|^2 - 2 (F c)^T F u + constant
            pull = 2 * sum((a * c for a, c in zip(row, self.center, strict=True)), Fraction(0))
            if pull:
                linear = [v - pull * a for v, a in zip(linear, row, strict=True)]
        return {
            "weights": [Fraction(1)] * len(factor),
            "rows": [self.form(row) for row in factor],
            "linear": self.form(linear),
        }


def _reduced(rows: list[list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Return rows @ change, with short and nearly orthogonal columns, and the change."""
    from flint import fmpz_mat

    columns = list(zip(*rows, strict=True))
    short, change = fmpz_mat(columns).lll(transform=True)
    result = [[int(v) for v in row] for row in short.transpose().tolist()]
    return result, [[int(v) for v in row] for row in change.transpose().tolist()]


def _power(exponent: int) -> Fraction:
    """Return 2^exponent."""
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def _units(rows: list[list[int]]) -> tuple[NDArray[np.float64], list[int]]:
    """Return integer rows as floats, each column divided by a power of two into [-1, 1]."""
    import numpy as np

    columns = list(zip(*rows, strict=True))
    powers = [1 << max(max(column), -min(column)).bit_length() for column in columns]
    scaled = [[v / p for v in column] for column, p in zip(columns, powers, strict=True)]
    return np.array(scaled).reshape(len(columns), len(rows)).T, powers


def _short(values: NDArray[np.float64], bits: int) -> list[Fraction]:
    import numpy as np

    one = 1 << bits
    return [Fraction(round(v), one) for v in np.ldexp(values, bits).tolist()]
