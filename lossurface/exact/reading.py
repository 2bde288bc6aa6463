"""Read the parts that certificates of datasets share; every error names the field.

The standard library alone.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction as Q
from itertools import chain
from typing import Any

from lossurface.exact.integers import common, dots, integral, whole
from lossurface.exact.rational import Unreadable, require, shown

DIGITS = 4200  # Python refuses to read longer integers
RATIONAL = re.compile(rf"-?(0|[1-9][0-9]{{0,{DIGITS}}})(/[1-9][0-9]{{0,{DIGITS}}})?")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Samples:
    """The samples of a certificate, exact."""

    rows: list[list[int]]  # n x d, each column times its scale
    scales: list[int]  # d, above zero
    labels: list[int]  # n

    def forms(self, vectors: list[list[Q]]) -> list[tuple[list[int], int]]:
        """Return v^T x_i as (n integers, common denominator) for each vector v."""
        result = []
        for vector in vectors:
            shifted = [v / c for v, c in zip(vector, self.scales, strict=True)]
            numbers, scale = integral(shifted)
            result.append((dots(self.rows, numbers), scale))
        return result

    def squares(self) -> list[Q]:
        """Return x_i^T x_i for each sample."""
        scale = common(self.scales, "samples")
        factors = [scale // c for c in self.scales]
        whole = [[v * f for v, f in zip(row, factors, strict=True)] for row in self.rows]
        return [Q(sum(v * v for v in row), scale * scale) for row in whole]

    def of(self, sign: int) -> list[int]:
        """Return the positions of a class."""
        return [i for i, label in enumerate(self.labels) if label == sign]


def ratio(value: Any, where: str) -> tuple[int, int]:
    """Return numerator and denominator of the string "p/q" in lowest terms."""
    if not (isinstance(value, str) and RATIONAL.fullmatch(value)):
        raise Unreadable(f'{where} is {shown(value)}, not "p/q" in lowest terms')
    top, _, bottom = value.partition("/")
    p, q = int(top), int(bottom or 1)
    if math.gcd(p, q) > 1 or bottom == "1" or top == "-0":
        raise Unreadable(f"{where} is not in lowest terms")
    return p, q


def ratios(values: list[Any], where: Callable[[int], str]) -> tuple[list[int], list[int]]:
    """Return the numerators and the denominators of `ratio` of each; `where` names an entry."""
    read = _at_once(values)
    if read is None:
        pairs = [ratio(value, where(i)) for i, value in enumerate(values)]
        read = [p for p, _ in pairs], [q for _, q in pairs]
    return read


def _at_once(values: list[Any]) -> tuple[list[int], list[int]] | None:
    """Return the same for strings that are all as they should be and not very long, or None."""
    if set(map(type, values)) != {str} or max(map(len, values)) > DIGITS:
        return None
    integers = [value for value in values if "/" not in value]
    padded = [v if "/" in v else v + "/1" for v in values] if integers else values
    text = ",".join(padded)
    # JSON's integers are ours but for "-0"; it lets white space stand around them, and one of its
    # readers takes the digits of other alphabets.
    if "-0" in text or not text.isascii() or any(space in text for space in " \t\n\r"):
        return None
    try:
        numbers = json.loads(f"[{text.replace('/', ',')}]")
    except (ValueError, RecursionError):
        return None
    # Every value has a "/", hence two numbers or more: none has more.
    if len(numbers) != 2 * len(values) or set(map(type, numbers)) != {int}:
        return None
    tops, bottoms = numbers[::2], numbers[1::2]
    right = (
        min(bottoms) > 0
        and bottoms.count(1) == len(integers)  # "p/1" is not in lowest terms
        and set(map(math.gcd, tops, bottoms)) == {1}
    )
    return (tops, bottoms) if right else None


def exact(value: Any, where: str) -> Q:
    """Return the rational that a string "p/q" in lowest terms stands for."""
    return Q(*ratio(value, where))


def listed(value: Any, where: str, size: int | None) -> None:
    """Check that a value is a list, of the given length if one is given."""
    require(isinstance(value, list), f"{where} is not a list", Unreadable)
    fits = size is None or len(value) == size
    require(fits, f"{where} has {len(value)} entries, not {size}", Unreadable)


def vector(value: Any, where: str, size: int | None = None) -> list[Q]:
    """Return a list of rationals, of the given length if one is given."""
    listed(value, where, size)
    return list(map(Q, *ratios(value, lambda i: f"{where}[{i}]")))


def multiple(value: Any, where: str, size: int) -> list[int]:
    """Return a list of rationals times their least common denominator."""
    listed(value, where, size)
    tops, bottoms = ratios(value, lambda i: f"{where}[{i}]")
    return [row[0] for row in whole(tops, bottoms, 1, where)[0]]


def matrix(value: Any, where: str, width: int | None = None) -> list[list[Q]]:
    """Return rows of rationals."""
    require(isinstance(value, list), f"{where} is not a list", Unreadable)
    return [vector(row, f"{where}[{i}]", width) for i, row in enumerate(value)]


def positions(value: Any, where: str, limit: int) -> list[int]:
    """Return a list of distinct integers from 0 to limit - 1."""
    require(isinstance(value, list), f"{where} is not a list", Unreadable)
    fits = all(type(k) is int and 0 <= k < limit for k in value) and len(set(value)) == len(value)
    require(fits, f"{where} holds something else than distinct positions below {limit}", Unreadable)
    return list(value)


def check_version(raw: dict[str, Any]) -> None:
    """Check the fields `format` and `version`.

    Raises:
        Unreadable: they are not those of this format.
    """
    known = raw["format"] == "lossurface/certificate" and raw["version"] == 1
    fits = known and type(raw["version"]) is int  # in Python, True == 1
    require(fits, "format, version is not lossurface/certificate 1", Unreadable)


def fields_of(value: Any, where: str, keys: set[str]) -> dict[str, Any]:
    """Return an object with exactly these keys."""
    require(isinstance(value, dict), f"{where} is not an object", Unreadable)
    for key in sorted(keys ^ set(value)):
        raise Unreadable(
            f"{where}.{ascii(key[:40])[1:-1]} is {'unknown' if key in value else 'missing'}"
        )
    return dict(value)


def read_samples(raw: dict[str, Any]) -> Samples:
    """Read the fields `samples` and `labels`.

    Raises:
        Unreadable: they are malformed.
        Refuted: one class is empty.
    """
    given = raw["samples"]
    fits = isinstance(given, list) and given and all(isinstance(row, list) for row in given)
    require(fits and given[0], "samples are empty, or no list of lists", Unreadable)
    d = len(given[0])
    require(set(map(len, given)) == {d}, "samples differ in length", Unreadable)
    tops, bottoms = ratios(list(chain.from_iterable(given)), lambda i: f"samples[{i // d}]")
    rows, scales = whole(tops, bottoms, d, "samples")
    labels = raw["labels"]
    fits = isinstance(labels, list) and all(type(y) is int and y in (-1, 1) for y in labels)
    require(fits and len(labels) == len(rows), "labels is not a 1 or -1 per sample", Unreadable)
    require({1, -1} <= set(labels), "labels are all equal: one class is empty")
    return Samples(rows, scales, list(labels))


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(_CANONICAL.encode(value).encode()).hexdigest()


def check_digest(raw: dict[str, Any], fields: set[str]) -> None:
    """Check the digests, which prove nothing but show what was altered.

    Raises:
        Refuted: a field does not match its digest.
    """
    stated = fields_of(raw["digest"], "digest", fields)
    for name in sorted(fields):
        require(
            digest(raw[name]) == stated[name],
            f"{name} was altered: it does not match digest.{name}",
        )
