"""The certified radius, attacked: random points inside never have a lower loss."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.claims import proposition_2
from lossurface.setting import from_certificate
from tests.exact.certificates import MINIMA
from tests.setting._tools import loss_at, moved, radius_of


@pytest.mark.parametrize("name", MINIMA)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_point_inside_the_radius_is_lower(name, data):
    certificate = MINIMA[name]
    problem = from_certificate(certificate.data)
    size = problem.network.architecture.size
    direction = data.draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size))
    reach = radius_of(certificate, 1000) * data.draw(st.fractions(0, 1, max_denominator=64))
    start = loss_at(problem, problem.network.theta, 200)
    # not refuted, exactly or at 200 bits
    assert not loss_at(problem, moved(problem, reach, direction), 200) < start


def test_beyond_the_radius_the_loss_falls():
    """The radius of Proposition 2 ends where a neuron wakes: far out, the loss is lower."""
    certificate = proposition_2.certify()
    problem = from_certificate(certificate.data)
    far = list(problem.network.theta)
    far[1:] = [Fraction(1), Fraction(1), Fraction(-1)]  # a = 1, w = (1, -1): wakes on e_1 alone
    assert problem.loss_rational(far) < problem.loss_rational()
