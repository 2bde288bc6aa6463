"""Seeded mutations of files: of their bytes, and of the JSON values in them."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from tests.exact.mutations import WRONG, at, leaves

NASTY: tuple[Any, ...] = (
    *("1e999999999", "-1e999999999", "9" * 1_000_000, "1/" + "9" * 5000, "7" * 800, "1/0", "0/1"),
    *("-0", "+1", " 1", "2/4", "\u0661", "NaN", "inf", "", "0", "1", "-1", "1/3", "1 +/- 1"),
    *("1 +/- 0", "1 +/- -1", "0 +/- 1e9", "relu", "requ", "cosh", "linear", "curved", "none"),
    *("strict-minimum", "local-minimum", "farkas", "a\nb", "\ud800", "x" * 100_000),
    *(None, True, False, 0, 1, -1, 2, 10**4000, [], {}, [[]], ["1"], {"": 1}),
)


def byte_level(rng: random.Random, text: bytes) -> bytes:
    """Flip, cut, insert, repeat or exchange bytes."""
    data = bytearray(text)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        at_, to = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
        kind = rng.randrange(6)
        if kind == 0 and data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at_:]
        elif kind == 2:
            data[at_:at_] = rng.randbytes(rng.choice((1, 4, 64)))
        elif kind == 3:
            del data[at_ : min(to, at_ + 64)]
        elif kind == 4:
            data[at_:at_] = data[at_ : min(to, at_ + 256)] * rng.choice((1, 2, 50))
        elif data:
            data[rng.randrange(len(data))] = rng.choice(b'0123456789.eE+-/",:[]{}\\ \n\x00\xff')
    return bytes(data)


def _blown_up(rng: random.Random, text: bytes) -> bytes:
    """Put a huge number, a deep nesting, or a key that is there already, into JSON text."""
    at_ = rng.randrange(len(text))
    deep = rng.choice((100, rng.randrange(900, 1000), 1000, 100_000))
    piece = rng.choice(
        (b"1e999999999", b"-1E+999999999", b"9" * 1_000_000, b"[" * deep, b'{"a":' * deep)
    )
    if rng.random() < 0.5:
        return b'{"kind": "farkas", "format": "x", ' + text.lstrip()[1:]
    return text[:at_] + piece + text[at_:]


def _containers(value: Any) -> list[Any]:
    inside = value.values() if isinstance(value, dict) else value
    found = [value] if isinstance(value, dict | list) else []
    return found + [c for v in inside if isinstance(v, dict | list) for c in _containers(v)]


def _misshapen(rng: random.Random, data: dict[str, Any]) -> dict[str, Any]:
    """Lengthen or shorten a list of any depth, or put another type in the place of a value."""
    result: dict[str, Any] = copy.deepcopy(data)
    inside = [c for c in _containers(result) if c]
    if rng.random() < 0.5:
        chosen = rng.choice(inside)
        key = rng.choice(list(chosen) if isinstance(chosen, dict) else range(len(chosen)))
        chosen[key] = copy.deepcopy(rng.choice(WRONG))
        return result
    chosen = rng.choice([c for c in inside if isinstance(c, list)])
    index = rng.randrange(len(chosen))
    if rng.random() < 0.5:
        chosen.insert(rng.choice((0, index, len(chosen))), copy.deepcopy(chosen[index]))
    else:
        del chosen[index]
    return result


def _tree(rng: random.Random, data: dict[str, Any]) -> dict[str, Any]:
    """Replace, exchange, drop, repeat or add entries of a JSON object."""
    result: dict[str, Any] = copy.deepcopy(data)
    paths = list(leaves(result))
    kind = rng.randrange(6)
    if kind <= 1 and paths:
        path = rng.choice(paths)
        at(result, path[:-1])[path[-1]] = rng.choice(NASTY)
    elif kind == 2 and paths:
        one, two = rng.choice(paths), rng.choice(paths)
        first, second = at(result, one), at(result, two)
        at(result, one[:-1])[one[-1]], at(result, two[:-1])[two[-1]] = second, first
    else:
        chosen = rng.choice(_containers(result))
        if isinstance(chosen, list):
            if kind == 3 and chosen:
                chosen.pop(rng.randrange(len(chosen)))
            elif kind == 4 and chosen:
                chosen.extend([chosen[0]] * rng.choice((1, 2, 10, 1000)))
            else:
                rng.shuffle(chosen)
        elif kind == 3 and chosen:
            del chosen[rng.choice(list(chosen))]
        elif kind == 4 and len(chosen) > 1:
            one, two = rng.sample(list(chosen), 2)
            chosen[one], chosen[two] = chosen[two], chosen[one]
        else:
            chosen[rng.choice(("", "kind", "x", "\ud800", "a\nb" * 50))] = rng.choice(NASTY)
    return result


def certificate(rng: random.Random, data: dict[str, Any]) -> bytes:
    """Return a mutant's text."""
    draw = rng.random()
    if draw < 0.25:
        return byte_level(rng, json.dumps(data).encode())
    if draw < 0.3:
        return _blown_up(rng, json.dumps(data).encode())
    if draw < 0.6:
        return json.dumps(_misshapen(rng, data)).encode()
    changed = _tree(rng, data)
    if rng.random() < 0.3:
        changed = _tree(rng, changed)
    return json.dumps(changed).encode()


def table(rng: random.Random, text: bytes) -> bytes:
    """Return a mutant of a CSV file: its bytes, or one of its cells."""
    if rng.random() < 0.6:
        return byte_level(rng, text)
    lines = text.split(b"\n")
    row = rng.randrange(len(lines))
    cells = lines[row].split(b",")
    words = [word for word in NASTY if isinstance(word, str)]
    word = rng.choice([*words, "1e-999", "1e301", '"', "=1+1", "-", "1_000", "9" * 5000])
    cells[rng.randrange(len(cells))] = word.encode("utf-8", "surrogatepass")
    short = len(word) < 10_000  # repeated, a long one would fill the memory here already
    many = rng.random() if short else 1.0
    if many < 0.2:
        cells *= rng.choice((2, 1000))
    lines[row] = b",".join(cells)
    if 0.2 <= many < 0.36:
        lines *= rng.choice((2, 100))
    return b"\n".join(lines)
