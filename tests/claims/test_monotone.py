"""Every strictly monotone neuron (ours): what `check` grants, and that bad points are left."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lossurface import claims
from lossurface.claims.check import check
from lossurface.claims.ours_monotone import FOUR, REACHES, lower, planted
from lossurface.landscape.planted import Planted
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import (
    NEURONS,
    get_neuron,
    monotone_neuron,
    neurons_of,
    polynomial_hinge,
)
from tests.conditions.samples import KNOWN
from tests.setting._tools import fractions, seeded

MONOTONE = [neuron.name for neuron in neurons_of("monotone")]


@pytest.mark.parametrize("name", MONOTONE)
@seeded
@given(z=fractions, u=fractions)
def test_members_of_the_class_rise(name, z, u):
    """Also where they all but flatten: 300 bits tell sigma(20) from sigma(20 - 1/64)."""
    low, high = sorted((z, u))
    sigma = NEURONS[name]
    if low == high:
        return
    if sigma.rational is not None:
        assert sigma.rational(low) < sigma.rational(high)
    with ctx.workprec(300):
        ends = [arb(v.numerator) / v.denominator for v in (low, high)]
        assert sigma.ball(ends[0]) < sigma.ball(ends[1])


@pytest.mark.parametrize("name", [name for name in NEURONS if name not in MONOTONE])
def test_each_other_neuron_is_refuted_by_its_own_values(name):
    assert monotone_neuron(NEURONS[name]).status == "no"
    line = [NEURONS[name].ball(arb(k) / 4) for k in range(-8, 9)]
    steps = [after - before for before, after in pairwise(line)]
    flat = any(step == 0 for step in steps)
    assert flat or (any(step < 0 for step in steps) and any(step > 0 for step in steps))


def test_an_undocumented_neuron_is_left_undecided_or_refuted():
    def asked(name):
        return monotone_neuron(replace(get_neuron(name), name="mystery", memberships={}))

    assert asked("cube").status == asked("leaky-relu").status == "undecided"
    assert str(asked("relu")) == "no: sigma(-10) = sigma(-39/4)"
    assert str(asked("cosh")) == "no: sigma falls after -10 and rises after 0"


coordinates = st.integers(-3, 3)
samples = st.integers(1, 3).flatmap(
    lambda d: st.lists(
        st.tuples(st.tuples(*[coordinates] * d), st.sampled_from([1, -1])), min_size=2, max_size=7
    )
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    samples,
    st.sampled_from(sorted(NEURONS)),
    st.integers(1, 4),
    st.sampled_from([None, 1, 3]),
    st.sampled_from(["single", "shortcut", "feedforward"]),
)
def test_check_grants_it_exactly_where_a_linear_program_separates(drawn, neuron, p, width, kind):
    """Integers: a separator of margin 1 exists, or no separator does; scipy finds it or not."""
    X, y = [list(x) for x, _ in drawn], [label for _, label in drawn]
    if len(set(y)) < 2:
        return
    signed = -np.array(y)[:, None] * np.array(X)
    free = [(None, None)] * len(X[0])
    separable = linprog(0 * signed[0], signed, -np.ones(len(y)), bounds=free).status == 0
    report = check(X, y, neuron=neuron, p=p, width=width, architecture=kind)
    granted = "ours-monotone" in {claim.id for claim in report.guarantees}
    assert granted == (separable and neuron in MONOTONE and kind != "feedforward")


@pytest.mark.parametrize("loss", ["logistic", "quadratic"])
def test_other_losses_are_not_granted_it(loss):
    report = check(FOUR.x, FOUR.y, neuron="cube", loss=loss)
    (claim,) = (claim for claim in report.claims if claim.id == "ours-monotone")
    assert claim.applies == "no"
    assert claim.missing[0].startswith("assumption-1: ")


def test_what_is_missing_is_told():
    samples, labels = KNOWN["planes"][:2]
    report = check(samples, labels, neuron="relu", architecture="single")
    (claim,) = (claim for claim in report.claims if claim.id == "ours-monotone")
    assert [why.split(":")[0] for why in claim.missing] == ["monotone-neuron", "assumption-6"]
    advised = [line for line in check(FOUR.x, FOUR.y, neuron="relu").advice if "monotone" in line]
    change = "use a strictly monotone neuron in f_S, such as leaky-relu"
    assert advised == [f"ours-monotone: {change}"]


@pytest.mark.parametrize("p", [2, 3, 6])
@pytest.mark.parametrize("name", NEURONS)
def test_on_four_samples_each_neuron_has_a_guarantee_or_a_trap(name, p):
    report = check(FOUR.x, FOUR.y, neuron=name, p=p, width=1, architecture="single")
    assert bool(report.guarantees) == (name in MONOTONE)
    assert (report.counterexample is None) == (name in MONOTONE)


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("name", MONOTONE)
def test_a_plant_is_left_however_near_one_looks(name, live):
    rng = np.random.default_rng(1)
    for power in (1, 3):
        point = planted(rng, get_neuron(name), power, live=live)
        for reach in (*REACHES, Fraction(1, 2**16)):
            found = lower(point, point.layer, reach)
            assert found.status == "holds", found.detail


def on_four(neuron, a, W):
    """Return the point with f = 0 on `FOUR`, sigma(0) being 0."""
    X, y = ([[float(v) for v in row] for row in FOUR.x], [float(v) for v in FOUR.y])
    tensors = [torch.tensor(part, dtype=torch.float64) for part in (X, y)]
    surface = SingleLayerSurface(get_neuron(neuron), polynomial_hinge(1), *tensors, 1)
    return Planted("theorem-2", surface, ([0, 1], [0, 1]), (a,), W)


def test_the_step_is_exact_where_all_is_rational():
    point = on_four("leaky-relu", 0.0, ((0.0,), (0.0,)))
    assert point.critical().status == "holds"
    found = lower(point, point.layer, Fraction(1, 2))
    assert (found.status, found.evidence) == ("holds", "exact")


def test_the_step_fails_in_a_trap():
    for name, a, W in (("relu", 1.0, ((0.0,), (-1.0,))), ("quadratic", -1.0, ((0.0,), (0.0,)))):
        point = on_four(name, a, W)
        found = lower(point, point.layer, Fraction(1, 64))
        assert (found.status, found.evidence) == ("fails", "exact")


def test_the_verdict_holds_by_exact_and_enclosed_evidence():
    verdict = claims.get("ours-monotone").verify(trials=11, seed=3)
    assert verdict.status == "holds", verdict.reason
    assert verdict.evidence == ("exact", "enclosed")
    assert verdict.checked["exact"] >= 12 + 1 + 42  # plants, the separator, the traps
