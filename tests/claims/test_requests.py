"""Bad requests: one clear line that names the condition of the claim they break."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lossurface import InputError, claims
from lossurface.claims import construction
from lossurface.claims.example_2 import example_2, small_alpha
from lossurface.claims.example_3 import example_3, small_delta
from lossurface.claims.proposition_12 import CROSS
from lossurface.claims.real_data import pair
from lossurface.exact import check
from lossurface.exact.checker import Unreadable
from lossurface.setting import Dataset

CERTIFYING = [claim.id for claim in claims.CLAIMS.values() if claim.certifies and not claim.ours]
CLASH = Dataset.of([(1, 1), (1, 1), (2, 1)], [1, -1, -1])
POSITIVE = Dataset.of([(1, 1), (2, 1)], [1, 1])
SPREAD = Dataset.of([(1, 0), (-1, 0), (0, 1)], [1, 1, -1])
OUTSIDE = {
    2: ("sigmoid", "sigma(z) = 0 for z < 0"),
    3: ("sigmoid", "sigma(z) = z for z > 0"),
    4: ("relu", "sigma(z) + sigma(-z) constant"),
    5: ("softplus", "strongly convex neuron with its minimum at 0"),
    6: ("leaky-relu", "sigma(z) = 0 for z < 0"),
    7: ("requ", "an H all of whose neurons are ReLUs"),
}


def message(call, *arguments, **choices):
    with pytest.raises(InputError) as raised:
        call(*arguments, **choices)
    text = str(raised.value)
    assert "\n" not in text
    return text


def builder(number):
    return claims.get(f"proposition-{number}").certify


@pytest.mark.parametrize("number", OUTSIDE)
def test_a_neuron_outside_the_class(number):
    neuron, condition = OUTSIDE[number]
    text = message(builder(number), neuron=neuron)
    assert f"neuron is {neuron!r}; Proposition {number} needs" in text
    assert condition in text
    assert "is not known" in message(builder(number), neuron="swish")


NO_INTEGERS = (-3, 0, 2.5, float("nan"), True, None, [], "2", "six", 10**5000)


@pytest.mark.parametrize("value", NO_INTEGERS, ids=range(len(NO_INTEGERS)))
@pytest.mark.parametrize("name", ["p", "width"])
@pytest.mark.parametrize("claim", CERTIFYING)
def test_a_power_or_a_width_that_is_none(claim, name, value):
    assert message(claims.get(claim).certify, **{name: value}).startswith(f"{name} is ")


@pytest.mark.parametrize("claim", CERTIFYING)
def test_a_power_or_a_width_that_no_certificate_can_have(claim):
    for p in (1, 61):
        assert message(claims.get(claim).certify, p=p).startswith(f"p is {p}")
    assert "width" in message(claims.get(claim).certify, width=10**30)


@pytest.mark.parametrize("number", OUTSIDE)
def test_samples_that_no_claim_is_about(number):
    text = message(builder(number), dataset=POSITIVE)
    assert text == f"labels hold no negative sample; Proposition {number} needs both classes"
    if number == 6:  # it says "any dataset", and R >= min(n_+, n_-)/n holds for these as well
        certificate = builder(6)(dataset=CLASH)
        assert check(certificate).status == "holds"
        assert certificate.data["training_error"] == "1/3"
    else:
        text = message(builder(number), dataset=CLASH)
        assert text.startswith("samples[0] and samples[1] are equal with different labels; ")
        assert f"Proposition {number}" in text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "one", None])
def test_numbers_that_are_none(value):
    assert "samples[0]" in message(Dataset.of, [(value, 1)], [1])
    assert "labels[0]" in message(Dataset.of, [(1, 1)], [value])
    assert message(builder(5), scale=value).startswith(f"scale is {value!r}; ")


APART = Dataset.of([(1, 0), (2, 0), (0, 1)], [1, 1, -1])
AROUND = Dataset.of([(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])
SKEW = Dataset.of([(1, 1), (1, 2)], [1, -1])
MIXED = Dataset.of([1, 2, 3], [1, -1, 1])
LEVEL = Dataset.of([(1, 0), (1, 1), (-1, 0), (-2, 1)], [1, 1, -1, -1])


@pytest.mark.parametrize(
    ("number", "choices", "text"),
    [
        (2, {"data": "theorem-3"}, "data is 'theorem-3'"),
        (2, {"dataset": SPREAD}, "no open half-space"),
        (2, {"dataset": [(1, 1)]}, "dataset is a list; give Dataset.of"),
        (2, {"n": 5}, "n is 5 and there is no seed"),
        (2, {"seed": -1}, "seed is -1; Proposition 2 needs an integer seed >= 0"),
        (2, {"seed": 0, "n": 1}, "n is 1; Proposition 2 needs an integer n >= 2"),
        (2, {"seed": 0, "dataset": SPREAD}, "both a dataset and a seed"),
        (2, {"deep": ()}, "at least one hidden layer"),
        (2, {"deep": (2, 0)}, "hidden widths are (2, 0)"),
        (2, {"deep": 2}, "hidden widths are 2"),
        (2, {"deep": (2,), "deep_neuron": "tanh"}, "neurons of its deep part"),
        (2, {"data": "theorem-2", "dataset": MIXED}, "samples break Assumption 6, which Prop"),
        (2, {"dataset": SKEW}, "Proposition 2's certificate names each class's span by axes"),
        (3, {"dataset": APART}, "separated by an affine map"),
        (3, {"dataset": AROUND}, "no open half-space"),
        (4, {"dataset": SPREAD}, "each class to be balanced"),
        (4, {"W": [[1]]}, "W is not 2 x 1"),
        (4, {"W": [[0.5], [1]]}, "W holds something else than ints"),
        (4, {"seed": 0, "n": 7}, "n is 7; balanced samples come in pairs"),
        (4, {"seed": 0, "n": 2}, "n is 2; Proposition 4 needs an integer n >= 4"),
        (4, {"seed": 0, "dataset": SPREAD}, "both a dataset and a seed"),
        (5, {"scale": 0}, "a_j of one strict sign"),
        (5, {"dataset": LEVEL}, "Proposition 5 needs one class further from the origin"),
        (5, {"breadth": 3}, "no choice 'breadth'"),
        (6, {"widths": ()}, "at least one hidden layer and at least one neuron"),
        (6, {"depth": 0}, "depth is 0; Proposition 6 needs an integer depth >= 1"),
        (6, {"data": "x"}, "data is 'x'"),
        (6, {"data": "theorem-2"}, "samples break Assumption 6"),
        (7, {"depth": 0}, "depth is 0; Proposition 7 needs an integer depth >= 1"),
        (11, {"neuron": "relu"}, "relu"),
        (12, {"dataset": CROSS}, "holds"),
    ],
)
def test_other_bad_requests(number, choices, text):
    assert text in message(builder(number), **choices)


@pytest.mark.parametrize(
    ("call", "choices", "text"),
    [
        (example_2().fit, {"counts": (1, 2, 3)}, "counts are (1, 2, 3); give 4 integers"),
        (example_2().fit, {"counts": (0, 0, 0, 0)}, "not all 0"),
        (example_2().fit, {"counts": (1, 1, 1, -1)}, "give 4 integers"),
        (example_2, {"alpha": 0.1}, "alpha is 0.1"),
        (example_2, {"alpha": Fraction(1)}, "strictly between 0 and 1"),
        (example_3, {"delta": Fraction(10)}, "strictly between 0 and 10"),
        (small_alpha, {"n": 0}, "n is 0; Example 2 needs an integer n >= 1"),
        (small_delta, {"samples": 2}, "samples is 2; Example 3 needs an integer"),
        (pair, {"name": "mnist"}, "'mnist' is not a pair"),
    ],
)
def test_bad_requests_of_examples_and_data(call, choices, text):
    assert text in message(call, **choices)


def test_what_the_checker_does_not_read_is_said(monkeypatch):
    def unreadable(_):
        raise Unreadable("network.deep is too deep")

    monkeypatch.setattr(construction.checker, "check", unreadable)
    assert message(builder(6)) == "beyond what the checker reads: network.deep is too deep"


def test_the_quadratic_loss_has_no_certificate_of_a_local_minimum():
    text = message(claims.get("example-2").certify)
    assert text.startswith("example-2 has no certificate of a local minimum; these have: ")
    assert "proposition-7" in text


def test_a_radius_below_every_float():
    tiny, huge = Fraction(1, 10**320), 10**300
    data = Dataset.of([[tiny, huge], [tiny, -huge]], [1, -1])
    text = message(builder(2), neuron="relu", p=2, width=1, data="theorem-2", dataset=data)
    assert "no radius can be certified" in text


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({"width": 0}, "width is 0"),
        ({"width": 17}, "the recursion is certified up to 16"),
        ({"family": "other"}, "family is 'other'; use one of recursion, small, fixed-fd"),
        ({"family": "fixed-fd", "width": 1}, "the family fixed-fd has widths 2, 3, 4, 5"),
        ({"p": 6}, "ours-width has no choice 'p'"),
    ],
)
def test_a_family_or_width_that_no_bad_minimum_of_ours_has(choices, told):
    assert told in message(claims.get("ours-width").certify, **choices)
