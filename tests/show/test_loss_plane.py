"""Planes through a certified minimum: exact coordinates, theta* in the middle, the radius kept."""

from fractions import Fraction

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims import proposition_2, proposition_5
from lossurface.setting import from_certificate
from lossurface.show import loss_plane
from lossurface.show.loss_plane import direction


def test_a_plane_holds_the_loss_at_its_coordinates():
    certificate = proposition_5.certify(p=2, width=2)
    plane = loss_plane(certificate, ("a[1]", "W[0,0]"), span=0.5, points=5)
    problem = from_certificate(certificate.data)
    theta = list(problem.network.theta)
    for row, v in enumerate(plane.v):
        for column, u in enumerate(plane.u):
            moved = list(theta)
            moved[2] += Fraction(float(u))  # order: a0, a[0], a[1], W[0,0], W[0,1]
            moved[3] += Fraction(float(v))
            exact = float(problem.loss_rational(moved))
            assert plane.loss[row, column] == pytest.approx(exact, rel=1e-12)


def test_nothing_inside_the_radius_is_lower():
    plane = loss_plane(proposition_2.certify(width=2), ("W", "a0"))
    inside = np.hypot(plane.u[None, :], plane.v[:, None]) < plane.radius
    assert plane.loss[inside].min() >= plane.least - 1e-12 * plane.least
    assert plane.loss.min() >= 0


def test_directions_are_unit_vectors_and_orthogonal():
    architecture = from_certificate(proposition_5.certify(width=3).data).network.architecture
    assert np.linalg.norm(direction(architecture, "W")) == pytest.approx(1)
    assert direction(architecture, "a[2]").tolist() == [0, 0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("along", "message"),
    [
        (("q", "a0"), "'q' is not a parameter; there are a0, a, W"),
        (("a[7]", "a0"), "a has shape"),
        (("a0", "a0"), "are parallel"),
    ],
)
def test_bad_directions_are_named(along, message):
    with pytest.raises(InputError, match=message.replace("[", r"\[").split("(")[0]):
        loss_plane(proposition_5.certify(), along)
