"""The search for dual weights that make S definite: its bounds, by their definition."""

import numpy as np
import pytest

from lossurface.claims.real_data import pair
from lossurface.conditions import closest_form
from tests.conditions.samples import KNOWN, space

CANCER, CANCER_LABELS = pair("cancer: ten features")
RING = [[3, 0], [-3, 0], [0, 3], [0, -3], [1, 1], [-1, -1], [1, -1], [-1, 1]]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("samples", "labels", "moments", "definite"),
    [
        # 569 samples whose S is nearly singular: most digits of a Newton step cancel once
        (CANCER, 2 * CANCER_LABELS - 1, False, {1, -1}),
        (*KNOWN["cross"][:2], False, None),
        (*KNOWN["lifted-ring"][:2], False, None),
        (RING, [1] * 4 + [-1] * 4, True, {1}),
    ],
    ids=["cancer", "cross", "lifted-ring", "ring"],
)
def test_weights_and_bounds_are_what_they_say(samples, labels, moments, definite, sign):
    prepared = space(samples, labels)
    found = closest_form(prepared, sign, moments=moments)
    assert definite is None or (found.low > 0) == (sign in definite)
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


def test_without_weights_or_a_direction_there_is_no_form():
    apart = space([[1, 0], [2, 1], [-1, 0], [-2, 1]], [1, 1, -1, -1])
    for sign in (1, -1):
        assert closest_form(apart, sign, moments=True) is None
    assert closest_form(space([[0, 0], [0, 0]], [1, -1]), 1, moments=False) is None
    alike = space([[2, 1], [2, 1]], [1, -1])
    assert closest_form(alike, 1, moments=True) is None
    assert closest_form(alike, 1, moments=False).low == pytest.approx(0, abs=1e-12)
