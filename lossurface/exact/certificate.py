"""Certificates as values: made by `seal`, read by `load`, written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

from lossurface.errors import InputError
from lossurface.exact import rational
from lossurface.exact.rational import printable
from lossurface.exact.reading import digest

__all__ = ["FORMAT", "VERSION", "Certificate", "load", "schema", "seal", "text"]

FORMAT = "lossurface/certificate"
VERSION = 1


@dataclass(frozen=True)
class Certificate:
    """A certificate: a JSON object in the published format (`certificate.schema.json`).

    Attributes:
        data: the object; numbers are strings "p/q" or "mid +/- rad".
    """

    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """What it certifies, such as `local-minimum`."""
        return str(self.data["kind"])

    @property
    def claim(self) -> str:
        """The id of the claim it belongs to."""
        return str(self.data["claim"])

    def to_json(self) -> str:
        """Return the text of the file: one line for each top-level field."""
        body = ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in self.data.items())
        return "{\n" + body + "\n}\n"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file atomically: to a temporary file beside it, then renamed.

        Raises:
            InputError: the folder does not exist or cannot be written.
        """
        target = Path(path)
        if target.exists() and not target.is_file():
            raise InputError(f"{printable(target)}: not a regular file; choose another place")
        part = target.parent / f".{secrets.token_hex(8)}.part"
        try:
            with part.open("x", encoding="utf-8") as stream:  # as readable as any file of the user
                stream.write(self.to_json())
            part.replace(target)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise InputError(
                f"{printable(target)}: cannot be written ({error.strerror}); choose another place"
            ) from None
        return target


_PLAIN = {str, int}  # the types of most of a certificate


def text(value: int | Fraction) -> str:
    """Return the string "p/q" of a rational.

    Raises:
        TypeError: the value is not an int or a Fraction; floats have no place in a certificate.
    """
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise TypeError(f"{value!r} is not an int or a Fraction")
    return str(value)


def seal(fields: Mapping[str, Any]) -> Certificate:
    """Add format, version and digests to the fields of a certificate.

    Args:
        fields: everything from `kind` on. A Fraction is written "p/q", an int (a label, an axis,
            p) stays one, a ball is given as its string "mid +/- rad".

    Raises:
        InputError: a number has more digits than Python writes, or reads.
        TypeError: a value is a float.
    """
    data: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    try:
        data.update({name: _encoded(value) for name, value in fields.items() if name not in data})
    except ValueError:
        raise InputError("a number has too many digits for a certificate; round the data") from None
    data.pop("digest", None)
    data["digest"] = {name: digest(value) for name, value in data.items()}
    return Certificate(data)


def load(path: str | os.PathLike[str]) -> Certificate:
    """Read a certificate file without believing it: `recheck` decides.

    Raises:
        InputError: the file is unreadable, no regular file, too large, not JSON, or not a
            certificate.
    """
    name = printable(path)
    try:
        data = rational.load(path)
        rational.require(
            isinstance(data, dict) and data.get("format") == FORMAT,
            f'not a lossurface certificate: "format" is not "{FORMAT}"',
            rational.Unreadable,
        )
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}; name a certificate file") from None
    except UnicodeDecodeError:
        raise InputError(f"{name}: not text; a certificate is UTF-8 JSON") from None
    except rational.Unreadable as error:
        raise InputError(f"{name}: {error}") from None
    return Certificate(data)


def schema() -> dict[str, Any]:
    """Return the published JSON Schema of the format."""
    path = Path(__file__).with_name("certificate.schema.json")
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def _encoded(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list | tuple):
        kinds = set(map(type, value))
        if kinds <= _PLAIN:
            return list(value)
        if kinds == {Fraction}:
            return list(map(str, value))
        if kinds == {list} and set(map(type, chain.from_iterable(value))) <= _PLAIN:
            return list(map(list, value))
        return [_encoded(entry) for entry in value]
    if isinstance(value, Fraction):
        return text(value)
    if isinstance(value, Mapping):
        return {name: _encoded(entry) for name, entry in value.items()}
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float; floats have no place in a certificate")
    return value
