"""Assumptions 2 and 3 on a dataset, and the width that Theorem 1 needs on it.

The paper takes orthonormal bases U_+ and U_- from one orthonormal basis. Nothing is lost by reading
r_+, r_- and r off as ranks. Any two subspaces P and N of R^d have a basis of P + N made of one of
the intersection, extended to P and to N; an invertible linear A sends it to coordinate axes. The
networks of Assumption 4 see x only through w^T x, and w^T x = (A^{-T} w)^T (A x): the loss surfaces
on x and on A x are the same up to an invertible linear change of parameters, so their local minima
correspond.

Theorem 1 speaks of almost every draw. On a given dataset its proof uses of Assumption 2 only that,
for M neurons and every non-empty set I of samples of one class, ceil(M/2) times the rank of I
modulo the other class's span exceeds |I|: that many unknowns against |I| equations leave a curve of
descent. Cut the class into m parts, each independent modulo the other span: then |I| <= m rank(I),
and M >= 2m + 1 suffices (ours; a generic class of n_s samples needs m = ceil(n_s / (r - r_s'))).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Any

from lossurface.conditions._condition import Condition, settle, unsettled
from lossurface.conditions._space import span_of
from lossurface.errors import InputError
from lossurface.exact.integers import Echelon, check_rank
from lossurface.setting import width_threshold

if TYPE_CHECKING:
    from lossurface.conditions._space import Space

__all__ = ["Ranks", "assumption_2", "assumption_3", "numerical_ranks", "ranks", "theorem_1_width"]

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


def ranks(space: Space) -> Ranks:
    """Return the exact ranks (found modulo a prime; certificates check them over the rationals)."""
    scales = space.samples.scales
    plus, minus = (span_of(space.class_rows(sign), scales, short=True).rank for sign in (1, -1))
    return Ranks(plus, minus, space.span.rank)


def numerical_ranks(space: Space, tolerance: float) -> Ranks:
    """Return ranks as numbers of singular values above `tolerance` times the largest.

    A reading of noisy data, not a fact about the samples: no certificate can follow from it.

    Args:
        space: the dataset.
        tolerance: relative, between 0 and 1.

    Raises:
        InputError: the tolerance is out of range.
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
    scales = space.samples.scales
    own = {
        "positive": span_of(space.class_rows(1), scales, short=True).fields(),
        "negative": span_of(space.class_rows(-1), scales, short=True).fields(),
        "all": space.span.fields(),
    }
    found = ranks(space)
    shown = f"r_+ = {found.plus}, r_- = {found.minus}, r = {found.both}, Delta r = {found.gap}"
    if found.gap > 0:
        why = f"{shown}: neither class's span holds the other's"
    else:
        why = f"{shown}: one class already spans everything"
    return settle(space, "subspaces", "assumption-3", own, why, float(found.gap))


def assumption_2(space: Space) -> Condition:
    """Compare Assumption 2 with the samples: any r_s of class s should be independent.

    Under Assumption 2 that is so with probability one. A dependent set of that size refutes it; all
    subsets are tried when they are few, else the answer stays open (`theorem_1_width` checks what
    Theorem 1 needs instead).

    Source: Assumption 2.
    """
    from itertools import combinations

    from flint import fmpz_mat

    found = ranks(space)
    checked = 0
    for sign, rank, name in ((1, found.plus, "positive"), (-1, found.minus, "negative")):
        chosen = space.samples.of(sign)
        seen: dict[tuple[int, ...], int] = {}
        for i in chosen:
            row = tuple(space.samples.rows[i])
            if not any(row):
                why = f"sample {i}, {name}, is zero: it lies in every subspace"
                return Condition("assumption-2", "fails", why)
            if rank > 1 and row in seen:
                why = f"{name} samples {seen[row]} and {i} are equal, so {rank} draws can depend"
                return Condition("assumption-2", "fails", why)
            seen[row] = i
        subsets = comb(len(chosen), rank)
        if subsets > SUBSETS:
            why = f"{subsets} sets of {rank} {name} samples are too many to try; no equal pair"
            return unsettled("assumption-2", why, None)
        for subset in combinations(chosen, rank):
            if int(fmpz_mat([space.samples.rows[i] for i in subset]).rank()) < rank:
                why = f"{name} samples {', '.join(map(str, subset))} are linearly dependent"
                return Condition("assumption-2", "fails", why)
        checked += subsets
    return Condition("assumption-2", "holds", f"all {checked} sets of r_+ or r_- are independent")


def theorem_1_width(space: Space) -> Condition:
    """Find a width at which Theorem 1's conclusion is sure on these very samples.

    Returns:
        `holds` with a certificate whose field `width` is that M; `fails` when a sample of one class
        lies in the other's span, where this argument does not apply (the theorem may still).

    Source: ours, from the proof of Theorem 1 (module docstring).
    """
    from flint import fmpz_mat

    scales = space.samples.scales
    own: dict[str, Any] = {}
    most = 0
    for name, sign in (("positive", 1), ("negative", -1)):
        other = space.class_rows(-sign)
        span = span_of(other, scales, short=True)
        base = check_rank(other, span.rank, name)
        parts: list[list[int]] = []
        growing: list[tuple[list[int], Echelon]] = []
        for i in space.samples.of(sign):
            row = space.samples.rows[i]
            for part, stage in growing[-OPEN:]:
                if stage.add(row):
                    part.append(i)
                    if stage.rank == space.span.rank:
                        growing.remove((part, stage))
                    break
            else:
                fresh = Echelon(base.pivots)
                if not fresh.add(row):
                    if int(fmpz_mat([*other, row]).rank()) > span.rank:
                        raise AssertionError("independent, though not modulo the prime")
                    why = f"sample {i} of the {name} class lies in the span of the other class"
                    return Condition("theorem-1-width", "fails", why)
                parts.append([i])
                if fresh.rank < space.span.rank:
                    growing.append((parts[-1], fresh))
        own[name] = {
            "other_columns": list(span.columns),
            "other_relations": [list(row) for row in span.relations],
            "parts": parts,
        }
        most = max(most, len(parts))
    own["width"] = 2 * most + 1
    why = f"each class splits into at most {most} parts, independent modulo the other's span"
    settled = settle(space, "independent-parts", "theorem-1", own, why, None)
    return Condition("theorem-1-width", "holds", why, None, settled.certificate, settled.finding)
