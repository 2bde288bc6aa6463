"""Read a certificate: JSON whose shape is described by data (`format`), every error naming a field.

Numbers are rationals, written "p/q" in lowest terms, and balls, written "mid +/- rad".
"""

import json
import math
import re
from fractions import Fraction as Q
from pathlib import Path
from typing import Any

MAX_BYTES = 20_000_000  # a certificate of a dataset holds every sample
DIGITS = 4200  # of a numerator or denominator; Python refuses to read longer integers
RATIONAL = re.compile(
    rf"(-?(?:0|[1-9][0-9]{{0,{DIGITS - 1}}}))(?:/([1-9][0-9]{{0,{DIGITS - 1}}}))?"
)

Ball = tuple[Q, Q]  # low, high


class Unreadable(Exception):
    """The input is not a certificate in the published format."""


class Refuted(Exception):
    """The input is a certificate, and what it says is false or not shown by it."""


def require(condition: Any, message: str, error: type[Exception] = Refuted) -> None:
    """Raise the error with the message unless the condition holds."""
    if not condition:
        raise error(message)


def printable(text: Any) -> str:
    """Return the text with what no terminal should be sent escaped, such as line ends."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


def shown(value: Any) -> str:
    """Return the beginning of a value, quoted; what nests may nest too deeply to be written."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return repr(str(value)[:40])


def load(path: Any) -> Any:
    """Return the JSON value in a regular file: anything else, such as a pipe, may never end."""
    file = Path(path)
    require(file.is_file() or not file.exists(), "not a regular file", Unreadable)
    with file.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    require(len(content) <= MAX_BYTES, f"larger than {MAX_BYTES} bytes", Unreadable)
    try:
        return parse(content.decode())
    except UnicodeDecodeError:
        raise Unreadable("not text; a certificate is UTF-8 JSON") from None


def parse(text: str) -> Any:
    """Return the JSON value in a text; floats stay text, a key given twice is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len(dict(pairs)) == len(pairs), "an object gives a key twice", Unreadable)
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON, or truncated: {str(error).splitlines()[0][:80]}") from None


def rational(value: Any, where: str) -> Q:
    """Return the rational that a string "p/q" in lowest terms stands for."""
    match = RATIONAL.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    if match:
        p, q = int(match[1]), int(match[2] or 1)
        if math.gcd(p, q) == 1 and match[2] != "1" and match[1] != "-0":
            return Q(p, q)
    raise Unreadable(f'{where} is {shown(value)}, not "p/q" in lowest terms')


def ball(value: Any, where: str) -> Ball:
    """Return the ends of a ball "mid +/- rad"; a rational is a ball of radius zero."""
    mid, sign, rad = value.partition(" +/- ") if isinstance(value, str) else (value, "", "")
    center, radius = rational(mid, where), rational(rad, where) if sign else Q(0)
    require(radius > 0 or not sign, f"{where}: a ball needs a radius above zero", Unreadable)
    return center - radius, center + radius


def read(value: Any, shape: Any, where: str = "") -> Any:
    """Return a JSON value with its numbers read, checked against a shape (see `format`)."""
    if shape == "q":
        return rational(value, where)
    if shape == "ball":
        return ball(value, where)
    if shape == "q or inf":
        return None if value == "inf" else rational(value, where)
    if isinstance(shape, range):
        fits = type(value) is int and value in shape
        name = f"an integer from {shape[0]} to {shape[-1]}"
        require(fits, f"{where} is {shown(value)}, not {name}", Unreadable)
        return value
    if isinstance(shape, set):
        fits = type(value) in (str, int) and value in shape
        names = ", ".join(sorted(map(str, shape)))
        require(fits, f"{where} is {shown(value)}, not one of {names}", Unreadable)
        return value
    if isinstance(shape, list):
        least = len(shape) if shape[-1] is not ... else len(shape) - 2
        fits = isinstance(value, list) and len(value) >= least
        require(fits, f"{where} is not a list of {least} or more", Unreadable)
        return [read(entry, shape[0], f"{where}[{i}]") for i, entry in enumerate(value)]
    require(isinstance(value, dict), f"{where or 'the file'} is not an object", Unreadable)
    path = f"{where}." if where else ""
    if isinstance(shape, tuple):
        tag, variants = shape
        name = read(value.get(tag), set(variants), path + tag)
        shape = {tag: {name}, **variants[name]}
    for k in sorted(set(shape) ^ set(value)):
        raise Unreadable(f"{path}{ascii(k[:40])[1:-1]} is {'unknown' if k in value else 'missing'}")
    return {key: read(value[key], shape[key], path + key) for key in shape}


def size(rows: Any, height: int, width: int, where: str) -> None:
    """Check the shape of a matrix."""
    lengths = list(map(len, rows))
    require(lengths == [width] * height, f"{where} is not {height} x {width}", Unreadable)
