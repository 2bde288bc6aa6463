"""Alterations of certificates, shared by the tests of the checker."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from lossurface.exact import Certificate

Path = tuple[str | int, ...]
WRONG: tuple[Any, ...] = (None, True, 5, "x", [], {}, [[]], {"x": [None]})  # types and nestings


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every number, word and flag in a JSON value."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from leaves(entry, (*path, index))
    else:
        yield path


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value in a JSON value; of a list's, the first and the last."""
    yield path
    for key in value if isinstance(value, dict) else ():
        yield from places(value[key], (*path, key))
    for index in sorted({0, len(value) - 1}) if isinstance(value, list) and value else ():
        yield from places(value[index], (*path, index))


def wrong_shapes(data: Any) -> Iterator[tuple[Path, Any]]:
    """Yield each list, at any depth, with an entry too many, too few or given twice."""
    for path in places(data):
        entries = at(data, path)
        if isinstance(entries, list):
            yield path, [*entries, copy.deepcopy(entries[-1]) if entries else "1"]
            if entries:
                yield path, entries[:-1]
                yield path, [entries[0], *copy.deepcopy(entries)]


def wrong_types(data: Any) -> Iterator[tuple[Path, Any]]:
    """Yield each value, at any depth, with what it may be mistaken for."""
    for path in places(data):
        for value in WRONG if path else ():
            # True == 1 in Python, but not here
            if (type(value), value) != (type(at(data, path)), at(data, path)):
                yield path, value


def at(data: Any, path: Path) -> Any:
    """Return the entry at a path."""
    for key in path:
        data = data[key]
    return data


def altered(data: Any, path: Path, value: Any) -> dict[str, Any]:
    """Return a copy with one entry replaced."""
    result: dict[str, Any] = copy.deepcopy(dict(data))
    at(result, path[:-1])[path[-1]] = value
    return result


def resealed(data: Any, path: Path, value: Any) -> Certificate:
    """Return the certificate with one entry replaced."""
    return Certificate(altered(data, path, value))
