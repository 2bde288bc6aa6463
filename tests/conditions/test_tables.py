"""Files and arrays: what is read, and the one line for each thing that is not."""

import os
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from lossurface import InputError
from lossurface.conditions import tables
from lossurface.conditions.tables import read_arrays, read_file

GOOD = "a,b,kind\n0.1,1,no\n2,-3e-1,yes\n"


def written(tmp_path, text, name="data.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_text_is_read_as_decimals(tmp_path):
    table = read_file(written(tmp_path, GOOD), "kind", "yes")
    assert table.dataset.x == ((Fraction(1, 10), Fraction(1)), (Fraction(2), Fraction(-3, 10)))
    assert table.dataset.y == (-1, 1)
    assert (table.features, table.positive, table.negative) == (("a", "b"), "yes", "no")


FRAME = pd.DataFrame({"a": [0.5, 1.5, 2.5], "b": [1, 2, 3], "y": [True, False, True]})
X = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)


@pytest.mark.parametrize(
    ("X", "y", "rows"),
    [
        ([[0.1], [2]], [0, 1], ((Fraction(0.1),), (2,))),  # floats are binary fractions
        ([np.array([1.0]), np.array([2.0])], [0, 1], ((1,), (2,))),
        (X, torch.tensor([1, -1]), ((1, 2), (3, 4))),
        (pd.DataFrame({"p": [1, 2], "q": [3, 4]}), pd.Series([0, 1]), ((1, 3), (2, 4))),
        (pd.DataFrame([[1, 2, 1], [3, 5, 0]]), "2", ((1, 2), (3, 5))),  # numbers for names
    ],
)
def test_arrays_of_every_kind_are_read_exactly(X, y, rows):
    assert read_arrays(X, y).dataset.x == rows


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiters(tmp_path, delimiter):
    table = read_file(written(tmp_path, GOOD.replace(",", delimiter)), "kind", "yes")
    assert table.dataset.n == 2


def test_parquet_and_npz_agree(tmp_path):
    FRAME.to_parquet(tmp_path / "data.parquet")
    X = FRAME[["a", "b"]].to_numpy()
    np.savez(tmp_path / "matrix.npz", X=X, y=FRAME["y"].to_numpy())
    np.savez(tmp_path / "columns.npz", a=X[:, 0], b=X[:, 1], y=FRAME["y"].to_numpy())
    expected = read_arrays(FRAME, "y")
    assert expected.features == ("a", "b")
    for name in ("data.parquet", "matrix.npz", "columns.npz"):
        assert read_file(tmp_path / name, "y").dataset == expected.dataset


def test_npz_columns_of_two_types_stay_exact(tmp_path):
    """2^53 + 1 beside a float is not rounded: the rows are parallel, so nothing separates them."""
    whole, half = np.array([2**53 + 1, 3 * 2**53 + 3]), np.array([1.0, 3.0])
    np.savez(tmp_path / "data.npz", a=whole, b=half, y=np.array([1, -1]))
    expected = ((2**53 + 1, 1), (3 * 2**53 + 3, 3))
    assert read_file(tmp_path / "data.npz", "y").dataset.x == expected


@pytest.mark.parametrize(
    ("labels", "positive", "signs"),
    [
        ([0, 1], None, (-1, 1)),
        ([-1.0, 1.0], None, (-1, 1)),
        ([False, True], None, (-1, 1)),
        (["b", "m"], "b", (1, -1)),
        ([1, 2], 2, (-1, 1)),
        ([1, 2], "1.0", (1, -1)),
        (["u", "v", "w"], "v", (-1, 1, -1)),
    ],
)
def test_labels(labels, positive, signs):
    assert read_arrays([[k] for k in range(len(labels))], labels, positive).dataset.y == signs


BAD = [
    ("a,kind\n1,u\n", "one class only"),
    ("a,kind\n", "no rows"),
    ("", "names no columns"),
    ("a,a,kind\n1,2,u\n", "two columns are called 'a'"),
    ("a,b\n1,2\n", "no column 'kind'; it has 'a', 'b'"),
    ("kind\nu\nv\n", "no column besides the label"),
    ("a,kind\n1,u\nnan,v\n", "row 2, column 'a': nan is not finite"),
    ("a,kind\n1,u\n-inf,v\n", "row 2, column 'a': -inf is not finite"),
    ("a,kind\n1,u\n,v\n", "row 2, column 'a': no value"),
    ("a,kind\n1,u\nred,v\n", "row 2, column 'a': 'red' is not a number"),
    ("a,kind\n1,u\n1e9999,v\n", "row 2, column 'a': '1e9999' is not a number"),
    ("a,kind\n1,u\n1e301,v\n", "row 2, column 'a': beyond 1e300"),
    ("a,kind\n1,u\n2\n", "row 2 has 1 values and 2 columns are named"),
    (f"a,kind\n1,u\n0.{'1' * 900},v\n", "row 2, column 'a': a number of more than 800 digits"),
    (f"a,kind\n1,u\n{'1' * 5000},v\n", "row 2, column 'a': a number of more than 800 digits"),
    ("a,kind\n1,u\n1e-900,v\n", "row 2, column 'a': a number of more than 800 digits"),
    ("a,kind\n1,u\n\u0661\u0662,v\n", "row 2, column 'a': .* is not a number"),
    ("a,kind\n1,u\n2,\n", "row 2, column 'kind': no label"),
    ("a,kind\n1,u\n2,NaN\n", "row 2, column 'kind': no label"),
    ("a,kind\n1,u\n2,v\n3,w\n", "not binary: it holds 'u', 'v', 'w'"),
    ("a,kind\n1,u\n2,v\n", "holds 'u' and 'v'; add --positive VALUE"),
    (b"\x89PNG\r\n\x1a\n\0\0", "not a table"),
    (b"a,kind\n1,\xff\n", "not a table"),
    ('a,kind\n1,"u\n2,v\n', "values and 2 columns|row 1|one class"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_bad_csv_is_one_line(tmp_path, text, words):
    with pytest.raises(InputError, match=words) as caught:
        read_file(written(tmp_path, text), "kind")
    assert "\n" not in str(caught.value)
    assert "data.csv" in str(caught.value)


NONE = (
    *(float("nan"), np.float32("nan"), None, pd.NA, pd.NaT, np.datetime64("NaT"), ""),
    Decimal("NaN"),
)


@pytest.mark.parametrize("label", NONE)
def test_a_label_that_is_none(label):
    frame = pd.DataFrame({"a": [1, 2, 3], "y": pd.Series([0, 1, label], dtype=object)})
    for X, y in (([[1], [2], [3]], [0, 1, label]), (frame, "y")):
        with pytest.raises(InputError, match="row 3, column 'y': no label"):
            read_arrays(X, y)


TWICE = pd.DataFrame([[1, 2, 0], [3, 4, 1]], columns=["a", "a", "y"])
META = torch.empty(2, 2, device="meta")


@pytest.mark.parametrize(
    ("X", "y", "positive", "words"),
    [
        ([[1], 2], [0, 1], None, "one-dimensional"),
        ([1, 2], [0, 1], None, "one-dimensional"),
        (5, [0, 1], None, "X is 5, not an array"),
        ([], [], None, "no column besides|no rows"),
        ([[1, 2], [3]], [0, 1], None, "row 2 has 2 values"),
        ([[1], [2]], [0], None, "X has 2 rows and y has 1"),
        ([[float("nan")], [1]], [0, 1], None, "row 1, column 'x0'"),
        ([[1], [2]], [0, np.zeros(2)], None, "row 2, column 'y': not one short value"),
        ([[1], [2]], [0, 10**5000], None, "row 2, column 'y': not one short value"),
        ([[1], [2]], [0, 1], np.zeros((2, 2)), "positive: not one short value"),
        ([[1], [2]], [0, 1], float("nan"), "positive: no label"),
        ([[1], [2]], [0, 1], "u" * 500, "holds no 'uuu.*; it holds '0', '1'"),
        ([[1], [10**5000]], [0, 1], None, "row 2, column 'x0': beyond 1e300"),
        ([[1], [Fraction(1, 10**800)]], [0, 1], None, "row 2, .*more than 800 digits"),
        ([["1"], ["\uff11"]], [0, 1], None, "row 2, column 'x0': .* is not a number"),
        ([[1, np.array([1, 2])], [2, 3]], [1, -1], None, "not a number"),
        (torch.eye(2).to_sparse(), [1, -1], None, "not a dense array"),
        (META, [1, -1], None, "not a dense array"),
        (TWICE, "y", None, "two columns are called 'a'"),
        (TWICE, "z", None, "no column 'z'"),
    ],
)
def test_bad_arrays_are_one_line(X, y, positive, words):
    with pytest.raises(InputError, match=words) as caught:
        read_arrays(X, y, positive)
    assert "\n" not in str(caught.value)


def test_all_digits_together_are_bounded(monkeypatch):
    monkeypatch.setattr(tables, "MAX_DIGITS", 30)
    read_arrays([[0.5], [0.25]], [0, 1])
    with pytest.raises(InputError, match="digits in all"):
        read_arrays([[0.1], [0.2]], [0, 1])


def test_bad_files(tmp_path):
    os.mkfifo(tmp_path / "fifo.csv")
    with (tmp_path / "huge.csv").open("wb") as stream:
        stream.truncate(10**9)  # sparse: takes no space
    cases = [
        (tmp_path / "absent.csv", "No such file"),
        (tmp_path, "not a file"),
        (tmp_path / "fifo.csv", "not a file"),
        (tmp_path / "huge.csv", "1000 MB, more than 200"),  # refused unread
        (written(tmp_path, "x", "data.xlsx"), "not a .csv, .parquet or .npz"),
        (written(tmp_path, "x", "bad.parquet"), "not a Parquet table"),
        (written(tmp_path, "x", "bad.npz"), "not an NPZ archive"),
    ]
    for path, words in cases:
        with pytest.raises(InputError, match=words):
            read_file(path, "y")


SQUARE, DAYS = np.zeros((2, 2)), np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"X": SQUARE, "y": [0, 1, 1]}, "has shape"),
        ({"X": SQUARE, "z": [0, 1]}, "no array 'y'"),
        ({"u": SQUARE, "v": np.zeros((2, 3)), "y": [0, 1]}, "which array"),
        ({"y": [0, 1]}, "which array holds the samples"),
        ({"y": 1}, "which array holds the samples"),
        ({"X": [[1.0], [np.nan]], "y": [0, 1]}, r"row 2, column 'X\[0\]'"),
        ({"X": [[1.0], [2.0]], "y": [0, np.nan]}, "row 2, column 'y': no label"),
        ({"a": DAYS, "b": [1.0, 2.0], "y": [1, 0]}, "not a number"),
    ],
)
def test_npz_that_is_no_dataset(tmp_path, arrays, words):
    np.savez(tmp_path / "data.npz", **{name: np.array(one) for name, one in arrays.items()})
    with pytest.raises(InputError, match=words):
        read_file(tmp_path / "data.npz", "y")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"a": [1.0, None], "y": [0, 1]}, "row 2, column 'a'"),
        ({"a": ["x", "y"], "y": [0, 1]}, "row 1, column 'a': 'x' is not a number"),
        ({"a": [1, 2], "y": [0, None]}, "row 2, column 'y': no label"),
    ],
)
def test_parquet_nulls_and_text(tmp_path, columns, words):
    pd.DataFrame(columns).to_parquet(tmp_path / "data.parquet")
    with pytest.raises(InputError, match=words):
        read_file(tmp_path / "data.parquet", "y")


def test_a_file_of_too_many_values_is_called_that(tmp_path, monkeypatch):
    """Not a broken file: the size is looked at within what catches the readers' own errors."""
    FRAME[["a", "y"]].to_parquet(tmp_path / "data.parquet")
    np.savez(tmp_path / "data.npz", X=np.zeros((3, 1)), y=FRAME["y"].to_numpy())
    np.savez_compressed(tmp_path / "bomb.npz", X=np.zeros(200_000), y=[0, 1])
    written(tmp_path, "a,y\n" + "1,0\n2,1\n" * 20)
    monkeypatch.setattr(tables, "MAX_CELLS", 2)
    for name, words in (
        ("data.csv", "more than 2 values"),  # while it is read
        ("data.parquet", "6 values, more than 2;"),
        ("data.npz", "more than 2 values;"),
        ("bomb.npz", "2 MB unpacked, too much;"),
    ):
        with pytest.raises(InputError, match=f"{name}: {words}"):
            read_file(tmp_path / name, "y")
