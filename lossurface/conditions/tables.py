"""Read samples and labels from a file or from arrays, refusing with one line what is no dataset.

Text (CSV) is read as the exact decimals that it shows: 0.1 is 1/10. Binary floats (Parquet, NPZ,
arrays, tensors) are the exact dyadic rationals that they are. A number has at most 800 digits above
and below the line, as every double has and every certificate may, and is at most 1e300 in size.
"""

from __future__ import annotations

import math
import re
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from lossurface.errors import InputError
from lossurface.setting import Dataset

__all__ = ["Table", "read_arrays", "read_file"]

MAX_BYTES = 200_000_000
MAX_CELLS = 500_000  # minutes of exact arithmetic; certificates of 20 MB
MAX_DIGITS = 15_000_000  # of all values; a certificate holds every one of them, and 20 MB in all
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
CHARACTERS = 4000  # of a number as text; Python itself refuses to read longer integers
DIGITS = 800  # of a numerator or denominator, as in `lossurface.exact.rational`
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
        positive: the label to be called +1; the others, if several, together become -1.

    Raises:
        InputError: the file is missing, too large or no table; a column is missing or given twice;
            a value is no finite number; the labels are not of two classes.
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
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or _reason(error)})") from None
    return _table(str(file), list(names), rows, label, positive)


def read_arrays(X: Any, y: Any, positive: object = None) -> Table:
    """Read arrays, tensors, nested lists or a data frame.

    Args:
        X: (n, d) numbers; or a data frame, whose columns then name the features.
        y: (n,) labels; or, with a data frame, the name of their column.
        positive: the label to be called +1.

    Raises:
        InputError: as for `read_file`.
    """
    if hasattr(X, "columns") and hasattr(X, "to_numpy"):
        names = [str(name) for name in X.columns]
        if isinstance(y, str):
            if y not in names:
                raise InputError(f"X has no column {y!r}; it has {_some(names)}")
            if names.count(y) > 1:
                raise InputError(f"X has two columns {y!r}; name columns once")
            at = names.index(y)
            labels = X.iloc[:, at].tolist()
            X = X.iloc[:, [k for k in range(len(names)) if k != at]]
            names.remove(y)
        else:
            labels = _listed(y, "y")
        rows = [list(row) for row in zip(*(X.iloc[:, k].tolist() for k in range(X.shape[1])))]  # noqa: B905
    else:
        rows = [row.tolist() if hasattr(row, "tolist") else row for row in _listed(X, "X")]
        if not all(isinstance(row, list | tuple) for row in rows):
            raise InputError("X is one-dimensional; give one row of features for each sample")
        labels = _listed(y, "y")
        names = [f"x{k}" for k in range(len(rows[0]))] if rows else []
    if len(rows) != len(labels):
        raise InputError(f"X has {len(rows)} rows and y has {len(labels)}; give one label for each")
    return _table(
        "arrays",
        [*names, "y"],
        ([*row, label] for row, label in zip(rows, labels, strict=True)),
        "y",
        positive,
    )


def _listed(values: Any, name: str) -> list[Any]:
    try:
        if hasattr(values, "detach"):
            values = values.detach().cpu()
        if hasattr(values, "tolist"):
            values = values.tolist()
    except (RuntimeError, TypeError):  # a sparse, quantised or meta tensor
        raise InputError(f"{name} is no dense array; give its entries as one") from None
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"{name} is {values!r}, not an array; give one entry for each sample")
    return list(values)


def _table(
    source: str, names: list[str], rows: Iterable[Sequence[Any]], label: str, positive: object
) -> Table:
    """Turn named rows into a dataset; rows are counted from 1."""
    doubled = next((name for k, name in enumerate(names) if name in names[:k]), None)
    if doubled is not None:
        raise InputError(f"{source}: two columns are called {_cut(doubled)}; rename one")
    if label not in names:
        raise InputError(f"{source}: no column {label!r}; it has {_some(names)}")
    if len(names) < 2:
        raise InputError(f"{source}: no column beside the label {label!r}; give features")
    at = names.index(label)
    wanted = None if positive is None else _label(positive, "positive")
    samples: list[tuple[Fraction, ...]] = []
    labels: list[str] = []
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise InputError(
                f"{source}: row {number} has {len(row)} values and {len(names)} columns are named"
            )
        if len(samples) * len(names) > MAX_CELLS:
            raise InputError(f"{source}: more than {MAX_CELLS} values; {SMALLER}")
        labels.append(_label(row[at], f"{source}: row {number}, column {label!r}"))
        samples.append(
            tuple(
                _number(value, source, number, name)
                for value, name in zip(row, names, strict=True)
                if name != label
            )
        )
    if not samples:
        raise InputError(f"{source}: no rows; give at least one sample of each class")
    first, second = _classes(labels, label, wanted, source)
    signs = tuple(1 if value == first else -1 for value in labels)
    features = tuple(name for name in names if name != label)
    dataset = Dataset(tuple(samples), signs)
    digits = sum(sum(map(int.bit_length, part)) for part in dataset.ratios) * math.log10(2)
    if digits > MAX_DIGITS:
        raise InputError(
            f"{source}: {digits / 1e6:.0f} million digits in all, more than "
            f"{MAX_DIGITS // 10**6}; round the values, or {SMALLER}"
        )
    return Table(dataset, source, features, first, second)


def _classes(labels: list[str], label: str, positive: str | None, source: str) -> tuple[str, str]:
    """Return what the positive and the negative label are called."""
    values = sorted(set(labels))
    where = f"{source}: column {label!r}"
    way = "pass positive=..." if source == "arrays" else "add --positive VALUE"
    if len(values) == 1:
        raise InputError(f"{where} holds one class only, {_cut(values[0])}; give samples of both")
    if positive is not None:
        if positive not in values:
            raise InputError(f"{where} holds no {_cut(positive)}; it holds {_some(values)}")
        others = [v for v in values if v != positive]
        return positive, others[0] if len(others) == 1 else "the rest"
    if len(values) > 2:
        raise InputError(
            f"{where} is not binary: it holds {_some(values)}; {way} to set one against the rest"
        )
    if values in (["-1", "1"], ["0", "1"], ["False", "True"], ["false", "true"]):
        return values[1], values[0]
    raise InputError(
        f"{where} holds {_cut(values[0])} and {_cut(values[1])}; {way} to say which is +1"
    )


def _missing(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or (isinstance(value, str) and not value.strip())
        or type(value).__name__ in ("NAType", "NaTType")
    )


def _label(value: object, where: str) -> str:
    """Return a label's text; `where` names it in errors."""
    try:
        text = "" if _missing(value) else _shown(value)
    except (ValueError, TypeError, RuntimeError):  # an array, or an integer too long to print
        raise InputError(f"{where}: not one short value; give a label") from None
    if text.lower() in ("", "nan"):
        raise InputError(f"{where}: no label; fill or drop it")
    return text


def _shown(value: object) -> str:
    """Return a label's text; 1, 1.0 and "1.0" are one label."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "item") and not hasattr(value.item(), "item"):
        return _shown(value.item())
    return _shown_text(str(value))


def _shown_text(text: str) -> str:
    text = text.strip()
    if _is_number(text):
        return str(Fraction(text))
    return text


def _is_number(text: str) -> bool:
    return len(text) <= CHARACTERS and NUMBER.fullmatch(text) is not None


def _number(value: Any, source: str, row: int, column: str) -> Fraction:
    """Return the exact value of one cell."""
    if isinstance(value, str):
        text = value.strip()
        if NUMBER.fullmatch(text):
            exact = Fraction(text) if len(text) <= CHARACTERS else None
            return _bounded(exact, source, row, column)
    elif isinstance(value, float):
        if math.isfinite(value):
            return Fraction(value)
    elif isinstance(value, int | Fraction):
        return _bounded(Fraction(value), source, row, column)
    elif isinstance(value, Decimal):
        # The exponent first: as a fraction, 1e999999999 would fill the memory.
        if value.is_finite() and abs(value.adjusted()) <= 1000:
            return _bounded(Fraction(value), source, row, column)
    elif getattr(value, "ndim", None) == 0 and hasattr(value, "item") and not _missing(value):
        plain = value.item()
        if not hasattr(plain, "item"):  # a long double stays one
            return _number(plain, source, row, column)
    where = f"{source}: row {row}, column {_cut(column)}"
    if _missing(value):
        raise InputError(f"{where}: no value; fill or drop the row")
    if isinstance(value, float) or str(value).strip().lower().lstrip("+-") in (
        *("nan", "inf", "infinity"),
    ):
        raise InputError(f"{where}: {value} is not finite; fill or drop the row")
    raise InputError(f"{where}: {str(value)[:40]!r} is not a number; encode or drop the column")


def _bounded(value: Fraction | None, source: str, row: int, column: str) -> Fraction:
    """Return the value if the search in floats and every certificate can hold it."""
    where = f"{source}: row {row}, column {_cut(column)}"
    if value is not None and abs(value) > 10**300:
        raise InputError(f"{where}: beyond 1e300; rescale the column")
    if value is None or max(abs(value.numerator), value.denominator) >= 10**DIGITS:
        raise InputError(f"{where}: a number of more than {DIGITS} digits; round it")
    return value


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
    import csv

    with file.open(encoding="utf-8-sig", newline="") as stream:
        try:
            header = stream.readline()
        except UnicodeDecodeError:
            raise InputError(f"{file}: not a table: it is not UTF-8 text") from None
    if not header.strip() or "\0" in header:
        raise InputError(f"{file}: not a table: its first line names no columns")
    delimiter = max(",;\t", key=header.count)

    def rows() -> Iterator[list[str]]:
        number = 0
        with file.open(encoding="utf-8-sig", newline="") as stream:
            try:
                for row in csv.reader(stream, delimiter=delimiter):
                    number += 1
                    if row:
                        yield row
            except (csv.Error, UnicodeDecodeError) as error:
                raise InputError(
                    f"{file}: not a table after line {number}: {_reason(error)}"
                ) from None

    lines = rows()
    names = [name.strip() for name in next(lines)]
    return names, lines


def _parquet(file: Path, label: str) -> tuple[list[str], Iterator[list[Any]]]:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(file)
        cells = table.metadata.num_rows * table.metadata.num_columns
        if cells > MAX_CELLS:
            raise InputError(f"{file}: {cells} values, more than {MAX_CELLS}; {SMALLER}")
        names = list(table.schema_arrow.names)
        columns = [column.to_pylist() for column in table.read().columns]
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise InputError(f"{file}: not a Parquet table: {_reason(error)}") from None
    return names, (list(row) for row in zip(*columns, strict=True))


# What zipfile, zlib and numpy raise where an archive is broken, encrypted, or lies about its size;
# numpy reads an array's header as Python.
_BROKEN = (
    *(ValueError, EOFError, ArithmeticError, LookupError, RuntimeError, MemoryError, TypeError),
    *(zlib.error, zipfile.BadZipFile, AttributeError, SyntaxError, tokenize.TokenError),
)


def _npz(file: Path, label: str) -> tuple[list[str], Iterator[list[Any]]]:
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
    except _BROKEN as error:
        raise InputError(f"{file}: not an NPZ archive of numbers: {_reason(error)}") from None
    # Entries of no bytes, or rows of no entries, make a small file a list without end.
    if any(math.prod(max(k, 1) for k in a.shape) > MAX_CELLS for a in arrays.values()):
        raise InputError(f"{file}: more than {MAX_CELLS} values; {SMALLER}")
    if label not in arrays:
        raise InputError(f"{file}: no array {label!r}; it has {_some(sorted(arrays))}")
    labels = arrays.pop(label)
    wide = [name for name, array in arrays.items() if array.ndim == 2]
    if "X" in arrays or (len(arrays) == 1 and wide):
        chosen = "X" if "X" in arrays else wide[0]
        X = arrays[chosen]
        X = X[:, None] if X.ndim == 1 else X
        names = [f"{chosen}[{k}]" for k in range(X.shape[1] if X.ndim == 2 else 0)]
    elif arrays and not wide and all(array.ndim == 1 for array in arrays.values()):
        names = list(arrays)
        if len({len(array) for array in arrays.values()}) > 1:
            raise InputError(f"{file}: the arrays differ in length; give one value per sample")
        # Objects: an integer beside a float stays the integer that it is.
        X = np.column_stack([arrays[name].astype(object) for name in names])
    else:
        raise InputError(f"{file}: which array holds the samples? call it X, of shape (n, d)")
    if X.ndim != 2 or labels.ndim != 1 or len(X) != len(labels):
        raise InputError(
            f"{file}: X has shape {X.shape} and {label!r} {labels.shape}; give (n, d) and (n,)"
        )
    rows = ([*row, value] for row, value in zip(X.tolist(), labels.tolist(), strict=True))
    return [*names, label], rows
