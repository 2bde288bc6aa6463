"""Certificates for cases on the boundary of Propositions 11 and 12, which no rounding can reach.

Each is recognised exactly, or guessed and left to the exact checker.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, Any, Literal

from lossurface.conditions.coordinates import Frame, Space, pivot_columns, span_of
from lossurface.errors import InputError
from lossurface.exact.checker.arithmetic import dot
from lossurface.exact.simplex import feasible

if TYPE_CHECKING:
    from lossurface.conditions.matrix_game import Game

Sign = Literal[1, -1]
Form = list[Fraction]
Quadratic = dict[str, Any]  # "weights", "rows" and "linear" of a certificate
MOST_COORDINATES = 6


def parallel_pair(space: Space) -> dict[str, Any] | None:
    """Return weights on x and c x, of different classes: S = +-(1 - c^2) x x^T is semidefinite.

    A zero sample is parallel to every other.
    """
    rows, labels = space.samples.rows, space.samples.labels
    lines: dict[int, dict[tuple[int, ...], tuple[int, int]]] = {1: {}, -1: {}}
    for i, (row, y) in enumerate(zip(rows, labels, strict=True)):
        size = gcd(*row)
        turn = size if next((v for v in row if v), 0) > 0 else -size
        line = tuple(v // turn for v in row) if size else ()
        lines[y].setdefault(line, (size, i))
    shared = next((line for line in lines[1] if line in lines[-1]), None)
    if shared is None and not any(() in found for found in lines.values()):
        return None
    (a, i), (b, j) = (
        found[shared] if shared is not None else found.get((), next(iter(found.values())))
        for found in lines.values()
    )
    weights = [Fraction(0)] * len(rows)
    weights[i] = weights[j] = Fraction(1)
    span = span_of([rows[i], rows[j]])
    kernel = [[Fraction(1)]] if span.rank and a == b else []
    sign = 1 if a >= b else -1
    return {"lambda": weights, "sign": sign, "form": {**span.fields(), "kernel": kernel}}


def common_hyperplane(space: Space) -> Form | None:
    """Return w with w^T x_i = 1 for every sample, if all lie on such a hyperplane."""
    span = span_of([[*row, 1] for row in space.named])
    return space.form(span.relations[-1]) if span.rank == space.span.rank else None


def slab(space: Space, sign: Sign) -> Quadratic | None:
    """Return squares that vanish on one class, all of those that do; None if there are none.

    They tell the classes apart if no sample of the other class lies in this one's span.
    """
    try:
        forms = _vanishing_forms(space.class_rows(sign))
    except InputError:  # too many relations to write down
        return None
    return _squares(forms, [Fraction(0)] * space.dataset.d) if forms else None


def _vanishing_forms(rows: list[list[int]]) -> list[Form]:
    """Return the forms x_k - sum relation x_columns, zero on these rows: a basis of all such."""
    d, span = len(rows[0]), span_of(rows)
    forms = []
    others = [k for k in range(d) if k not in set(span.columns)]
    for k, relation in zip(others, span.relations, strict=True):
        form = [Fraction(int(j == k)) for j in range(d)]
        for column, value in zip(span.columns, relation, strict=True):
            form[column] = -value
        forms.append(form)
    return forms


def _squares(forms: list[Form], linear: Form) -> Quadratic:
    return {"weights": [Fraction(1)] * len(forms), "rows": forms, "linear": linear}


def flat_quadratics(space: Space, sign: Sign) -> Iterator[Quadratic]:
    """Propose quadratics of rank one that hold weakly, with equality where rounding would break it.

    All samples on w^T x = 1: (w^T x)^2 is constant. The class on a hyperplane w^T x = c:
    (w^T x - c)^2 is zero on it and nowhere negative.
    """
    common = common_hyperplane(space)
    if common is not None:
        yield _squares([common], [Fraction(0)] * len(common))
    rows = [space.named[i] for i in space.samples.of(sign)]
    normals = _vanishing_forms([[v - o for v, o in zip(row, rows[0], strict=True)] for row in rows])
    if normals:
        level, form = dot(normals[0], rows[0]), space.form(normals[0])
        yield _squares([form], [-2 * level * v for v in form])


def wedges(space: Space, form: Form | None, sign: Sign) -> Iterator[Quadratic]:
    """Propose (v^T x)^2 + (K - 2c) v^T x, increasing on the class, for v a form and its opposite.

    c is the largest v^T x in the class; if the other class lies at or beyond it, the class is
    inside: with s = v^T x - c, the quadratic is s^2 + K s up to a constant, at most 0 for
    -K <= s <= 0 and at least 0 for s >= 0.
    """
    for v in () if form is None else (form, [-entry for entry in form]):
        values, common = space.values(v)
        inner = [values[i] for i in space.samples.of(sign)]
        top, depth = Fraction(max(inner), common), Fraction(max(inner) - min(inner), common)
        yield _squares([v], [(depth - 2 * top) * entry for entry in v])


def weak_separator(space: Space) -> Form | None:
    """Return w with w^T x >= c on one class and <= c on the other, not always equal.

    Exact, for small data. By Stiemke's lemma it exists iff no lambda, every entry above zero, has
    sum lambda y = 0 and sum lambda y x = 0.
    """
    if not space.small(space.span.rank):
        return None
    pairs = zip(space.samples.labels, space.named, strict=True)
    columns = [[y * v for v in (*row, 1)] for y, row in pairs]
    right = [-sum(entries) for entries in zip(*columns, strict=True)]  # lambda = 1 + mu
    flips = [-1 if v < 0 else 1 for v in right]
    flipped = [[f * v for f, v in zip(flips, column, strict=True)] for column in columns]
    solved, vector = feasible(flipped, [abs(v) for v in right])
    if solved:
        return None
    return space.form([v * f for v, f in zip(vector[:-1], flips, strict=False)])


def face_quadratics(frame: Frame, game: Game, sign: Sign) -> Iterator[Quadratic]:
    """Propose quadratics that are exactly equal on the samples where the game's nearly are.

    On the boundary q is one constant on the samples with lambda > 0. These are linear equations in
    Z, u and the constant: the free unknowns are rounded, the others solved (low dimension only).
    """
    import numpy as np
    from flint import fmpq_mat, fmpz_mat

    size = len(frame.powers)
    if size > MOST_COORDINATES or not np.isfinite(game.high):
        return
    pairs = _pairs(size)
    Z, u = frame.basis @ game.shape @ frame.basis.T, frame.basis @ game.slope
    values = np.einsum("ij,ij->i", frame.units @ Z, frame.units) + frame.units @ u
    inner = values[sign * frame.space.labels > 0].max()
    guess = np.array([Z[a, b] * (1 if a == b else 2) for a, b in pairs] + [*u, inner])
    guess = guess / np.abs(guess).max()
    p = frame.powers  # from units to rows
    factors = [p[a] * p[b] for a, b in pairs] + [*p, 1]
    weights = game.weights / game.weights.max()
    for level in (1e-3, 1e-5, 1e-7):
        active = [frame.rows[i] for i in np.flatnonzero(weights > level).tolist()]
        equations = fmpq_mat(fmpz_mat([_monomials(row) for row in active]))
        pivots, reduced = pivot_columns(equations), equations.rref()[0]
        free = [k for k in range(len(guess)) if k not in set(pivots)]
        for bits in (4, 8, 14, 24, 40):
            whole = [round(v) for v in np.ldexp(guess, bits).tolist()]
            exact = [Fraction(v, c << bits) for v, c in zip(whole, factors, strict=True)]
            for line, k in enumerate(pivots):
                solved = [Fraction(int(reduced[line, f].p), int(reduced[line, f].q)) for f in free]
                exact[k] = -dot(solved, [exact[f] for f in free])
            yield from _completed(frame, exact)


def vanishing_quadratics(frame: Frame) -> Iterator[Quadratic]:
    """Propose quadratics that are one constant on all samples, x_2 = x_1^2 being such a case.

    Their coefficients are the solutions of linear equations; the basis found, and its sum, are
    tried (low dimension only).
    """
    from flint import fmpz_mat

    if len(frame.powers) > MOST_COORDINATES:
        return
    basis, nullity = fmpz_mat([_monomials(row) for row in frame.rows]).nullspace()
    found = [[Fraction(int(row[k])) for row in basis.tolist()] for k in range(nullity)]
    if found:
        found.append([sum(entries, Fraction(0)) for entries in zip(*found, strict=True)])
    for values in found:
        for sign in (1, -1):
            yield from _completed(frame, [sign * v for v in values])


def _pairs(size: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(size) for b in range(a, size)]


def _monomials(row: list[int]) -> list[int]:
    """Return what q(x) = c has as coefficients: products of two, coordinates, and -1."""
    return [*(row[a] * row[b] for a, b in _pairs(len(row))), *row, -1]


def _completed(frame: Frame, values: Form) -> Iterator[Quadratic]:
    """Yield a certificate's quadratic from the coefficients of `_monomials`, if Z >= 0.

    By completing squares, Z = sum weight row row^T.
    """
    size = len(frame.powers)
    Z = [[Fraction(0)] * size for _ in range(size)]
    for value, (a, b) in zip(values, _pairs(size), strict=False):
        Z[a][b] = Z[b][a] = value if a == b else value / 2
    weights, rows = [], []
    for k in range(size):
        pivot = Z[k][k]
        if pivot < 0 or (not pivot and any(Z[k])):
            return
        if pivot:
            weights.append(pivot)
            rows.append([v / pivot for v in Z[k]])
            Z = [[v - row[k] * b for v, b in zip(row, rows[-1], strict=True)] for row in Z]
    if weights:
        yield frame.quadratic(weights, rows, values[-size - 1 : -1])
