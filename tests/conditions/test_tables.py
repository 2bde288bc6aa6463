"""Files and arrays: what is read, and the one line for each thing that is not."""

import os
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

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


def test_floats_are_read_as_binary_fractions():
    table = read_arrays([[0.1], [2]], [0, 1])
    assert table.dataset.x == ((Fraction(0.1),), (Fraction(2),))


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiters(tmp_path, delimiter):
    table = read_file(written(tmp_path, GOOD.replace(",", delimiter)), "kind", "yes")
    assert table.dataset.n == 2


def test_parquet_and_npz_agree(tmp_path):
    frame = pd.DataFrame({"a": [0.5, 1.5, 2.5], "b": [1, 2, 3], "y": [True, False, True]})
    frame.to_parquet(tmp_path / "data.parquet")
    X = frame[["a", "b"]].to_numpy()
    np.savez(tmp_path / "matrix.npz", X=X, y=frame["y"].to_numpy())
    np.savez(tmp_path / "columns.npz", a=X[:, 0], b=X[:, 1], y=frame["y"].to_numpy())
    expected = read_arrays(frame, "y").dataset
    for name in ("data.parquet", "matrix.npz", "columns.npz"):
        assert read_file(tmp_path / name, "y").dataset == expected


def test_tensors_and_frames():
    torch = pytest.importorskip("torch")
    X, y = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True), torch.tensor([1, -1])
    assert read_arrays(X, y).dataset.y == (1, -1)
    frame = pd.DataFrame({"p": [1, 2], "q": [3, 4]})
    assert read_arrays(frame, pd.Series([0, 1])).features == ("p", "q")


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
    ("kind\nu\nv\n", "no column beside the label"),
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


@pytest.mark.parametrize(
    "label",
    [
        float("nan"),
        np.float32("nan"),
        None,
        pd.NA,
        pd.NaT,
        np.datetime64("NaT"),
        "",
        Decimal("NaN"),
    ],
)
def test_a_label_that_is_none(label, tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 3], "y": pd.Series([0, 1, label], dtype=object)})
    for X, y in (([[1], [2], [3]], [0, 1, label]), (frame, "y")):
        with pytest.raises(InputError, match="row 3, column 'y': no label"):
            read_arrays(X, y)
    if label is None:
        frame["y"] = frame["y"].astype(float)
        frame.to_parquet(tmp_path / "data.parquet")
        np.savez(tmp_path / "data.npz", X=[[1], [2], [3]], y=frame["y"].to_numpy())
        for name in ("data.parquet", "data.npz"):
            with pytest.raises(InputError, match="row 3, column 'y': no label"):
                read_file(tmp_path / name, "y")


@pytest.mark.parametrize(
    ("X", "y", "positive", "words"),
    [
        ([[1], 2], [0, 1], None, "one-dimensional"),
        ([[1], [2]], [0, np.zeros(2)], None, "row 2, column 'y': not one short value"),
        ([[1], [2]], [0, 10**5000], None, "row 2, column 'y': not one short value"),
        ([[1], [2]], [0, 1], np.zeros((2, 2)), "positive: not one short value"),
        ([[1], [2]], [0, 1], float("nan"), "positive: no label"),
        ([[1], [2]], [0, 1], "u" * 500, "holds no 'uuu.*; it holds '0', '1'"),
        ([[1], [10**5000]], [0, 1], None, "row 2, column 'x0': beyond 1e300"),
        ([[1], [Fraction(1, 10**800)]], [0, 1], None, "row 2, .*more than 800 digits"),
        ([["1"], ["\uff11"]], [0, 1], None, "row 2, column 'x0': .* is not a number"),
    ],
)
def test_bad_arrays_are_one_line(X, y, positive, words):
    with pytest.raises(InputError, match=words) as caught:
        read_arrays(X, y, positive)
    assert "\n" not in str(caught.value)


def test_rows_may_be_arrays():
    assert read_arrays([np.array([1.0]), np.array([2.0])], [0, 1]).dataset.x == ((1,), (2,))


def test_all_digits_together_are_bounded(monkeypatch):
    monkeypatch.setattr(tables, "MAX_DIGITS", 30)
    read_arrays([[0.5], [0.25]], [0, 1])
    with pytest.raises(InputError, match="digits in all"):
        read_arrays([[0.1], [0.2]], [0, 1])


def test_bad_files(tmp_path):
    os.mkfifo(tmp_path / "fifo.csv")
    cases = [
        (tmp_path / "absent.csv", "No such file"),
        (tmp_path, "not a file"),
        (tmp_path / "fifo.csv", "not a file"),
        (written(tmp_path, "x", "data.xlsx"), "not a .csv, .parquet or .npz"),
        (written(tmp_path, "x", "bad.parquet"), "not a Parquet table"),
        (written(tmp_path, "x", "bad.npz"), "not an NPZ archive"),
    ]
    for path, words in cases:
        with pytest.raises(InputError, match=words):
            read_file(path, "y")


def test_npz_that_is_no_dataset(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, X=np.zeros((2, 2)), y=np.array([0, 1, 1]))
    with pytest.raises(InputError, match="has shape"):
        read_file(path, "y")
    with pytest.raises(InputError, match="no array 'z'"):
        read_file(path, "z")
    np.savez(path, u=np.zeros((2, 2)), v=np.zeros((2, 3)), y=np.array([0, 1]))
    with pytest.raises(InputError, match="which array"):
        read_file(path, "y")
    np.savez(path, X=np.array([[1.0], [np.nan]]), y=np.array([0, 1]))
    with pytest.raises(InputError, match=r"row 2, column 'X\[0\]'"):
        read_file(path, "y")


def test_parquet_nulls_and_text(tmp_path):
    path = tmp_path / "data.parquet"
    pd.DataFrame({"a": [1.0, None], "y": [0, 1]}).to_parquet(path)
    with pytest.raises(InputError, match="row 2, column 'a'"):
        read_file(path, "y")
    pd.DataFrame({"a": ["x", "y"], "y": [0, 1]}).to_parquet(path)
    with pytest.raises(InputError, match="row 1, column 'a': 'x' is not a number"):
        read_file(path, "y")


def test_a_gigabyte_is_refused_unread(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(10**9)  # sparse: takes no space
    with pytest.raises(InputError, match="1000 MB, more than 200"):
        read_file(path, "y")


def test_too_many_values_are_refused_while_streaming(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_CELLS", 10)
    path = written(tmp_path, "a,y\n" + "1,0\n2,1\n" * 20)
    with pytest.raises(InputError, match="more than 10 values"):
        read_file(path, "y")


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        ([[1, 2], [3]], [0, 1], "row 2 has 2 values"),
        ([[1], [2]], [0], "X has 2 rows and y has 1"),
        ([1, 2], [0, 1], "one-dimensional"),
        (5, [0, 1], "X is 5, not an array"),
        ([[float("nan")], [1]], [0, 1], "row 1, column 'x0'"),
        ([[1], [2]], [0, None], "no label"),
        ([], [], "no column beside|no rows"),
    ],
)
def test_bad_arrays(X, y, words):
    with pytest.raises(InputError, match=words):
        read_arrays(X, y)


def test_frame_with_a_column_twice():
    frame = pd.DataFrame([[1, 2, 0], [3, 4, 1]], columns=["a", "a", "y"])
    with pytest.raises(InputError, match="two columns are called 'a'"):
        read_arrays(frame, "y")
    with pytest.raises(InputError, match="no column 'z'"):
        read_arrays(frame, "z")


def test_npz_columns_of_two_types_stay_exact(tmp_path):
    """2^53 + 1 beside a float is not rounded: the rows are parallel, so nothing separates them."""
    file = tmp_path / "data.npz"
    whole, half = np.array([2**53 + 1, 3 * 2**53 + 3]), np.array([1.0, 3.0])
    np.savez(file, a=whole, b=half, y=np.array([1, -1]))
    assert read_file(file, "y").dataset.x == ((2**53 + 1, 1), (3 * 2**53 + 3, 3))


def test_npz_of_other_things_is_one_line(tmp_path):
    file = tmp_path / "data.npz"
    np.savez(file, a=np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]"), b=[1.0, 2.0], y=[1, 0])
    with pytest.raises(InputError, match="not a number"):
        read_file(file, "y")


def test_a_frame_with_numbers_for_names():
    table = read_arrays(pd.DataFrame([[1, 2, 1], [3, 5, 0]]), "2")
    assert table.dataset.x == ((1, 2), (3, 5))


def test_cells_and_tensors_of_other_kinds_are_one_line():
    torch = pytest.importorskip("torch")
    with pytest.raises(InputError, match="not a number"):
        read_arrays([[1, np.array([1, 2])], [2, 3]], [1, -1])
    sparse = torch.eye(2).to_sparse()
    for odd in (sparse, torch.empty(2, 2, device="meta")):
        with pytest.raises(InputError, match="no dense array"):
            read_arrays(odd, [1, -1])


def test_a_file_of_too_many_values_is_called_that(tmp_path, monkeypatch):
    """Not a broken file: the size is looked at within what catches the readers' own errors."""
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "y": [0, 1, 1]})
    frame.to_parquet(tmp_path / "data.parquet")
    np.savez(tmp_path / "data.npz", X=np.zeros((3, 1)), y=frame["y"].to_numpy())
    np.savez_compressed(tmp_path / "bomb.npz", X=np.zeros(200_000), y=[0, 1])
    monkeypatch.setattr(tables, "MAX_CELLS", 2)
    for name, words in (
        ("data.parquet", "6 values, more than 2;"),
        ("data.npz", "more than 2 values;"),
        ("bomb.npz", "2 MB unpacked, too much;"),
    ):
        with pytest.raises(InputError, match=f"{name}: {words}"):
            read_file(tmp_path / name, "y")


def test_an_npz_of_labels_alone_is_one_line(tmp_path):
    for labels in ([0, 1], 1):
        np.savez(tmp_path / "data.npz", y=np.array(labels))
        with pytest.raises(InputError, match="which array holds the samples"):
            read_file(tmp_path / "data.npz", "y")
