"""What is said of a point: each hypothesis that is broken is noticed."""

from fractions import Fraction

from flint import arb, arb_mat

from lossurface.enclosed import escape_check as check
from lossurface.enclosed import point_check as point
from lossurface.enclosed.krawczyk import Enclosure, enclose
from lossurface.enclosed.single_layer import SingleLayer
from lossurface.setting import get_neuron, logistic, polynomial_hinge
from tests.enclosed.layers import LABELS, POINTS, layer


def test_symmetric_classes_make_a_critical_point_for_any_a():
    still = [[0], [0]]
    for a in (0, 1, Fraction(-1, 3)):
        assert point.constant_critical(layer(), [a], still).status == "holds"
    uneven = [[Fraction(2), 0], *POINTS[1:]]
    assert point.constant_critical(layer(samples=uneven), [0], still).status == "holds"
    assert point.constant_critical(layer(samples=uneven), [1], still).status == "fails"
    even = point.constant_critical(layer("cosh", samples=uneven), [1], still, even=True)
    assert even.status == "holds"


def test_moving_neurons_must_be_closed_and_balanced():
    assert point.constant_critical(layer(), [1], [[1], [0]]).status == "fails"  # f varies
    assert point.constant_critical(layer(), [0], [[1], [0]]).status == "fails"  # dL/da
    assert point.constant_critical(layer(), [0], [[1], [1]]).status == "holds"
    one_class = layer(labels=[1, 1, 1, 1])
    assert point.constant_critical(one_class, [0], [[0], [0]]).status == "fails"


def test_quadratic_neurons_may_cancel_in_pairs_off_the_form():
    samples = [[1, 1], [1, -1], [1, 2], [1, -2]]  # S = -3 on the second axis
    pair = layer("quadratic", samples=samples, M=2)
    zero = [[0, 0], [0, 0]]
    first = [[1, 1], [0, 0]]
    second = [[0, 0], [1, 1]]
    options = {"even": True, "square": True}
    assert point.constant_critical(pair, [1, -1], zero, **options).status == "holds"
    assert point.constant_critical(pair, [1, -1], first, **options).status == "holds"
    assert point.constant_critical(pair, [1, -1], second, **options).status == "fails"
    assert point.constant_critical(pair, [1, 1], second, **options).status == "fails"
    # S w = 0 is asked for, not only w^T S w = 0, as here.
    skew = layer("quadratic", samples=[[1, 1], [0, 1], [1, 2], [2, 2]], labels=[1, -1, 1, -1], M=2)
    found = point.constant_critical(skew, [1, -1], second, **options)
    assert (found.status, found.detail) == ("fails", "dL/dw_0 is not zero")


def test_the_training_error_is_bounded_from_both_sides():
    wide = [arb(0), arb(1), arb(0, 10), arb(0)]
    counts, finding = point.certified_error(layer("quadratic"), [arb(-1), *wide[1:]])
    assert (counts, finding.status) == ((0, 2), "undecided")
    counts, finding = point.certified_error(layer(), [-1, 0, 0, 0])
    assert (counts, finding.status) == ((2, 2), "holds")
    assert "positive" in finding.statement
    counts, finding = point.certified_error(layer(M=2), [-30, 10, 10, 4, -4, 0, 0])
    assert (counts, finding.statement) == ((0, 0), "the training error is zero")


def test_zero_loss_needs_a_margin_and_no_penalty():
    theta = [-30, 10, 10, 4, -4, 0, 0]
    assert point.zero_loss(layer(M=2), theta).status == "holds"
    assert point.zero_loss(layer(M=2, l2=1), theta).status == "undecided"
    assert point.zero_loss(layer(M=2, loss=logistic()), theta).status == "undecided"
    # Margins of exactly 1: the loss is zero there, but not all around.
    edge = layer("quadratic", samples=[[1]], labels=[1])
    assert point.zero_loss(edge, [1, 0, 0]).status == "undecided"


def test_a_penalty_or_a_varying_f_d_is_beyond_the_proofs():
    still = [[0], [0]]
    assert point.constant_critical(layer(l2=1), [0], still).status == "undecided"
    assert check.opened_neuron(layer(l2=1), [0] * 4, 0, [1, 0]).status == "undecided"
    plain = layer()
    for offset, status in (([1, 1, 1, 1], "holds"), ([1, 1, 1, 2], "undecided")):
        lifted = SingleLayer(plain.neuron, plain.loss, POINTS, LABELS, 1, 0, offset)
        assert point.constant_critical(lifted, [0], still).status == status


def test_a_jump_at_the_point_itself_is_no_zero_neighbourhood():
    # f = 2 I{w x >= 0} - 1 at w = 0: loss 0 there (p = 1 hinge, y = 1, margin 1), not nearby.
    balls = get_neuron("threshold"), polynomial_hinge(3)
    jump = SingleLayer(balls[0].ball_derivative, balls[1].ball_derivative, [[1]], [1], 1)
    assert point.zero_loss(jump, [-3, 6, 0]).status == "undecided"
    assert point.zero_loss(jump, [-3, 6, 1]).status == "holds"


def test_a_scaling_orbit_needs_a_strict_rest():
    class Bowl:
        dimension = 1

        def gradient(self, theta):
            return [theta[0]]

        def hessian(self, theta):
            return arb_mat([[1]])

    assert point.scaling_orbit(enclose(Bowl(), [0.0])).status == "holds"
    empty = Enclosure("undecided", (), (0, 0), ())
    assert point.scaling_orbit(empty).status == "undecided"
