"""Hunts: what is proved of what they meet."""

import pytest
import torch

from lossurface.landscape import descend, find
from lossurface.landscape.critical import hunt
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import get_neuron, logistic, polynomial_hinge
from tests.landscape.surfaces import OVERLAPPING, gaussian, single


def subspaces(B, n, M, loss):
    """Positives on axes 0, 1, negatives on axes 2, 3: Delta r = 2, the threshold is M >= n."""
    g = torch.Generator().manual_seed(0)
    X = torch.rand(B, n, 4, generator=g, dtype=torch.float64) * 2 - 1
    y = torch.ones(B, n, dtype=torch.float64)
    y[:, n // 2 :] = -1
    X[:, : n // 2, 2:] = 0
    X[:, n // 2 :, :2] = 0
    surface = SingleLayerSurface(get_neuron("softplus"), loss, X, y, M)
    return surface, 0.5 * torch.randn(B, surface.P, generator=g, dtype=torch.float64)


@pytest.mark.parametrize("loss", [polynomial_hinge(6), logistic()], ids=["hinge", "logistic"])
def test_no_local_minimum_with_an_error_above_the_threshold(loss):
    surface, theta = subspaces(24, 4, 4, loss)
    ends = find(surface, theta)
    met = hunt(surface, ends, most=12)
    assert met.starts == 24
    assert len(met.candidates) >= 4
    assert set(met.kinds) <= {"saddle", "no-minimum"}
    proof, counted = met.findings("subspace data")
    assert (proof.status, proof.evidence) == ("holds", "enclosed")
    assert counted.status == "holds"


def test_below_the_threshold_strict_bad_minima_exist_and_are_certified():
    surface = single("softplus", OVERLAPPING)
    ends = descend(surface, gaussian(20, 3), until_separated=True, spectrum=False)
    met = hunt(surface, ends, most=20)
    assert any(candidate.bad_minimum for candidate in met.candidates)
    stopped = ends.error[(ends.gradient_norm < 1e-10) & (ends.error > 0)]
    for candidate, error in zip(met.candidates, stopped, strict=True):
        if candidate.bad_minimum:
            assert candidate.errors[0] == round(float(error) * 6)
    assert met.findings("overlapping data")[-1].status == "fails"
