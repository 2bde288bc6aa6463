"""Small inputs that ask for much: each is refused in one line, at once."""

from __future__ import annotations

import copy
import time
from decimal import Decimal

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims import proposition_6
from lossurface.conditions.tables import read_arrays, read_file
from lossurface.exact import check, seal


@pytest.fixture(autouse=True)
def _at_once():
    started = time.process_time()
    yield
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("shape", "labels", "words"),
    [
        # arrays of no bytes are no endless lists
        ((10**12, 0), [1, -1], "more than [0-9]+ values"),
        ((0, 10**9), [1, -1], "more than [0-9]+ values"),
        # many names are not compared one by one
        ((0, 100_000), [], "no rows"),
    ],
)
def test_arrays_of_no_bytes(tmp_path, shape, labels, words):
    np.savez(tmp_path / "a.npz", X=np.zeros(shape), y=np.array(labels))
    with pytest.raises(InputError, match=words):
        read_file(tmp_path / "a.npz", "y")


HUGE = (Decimal("1e999999999"), Decimal("1e-999999999"), np.longdouble(2))


@pytest.mark.parametrize("value", HUGE)
def test_numbers_of_a_huge_exponent(value):
    with pytest.raises(InputError, match="is not a number"):
        read_arrays([[value], [1]], [0, 1])


@pytest.mark.parametrize("cell", ["9" * 5000, "9" * 100_000, "0." + "1" * 50_000])
@pytest.mark.parametrize("column", [0, 1])
def test_numbers_of_many_digits(tmp_path, cell, column):
    rows = [["1", "1"], ["2", "0"]]
    rows[0][column] = cell
    path = tmp_path / "a.csv"
    path.write_text("a,y\n" + "\n".join(",".join(row) for row in rows))
    with pytest.raises(InputError) as caught:
        read_file(path, "y")
    assert len(str(caught.value)) < 400


def test_a_network_of_many_squaring_layers():
    data = copy.deepcopy(dict(proposition_6.certify("requ").data))
    layers = data["network"]["deep"]["layers"]
    first, *rest = layers
    width = len(first["b"])
    square = {"W": [["3/7"] * width] * width, "b": ["1/7"] * width}
    data["network"]["deep"]["layers"] = [first, *[square] * 60, *rest]
    assert check(seal(data)).status in ("holds", "fails")  # at once
