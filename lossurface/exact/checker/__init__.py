"""Check a certificate with nothing but Python.

    python3 -m lossurface.exact.checker FILE|DIR ...

The folder imports the standard library and itself only. To believe a certificate, read `format`,
the shapes of all kinds and their reader, `arithmetic`, and of `dataset` and `minimum` what the kind
needs. Nothing that a certificate says is believed; every decision is between exact rationals.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from . import dataset
from .arithmetic import Samples, common
from .format import CERTIFICATE, FORMAT, Refuted, Unreadable, load, printable, read, require, size
from .minimum import check_minimum, check_staircase
from .strict import check_strict

__all__ = ["Proof", "Refuted", "Unreadable", "check", "load", "named", "printable"]

CONDITIONS: dict[str, Callable[[Any, Samples], str]] = {
    "separator": dataset.check_separator,
    "farkas": dataset.check_farkas,
    "ranks": dataset.check_ranks,
    "independent-parts": dataset.check_independent_parts,
    "quadratics": dataset.check_quadratics,
    "nested-quadratics": dataset.check_nested_quadratics,
    "definite-weights": dataset.check_definite_weights,
    "contradiction": dataset.check_contradiction,
}


class Proof(NamedTuple):
    """What a certificate proves."""

    claim: str
    says: str
    evidence: Literal["exact", "enclosed"]  # enclosed: theta* is known in balls alone

    def __str__(self) -> str:
        return f"certificate of {self.claim}: {self.says}"


def named(claim: str) -> str:
    """Return what it is that holds or fails: a condition, not the proposition that asks it."""
    if claim == "ours-necessary":
        return "the sharpened condition of Proposition 11"
    number = claim.removeprefix("proposition-")
    return claim if number == claim else f"the condition of Proposition {number}"


def check(raw: Any) -> Proof:
    """Check a parsed certificate, relying on nothing that it says.

    Args:
        raw: the JSON object.

    Raises:
        Unreadable: a field is missing, unknown or malformed.
        Refuted: it is a certificate, and what it says is false, or not shown by it.
    """
    require(isinstance(raw, dict), "the file is not an object", Unreadable)
    old = raw.get("format") == FORMAT and raw.get("version") == 1
    way = "make the certificate anew with lossurface certify or check"
    require(not old, f"version is 1, an older format; {way}", Unreadable)
    cert = read(raw, CERTIFICATE)
    kind, claim, x, y = (cert[name] for name in ("kind", "claim", "samples", "labels"))
    size(x, len(y), len(x[0]), "samples")
    require({1, -1} <= set(y), "labels are all equal: one class is empty")
    scale = common([v for row in x for v in row], len(x) * len(x[0]))
    rows = [[v.numerator * (scale // v.denominator) for v in row] for row in x]
    samples = Samples(rows, scale, y)
    if kind == "local-minimum":
        says, enclosed = check_minimum(cert, samples)
        return Proof(claim, says, "enclosed" if enclosed else "exact")
    if kind == "strict-minimum":
        return Proof(claim, check_strict(cert, samples), "enclosed")
    if kind == "staircase":
        return Proof(claim, check_staircase(cert, samples), "exact")
    return Proof(claim, f"{named(claim)} {CONDITIONS[kind](cert, samples)}", "exact")
