"""The search for dual weights that make S definite: its bounds, by their definition."""

import numpy as np
import pytest

from lossurface.claims.real_data import pair
from lossurface.conditions import Space, closest_form
from lossurface.setting import Dataset
from tests.conditions.samples import KNOWN, space


def cancer():
    X, y = pair("cancer: ten features")
    return Space(Dataset.of(X, 2 * y - 1))


def confirmed(prepared, sign, moments):
    found = closest_form(prepared, sign, moments=moments)
    assert found is not None
    points = (prepared.affine_frame if moments else prepared.frame).points
    signs = sign * prepared.labels
    S = (points * (signs * found.weights)[:, None]).T @ points
    assert found.low == pytest.approx(np.linalg.eigvalsh(S)[0], abs=1e-9)
    assert found.weights.min() > 0
    for label in (1, -1):
        assert found.weights[signs == label].sum() == pytest.approx(1)
    if moments:
        assert np.abs(points.T @ (signs * found.weights)).max() < 1e-9
    q = np.einsum("ij,ij->i", points @ found.shape, points) + points @ found.slope
    assert found.high == pytest.approx(q[signs > 0].max() - q[signs < 0].min(), abs=1e-9)
    assert np.trace(found.shape) == pytest.approx(1)
    assert found.low <= found.high + 1e-12
    return found


@pytest.mark.parametrize("sign", [1, -1])
def test_close_to_zero_the_sign_is_settled_all_the_same(sign):
    """569 samples whose S is nearly singular: most digits of a Newton step cancel once."""
    found = confirmed(cancer(), sign, moments=False)
    assert found.low > 0


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("name", ["cross", "lifted-ring"])
def test_bounds_are_what_they_say(name, sign):
    confirmed(space(*KNOWN[name][:2]), sign, moments=False)


@pytest.mark.parametrize("sign", [1, -1])
def test_moments_are_kept_or_there_are_no_weights(sign):
    ring = [[3, 0], [-3, 0], [0, 3], [0, -3], [1, 1], [-1, -1], [1, -1], [-1, 1]]
    found = confirmed(space(ring, [1] * 4 + [-1] * 4), sign, moments=True)
    assert (found.low > 0) == (sign > 0)
    apart = space([[1, 0], [2, 1], [-1, 0], [-2, 1]], [1, 1, -1, -1])
    assert closest_form(apart, sign, moments=True) is None


def test_without_a_direction_there_is_no_form():
    assert closest_form(space([[0, 0], [0, 0]], [1, -1]), 1, moments=False) is None
    alike = space([[2, 1], [2, 1]], [1, -1])
    assert closest_form(alike, 1, moments=True) is None
    assert closest_form(alike, 1, moments=False).low == pytest.approx(0, abs=1e-12)
