"""Certificates as values: made by `seal`, read by `load`, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from lossurface.errors import InputError
from lossurface.exact import checker
from lossurface.exact.checker import printable
from lossurface.exact.checker.format import FORMAT, VERSION
from lossurface.exact.findings import Finding, decided


@dataclass(frozen=True)
class Certificate:
    """A certificate: a JSON object in the published format (`lossurface.exact.checker.format`).

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

    @property
    def network(self) -> str:
        """Its network, such as `quadratic, p = 3, M = 1`; empty if it is about samples alone."""
        if "network" not in self.data:
            return ""
        parts, p = self.data["network"], self.data["p"]
        if "neuron" not in parts:  # no f_S
            return f"{parts['deep']['neuron']}, p = {p}"
        return f"{parts['neuron']}, p = {p}, M = {len(parts['a'])}"

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical JSON.

        Raises:
            InputError: it is not JSON, or nested too deeply.
        """
        try:
            canonical = json.dumps(dict(self.data), sort_keys=True, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError):
            raise InputError(
                "not JSON, or nested too deeply; give a certificate's fields"
            ) from None
        return hashlib.sha256(canonical.encode()).hexdigest()

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


def seal(fields: Mapping[str, Any]) -> Certificate:
    """Add format and version to the fields of a certificate, and write its numbers as text.

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
    return Certificate(data)


def check(certificate: Certificate) -> Finding:
    """Check a certificate, relying on nothing that it says.

    Returns:
        A finding that holds or fails; its detail names what is wrong, field first, and what was
        checked: the network's neuron, p and M, and the SHA-256 digest of the canonical JSON.

    Raises:
        InputError: it is not in the published format.
    """
    checked = f"certificate sha256:{certificate.digest}"
    try:
        proof = checker.check(dict(certificate.data))
    except checker.Unreadable as error:
        raise InputError(str(error)) from None
    except checker.Refuted as error:  # what is false was readable: its claim is a known one
        told = "; ".join(filter(None, (str(error), certificate.network, checked)))
        return decided(f"certificate of {certificate.claim}", False, "exact", told)
    told = "; ".join(filter(None, (certificate.network, checked)))
    return decided(str(proof), True, proof.evidence, told)


def load(path: str | os.PathLike[str]) -> Certificate:
    """Read a certificate file; `check` decides whether what it says is true.

    Raises:
        InputError: the file is unreadable, not a regular file, too large, not JSON, or not a
            certificate.
    """
    name = printable(path)
    try:
        data = checker.load(path)
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}; name a certificate file") from None
    except checker.Unreadable as error:
        raise InputError(f"{name}: {error}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError(f'{name}: not a lossurface certificate: "format" is not "{FORMAT}"')
    return Certificate(data)


def _encoded(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, list | tuple):
        return [_encoded(entry) for entry in value]
    if isinstance(value, Mapping):
        return {name: _encoded(entry) for name, entry in value.items()}
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float; floats have no place in a certificate")
    return value
