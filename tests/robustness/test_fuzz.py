"""What reads files, fed with mutants: no traceback, no hang, no blow-up, none wrongly accepted.

A mutant that is accepted may be true (a smaller radius, say). It must then keep the published
schema, and of a local minimum the setting's own evaluation of the network must find no other
training error.
"""

from __future__ import annotations

import io
import json
import random
import resource
import time
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from lossurface import InputError
from lossurface.claims.check import check_file
from lossurface.conditions.tables import Table, read_file
from lossurface.exact.checker.__main__ import outcome
from lossurface.exact.checker.format import parse
from lossurface.exact.schema import schema
from lossurface.setting import from_certificate
from tests.exact.certificates import CERTIFICATES
from tests.robustness import mutate
from tests.robustness.lines import one_line
from tests.setting._tools import error_ball

SECONDS = 2.0  # of this process, for one input
MEGABYTES = 600  # that the whole test may add


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


def canonical(value):
    return json.dumps(value, sort_keys=True)


def may_be_true(data):
    assert Draft202012Validator(schema()).is_valid(data)
    if "radius" in data:
        found = error_ball(from_certificate(data))  # None where balls leave a sign open
        assert found in (None, Fraction(data["training_error"]))


def fuzz_certificates(folder, count, seed):
    rng, path, watch = random.Random(seed), folder / "c.json", Watch()
    originals = [dict(made.data) for made in CERTIFICATES.values()]
    outcomes = {"unreadable": 0, "fails": 0, "the same": 0, "true": 0}
    for k in range(count):
        original = originals[k % len(originals)]
        text = mutate.certificate(rng, original)
        path.write_bytes(text)
        status, line = watch.call(partial(outcome, path), text)
        one_line(line)
        if status:
            outcomes["fails" if status == 1 else "unreadable"] += 1
        elif canonical(parse(text.decode())) == canonical(original):
            outcomes["the same"] += 1
        else:
            may_be_true(parse(text.decode()))
            outcomes["true"] += 1
    watch.check()
    assert all(found > count / 200 for found in outcomes.values()), outcomes
    print(outcomes, f"slowest {watch.slowest:.3f} s")


def files():
    """Return the same small table as CSV, NPZ and Parquet, and what changes each."""
    frame = pd.DataFrame({"a": [0.5, -1.25, 3], "b": [1, 2, -7], "kind": [1, -1, 1]})
    parquet, npz, compressed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    frame.to_parquet(parquet)
    for save, stream in ((np.savez, npz), (np.savez_compressed, compressed)):
        save(stream, X=frame[["a", "b"]].to_numpy(), kind=frame["kind"].to_numpy())
    return {
        "a.csv": (frame.to_csv(index=False).encode(), mutate.table),
        "a.npz": (npz.getvalue(), mutate.byte_level),
        "b.npz": (compressed.getvalue(), mutate.byte_level),
        "a.parquet": (parquet.getvalue(), mutate.byte_level),
    }


FILES = files()


def answer(call, *arguments, **choices):
    """Return what a call returns; None where it says in one line what is wrong."""
    try:
        return call(*arguments, **choices)
    except InputError as error:
        one_line(error)
        return None


def fuzz_tables(folder, count, seed):
    rng, watch = random.Random(seed), Watch()
    read = 0
    for k in range(count):
        name = [*FILES][k % len(FILES)]
        original, mutator = FILES[name]
        text = mutator(rng, original)
        path = folder / name
        path.write_bytes(text)
        table = watch.call(partial(answer, read_file, path, "kind"), text)
        if table is None:
            continue
        assert isinstance(table, Table)
        read += 1
        report = watch.call(partial(answer, check_file, path, label="kind"), text)
        assert report is None or report.conditions
    watch.check()
    assert 0 < read < count


def test_mutated_certificates(tmp_path):
    fuzz_certificates(tmp_path, 1500, seed=1)


def test_mutated_tables(tmp_path):
    fuzz_tables(tmp_path, 800, seed=2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_seventy_thousand_mutated_certificates(tmp_path, seed):
    fuzz_certificates(tmp_path, 17_500, seed=seed)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [21, 22])
def test_thirty_thousand_mutated_tables(tmp_path, seed):
    fuzz_tables(tmp_path, 15_000, seed=seed)
