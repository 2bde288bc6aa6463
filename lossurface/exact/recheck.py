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
        A finding that holds or fails; its detail names what is wrong, field first.

    Raises:
        InputError: it is not in the published format.
    """
    kind = str(certificate.data.get("kind"))[:40]
    if kind != "local-minimum" and kind not in _CHECKERS:
        known = ", ".join(["local-minimum", *_CHECKERS])
        raise InputError(f"kind is {kind!r}, not one of {known}")
    checker = _local_minimum if kind == "local-minimum" else _imported(_CHECKERS[kind])
    statement = f"certificate of {ascii(str(certificate.data.get('claim'))[:40])[1:-1]}"
    try:
        proved, evidence = checker(dict(certificate.data))
    except rational.Unreadable as error:
        raise InputError(str(error)) from None
    except rational.Refuted as error:
        return _finding(statement, False, "exact", str(error))
    return _finding(f"{statement}: {proved}", True, evidence)


def recheck(path: str | os.PathLike[str]) -> Iterator[tuple[Path, Finding | InputError]]:
    """Check a certificate file, or every `*.json` in a folder, in the order of their names.

    Yields:
        The path and its finding, or the error that made it unreadable.

    Raises:
        InputError: there is no such file, or no certificate in the folder.
    """
    target = Path(path)
    paths = sorted(target.glob("*.json")) if target.is_dir() else [target]
    if not paths:
        raise InputError(f"{target}: no *.json in the folder; name a certificate or their folder")
    for entry in paths:
        try:
            yield entry, check(load(entry))
        except InputError as error:
            message = str(error)
            yield (
                entry,
                InputError(message if message.startswith(str(entry)) else f"{entry}: {message}"),
            )
