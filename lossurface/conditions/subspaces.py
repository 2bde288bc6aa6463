"""Assumptions 2 and 3 on a dataset, and the width that Theorem 1 needs on it.

The paper takes orthonormal bases U_+ and U_- from one orthonormal basis. Nothing is lost by reading
r_+, r_- and r off as ranks: networks see x only through w^T x, so an invertible linear map of the
samples changes the parameters alone. Theorem 1's page proves what follows on given samples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import Any

from lossurface.conditions.certified import Condition, settle
from lossurface.conditions.coordinates import (
    UNLUCKY,
    Space,
    modular,
    pivot_columns,
)
from lossurface.errors import InputError
from lossurface.exact.checker.arithmetic import PRIME
from lossurface.setting.assumptions import width_threshold

OPEN = 8  # unfinished parts tried for each sample; more parts cost width, never truth
SUBSETS = 20_000  # general position is decided by enumeration up to here


@dataclass(frozen=True)
class Ranks:
    """The dimensions of the spans of the positives, the negatives and all samples."""

    plus: int  # r_+
    minus: int  # r_-
    both: int  # r

    @property
    def gap(self) -> int:
        """Delta r = r - max(r_+, r_-)."""
        return self.both - max(self.plus, self.minus)

    def width(self, n: int) -> int | None:
        """Return Theorem 1's width, the least M >= 2 max(n / Delta r, r_+, r_-), if there is one.

        Source: Theorem 1.
        """
        if self.gap <= 0:
            return None
        return width_threshold(n, self.plus, self.minus, self.both)

    @property
    def quadratic_width(self) -> int:
        """Proposition 1's width for quadratic neurons, the least M > r."""
        return self.both + 1

    def least_width(self, n_plus: int, n_minus: int) -> int | None:
        """Return a width of at least 2 that is enough for samples in general position, if any is.

        Source: ours, (A) and (C) of the page `beyond/width-threshold`.
        """
        if self.gap <= 0:
            return None
        if self.plus + self.minus == self.both:  # the spans meet only in 0
            return 2
        own_plus, own_minus = self.both - self.minus, self.both - self.plus
        return max(2, (n_plus - 1) // own_plus + (n_minus - 1) // own_minus + 1)

    def to_dict(self) -> dict[str, int]:
        """Return r_+, r_-, r and Delta r by their names in JSON."""
        return {"r_plus": self.plus, "r_minus": self.minus, "r": self.both, "delta_r": self.gap}


def ranks(space: Space) -> Ranks:
    """Return the exact ranks (found modulo a prime; certificates check them over the rationals)."""
    return Ranks(space.class_spans[1].rank, space.class_spans[-1].rank, space.span.rank)


def numerical_ranks(space: Space, tolerance: float) -> Ranks:
    """Return ranks as numbers of singular values above `tolerance` times the largest.

    A reading of noisy data, not a fact about the samples: no certificate can follow from it.

    Raises:
        InputError: the tolerance is not between 0 and 1.
    """
    import numpy as np

    if not 0 < tolerance < 1:
        raise InputError(f"rank tolerance is {tolerance}; give a value between 0 and 1")
    X = np.array([[float(v) for v in row] for row in space.dataset.x])
    labels = space.labels

    def rank(rows: Any) -> int:
        values = np.linalg.svd(rows, compute_uv=False)
        return int((values > tolerance * values[0]).sum())

    return Ranks(rank(X[labels > 0]), rank(X[labels < 0]), rank(X))


def assumption_3(space: Space) -> Condition:
    """Decide Assumption 3 on the samples: r > max(r_+, r_-), ranks over the rationals.

    Source: Assumption 3.
    """
    spans = {"positive": space.class_spans[1], "negative": space.class_spans[-1], "all": space.span}
    own = {name: span.fields() for name, span in spans.items()}
    found = ranks(space)
    shown = f"r_+ = {found.plus}, r_- = {found.minus}, r = {found.both}, Delta r = {found.gap}"
    if found.gap > 0:
        why = f"{shown}: neither class's span contains the other's"
    else:
        why = f"{shown}: the span of one class contains the other class"
    return settle(space, "ranks", "assumption-3", own, why, float(found.gap))


def assumption_2(space: Space) -> Condition:
    """Decide what Assumption 2 gives with probability one: samples in general position.

    Let a class have rank r_U, and the other span V, of rank r_V. Any r_U samples of the class are
    to be independent, and any r - r_V of them independent modulo V; fewer then are too.

    Returns:
        `holds`, `fails`, or `undecided` where more than `SUBSETS` sets of three or more samples
        would have to be tried.

    Source: Assumption 2; that Theorem 1's proof needs it modulo V is ours.
    """
    found = ranks(space)
    tried, too_many = 0, ""
    for sign, rank, other, name in (
        (1, found.plus, found.minus, "positive"),
        (-1, found.minus, found.plus, "negative"),
    ):
        chosen = space.samples.of(sign)
        for size, modulo in ((max(rank, 1), []), (found.both - other, space.class_rows(-sign))):
            positions = _dependent(_residues(space.class_rows(sign), modulo), size)
            if positions is not None:
                dependent = [chosen[k] for k in positions]
                _confirm(space, dependent, modulo)
                where = " modulo the span of the other class" if modulo else ""
                why = f"{name} samples {', '.join(map(str, dependent))} are dependent{where}"
                if len(dependent) == 1:
                    where = "lies in the span of the other class" if modulo else "is zero"
                    why = f"{name} sample {dependent[0]} {where}"
                return Condition("assumption-2", "fails", why)
            subsets = comb(len(chosen), size)
            tried += subsets if size else 0
            if size > 2 and subsets > SUBSETS:
                too_many = f"{subsets} sets of {size} {name} samples are too many to try"
    if too_many:
        why = f"{too_many}; under Assumption 2 they are independent with probability one"
        return Condition("assumption-2", "undecided", why)
    why = f"all {tried} sets of samples are independent, alone or modulo the other class's span"
    return Condition("assumption-2", "holds", why)


def _residues(rows: list[list[int]], modulo: list[list[int]]) -> list[list[int]]:
    """Return rows modulo the span of others, in as many coordinates as their rank, mod PRIME."""
    residues, size = modular(rows), len(rows[0])
    if modulo:
        kernel, size = modular(modulo).nullspace()
        residues = residues * kernel
    table = [[int(row[k]) for k in range(size)] for row in residues.tolist()]
    pivots = pivot_columns(modular(table)) if size else []
    return [[row[k] for k in pivots] for row in table]


def _confirm(space: Space, dependent: list[int], modulo: list[list[int]]) -> None:
    """Refuse samples that depend on each other, or on other rows, modulo the prime alone."""
    from flint import fmpz_mat

    rows = [space.samples.rows[i] for i in dependent]
    beside = int(fmpz_mat(modulo).rank()) if modulo else 0
    if int(fmpz_mat([*modulo, *rows]).rank()) == beside + len(rows):
        raise InputError(UNLUCKY)


def _dependent(rows: list[list[int]], size: int) -> tuple[int, ...] | None:
    """Return the positions of at most `size` rows that depend mod PRIME, or None.

    Zero and parallel rows are always found, more only where there are at most `SUBSETS` sets.
    """
    lines: dict[tuple[int, ...], int] = {}
    for k, row in enumerate(rows if size else []):
        lead = next((value for value in row if value), 0)
        if not lead:
            return (k,)
        if size > 1:
            inverse = pow(lead, -1, PRIME)
            first = lines.setdefault(tuple(value * inverse % PRIME for value in row), k)
            if first != k:
                return first, k
    if size > 2 and comb(len(rows), size) <= SUBSETS:
        for subset in combinations(range(len(rows)), size):
            if not int(modular([rows[k] for k in subset]).det()):
                return subset
    return None


def theorem_1_width(space: Space) -> Condition:
    """Find a width at which Theorem 1's conclusion is proved for these samples.

    Each class is cut into at most m parts, each independent modulo the other's span: M = 2m + 1.

    Returns:
        `holds` with a certificate whose field `width` is that M; `fails` when a sample of one class
        lies in the other's span, where this argument does not apply (the theorem may still).

    Source: ours, from the proof of Theorem 1 (its page).
    """
    own: dict[str, Any] = {}
    most = 0
    for name, sign in (("positive", 1), ("negative", -1)):
        others, positions = space.class_rows(-sign), space.samples.of(sign)
        span = space.class_spans[-sign]
        residues = _residues(space.class_rows(sign), others)
        parts: list[list[int]] = []  # positions in the class
        growing: list[list[int]] = []
        for k, residue in enumerate(residues):
            if not any(residue):
                _confirm(space, [positions[k]], others)
                where = "lies in the span of the other class"
                why = f"sample {positions[k]} of the {name} class {where}"
                return Condition("theorem-1-width", "fails", why)
            for part in growing[-OPEN:]:
                if modular([residue, *(residues[j] for j in part)]).rank() > len(part):
                    break
            else:
                part = []
                parts.append(part)
                growing.append(part)
            part.append(k)
            if len(part) == space.span.rank - span.rank:
                growing.remove(part)
        own[name] = {
            "other": span.fields(),
            "parts": [[positions[k] for k in part] for part in parts],
        }
        most = max(most, len(parts))
    own["width"] = 2 * most + 1
    why = f"each class splits into at most {most} parts, independent modulo the other's span"
    return replace(settle(space, "independent-parts", "theorem-1", own, why), id="theorem-1-width")
