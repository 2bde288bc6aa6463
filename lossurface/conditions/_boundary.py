"""Cases on the boundary of Propositions 11 and 12, which no amount of rounding can reach.

Each is recognised exactly, or guessed and left to the exact checker.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from lossurface import InputError
from lossurface.conditions._game import Game
from lossurface.conditions._space import Frame, Space, modular_rank, span_of
from lossurface.conditions._weights import centred
from lossurface.conditions.closest import closest_form
from lossurface.exact.simplex import feasible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "face_quadratics",
    "flat_quadratics",
    "parallel_pair",
    "semidefinite_weights",
    "slab",
    "vanishing_quadratics",
    "weak_separator",
    "wedge",
]

Sign = Literal[1, -1]
Form = list[Fraction]
MOST_COORDINATES = 6


def parallel_pair(space: Space) -> dict[str, Any] | None:
    """Return weights on x and c x, of different classes: S = +-(1 - c^2) x x^T is semidefinite.

    A zero sample is parallel to every other.
    """
    rows, labels = space.dataset.x, space.dataset.y
    seen: dict[tuple[Fraction, ...], dict[int, tuple[int, Fraction]]] = {}
    zero: dict[int, int] = {}
    first: dict[int, int] = {}
    for i, (row, y) in enumerate(zip(rows, labels, strict=True)):
        lead = next((v for v in row if v), None)
        if lead is None:
            zero.setdefault(y, i)
            continue
        first.setdefault(y, i)
        seen.setdefault(tuple(v / lead for v in row), {}).setdefault(y, (i, abs(lead)))
    pair = next((entry for entry in seen.values() if len(entry) == 2), None)
    if pair is not None:
        (i, a), (j, b) = pair[1], pair[-1]
        sign = 1 if a >= b else -1
    elif len(zero) == 2 or any(-y in first for y in zero):
        y = next(iter(zero)) if len(zero) == 2 else next(y for y in zero if -y in first)
        other = zero[-y] if len(zero) == 2 else first[-y]
        i, j = (zero[y], other) if y == 1 else (other, zero[y])
        a, b = (next((abs(v) for v in rows[k] if v), Fraction(0)) for k in (i, j))
        sign = 1 if a >= b else -1
    else:
        return None
    weights = [Fraction(0)] * len(rows)
    weights[i] = weights[j] = Fraction(1)
    span = span_of([space.samples.rows[i], space.samples.rows[j]], space.samples.scales)
    kernel = [[Fraction(1)]] if span.rank and a == b else []
    return {"lambda": weights, "sign": sign, "form": {**span.fields(), "kernel": kernel}}


def common_hyperplane(space: Space) -> Form | None:
    """Return w with w^T x_i = 1 for every sample, if all lie on such a hyperplane."""
    lifted = [[*row, 1] for row in space.named]
    span = span_of(lifted, [1] * len(lifted[0]))
    if len(span.columns) == len(lifted[0]) or span.columns[-1:] == (len(lifted[0]) - 1,):
        return None
    form = [Fraction(0)] * len(space.samples.scales)
    for value, k in zip(span.relations[-1], space.span.columns, strict=True):
        form[k] = value * space.samples.scales[k]
    return form


def slab(space: Space, sign: Sign) -> dict[str, Any] | None:
    """Return squares that vanish on one class, all of those that do; None if there are none.

    They tell the classes apart if no sample of the other class lies in this one's span.
    """
    scales = space.samples.scales
    try:
        span = span_of(space.class_rows(sign), scales)
    except InputError:  # too many relations to write down
        return None
    others = [k for k in range(len(scales)) if k not in set(span.columns)]
    rows = []
    for k, relation in zip(others, span.relations, strict=True):
        row = [Fraction(int(j == k)) for j in range(len(scales))]
        for column, value in zip(span.columns, relation, strict=True):
            row[column] = -value
        rows.append(row)
    linear = [Fraction(0)] * len(scales)
    return {"weights": [Fraction(1)] * len(rows), "rows": rows, "linear": linear} if rows else None


def semidefinite_weights(
    space: Space, weights: NDArray[np.float64], sign: Sign
) -> Iterator[dict[str, Any]]:
    """Propose weights that make sign * S semidefinite and singular.

    Two reasons make that the rule and not the exception: all samples on a hyperplane w^T x = 1
    (then w^T S w = 0 always), and an optimal lambda that lives on samples of a smaller span.
    """
    import numpy as np

    normal = common_hyperplane(space)
    if normal is not None and len(space.span.columns) > 1:
        flat = Space(_without(space, next(k for k, v in enumerate(normal) if v)))
        game = closest_form(flat, sign, moments=True)
        if game is not None and game.low > 0:
            exact = centred(flat, game.weights, 30)
            if exact is not None:
                kernel = [[normal[k] for k in space.span.columns]]
                form = {**space.span.fields(), "kernel": kernel}
                yield {"lambda": exact, "sign": sign, "form": form}
    for level in (1e-2, 1e-4, 1e-6):
        used = np.flatnonzero(weights > level * weights.max())
        rows = [space.samples.rows[int(i)] for i in used]
        if len(used) == len(weights) or span_of(rows, space.samples.scales).rank >= space.span.rank:
            continue
        inner = _restricted(space, used)
        if inner is None:
            continue
        from lossurface.conditions.definiteness import proposition_12

        found = proposition_12(inner)
        if found.verdict == "fails" and found.certificate is not None:
            data = found.certificate.data
            if data["sign"] != sign:
                continue
            lifted = [Fraction(0)] * len(weights)
            for i, value in zip(used, data["lambda"], strict=True):
                lifted[int(i)] = Fraction(value)
            yield {"lambda": lifted, "sign": sign, "form": data["form"]}


def _without(space: Space, column: int) -> Any:
    from lossurface.setting import Dataset

    """Return the samples in the named columns but one."""
    kept = [k for k in space.span.columns if k != column]
    rows = tuple(tuple(row[k] for k in kept) for row in space.dataset.x)
    return Dataset(rows, space.dataset.y)


def _restricted(space: Space, used: NDArray[np.int64]) -> Space | None:
    from lossurface.setting import Dataset

    rows = tuple(space.dataset.x[int(i)] for i in used)
    labels = tuple(space.dataset.y[int(i)] for i in used)
    return Space(Dataset(rows, labels)) if len(set(labels)) == 2 else None


def flat_quadratics(space: Space, sign: Sign) -> Iterator[dict[str, Any]]:
    """Propose quadratics of rank one that hold weakly, with equality where rounding would break it.

    All samples on w^T x = 1: (w^T x)^2 is constant. The class on a hyperplane w^T x = c:
    (w^T x - c)^2 is zero on it and nowhere negative.
    """
    common = common_hyperplane(space)
    if common is not None:
        yield {"weights": [Fraction(1)], "rows": [common], "linear": [Fraction(0)] * len(common)}
    rows = [space.named[i] for i in space.samples.of(sign)]
    offsets = [[v - o for v, o in zip(row, rows[0], strict=True)] for row in rows[1:]]
    width = len(space.span.columns)
    span = span_of(offsets, [1] * width)
    if span.rank == width:
        return
    free = next(k for k in range(width) if k not in set(span.columns))
    normal = [Fraction(int(k == free)) for k in range(width)]
    for value, k in zip(span.relations[0], span.columns, strict=True):
        normal[k] = -value
    level = sum((a * b for a, b in zip(normal, rows[0], strict=True)), Fraction(0))
    form = [Fraction(0)] * len(space.samples.scales)
    for value, k in zip(normal, space.span.columns, strict=True):
        form[k] = value * space.samples.scales[k]
    yield {
        "weights": [Fraction(1)],
        "rows": [form],
        "linear": [-2 * level * v for v in form],
    }


def wedge(space: Space, form: Form, sign: Sign) -> dict[str, Any]:
    """Return (v^T x)^2 + (K - 2c) v^T x, which is increasing in v^T x on the samples of `sign`.

    c is the largest v^T x in the class; if the other class lies at or beyond it, the class is
    inside: with s = v^T x - c, the quadratic is s^2 + K s up to a constant, at most 0 for
    -K <= s <= 0 and at least 0 for s >= 0.
    """
    values, common = space.samples.form(form)
    inner = [values[i] for i in space.samples.of(sign)]
    top = Fraction(max(inner), common)
    depth = top - Fraction(min(inner), common)
    return {
        "weights": [Fraction(1)],
        "rows": [form],
        "linear": [(depth - 2 * top) * v for v in form],
    }


def weak_separator(space: Space) -> Form | None:
    """Return w with w^T x >= c on one class and <= c on the other, not always equal.

    Exact, for small data. By Stiemke's lemma it exists iff no lambda, every entry above zero, has
    sum lambda y = 0 and sum lambda y x = 0.
    """
    labels, width = space.samples.labels, len(space.span.columns)
    if not space.small(width):
        return None
    columns = [[y * v for v in (*row, 1)] for y, row in zip(labels, space.named, strict=True)]
    right = [-sum(entries) for entries in zip(*columns, strict=True)]  # lambda = 1 + mu
    flips = [-1 if v < 0 else 1 for v in right]
    flipped = [[f * v for f, v in zip(flips, column, strict=True)] for column in columns]
    solved, vector = feasible(flipped, [abs(v) for v in right])
    if solved:
        return None
    form = [Fraction(0)] * len(space.samples.scales)
    for value, flip, k in zip(vector, flips, space.span.columns, strict=False):
        form[k] = value * flip * space.samples.scales[k]
    return form


def face_quadratics(space: Space, frame: Frame, game: Game, sign: Sign) -> Iterator[dict[str, Any]]:
    """Propose quadratics that are exactly equal on the samples where the game's nearly are.

    On the boundary q is one constant on the samples with lambda > 0. These are linear equations in
    Z, u and the constant: the free unknowns are rounded, the others solved (low dimension only).
    """
    import numpy as np
    from flint import fmpq_mat, fmpz_mat

    size = len(frame.columns)
    if size > MOST_COORDINATES or frame.change is not None or not np.isfinite(game.high):
        return
    pairs = [(a, b) for a in range(size) for b in range(a, size)]
    scales = (space.samples.scales[k] for k in frame.columns)
    # Translations change nothing here: floats in the frame's units, integers less their mean.
    centred, _ = space.centred
    units = [f / c / space.dataset.n for f, c in zip(frame.factors, scales, strict=True)]
    Z = frame.basis @ game.shape @ frame.basis.T
    u = frame.basis @ game.slope
    values = np.einsum("ij,ij->i", frame.units @ Z, frame.units) + frame.units @ u
    factors = [units[a] * units[b] for a, b in pairs] + units + [Fraction(1)]
    inner = values[sign * space.labels > 0].max()
    guess = np.array([Z[a, b] * (1 if a == b else 2) for a, b in pairs] + list(u) + [inner])
    guess = guess / np.abs(guess).max()
    weights = game.weights / game.weights.max()
    for level in (1e-3, 1e-5, 1e-7):
        active = np.flatnonzero(weights > level)
        rows = [centred[int(i)] for i in active]
        equations = fmpz_mat([[*(r[a] * r[b] for a, b in pairs), *r, -1] for r in rows])
        reduced, rank = fmpq_mat(equations).rref()
        pivots = _leading(reduced, rank)
        for bits in (4, 8, 14, 24, 40):
            exact = [
                Fraction(round(Fraction(float(v)) * 2**bits), 2**bits) * factor
                for v, factor in zip(guess, factors, strict=True)
            ]
            free = [k for k in range(len(guess)) if k not in set(pivots)]
            for line, k in enumerate(pivots):
                exact[k] = -sum(
                    (Fraction(int(reduced[line, f].p), int(reduced[line, f].q)) * exact[f]
                     for f in free),
                    Fraction(0),
                )  # fmt: skip
            yield from _lifted(space, exact)


def _leading(reduced: Any, rank: int) -> list[int]:
    pivots: list[int] = []
    column = 0
    for row in range(rank):
        while reduced[row, column] == 0:
            column += 1
        pivots.append(column)
        column += 1
    return pivots


def vanishing_quadratics(space: Space) -> Iterator[dict[str, Any]]:
    """Propose quadratics that are one constant on all samples, x_2 = x_1^2 being such a case.

    Their coefficients are the solutions of linear equations; the basis found, and its sum, are
    tried (low dimension only).
    """
    from flint import fmpz_mat

    size = len(space.span.columns)
    if size > MOST_COORDINATES:
        return
    pairs = [(a, b) for a in range(size) for b in range(a, size)]
    centred, _ = space.centred
    equations = [[*(r[a] * r[b] for a, b in pairs), *r, -1] for r in centred]
    width = len(pairs) + size + 1
    if modular_rank(equations) == width:
        return
    basis, nullity = fmpz_mat(equations).nullspace()
    found = [[Fraction(int(basis[k, j])) for k in range(width)] for j in range(int(nullity))]
    for values in [*found, [sum(entries, Fraction(0)) for entries in zip(*found, strict=True)]]:
        for sign in (1, -1):
            yield from _lifted(space, [sign * v for v in values])


def _lifted(space: Space, values: Form) -> Iterator[dict[str, Any]]:
    """Yield a certificate's quadratic from its coefficients on `space.centred`, if Z >= 0."""
    columns, (_, sums) = space.span.columns, space.centred
    size, n = len(columns), space.dataset.n
    pairs = [(a, b) for a in range(size) for b in range(a, size)]
    matrix = [[Fraction(0)] * size for _ in range(size)]
    for value, (a, b) in zip(values, pairs, strict=False):
        matrix[a][b] = matrix[b][a] = value if a == b else value / 2
    diagonal = _ldl(matrix)
    if diagonal is None:
        return
    weights, rows = diagonal
    slope = [
        v - 2 * sum((a * t for a, t in zip(line, sums, strict=True)), Fraction(0))
        for v, line in zip(values[len(pairs) :], matrix, strict=False)
    ]
    lifted = []
    for row in (*rows, slope):
        form = [Fraction(0)] * space.dataset.d
        for value, k in zip(row, columns, strict=True):
            form[k] = value * n * space.samples.scales[k]
        lifted.append(form)
    yield {"weights": weights, "rows": lifted[:-1], "linear": lifted[-1]}


def _ldl(matrix: list[Form]) -> tuple[list[Fraction], list[Form]] | None:
    """Return D and the rows of L^T with matrix = L D L^T, D >= 0; None if not semidefinite."""
    size = len(matrix)
    work = [list(row) for row in matrix]
    weights: list[Fraction] = []
    rows: list[Form] = []
    for k in range(size):
        pivot = work[k][k]
        if pivot < 0 or (pivot == 0 and any(work[k])):
            return None
        if pivot == 0:
            continue
        row = [v / pivot for v in work[k]]
        weights.append(pivot)
        rows.append(row)
        work = [
            [v - pivot * a * b for v, b in zip(line, row, strict=True)]
            for line, a in zip(work, row, strict=True)
        ]
    return (weights, rows) if weights else None
