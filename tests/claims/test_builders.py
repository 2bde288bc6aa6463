"""Random admissible requests: every certificate is accepted, and its radius withstands attack."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lossurface.exact import check
from lossurface.setting import from_certificate
from tests.claims.strategies import certificates
from tests.setting._tools import loss_at, moved, radius_of

CLAIMS = [f"proposition-{k}" for k in range(2, 8)]
EPSILON = 2.0**-52


def descend_inside(certificate, seed):
    """Run gradient descent from inside the radius; below L(theta*) it must never get."""
    problem = from_certificate(certificate.data)
    centre, radius = problem.network.parameters(), float(radius_of(certificate, 2))
    least = float(problem.loss_torch(centre))
    # Rounding: f is a sum of at most `size` products, each off by 2^-52 of its size, and l_p is
    # (p + 1)-fold as sensitive near the margins' size; a factor 8 covers the exponentials.
    scale = 1 + float(centre.abs().max())
    tolerance = 8 * (problem.loss.p + 1) * centre.numel() * scale * EPSILON * max(least, 1)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(centre.numel(), generator=generator, dtype=torch.float64)
    theta = centre + noise * (0.4 * radius / noise.norm())
    rate = None
    for _ in range(40):
        theta = theta.detach().requires_grad_()
        loss = problem.loss_torch(theta)
        assert float(loss.detach()) >= least - tolerance
        (gradient,) = torch.autograd.grad(loss, theta)
        rate = rate or 0.02 * radius / (float(gradient.norm()) + EPSILON)
        theta = theta - rate * gradient
        if float((theta.detach() - centre).norm()) >= radius:
            break  # beyond it nothing is promised


@pytest.mark.parametrize("claim", CLAIMS)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_every_admissible_request_is_certified_and_withstands_attack(claim, data, seed):
    certificate = data.draw(certificates(claim))
    assert check(certificate).status == "holds"
    assert certificate.claim == claim
    assert Fraction(certificate.data["training_error"]) > 0
    descend_inside(certificate, seed)
    problem = from_certificate(certificate.data)
    size = problem.network.architecture.size
    start = loss_at(problem, problem.network.theta, 200)
    for _ in range(2):  # points almost on the sphere are not proved lower, exactly or at 200 bits
        direction = data.draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size))
        theta = moved(problem, radius_of(certificate, 100) * Fraction(63, 64), direction)
        assert not loss_at(problem, theta, 200) < start
