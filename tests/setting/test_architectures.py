"""The four architectures: torch, rational and ball values agree with plainly written formulas."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import torch
from flint import ctx
from hypothesis import given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.setting import (
    ARCHITECTURES,
    Architecture,
    Deep,
    Enclosed,
    Network,
    feedforward,
    get_neuron,
    identity_shortcut,
    network_from_dict,
    shortcut,
    single_layer,
)

from ._tools import ends, holds, seeded

RELU, SQUARE, SOFTPLUS = (get_neuron(name) for name in ("relu", "quadratic", "softplus"))
numbers = st.integers(-24, 24).map(lambda k: Fraction(k, 8))


def architecture(kind: str, neuron: Any = SQUARE, deep: Any = RELU) -> Architecture:
    hidden = None if kind == "single-layer" else (3, 2)
    single = kind in ("single-layer", "shortcut")
    return Architecture(
        kind, 2, 4 if single else 0, neuron if single else None, hidden, hidden and deep
    )


def relu(z: Fraction) -> Fraction:
    return max(z, Fraction(0))


def by_hand(kind: str, t: list[Fraction], x: tuple[Fraction, Fraction]) -> Fraction:
    """f(x) from the flat vector t, written out index by index for d = 2, M = 4, hidden 3 and 2."""
    total, start = Fraction(0), 0
    if kind in ("single-layer", "shortcut"):
        total = t[0] + sum(t[1 + j] * (t[5 + j] * x[0] + t[9 + j] * x[1]) ** 2 for j in range(4))
        start = 13
    if kind == "single-layer":
        return total
    if kind == "identity-shortcut":
        a, b, start = t[0:2], t[2], 3
    u = t[start:]
    h1 = [relu(u[j] * x[0] + u[3 + j] * x[1] + u[6 + j]) for j in range(3)]
    h2 = [relu(sum(u[9 + 2 * k + j] * h1[k] for k in range(3)) + u[15 + j]) for j in range(2)]
    if kind == "identity-shortcut":
        H = [u[17 + j] * h2[0] + u[19 + j] * h2[1] + u[21 + j] for j in range(2)]
        return a[0] * (x[0] + H[0]) + a[1] * (x[1] + H[1]) + b
    return total + u[17] * h2[0] + u[18] * h2[1] + u[19]


@pytest.mark.parametrize("kind", ARCHITECTURES)
@seeded
@given(data=st.data())
def test_all_three_forms_are_the_formula(kind: str, data: st.DataObject) -> None:
    shape = architecture(kind)
    theta = data.draw(st.lists(numbers, min_size=shape.size, max_size=shape.size))
    x = data.draw(st.tuples(numbers, numbers))
    expected = by_hand(kind, theta, x)
    assert shape.at_rational(theta, x) == expected
    assert holds(shape.at_ball(theta, x), expected)
    T = torch.tensor([float(v) for v in theta], dtype=torch.float64)
    X = torch.tensor([[float(v) for v in x]], dtype=torch.float64)
    # dyadic data of few bits: float64 makes no rounding error at all
    assert shape.forward(T, X).tolist() == [float(expected)]


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_a_batch_is_its_members(kind: str) -> None:
    shape = architecture(kind, SOFTPLUS, get_neuron("tanh"))
    generator = torch.Generator().manual_seed(1)
    theta = torch.randn(2, 5, shape.size, generator=generator, dtype=torch.float64)
    shared = torch.randn(7, 2, generator=generator, dtype=torch.float64)
    own = torch.randn(2, 5, 7, 2, generator=generator, dtype=torch.float64)
    one, each = shape.forward(theta, shared), shape.forward(theta, own)
    assert one.shape == each.shape == (2, 5, 7)
    torch.testing.assert_close(one[1, 3], shape.forward(theta[1, 3], shared))
    torch.testing.assert_close(each[0, 4], shape.forward(theta[0, 4], own[0, 4]))
    mapped = torch.func.vmap(lambda t: shape.forward(t, shared))(theta[0])
    torch.testing.assert_close(mapped, one[0])


def test_values_at_irrational_neurons_and_enclosed_parameters_are_enclosed() -> None:
    a0 = Enclosed(Fraction(1, 3), Fraction(1, 10**20))
    network = single_layer(SOFTPLUS, a0, [Fraction(-2), 0.5], [[1, Fraction(1, 3)]])
    with ctx.workprec(200):
        low, high = ends(network.ball([Fraction(2)]))
    assert Fraction(2, 10**20) <= high - low < Fraction(3, 10**20)
    value = network.torch(torch.tensor([[2.0]], dtype=torch.float64)).item()
    assert value == pytest.approx(float(low), rel=1e-14)
    assert not network.exact
    with pytest.raises(InputError, match="softplus has no rational form"):
        single_layer(SOFTPLUS, 0, [1], [[1]]).rational([Fraction(2)])
    with pytest.raises(InputError, match=r"theta\[0\] is .* known only in a ball"):
        single_layer(SQUARE, a0, [1], [[1]]).rational([Fraction(2)])


DEEP = Deep(RELU, (([[Fraction(1), Fraction(-1)]], [0, Fraction(1, 2)]), ([[2], [3]], [1])))
BUILD: dict[str, Callable[[], Network]] = {
    "single-layer": lambda: single_layer(SQUARE, Fraction(1, 2), [1, -1], [[0.25, 2]]),
    "shortcut": lambda: shortcut(SQUARE, 0, [1], [[Fraction(1, 3)]], DEEP),
    "feedforward": lambda: feedforward(DEEP),
    "identity-shortcut": lambda: identity_shortcut([Fraction(2)], Fraction(1, 3), DEEP),
}


READ = {
    "single-layer": {"neuron": "quadratic", "a0": "1/2", "a": ["1", "-1"], "W": [["1/4", "2"]]},
    "shortcut": {"neuron": "quadratic", "a0": "0", "a": ["1"], "W": [["1/3"]]},
    "feedforward": {},
    "identity-shortcut": {"a": ["2"], "b": "1/3"},
}
LAYERS = [{"W": [["1", "-1"]], "b": ["0", "1/2"]}, {"W": [["2"], ["3"]], "b": ["1"]}]


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_a_network_is_read_from_its_certificate_form(kind: str) -> None:
    data = {"architecture": kind, **READ[kind]}
    if kind != "single-layer":
        data["deep"] = {"neuron": "relu", "layers": LAYERS}
    network = network_from_dict(data)
    assert network == BUILD[kind]()
    assert network.exact
    assert hash(network.architecture) == hash(BUILD[kind]().architecture)


def test_a_deep_part_without_hidden_layers_needs_no_neuron() -> None:
    affine = feedforward(Deep(None, (([[2], [3]], [1]),)))
    assert affine.rational([Fraction(1), Fraction(1)]) == 6
    deep = {"layers": [{"W": [["2"], ["3"]], "b": ["1"]}]}
    assert network_from_dict({"architecture": "feedforward", "deep": deep}) == affine
    X = torch.ones(4, 2, dtype=torch.float64)
    assert affine.torch(X).tolist() == [6.0] * 4


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Architecture("resnet", 1), "'resnet' is not known; use one of single-layer"),
        (lambda: Architecture("single-layer", 0, 1, RELU), "must be at least 1"),
        (lambda: Architecture("single-layer", 1), "f_S needs a neuron"),
        (lambda: Architecture("feedforward", 1, 2, RELU, ()), "there is no f_S"),
        (lambda: Architecture("shortcut", 1, 2, RELU), "deep_widths is None; give"),
        (lambda: Architecture("single-layer", 1, 2, RELU, ()), "leave it out"),
        (lambda: Architecture("feedforward", 1, deep_widths=(2,)), "need deep_neuron"),
        (lambda: single_layer(RELU, 0, [1, 2], [[1]]), "W must have d rows of 2 entries"),
        (lambda: single_layer(RELU, "x", [1], [[1]]), r"a0\[0\] is 'x'"),
        (lambda: single_layer(RELU, float("nan"), [1], [[1]]), r"theta\[0\] is nan"),
        (lambda: Deep(RELU, ()), "has no layers"),
        (lambda: Deep(None, DEEP.layers), "needs a neuron"),
        (lambda: Deep(RELU, (([[1, 2]], [1]),)), "layer 1: every row of W"),
        (lambda: Deep(RELU, (([[1]], [1]), ([[1], [1]], [1]))), "layer 2: W has 2 rows"),
        (lambda: shortcut(RELU, 0, [1], [[1], [1]], DEEP), r"maps R\^1 to R\^1; it must map R\^2"),
        (lambda: identity_shortcut([1, 1], 0, DEEP), r"must map R\^2 to R\^2"),
        (lambda: architecture("shortcut").at_rational([0], [1, 1]), "theta has 1 entries"),
        (lambda: architecture("shortcut").forward(torch.ones(1), torch.ones(1, 2)), "has 1 entr"),
        (lambda: BUILD["feedforward"]().rational([Fraction(1)] * 2), "x has 2 coordinates"),
        (lambda: BUILD["single-layer"]().torch(torch.ones(3, 2)), "the network takes d = 1"),
        (lambda: network_from_dict({}), "no field 'architecture'"),
        (lambda: network_from_dict({"architecture": "feedforward"}), "no field 'neuron'"),
        (lambda: network_from_dict([]), "not an object"),  # type: ignore[arg-type]
    ],
)
def test_bad_networks_get_one_line(build: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        build()
    assert "\n" not in str(caught.value)
