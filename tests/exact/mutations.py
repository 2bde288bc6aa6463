"""Alterations of certificates, shared by the tests of the checkers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from lossurface.exact import Certificate, seal

Path = tuple[str | int, ...]


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
    """Return a copy with one entry replaced and every digest taken anew."""
    return seal(altered(data, path, value))
