"""Proposition 11 sharpened (ours): decided as its definition says, and a trap where it fails."""

from __future__ import annotations

from importlib import import_module
from itertools import chain, combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from lossurface import InputError, claims, cli
from lossurface.claims.check import check
from lossurface.claims.ours_necessary import RINGS, planes
from lossurface.claims.traps import lifted
from lossurface.conditions import Space, bad_minimum, necessary, proposition_11
from lossurface.exact import check as recheck
from lossurface.exact import load
from lossurface.exact.checker.format import AT_ZERO
from lossurface.setting import Dataset
from tests.conditions.samples import KNOWN


def directions(X):
    """Return an orthonormal basis (d, k) of the span of the differences of some samples."""
    _, s, Vt = np.linalg.svd(X - X[0])
    return Vt[: (s > 1e-9).sum()].T


def definite_value(X, y):
    """Return the max over lambda, class sums 1, of S's least eigenvalue on the directions of all.

    S is definite iff it is above zero. A linear program of cutting planes: it knows v^T S v for
    finitely many v, and eigenvectors join. None if there is no lambda with agreeing means.
    """
    basis = directions(X)
    if not basis.shape[1]:
        return 1.0 if len(set(y)) == 2 else None  # D = {0}: one point with both labels
    Z, n = (X - X[0]) @ basis, len(X)
    Z = Z / abs(Z).max()
    sums = np.array([y > 0, y < 0, *(Z * y[:, None]).T], dtype=float)
    equal, right = np.column_stack([sums, np.zeros(len(sums))]), [1, 1] + [0] * Z.shape[1]
    vectors, bounds = np.eye(Z.shape[1]), [(0, None)] * n + [(None, None)]
    while True:
        cuts = np.column_stack([-y * (vectors @ Z.T) ** 2, np.ones(len(vectors))])
        found = linprog([0] * n + [-1], cuts, np.zeros(len(vectors)), equal, right, bounds)
        if found.x is None:
            return None
        values, axes = np.linalg.eigh((Z.T * y * found.x[:n]) @ Z)
        if found.x[n] < 1e-6 or values[0] > found.x[n] - 1e-7:
            return found.x[n]
        vectors = np.vstack([vectors, axes[:, 0]])


def fails_by_definition(X, y):
    """Whether lambda on some set of samples makes S or -S definite on the set's directions."""
    sets = chain.from_iterable(combinations(range(len(X)), k) for k in range(2, len(X) + 1))
    for chosen in map(list, sets):
        some, labels = X[chosen], y[chosen]
        dimension = directions(some).shape[1]
        if len(set(labels)) < 2 or len(chosen) < dimension + 2:
            continue  # independent points have no two means in common
        for turned in (labels, -labels):
            value = definite_value(some, turned)
            if value is not None and value > 1e-6:
                return True
    return False


def drawn(rng):
    """Draw small integers, so that flats, equal samples and touching hulls are common."""
    d, n = int(rng.integers(1, 4)), int(rng.integers(2, 8))
    X = rng.integers(-2, 3, (n, d)).astype(float)
    y = np.where(np.arange(n) < rng.integers(1, n), 1, -1)
    if rng.random() < 0.3:
        X[:, -1] = rng.integers(0, 2, n)  # two parallel planes
    return X, y


@pytest.mark.parametrize("seed", range(6))
def test_the_verdict_is_that_of_the_definition(seed):
    """By a linear program for every set of samples; what `proposition_11` found changes nothing."""
    rng = np.random.default_rng(seed)
    for _ in range(50):
        X, y = drawn(rng)
        prepared = Space(Dataset.of(X, y))
        found = necessary(prepared)
        assert found.verdict == ("fails" if fails_by_definition(X, y) else "holds"), (X, y)
        assert necessary(prepared, proposition_11(prepared)).verdict == found.verdict


# samples, labels, the verdict by hand
EDGES = {
    "one point, both labels": ([[1, 2], [1, 2]], [1, -1], "fails"),
    "one point, one label each side": ([[0, 0], [1, 2], [1, 2], [3, 3]], [1, 1, -1, -1], "fails"),
    "two points": ([[0], [1]], [1, -1], "holds"),
    "a negative between two positives": ([[0, 5], [1, 5], [2, 5]], [1, -1, 1], "fails"),
    "a negative beside two positives": ([[0, 5], [1, 5], [2, 5]], [1, 1, -1], "holds"),
    "a negative in a triangle": ([[0, 0], [3, 0], [0, 3], [1, 1]], [1, 1, 1, -1], "fails"),
    "a negative on its edge": ([[0, 0], [3, 0], [0, 3], [1, 0]], [1, 1, 1, -1], "fails"),
    "a negative out of it": ([[0, 0], [3, 0], [0, 3], [2, 2]], [1, 1, 1, -1], "holds"),
    "crossed": ([[0, 0], [1, 0], [0, 1], [1, 1]], [1, -1, -1, 1], "holds"),
    "on a circle": ([[5, 0], [-5, 0], [3, 4], [-3, -4], [0, 5]], [1, 1, -1, -1, -1], "holds"),
    "two parallel rings": (RINGS.x, RINGS.y, "fails"),
    "a trap on a line, in space": (
        [[-1, 0, 0], [1, 0, 0], [-2, -1, 0], [-2, 2, 1], [0, 0, 0], [-2, 2, -1], [-2, -1, 2]],
        [1, 1, 1, 1, -1, -1, -1],
        "fails",
    ),
    "the harmless ring twice": (
        [[*x, t] for t in (0, 1) for x in ((1, 1), (-1, -1), (1, -1), (-1, 1))],
        [1, 1, -1, -1] * 2,
        "holds",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDGES)
def test_edges_and_what_leaves_the_verdict_alone(name):
    """A constant feature, a translation and an invertible map do."""
    X, y, verdict = EDGES[name]
    d = len(X[0])
    change = np.triu(np.arange(1, d * d + 1).reshape(d, d))
    maps = [Dataset.of(X, y), lifted(Dataset.of(X, y)), lifted(lifted(Dataset.of(X, y)))]
    maps += [Dataset.of(np.array(X, dtype=float) @ change + 7, y)]
    for dataset in maps:
        found = necessary(Space(dataset))
        assert found.verdict == verdict
        assert found.finding is not None
        assert found.finding.evidence == "exact"
        turned = Dataset(dataset.x, tuple(-label for label in dataset.y))
        assert necessary(Space(turned)).verdict == verdict


def test_two_rings_meet_the_condition_of_the_paper_and_not_the_sharper_one():
    assert proposition_11(Space(RINGS)).verdict == "holds"
    found = necessary(Space(RINGS))
    active = [k for k, weight in enumerate(found.certificate.data["lambda"]) if weight != "0"]
    assert active == [0, 1, 2, 3]


@pytest.mark.parametrize("neuron", sorted(AT_ZERO))
def test_where_it_fails_each_neuron_has_a_trap(neuron):
    rng = np.random.default_rng(5)
    for dataset in [RINGS, *(planes(rng) for _ in range(6))]:
        found = necessary(Space(dataset))
        if found.verdict == "fails":
            trap = bad_minimum(Space(dataset), found, neuron, 3, width=2)
            assert recheck(trap).status == "holds"
            assert trap.data["claim"] == "ours-necessary"


def test_a_trap_is_refused_in_one_line():
    certify = claims.get("ours-necessary").certify
    crossed = Dataset.of(*EDGES["crossed"][:2])
    with pytest.raises(InputError, match=r"^the sharpened condition of Prop.*: holds; a bad min"):
        certify(dataset=crossed)
    with pytest.raises(InputError, match=r"^neuron is 'tanh'; use one of "):
        certify(neuron="tanh")
    with pytest.raises(InputError, match=r"^p is 1; give an integer from 2 to 60$"):
        certify(p=1)
    thrice = Dataset.of([[1], [1], [1], [4]], [1, -1, -1, 1])
    with pytest.raises(InputError, match="equal samples carry different labels"):
        certify(dataset=thrice)


def test_check_names_it_and_hands_the_trap_over():
    samples, labels = KNOWN["lifted-ring"][:2]
    for neuron in ("softplus", "cosh"):
        report = check(samples, labels, neuron=neuron, width=3)
        assert report.condition("proposition-11").verdict == "holds"
        assert report.condition("ours-necessary").verdict == "fails"
        assert report.counterexample.data["claim"] == "ours-necessary"
        assert any(line.startswith("warning by Necessary (ours): ") for line in report.lines())
    for beside in ({"neuron": "relu"}, {"architecture": "single"}, {"loss": "logistic"}):
        report = check(samples, labels, **beside)
        (claim,) = (claim for claim in report.claims if claim.id == "ours-necessary")
        assert claim.applies == "no"


def test_a_constant_feature_is_advised_only_where_there_is_no_trap():
    rng, advised = np.random.default_rng(7), 0
    for _ in range(60):
        X, y = drawn(rng)
        report = check(X, y)
        if any("append a constant feature" in line for line in report.advice):
            advised += 1
            assert necessary(lifted_space(X, y)).verdict == "holds"
        if report.condition("ours-necessary").verdict == "fails":
            assert not report.guarantees
    assert advised


def lifted_space(X, y):
    """Return the samples with a constant feature."""
    return Space(lifted(Dataset.of(X, y)))


def test_what_the_search_leaves_open_is_undecided(monkeypatch):
    module = import_module("lossurface.conditions.definiteness")
    monkeypatch.setattr(module, "_definite", lambda space, sign: iter([(1e-12, None)]))
    found = necessary(Space(RINGS))
    assert (found.verdict, found.certificate) == ("undecided", None)
    assert "within 1.0e-12 of zero" in found.why


def test_the_command_line_names_it(tmp_path, capsys):
    file, trap = tmp_path / "rings.csv", tmp_path / "trap.json"
    rows = [",".join(map(str, (*row, y))) for row, y in zip(RINGS.x, RINGS.y, strict=True)]
    file.write_text("\n".join(["a,b,c,y", *rows]), encoding="utf-8")
    cli.main(["check", str(file), "--label", "y"])
    out = capsys.readouterr().out
    assert "  fails     Proposition 11's condition, sharpened " in out
    assert "warning by Necessary (ours): for some f_D the loss has a local minimum with" in out
    assert "certified on these samples: a local minimum with training error " in out
    cli.main(["certify", "ours-necessary", "-o", str(trap), "--neuron", "exp", "--width", "2"])
    assert recheck(load(trap)).status == "holds"
    assert ": ours-necessary, training error 1/8, radius " in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        cli.main(["certify", "ours-necessary", "-o", str(trap), "--neuron", "relu"])
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "neuron is 'relu'; use one of softplus" in err
