"""Read samples and labels from a file or from arrays, refusing with one line what is no dataset.

Text (CSV) is read as the exact decimals that it shows: 0.1 is 1/10. Binary floats (Parquet, NPZ,
arrays, tensors) are the exact dyadic rationals that they are. A number has at most 800 digits above
and below the line, as every double has and every certificate may; one that is no double is at most
1e300 in size.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from lossurface.errors import InputError
from lossurface.setting.datasets import Dataset

MAX_BYTES = 200_000_000
MAX_CELLS = 500_000  # minutes of exact arithmetic; certificates of 20 MB
MAX_DIGITS = 15_000_000  # of all values; a certificate holds every one of them, and 20 MB in all
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DIGITS = 800  # of a numerator or denominator; a certificate may hold products of them
SMALLER = "take a sample of its rows"


@dataclass(frozen=True)
class Table:
    """A dataset, and the words it came in."""

    dataset: Dataset
    source: str  # the file's name, or "arrays"
    features: tuple[str, ...]  # d column names
    positive: str  # what label +1 was called
    negative: str  # what label -1 was called


def read_file(path: str | Path, label: str, positive: str | None = None) -> Table:
    """Read a CSV, Parquet or NPZ file.

    An NPZ file holds the labels as an array of the given name, and the samples as `X` (n, d), as
    its only other array, or as one array (n,) for each feature.

    Args:
        path: file ending in .csv, .parquet or .npz.
        label: name of the label's column.
        positive: the label to be called +1; the others together become -1.

    Raises:
        InputError: the file is missing, too large or no table; a column is missing or given twice;
            a value is not a finite number; the labels are not of two classes.
    """
    file = Path(path)
    readers = {".csv": _csv, ".parquet": _parquet, ".npz": _npz}
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise InputError(f"{file}: not a file; name a CSV, Parquet or NPZ file")
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}; name a CSV, Parquet or NPZ file") from None
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise InputError(f"{file}: not a .csv, .parquet or .npz file; convert it to one of these")
    if size > MAX_BYTES:
        raise InputError(f"{file}: {size / 1e6:.0f} MB, more than {MAX_BYTES // 10**6}; {SMALLER}")
    try:
        names, rows = reader(file, label)
        return _table(str(file), names, rows, label, positive)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or _reason(error)})") from None


def read_arrays(X: Any, y: Any, positive: object = None) -> Table:
    """Read arrays, tensors, nested lists or a data frame.

    Args:
        X: (n, d) numbers; or a data frame, whose columns then name the features.
        y: (n,) labels; or, with a data frame, the name of their column.
        positive: the label to be called +1.

    Raises:
        InputError: as for `read_file`.
    """
    rows: list[Sequence[Any]]
    if hasattr(X, "columns") and hasattr(X, "to_numpy"):
        names = [str(name) for name in X.columns]
        # Column by column: an integer beside a float stays the integer that it is.
        rows = list(zip(*(X.iloc[:, k].tolist() for k in range(len(names))), strict=True))
        if isinstance(y, str):
            return _table("arrays", names, rows, y, positive)
    else:
        rows = [row.tolist() if hasattr(row, "tolist") else row for row in _listed(X, "X")]
        if not all(isinstance(row, list | tuple) for row in rows):
            raise InputError("X is one-dimensional; give one row of features for each sample")
        names = [f"x{k}" for k in range(len(rows[0]))] if rows else []
    labels = _listed(y, "y")
    if len(rows) != len(labels):
        raise InputError(f"X has {len(rows)} rows and y has {len(labels)}; give one label for each")
    labelled = ([*row, label] for row, label in zip(rows, labels, strict=True))
    return _table("arrays", [*names, "y"], labelled, "y", positive)


def _listed(values: Any, name: str) -> list[Any]:
    try:
        if hasattr(values, "detach"):
            values = values.detach().cpu()
        if hasattr(values, "tolist"):
            values = values.tolist()
    except (RuntimeError, TypeError):  # a sparse, quantised or meta tensor
        raise InputError(f"{name} is not a dense array; give its entries as one") from None
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"{name} is {values!r}, not an array; give one entry for each sample")
    return list(values)


def _table(
    source: str, names: list[str], rows: Iterable[Sequence[Any]], label: str, positive: object
) -> Table:
    """Turn named rows into a dataset; rows are counted from 1."""
    if label not in names:
        raise InputError(f"{source}: no column {label!r}; it has {_some(names)}")
    doubled = next((name for name, count in Counter(names).items() if count > 1), None)
    if doubled is not None:
        raise InputError(f"{source}: two columns are called {_cut(doubled)}; rename one")
    if len(names) < 2:
        raise InputError(f"{source}: no column besides the label {label!r}; give features")
    samples: list[tuple[Fraction, ...]] = []
    labels: list[str] = []
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise InputError(
                f"{source}: row {number} has {len(row)} values and {len(names)} columns are named"
            )
        if len(samples) * len(names) > MAX_CELLS:
            raise InputError(f"{source}: more than {MAX_CELLS} values; {SMALLER}")
        sample = []
        for name, cell in zip(names, row, strict=True):
            try:
                if name == label:
                    labels.append(_label(cell))
                else:
                    sample.append(_number(cell))
            except _Refused as why:
                raise InputError(f"{source}: row {number}, column {_cut(name)}: {why}") from None
        samples.append(tuple(sample))
    if not samples:
        raise InputError(f"{source}: no rows; give at least one sample of each class")
    first, second = _classes(labels, label, positive, source)
    signs = tuple(1 if value == first else -1 for value in labels)
    features = tuple(name for name in names if name != label)
    dataset = Dataset(tuple(samples), signs)
    ratios = (number for row in samples for value in row for number in value.as_integer_ratio())
    digits = sum(map(int.bit_length, ratios)) * math.log10(2)
    if digits > MAX_DIGITS:
        raise InputError(
            f"{source}: {digits / 1e6:.0f} million digits in all, more than "
            f"{MAX_DIGITS // 10**6}; round the values, or {SMALLER}"
        )
    return Table(dataset, source, features, first, second)


def _classes(labels: list[str], label: str, positive: object, source: str) -> tuple[str, str]:
    """Return what the positive and the negative label are called."""
    values = sorted(set(labels))
    where = f"{source}: column {label!r}"
    way = "pass positive=..." if source == "arrays" else "add --positive VALUE"
    if len(values) == 1:
        raise InputError(f"{where} holds one class only, {_cut(values[0])}; give samples of both")
    if positive is not None:
        try:
            wanted = _label(positive)
        except _Refused as why:
            raise InputError(f"positive: {why}") from None
        if wanted not in values:
            raise InputError(f"{where} holds no {_cut(wanted)}; it holds {_some(values)}")
        others = [v for v in values if v != wanted]
        return wanted, others[0] if len(others) == 1 else "the rest"
    if len(values) > 2:
        raise InputError(
            f"{where} is not binary: it holds {_some(values)}; {way} to set one against the rest"
        )
    if values in (["-1", "1"], ["0", "1"], ["False", "True"], ["false", "true"]):
        return values[1], values[0]
    raise InputError(
        f"{where} holds {_cut(values[0])} and {_cut(values[1])}; {way} to say which is +1"
    )


class _Refused(Exception):
    """Why a cell is none; whoever knows its place says where."""


def _missing(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or (isinstance(value, str) and not value.strip())
        or type(value).__name__ in ("NAType", "NaTType")  # of pandas
    )


def _label(value: Any) -> str:
    """Return a label's text; 1, 1.0 and "1.0" are one label."""
    try:
        plain = value.item() if hasattr(value, "item") else value
        text = "" if _missing(plain) else str(plain).strip()
        text = str(Fraction(text)) if NUMBER.fullmatch(text) else text
    except (ValueError, TypeError, RuntimeError):  # an array, or an integer too long to print
        raise _Refused("not one short value; give a label") from None
    if text.lower() in ("", "nan"):
        raise _Refused("no label; fill or drop it")
    return text


def _number(value: Any) -> Fraction:
    """Return the exact value of one cell."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    match value:
        case str():
            readable = NUMBER.fullmatch(value.strip()) is not None
        case float():
            readable = math.isfinite(value)
        case Decimal():  # as a fraction, 1e999999999 would fill the memory
            readable = value.is_finite() and abs(value.adjusted()) <= 1000
        case _:
            readable = isinstance(value, int | Fraction)
    if not readable:
        if _missing(value):
            raise _Refused("no value; fill or drop the row")
        text = str(value)
        if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity"):
            raise _Refused(f"{text} is not finite; fill or drop the row")
        raise _Refused(f"{text[:40]!r} is not a number; encode or drop the column")
    if isinstance(value, float):
        return Fraction(value)
    try:
        exact = Fraction(value)
    except ValueError:  # Python reads no integer of more than 4,300 digits
        exact = None
    if exact is not None and abs(exact) > 10**300:
        raise _Refused("beyond 1e300; rescale the column")
    if exact is None or max(abs(exact.numerator), exact.denominator) >= 10**DIGITS:
        raise _Refused(f"a number of more than {DIGITS} digits; round it")
    return exact


def _cut(name: str) -> str:
    return repr(name if len(name) <= 60 else name[:57] + "...")


def _reason(error: BaseException) -> str:
    """Return the first words of another library's error, without what no terminal prints."""
    lines = str(error).splitlines()
    return ascii(lines[0][:80])[1:-1] if lines else type(error).__name__


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(_cut(name) for name in names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6} more"


def _csv(file: Path, label: str) -> tuple[list[str], Iterator[list[str]]]:
    rows = _lines(file)
    return [name.strip() for name in next(rows)], rows


def _lines(file: Path) -> Iterator[list[str]]:
    import csv

    number = 0
    with file.open(encoding="utf-8-sig", newline="") as stream:
        try:
            header = stream.readline()
            if not header.strip() or "\0" in header:
                raise InputError(f"{file}: not a table: its first line names no columns")
            stream.seek(0)
            for row in csv.reader(stream, delimiter=max(",;\t", key=header.count)):
                number += 1
                if row:
                    yield row
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(
                f"{file}: not a table of UTF-8 text after line {number}: {_reason(error)}"
            ) from None


def _parquet(file: Path, label: str) -> tuple[list[str], Iterator[Sequence[Any]]]:
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(file)
        cells = table.metadata.num_rows * table.metadata.num_columns
        if cells > MAX_CELLS:
            raise InputError(f"{file}: {cells} values, more than {MAX_CELLS}; {SMALLER}")
        lists = [column.to_pylist() for column in table.read().columns]
    except InputError:
        raise
    except Exception as error:  # a file may be broken in any way, and pyarrow raise anything
        raise InputError(f"{file}: not a Parquet table: {_reason(error)}") from None
    return list(table.schema_arrow.names), zip(*lists, strict=True)


def _npz(file: Path, label: str) -> tuple[list[str], Iterator[Sequence[Any]]]:
    import warnings

    import numpy as np

    try:
        with zipfile.ZipFile(file) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
        if total > 8 * MAX_CELLS + 10**6:
            raise InputError(f"{file}: {total / 1e6:.0f} MB unpacked, too much; {SMALLER}")
        with warnings.catch_warnings(), np.load(file, allow_pickle=False) as archive:
            warnings.simplefilter("ignore")  # of an old header; what it holds is checked here
            arrays = {name: archive[name] for name in archive.files}
    except InputError:
        raise
    except Exception as error:  # so here; numpy reads an array's header as Python
        raise InputError(f"{file}: not an NPZ archive of numbers: {_reason(error)}") from None
    # Entries of no bytes, or rows of no entries, make a small file a list without end.
    if any(math.prod(max(k, 1) for k in a.shape) > MAX_CELLS for a in arrays.values()):
        raise InputError(f"{file}: more than {MAX_CELLS} values; {SMALLER}")
    if label not in arrays:
        raise InputError(f"{file}: no array {label!r}; it has {_some(sorted(arrays))}")
    labels = arrays.pop(label)
    name = "X" if "X" in arrays or len(arrays) != 1 else next(iter(arrays))
    columns = arrays
    if name in arrays and arrays[name].ndim == 2:
        columns = {f"{name}[{k}]": column for k, column in enumerate(arrays[name].T)}
    elif name in arrays:
        columns = {name: arrays[name]}
    if not columns or any(array.ndim != 1 for array in columns.values()):
        raise InputError(f"{file}: which array holds the samples? call it X, of shape (n, d)")
    if any(array.shape != labels.shape for array in columns.values()):
        raise InputError(f"{file}: {label!r} has shape {labels.shape}; give one for each sample")
    # Column by column: an integer beside a float stays the integer that it is.
    lists = [array.tolist() for array in (*columns.values(), labels)]
    return [*columns, label], zip(*lists, strict=True)
