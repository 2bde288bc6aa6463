"""Datasets that ship with scikit-learn, two classes at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# name: (scikit-learn's loader, the class called +1, the class called -1, features; None for all)
PAIRS: dict[str, tuple[str, int, int, int | None]] = {
    "iris: setosa, versicolor": ("iris", 0, 1, None),
    "iris: setosa, virginica": ("iris", 0, 2, None),
    "iris: versicolor, virginica": ("iris", 1, 2, None),
    "wine: first, second": ("wine", 0, 1, None),
    "wine: second, third": ("wine", 1, 2, None),
    "cancer: ten features": ("breast_cancer", 1, 0, 10),
    "digits: 0, 1": ("digits", 0, 1, None),
    "digits: 3, 8": ("digits", 3, 8, None),
    "cancer: all features": ("breast_cancer", 1, 0, None),
}


def pair(name: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the samples (n, d) and labels (n,), 0 and 1, of one of `PAIRS`.

    Raises:
        InputError: there is no such pair.
    """
    import numpy as np
    from sklearn import datasets

    if name not in PAIRS:
        raise InputError(f"{name!r} is not a pair; use one of {', '.join(map(repr, PAIRS))}")
    source, positive, negative, features = PAIRS[name]
    loaded: Any = getattr(datasets, f"load_{source}")()
    chosen = np.isin(loaded.target, (positive, negative))
    return loaded.data[chosen][:, :features], (loaded.target[chosen] == positive).astype(np.int64)
