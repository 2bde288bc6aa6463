"""Proposition 11 sharpened (ours): decided as its definition says, and a trap where it fails."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
from scipy.optimize import linprog

from lossurface.conditions import Space, necessary
from lossurface.setting import Dataset


def directions(X):
    """Return an orthonormal basis (d, k) of the span of the differences of some samples."""
    _, s, Vt = np.linalg.svd(X - X[0])
    return Vt[: (s > 1e-9).sum()].T


def definite_value(X, y):
    """Return the max over lambda, class sums 1, of S's least eigenvalue on the directions of all.

    S is definite iff it is above zero. A linear program of cutting planes: it knows v^T S v for
    finitely many v, and eigenvectors join. None if there is no lambda with agreeing means.
    """
    basis = directions(X)
    if not basis.shape[1]:
        return 1.0 if len(set(y)) == 2 else None  # D = {0}: one point with both labels
    Z, n = (X - X[0]) @ basis, len(X)
    Z = Z / abs(Z).max()
    sums = np.array([y > 0, y < 0, *(Z * y[:, None]).T], dtype=float)
    equal, right = np.column_stack([sums, np.zeros(len(sums))]), [1, 1] + [0] * Z.shape[1]
    vectors, bounds = np.eye(Z.shape[1]), [(0, None)] * n + [(None, None)]
    while True:
        cuts = np.column_stack([-y * (vectors @ Z.T) ** 2, np.ones(len(vectors))])
        found = linprog([0] * n + [-1], cuts, np.zeros(len(vectors)), equal, right, bounds)
        if found.x is None:
            return None
        values, axes = np.linalg.eigh((Z.T * y * found.x[:n]) @ Z)
        if found.x[n] < 1e-6 or values[0] > found.x[n] - 1e-7:
            return found.x[n]
        vectors = np.vstack([vectors, axes[:, 0]])


def fails_by_definition(X, y):
    """Whether lambda on some set of samples makes S or -S definite on the set's directions."""
    sets = chain.from_iterable(combinations(range(len(X)), k) for k in range(2, len(X) + 1))
    for chosen in map(list, sets):
        some, labels = X[chosen], y[chosen]
        dimension = directions(some).shape[1]
        if len(set(labels)) < 2 or len(chosen) < dimension + 2:
            continue  # independent points have no two means in common
        for turned in (labels, -labels):
            value = definite_value(some, turned)
            if value is not None and value > 1e-6:
                return True
    return False


def drawn(rng):
    """Draw small integers, so that flats, equal samples and touching hulls are common."""
    d, n = int(rng.integers(1, 4)), int(rng.integers(2, 8))
    X = rng.integers(-2, 3, (n, d)).astype(float)
    y = np.where(np.arange(n) < rng.integers(1, n), 1, -1)
    if rng.random() < 0.3:
        X[:, -1] = rng.integers(0, 2, n)  # two parallel planes
    return X, y
