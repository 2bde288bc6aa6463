"""Example 1's fit against independent least squares."""

from __future__ import annotations

import numpy as np
import pytest

from lossurface.claims.example_1 import example_1


def test_numpy_agrees_on_a_fine_grid():
    grid = (np.arange(20_000) + 0.5) / 20_000  # midpoints of [0, 1]
    x = np.concatenate([np.full(20_000, 1.25), grid])
    y = np.concatenate([np.ones(20_000), -np.ones(20_000)])
    found = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)[0]
    assert [float(value) for value in example_1()] == pytest.approx(found, abs=1e-8)
