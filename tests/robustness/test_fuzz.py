"""What reads files, fed with mutants: no traceback, no hang, no blow-up, none wrongly accepted.

A certificate is accepted only if it is, as JSON, the one that was mutated. Where the digests were
taken anew a mutant may be true (a smaller radius, say). It must then keep the published schema, and
of a local minimum the setting's own evaluation of the network must find no other training error.
"""

from __future__ import annotations

import io
import json
import random
import resource
import time
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

import lossurface
from lossurface import InputError
from lossurface.conditions import check_file
from lossurface.conditions.tables import Table, read_file
from lossurface.counterexamples import (
    proposition_2,
    proposition_3,
    proposition_4,
    proposition_5,
    proposition_6,
    proposition_7,
)
from lossurface.exact import Finding, rational, recheck, schema
from lossurface.setting import from_certificate
from tests.exact.test_wrong import OF
from tests.robustness import mutate

SECONDS = 2.0  # of this process, for one input
MEGABYTES = 600  # that the whole test may add


@pytest.fixture(scope="module")
def certificates():
    """Certificates of each kind and reason, small."""
    found = [
        proposition_2("relu", 2, 1),
        proposition_3("leaky-relu", 2, 1),
        proposition_4("tanh", 2, 1),
        proposition_5("quadratic", 3, 1),
        proposition_5("cosh", 2, 1),
        proposition_6("requ"),
        proposition_7(),
    ]
    kinds = set()
    for X, y in DATASETS:
        report = lossurface.check(X, y)
        for condition in report.conditions:
            if condition.certificate is not None and condition.certificate.kind not in kinds:
                kinds.add(condition.certificate.kind)
                found.append(condition.certificate)
        if report.counterexample is not None:
            found.append(report.counterexample)
    assert len(kinds) >= 5
    return [make() for make in OF.values()] + [dict(certificate.data) for certificate in found]


DATASETS = (
    ([[2, 0], [3, 1], [-2, 0], [-3, 1]], [1, 1, -1, -1]),
    ([[1, 1], [-1, -1], [1, -1], [-1, 1]], [1, 1, -1, -1]),
    ([[2, 0], [-2, 0], [0, 2], [0, -2], [1, 0], [-1, 0], [0, 1], [0, -1]], [1] * 4 + [-1] * 4),
    ([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, 1, -1, -1]),
    ([[1, 2], [1, 2], [0, 1]], [1, -1, 1]),
)


class Watch:
    """Time of each input and memory of all."""

    def __init__(self) -> None:
        self.slowest, self.worst = 0.0, b""
        self.before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def call(self, function, text):
        started = time.process_time()
        result = function()
        spent = time.process_time() - started
        if spent > self.slowest:
            self.slowest, self.worst = spent, text[:2000]
        return result

    def check(self):
        assert self.slowest < SECONDS, (self.slowest, self.worst)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.before
        assert grown < MEGABYTES * 1024, f"{grown // 1024} MB more"


def one_line(message):
    assert len(message.splitlines()) == 1, repr(message)
    assert message.isprintable(), repr(message)
    assert len(message) < 1000
    message.encode()


def canonical(value):
    return json.dumps(value, sort_keys=True)


def may_be_true(data):
    assert Draft202012Validator(schema()).is_valid(data)
    if data["kind"] == "local-minimum":
        found = from_certificate(data).error_ball()  # None where balls leave a sign open
        assert found in (None, Fraction(data["training_error"]))


def fuzz_certificates(certificates, folder, count, seed):
    rng, path, watch = random.Random(seed), folder / "c.json", Watch()
    outcomes = {"unreadable": 0, "fails": 0, "the same": 0, "true": 0}
    originals = [canonical(data) for data in certificates]
    for k in range(count):
        index = k % len(certificates)
        text, renewed = mutate.certificate(rng, certificates[index])
        path.write_bytes(text)
        ((_, outcome),) = watch.call(lambda: list(recheck(path)), text)
        if isinstance(outcome, InputError):
            one_line(str(outcome))
            outcomes["unreadable"] += 1
            continue
        assert isinstance(outcome, Finding)
        one_line(outcome.statement if outcome.status == "holds" else outcome.detail)
        if outcome.status != "holds":
            outcomes["fails"] += 1
        elif canonical(rational.parse(text.decode())) == originals[index]:
            outcomes["the same"] += 1
        else:
            assert renewed, text[:2000]
            may_be_true(rational.parse(text.decode()))
            outcomes["true"] += 1
    watch.check()
    assert min(outcomes["unreadable"], outcomes["fails"]) > count / 20, outcomes
    print(outcomes, f"slowest {watch.slowest:.3f} s")


def files():
    """The same small table as CSV, NPZ and Parquet."""
    frame = pd.DataFrame({"a": [0.5, -1.25, 3], "b": [1, 2, -7], "kind": [1, -1, 1]})
    parquet, npz = io.BytesIO(), io.BytesIO()
    frame.to_parquet(parquet)
    np.savez(npz, X=frame[["a", "b"]].to_numpy(), kind=frame["kind"].to_numpy())
    compressed = io.BytesIO()
    np.savez_compressed(compressed, X=frame[["a", "b"]].to_numpy(), kind=frame["kind"].to_numpy())
    return {
        "a.csv": (frame.to_csv(index=False).encode(), mutate.table),
        "a.npz": (npz.getvalue(), mutate.byte_level),
        "b.npz": (compressed.getvalue(), mutate.byte_level),
        "a.parquet": (parquet.getvalue(), mutate.byte_level),
    }


FILES = files()


def fuzz_tables(folder, count, seed):
    rng, watch = random.Random(seed), Watch()
    read = 0
    for k in range(count):
        name = ("a.csv", "a.npz", "b.npz", "a.parquet")[k % 4]
        original, mutator = FILES[name]
        text = mutator(rng, original)
        path = folder / name
        path.write_bytes(text)

        def answer(path=path):
            try:
                return read_file(path, "kind")
            except InputError as error:
                return error

        outcome = watch.call(answer, text)
        if isinstance(outcome, InputError):
            one_line(str(outcome))
            continue
        assert isinstance(outcome, Table)
        read += 1

        def judged(path=path):
            try:
                return check_file(path, label="kind")
            except InputError as error:
                return error

        report = watch.call(judged, text)
        if isinstance(report, InputError):
            one_line(str(report))
        else:
            assert report.conditions
    watch.check()
    assert 0 < read < count


def test_mutated_certificates(certificates, tmp_path):
    fuzz_certificates(certificates, tmp_path, 1500, seed=1)


def test_mutated_tables(tmp_path):
    fuzz_tables(tmp_path, 800, seed=2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_seventy_thousand_mutated_certificates(certificates, tmp_path, seed):
    fuzz_certificates(certificates, tmp_path, 17_500, seed=seed)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [21, 22])
def test_thirty_thousand_mutated_tables(tmp_path, seed):
    fuzz_tables(tmp_path, 15_000, seed=seed)
