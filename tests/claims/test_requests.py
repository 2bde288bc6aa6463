"""Bad requests: one clear line that names the condition of the claim they break."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lossurface import InputError
from lossurface.claims import (
    construction,
    get,
    proposition_2,
    proposition_3,
    proposition_4,
    proposition_5,
    proposition_6,
    proposition_7,
)
from lossurface.claims.example_2 import example_2, small_alpha
from lossurface.claims.example_3 import example_3, small_delta
from lossurface.exact import check
from lossurface.exact.checker import Unreadable
from lossurface.setting import Dataset

BUILDERS = {
    "Proposition 2": proposition_2.certify,
    "Proposition 3": proposition_3.certify,
    "Proposition 4": proposition_4.certify,
    "Proposition 5": proposition_5.certify,
    "Proposition 6": proposition_6.certify,
    "Proposition 7": proposition_7.certify,
}
CLASH = Dataset.of([(1, 1), (1, 1), (2, 1)], [1, -1, -1])
POSITIVE = Dataset.of([(1, 1), (2, 1)], [1, 1])
SPREAD = Dataset.of([(1, 0), (-1, 0), (0, 1)], [1, 1, -1])
OUTSIDE = {
    "Proposition 2": ("sigmoid", "sigma(z) = 0 for z < 0"),
    "Proposition 3": ("sigmoid", "sigma(z) = z for z > 0"),
    "Proposition 4": ("relu", "sigma(z) + sigma(-z) constant"),
    "Proposition 5": ("softplus", "strongly convex neuron with its minimum at 0"),
    "Proposition 6": ("leaky-relu", "sigma(z) = 0 for z < 0"),
    "Proposition 7": ("requ", "an H all of whose neurons are ReLUs"),
}


def message(call, *arguments, **choices):
    with pytest.raises(InputError) as raised:
        call(*arguments, **choices)
    text = str(raised.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("claim", BUILDERS)
def test_a_neuron_outside_the_class(claim):
    neuron, condition = OUTSIDE[claim]
    text = message(BUILDERS[claim], neuron)
    assert f"neuron is {neuron!r}; {claim} needs" in text
    assert condition in text
    assert "is not known" in message(BUILDERS[claim], "swish")


@pytest.mark.parametrize("claim", BUILDERS)
@pytest.mark.parametrize("p", [1, 0, -3, 2.5, float("nan"), True, "2", 61])
def test_a_power_that_no_claim_is_about(claim, p):
    text = message(BUILDERS[claim], p=p)
    assert text.startswith(f"p is {p!r}")


@pytest.mark.parametrize("claim", BUILDERS)
@pytest.mark.parametrize("width", [0, -1, 1.5, float("nan")])
def test_a_width_that_is_none(claim, width):
    assert f"width is {width!r}; {claim} needs an integer width >= 1" in message(
        BUILDERS[claim], width=width
    )


@pytest.mark.parametrize("claim", BUILDERS)
def test_a_class_is_missing(claim):
    text = message(BUILDERS[claim], dataset=POSITIVE)
    assert text == f"labels hold no negative sample; {claim} needs both classes"


@pytest.mark.parametrize("claim", [claim for claim in BUILDERS if claim != "Proposition 6"])
def test_contradictory_labels(claim):
    text = message(BUILDERS[claim], dataset=CLASH)
    assert text.startswith("samples[0] and samples[1] are equal with different labels; ")
    assert claim in text


def test_proposition_6_takes_contradictory_labels():
    """It says "any dataset", and R >= min(n_+, n_-)/n holds for these as well."""
    certificate = proposition_6.certify(dataset=CLASH)
    assert check(certificate).status == "holds"
    assert certificate.data["training_error"] == "1/3"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "one", None])
def test_numbers_that_are_none(value):
    assert "samples[0]" in message(Dataset.of, [(value, 1)], [1])
    assert "labels[0]" in message(Dataset.of, [(1, 1)], [value])
    assert message(proposition_5.certify, scale=value).startswith(f"scale is {value!r}; ")


@pytest.mark.parametrize(
    ("call", "choices", "text"),
    [
        (proposition_2.certify, {"data": "theorem-3"}, "data is 'theorem-3'"),
        (proposition_2.certify, {"dataset": SPREAD}, "no open half-space"),
        (proposition_2.certify, {"dataset": [(1, 1)]}, "dataset is a list; give Dataset.of"),
        (proposition_2.certify, {"n": 5}, "n is 5 and there is no seed"),
        (
            proposition_2.certify,
            {"seed": -1},
            "seed is -1; Proposition 2 needs an integer seed >= 0",
        ),
        (
            proposition_2.certify,
            {"seed": 0, "n": 1},
            "n is 1; Proposition 2 needs an integer n >= 2",
        ),
        (proposition_2.certify, {"seed": 0, "dataset": SPREAD}, "both a dataset and a seed"),
        (proposition_2.certify, {"deep": ()}, "at least one hidden layer"),
        (proposition_2.certify, {"deep": (2, 0)}, "hidden widths are (2, 0)"),
        (proposition_2.certify, {"deep": 2}, "hidden widths are 2"),
        (proposition_2.certify, {"deep": (2,), "deep_neuron": "tanh"}, "neurons of its deep part"),
        (
            proposition_2.certify,
            {"data": "theorem-2", "dataset": Dataset.of([1, 2, 3], [1, -1, 1])},
            "samples break Assumption 6, which Proposition 2 needs",
        ),
        (
            proposition_2.certify,
            {"dataset": Dataset.of([(1, 1), (1, 2)], [1, -1])},
            "Proposition 2's certificate names each class's span by axes",
        ),
        (
            proposition_3.certify,
            {"dataset": Dataset.of([(1, 0), (2, 0), (0, 1)], [1, 1, -1])},
            "separated by an affine map",
        ),
        (
            proposition_3.certify,
            {"dataset": Dataset.of([(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])},
            "no open half-space",
        ),
        (proposition_4.certify, {"dataset": SPREAD}, "each class to be balanced"),
        (proposition_4.certify, {"W": [[1]]}, "W is not 2 x 1"),
        (proposition_4.certify, {"W": [[0.5], [1]]}, "W holds something else than ints"),
        (proposition_4.certify, {"seed": 0, "n": 7}, "n is 7; balanced samples come in pairs"),
        (
            proposition_4.certify,
            {"seed": 0, "n": 2},
            "n is 2; Proposition 4 needs an integer n >= 4",
        ),
        (proposition_4.certify, {"seed": 0, "dataset": SPREAD}, "both a dataset and a seed"),
        (proposition_5.certify, {"scale": 0}, "a_j of one strict sign"),
        (
            proposition_5.certify,
            {"dataset": Dataset.of([(1, 0), (1, 1), (-1, 0), (-2, 1)], [1, 1, -1, -1])},
            "Proposition 5 needs one class further from the origin",
        ),
        (
            proposition_6.certify,
            {"widths": ()},
            "at least one hidden layer and at least one neuron",
        ),
        (
            proposition_6.certify,
            {"depth": 0},
            "depth is 0; Proposition 6 needs an integer depth >= 1",
        ),
        (proposition_6.certify, {"data": "x"}, "data is 'x'"),
        (proposition_6.certify, {"data": "theorem-2"}, "samples break Assumption 6"),
        (
            proposition_7.certify,
            {"depth": 0},
            "depth is 0; Proposition 7 needs an integer depth >= 1",
        ),
        (example_2().fit, {"counts": (1, 2, 3)}, "counts are (1, 2, 3); give 4 integers"),
        (example_2().fit, {"counts": (0, 0, 0, 0)}, "not all 0"),
        (example_2().fit, {"counts": (1, 1, 1, -1)}, "give 4 integers"),
        (example_2, {"alpha": 0.1}, "alpha is 0.1"),
        (example_2, {"alpha": Fraction(1)}, "strictly between 0 and 1"),
        (example_3, {"delta": Fraction(10)}, "strictly between 0 and 10"),
        (small_alpha, {"n": 0}, "n is 0; Example 2 needs an integer n >= 1"),
        (small_delta, {"samples": 2}, "samples is 2; Example 3 needs an integer"),
    ],
)
def test_other_bad_requests(call, choices, text):
    assert text in message(call, **choices)


def test_what_the_checker_does_not_read_is_said(monkeypatch):
    def unreadable(_):
        raise Unreadable("network.deep is too deep")

    monkeypatch.setattr(construction.checker, "check", unreadable)
    text = message(proposition_6.certify)
    assert text == "beyond what the checker reads: network.deep is too deep"


def test_the_quadratic_loss_has_no_certificate_of_a_local_minimum():
    text = message(get("example-2").certify)
    assert text.startswith("example-2 has no certificate of a local minimum; these have: ")
    assert "proposition-7" in text


@pytest.mark.parametrize("claim", ["proposition-3", "proposition-5", "proposition-11"])
def test_a_width_that_no_certificate_can_have_is_refused_at_once(claim):
    with pytest.raises(InputError, match="width"):
        get(claim).certify(width=10**30)


def test_a_choice_that_no_builder_knows_is_named():
    with pytest.raises(InputError, match="no choice 'breadth'"):
        get("proposition-5").certify(breadth=3)


def test_a_radius_below_every_float():
    tiny, huge = Fraction(1, 10**320), 10**300
    data = Dataset.of([[tiny, huge], [tiny, -huge]], [1, -1])
    with pytest.raises(InputError, match="no radius can be certified"):
        proposition_2.certify("relu", 2, 1, "theorem-2", data)
