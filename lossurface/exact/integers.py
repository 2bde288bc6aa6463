"""Exact facts about samples given as integers: spans, relations, definite quadratic forms.

The standard library alone. Used by the checkers of `dataset` and `staircase`.

A weighted sum S = sum_i w_i x_i x_i^T is proved positive definite without forming its exact LDL^T,
whose numbers grow too long in high dimension: a floating-point Cholesky factor proposes a matrix T,
and exact integers show that T S T^T is strictly diagonally dominant with a positive diagonal. Then
T S T^T is positive definite (Gershgorin), so T is invertible, so S is positive definite. A poor T
can only lose the proof, never make a false one.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction as Q
from operator import mul

from lossurface.exact.rational import Refuted, require

PRIME = 4_611_685_736_964_617_699  # no special form: powers of two are no multiples of each other
SMALL = 12  # up to here an exact LDL^T is tried where the fast proof does not succeed
BITS = 40  # of T's entries
SCALE_BITS = 400_000  # of a common denominator
WEIGHT_BITS = 90  # of the weights; what is cut off enters as an error bound


def common(denominators: Iterable[int], where: str = "the numbers") -> int:
    """Return the least common multiple.

    Raises:
        Refuted: it is so long that a file of some megabytes would fill the memory.
    """
    scale = 1
    for q in set(denominators):
        scale = math.lcm(scale, q)
        if scale.bit_length() > SCALE_BITS:
            raise Refuted(f"{where} have no common denominator of use")
    return scale


def whole(
    tops: Sequence[int], bottoms: Sequence[int], width: int, where: str = "the numbers"
) -> tuple[list[list[int]], list[int]]:
    """Return rows of ratios as integers, each column times its scale.

    Args:
        tops: numerators, row after row.
        bottoms: denominators, above zero.
        width: of a row.
        where: for the error.

    Returns:
        The integer rows, and for each column the least c > 0 that makes c times it integral.

    Raises:
        Refuted: a scale is too long.
    """
    columns, scales = [], []
    for k in range(width):
        below = bottoms[k::width]
        distinct = set(below)
        scale = common(distinct, where)
        factor = {q: scale // q for q in distinct}
        columns.append(map(mul, tops[k::width], map(factor.__getitem__, below)))
        scales.append(scale)
    return list(map(list, zip(*columns, strict=True))), scales


def integral(vector: Sequence[Q]) -> tuple[list[int], int]:
    """Return integers and a common denominator d > 0 with vector = integers / d."""
    scale = common(value.denominator for value in vector)
    return [v.numerator * (scale // v.denominator) for v in vector], scale


def dots(rows: Sequence[Sequence[int]], vector: Sequence[int]) -> list[int]:
    """Return the inner product of each row with the vector, skipping the vector's zeros."""
    used = [k for k, value in enumerate(vector) if value]
    if 2 * len(used) >= len(vector):
        return [sum(map(mul, row, vector)) for row in rows]
    return [sum(row[k] * vector[k] for k in used) for row in rows]


def check_relations(
    rows: Sequence[Sequence[int]],
    scales: Sequence[int],
    columns: Sequence[int],
    relations: Sequence[Sequence[Q]],
    where: str,
) -> None:
    """Check that every other column is the stated combination of the named columns.

    Then these columns tell the points of the rows' span apart, whose dimension is at most their
    number.

    Args:
        rows: integers, the samples times `scales`.
        scales: one for each column.
        columns: increasing positions.
        relations: for each column that is not named, in order, its coefficients (unscaled).
        where: the field, for the error.

    Raises:
        Refuted: a combination fails, or the shapes do not fit.
    """
    others = [k for k in range(len(scales)) if k not in set(columns)]
    fits = list(columns) == sorted(set(columns)) and set(columns) <= set(range(len(scales)))
    require(fits, f"{where}.columns is not an increasing list of coordinates")
    shaped = len(relations) == len(others) and all(len(r) == len(columns) for r in relations)
    require(shaped, f"{where}.relations is not {len(others)} x {len(columns)}")
    named = [[row[k] for k in columns] for row in rows]
    for k, coefficients in zip(others, relations, strict=True):
        ratios = [q * scales[k] / scales[j] for q, j in zip(coefficients, columns, strict=True)]
        numbers, common = integral(ratios)
        right = dots(named, numbers)
        wrong = [i for i, row in enumerate(rows) if row[k] * common != right[i]]
        require(not wrong, f"{where}.relations: coordinate {k} differs on samples{wrong[:3]}")


class Echelon:
    """Rows reduced modulo a prime: independent there means independent over the rationals."""

    def __init__(self, pivots: dict[int, list[int]] | None = None) -> None:
        self.pivots = dict(pivots or {})

    def add(self, row: Sequence[int]) -> bool:
        """Add a row; return whether it is independent of those before."""
        rest = [value % PRIME for value in row]
        for k, pivot in self.pivots.items():
            factor = rest[k]
            if factor:
                rest = [(a - factor * b) % PRIME for a, b in zip(rest, pivot, strict=True)]
        k = next((k for k, value in enumerate(rest) if value), -1)
        if k < 0:
            return False
        inverse = pow(rest[k], -1, PRIME)
        self.pivots[k] = [value * inverse % PRIME for value in rest]
        return True

    @property
    def rank(self) -> int:
        """A lower bound on the rank over the rationals."""
        return len(self.pivots)


def check_rank(rows: Sequence[Sequence[int]], rank: int, where: str) -> Echelon:
    """Check that the rows contain `rank` independent ones; return them reduced."""
    echelon = Echelon()
    for row in rows:
        if echelon.rank == rank:
            break
        echelon.add(row)
    require(echelon.rank == rank, f"{where}: the samples span fewer than {rank} dimensions")
    return echelon


def check_definite(
    weights: Sequence[Q], rows: Sequence[Sequence[int]], kernel: Sequence[Sequence[int]], where: str
) -> None:
    """Check that S = sum_i weights[i] x_i x_i^T is positive semidefinite with the stated kernel.

    Args:
        weights: n, of any sign.
        rows: n of r integers.
        kernel: integer vectors k with S k = 0; none claims that S is positive definite. With
            S k = 0, S is positive semidefinite as soon as S + sum k k^T is positive definite.
        where: the field, for the error.

    Raises:
        Refuted: it is not, or the proof does not succeed.
    """
    size = len(rows[0]) if rows else 0
    if not size:
        return
    exact, _ = integral(list(weights))
    for k in kernel:
        require(len(k) == size, f"{where}: a kernel vector does not have {size} entries")
        values = [w * v for w, v in zip(exact, dots(rows, k), strict=True)]
        image = [sum(map(mul, values, column)) for column in zip(*rows, strict=True)]
        require(not any(image), f"{where}: S k is not zero for a kernel vector")
    top = max((abs(w) for w in exact), default=0)
    require(top or kernel, f"{where}: S is zero")
    top = top or 1
    # Cut the weights to integers; what is lost is below one unit for each sample that is cut.
    shift = max(top.bit_length() - WEIGHT_BITS, 0)
    cut = [w >> shift for w in exact]
    loose = [bool(shift and w & ((1 << shift) - 1)) for w in exact]
    vectors = [list(row) for row in rows]
    for k in kernel:
        largest = max((abs(v) for row in rows for v in row), default=1) or 1
        factor = max(largest // (max(map(abs, k)) or 1), 1)
        vectors.append([v * factor for v in k])
        cut.append(max(map(abs, cut)) or 1)
        loose.append(False)
    if _dominant(cut, loose, vectors):
        return
    if size <= SMALL:
        weighted = [*exact, *(c << shift for c in cut[len(exact) :])]
        require(_ldl(weighted, vectors), f"{where}: S is not definite with the stated sign")
        return
    raise Refuted(f"{where}: S is not shown definite with the stated sign")


def _ldl(weights: Sequence[int], rows: Sequence[Sequence[int]]) -> bool:
    """Decide by fraction-free elimination whether sum_i weights[i] x_i x_i^T is definite."""
    columns = list(zip(*rows, strict=True))
    matrix = [[sum(map(mul, (w * v for w, v in zip(weights, a, strict=True)), b)) for b in columns]
              for a in columns]  # fmt: skip
    previous = 1
    while matrix:
        pivot = matrix[0][0]
        if pivot <= 0:
            return False
        top = matrix[0][1:]
        matrix = [
            [(pivot * v - row[0] * t) // previous for v, t in zip(row[1:], top, strict=True)]
            for row in matrix[1:]
        ]
        previous = pivot
    return True


def _dominant(weights: Sequence[int], loose: Sequence[bool], rows: Sequence[Sequence[int]]) -> bool:
    """Try to prove that every sum of (weights[i] + e_i) x_i x_i^T, 0 <= e_i < 1, is definite."""
    lengths = [max(abs(v).bit_length() for v in column) for column in zip(*rows, strict=True)]
    if not all(lengths):
        return False
    longest = max(lengths)
    even = [[v << (longest - n) for v, n in zip(row, lengths, strict=True)] for row in rows]
    floats = [[v / (1 << longest) for v in row] for row in even]
    top = max(map(abs, weights)) or 1
    inverse = _inverse_factor([w / top for w in weights], floats)
    if inverse is None:
        return False
    least = min(max(map(abs, row)) for row in inverse)
    unit = math.ldexp(1.0, BITS - math.frexp(least)[1])
    factor = [[round(v * unit) for v in row] for row in inverse]
    # z_i = T x_i: lower triangular T, exact integers.
    images = [[sum(map(mul, t, row)) for t in factor] for row in even]
    columns = list(zip(*images, strict=True))
    sizes = [sum(map(abs, image)) for image in images]
    product: list[list[int]] = []  # the lower triangle of T S T^T
    for a, column in enumerate(columns):
        weighted = [w * v for w, v in zip(weights, column, strict=True)]
        product.append([sum(map(mul, weighted, columns[b])) for b in range(a + 1)])
    for a, column in enumerate(columns):
        around = sum(map(abs, product[a])) + sum(abs(row[a]) for row in product[a + 1 :])
        lost = sum(abs(v) * s for v, s, cut in zip(column, sizes, loose, strict=True) if cut)
        if 2 * product[a][a] <= around + lost:
            return False
    return True


def _inverse_factor(
    weights: Sequence[float], rows: Sequence[Sequence[float]]
) -> list[list[float]] | None:
    """Return the rows (up to the diagonal) of T with T S T^T near the identity; floating point."""
    columns = list(zip(*rows, strict=True))
    S: list[list[float]] = []
    for a, column in enumerate(columns):
        weighted = [w * v for w, v in zip(weights, column, strict=True)]
        S.append([sum(map(mul, weighted, columns[b])) for b in range(a + 1)])
    if any(S[a][a] <= 0 for a in range(len(S))):
        return None
    scale = [1 / math.sqrt(S[a][a]) for a in range(len(S))]
    L: list[list[float]] = []
    for a, row in enumerate(S):
        line: list[float] = []
        for b in range(a):
            line.append((row[b] * scale[a] * scale[b] - sum(map(mul, line, L[b]))) / L[b][b])
        pivot = 1.0 - sum(v * v for v in line)
        if not pivot > 1e-13:
            return None
        L.append([*line, math.sqrt(pivot)])
    inverse: list[list[float]] = []
    for a, line in enumerate(L):
        row = [-sum(line[k] * inverse[k][b] for k in range(b, a)) / line[a] for b in range(a)]
        inverse.append([*row, 1 / line[a]])
    return [[v * scale[b] for b, v in enumerate(row)] for row in inverse]
