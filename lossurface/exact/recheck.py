"""Check any certificate: one checker for each kind, found by what the certificate says it is.

A checker takes the parsed JSON object, raises `rational.Unreadable` or `rational.Refuted`, and
returns what it proved, in words, with the kind of arithmetic it used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from lossurface.errors import InputError
from lossurface.exact import rational
from lossurface.exact.certificate import Certificate, load
from lossurface.exact.findings import Evidence, Finding, _finding
from lossurface.exact.rational import printable, shown
from lossurface.exact.reading import digest

__all__ = ["check", "recheck"]

Checker = Callable[[Any], tuple[str, Evidence]]

# kind -> where its checker stands; imported when used, so that the rational one needs nothing else
_CHECKERS = {
    "separator": "lossurface.exact.dataset:check",
    "farkas": "lossurface.exact.dataset:check",
    "subspaces": "lossurface.exact.dataset:check",
    "ellipsoids": "lossurface.exact.dataset:check",
    "quadratics": "lossurface.exact.dataset:check",
    "definite-weights": "lossurface.exact.dataset:check",
    "independent-parts": "lossurface.exact.dataset:check",
    "contradiction": "lossurface.exact.dataset:check",
}


def _local_minimum(data: Any) -> tuple[str, Evidence]:
    """Check a local minimum: the rational checker, unless the certificate needs balls."""
    network = data.get("network")
    deep = network.get("deep") if isinstance(network, dict) else None
    if isinstance(deep, dict) and deep.get("neuron") == "staircase":
        return _imported("lossurface.exact.staircase:check")(data)
    if data.get("reason") == "linear-enclosed":
        return _imported("lossurface.exact.enclosed_linear:check")(data)
    error, radius = rational.check(data)
    near = "at all" if radius is None else f"closer than {radius}"
    least = f"no parameters {near} have a lower loss"
    return f"a local minimum with training error {error}; {least}", "exact"


def _imported(name: str) -> Checker:
    module, function = name.split(":")
    checker: Checker = getattr(import_module(module), function)
    return checker


def check(certificate: Certificate) -> Finding:
    """Check a certificate exactly, believing nothing that it says.

    Returns:
        A finding that holds or fails; its detail names what is wrong, field first, and what was
        checked, by the SHA-256 digest of its canonical JSON.

    Raises:
        InputError: it is not in the published format.
    """
    data = dict(certificate.data)
    try:
        checked = f"certificate sha256:{digest(data)}"
    except (TypeError, ValueError, RecursionError):
        raise InputError("not JSON, or nested too deeply; give a certificate's fields") from None
    kind, known = data.get("kind"), ["local-minimum", *_CHECKERS]
    if kind not in known:
        raise InputError(f"kind is {shown(kind)}, not one of {', '.join(known)}")
    checker = _local_minimum if kind == "local-minimum" else _imported(_CHECKERS[kind])
    try:
        proved, evidence = checker(data)
    except rational.Unreadable as error:
        raise InputError(str(error)) from None
    except rational.Refuted as error:  # what is false was readable: its claim is a known one
        return _finding(f"certificate of {data['claim']}", False, "exact", f"{error}; {checked}")
    return _finding(f"certificate of {data['claim']}: {proved}", True, evidence, checked)


def recheck(path: str | os.PathLike[str]) -> Iterator[tuple[Path, Finding | InputError]]:
    """Check a certificate file, or every `*.json` in a folder, in the order of their names.

    Yields:
        The path and its finding, or the error that made it unreadable.

    Raises:
        InputError: the path is empty, or there is no certificate in the folder.
    """
    if not os.fspath(path):  # to Path, it is the current folder
        raise InputError("the path is empty; name a certificate or their folder")
    target = Path(path)
    try:
        paths = sorted(target.glob("*.json")) if target.is_dir() else [target]
    except OSError:  # `load` says why
        paths = [target]
    if not paths:
        name = printable(target)
        raise InputError(f"{name}: no *.json in the folder; name a certificate or their folder")
    for entry in paths:
        yield entry, _outcome(entry)


def _outcome(path: Path) -> Finding | InputError:
    try:
        certificate = load(path)
    except InputError as error:  # names the file
        return error
    try:
        return check(certificate)
    except InputError as error:
        return InputError(f"{printable(path)}: {error}")
