"""The published JSON Schema: real certificates keep it, and it says what the checker reads."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from lossurface.claims.gallery import gallery
from lossurface.exact.checker.format import CERTIFICATE, KINDS, Unreadable, read
from lossurface.exact.schema import schema
from tests.exact.certificates import CERTIFICATES
from tests.exact.mutations import altered, at, places, wrong_shapes, wrong_types

NAMES = ("curved, ball", "dead, shortcut", "deep", "best, identity", "staircase", "separator",
         "farkas", "ranks", "parts", "ellipsoids", "weights-12", "contradiction")  # fmt: skip
ODD = ("0.5", "", "nonsense", "1/0", "01", "+1", "1/-2", "inf", "7 +/- 1/2", "1 +/- -1", 0.5, 61)
ARITHMETIC = ("2/4", "2/1", "-0", "0/5")  # in lowest terms is for the checker to ask


def schema_of(kind):
    """Return a validator of this kind alone: of all kinds it takes much longer."""
    (one,) = [one for one in schema()["oneOf"] if one["properties"]["kind"]["enum"] == [kind]]
    return Draft202012Validator(one)


def readable(data):
    try:
        read(data, CERTIFICATE)
    except Unreadable:
        return False
    return True


def without_or_beside(data):
    """Yield each object, at any depth, without one of its keys, and with one more."""
    for path in places(data):
        inside = at(data, path)
        if path and isinstance(inside, dict):
            yield path, {**inside, "extra": "1"}
            for key in inside:
                yield path, {k: v for k, v in inside.items() if k != key}


def test_it_is_a_schema_of_every_kind():
    Draft202012Validator.check_schema(schema())
    kinds = [one["properties"]["kind"]["enum"] for one in schema()["oneOf"]]
    assert kinds == [[kind] for kind in KINDS]
    assert {made.kind for made in CERTIFICATES.values()} == set(KINDS)


def test_real_certificates_keep_it():
    validator = Draft202012Validator(schema())
    found = [*CERTIFICATES.values(), *(certificate for _, certificate in gallery())]
    assert len(found) == len(CERTIFICATES) + 83
    for certificate in found:
        validator.validate(dict(certificate.data))


@pytest.mark.parametrize("name", NAMES)
def test_it_refuses_exactly_what_the_checker_cannot_read(name):
    data = CERTIFICATES[name].data
    validator = schema_of(data["kind"])
    changes = [*wrong_shapes(data), *wrong_types(data), *without_or_beside(data)]
    changes += [(path, odd) for path in places(data) if path for odd in ODD]
    for path, value in changes:
        if path and path != ("kind",):
            changed = altered(data, path, value)
            assert validator.is_valid(changed) == readable(changed), (path, value)
    for field in data:
        fields = {key: value for key, value in data.items() if key != field}
        assert not validator.is_valid(fields)
        assert not readable(fields)


@pytest.mark.parametrize("value", ARITHMETIC)
def test_lowest_terms_are_left_to_the_checker(value):
    data = altered(CERTIFICATES["separator"].data, ("w", 0), value)
    assert schema_of("separator").is_valid(data)
    assert not readable(data)
