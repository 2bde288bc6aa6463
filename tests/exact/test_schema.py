"""The published JSON Schema: real certificates keep it, and it says what the checker reads."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lossurface.counterexamples import PLANE, proposition_2, proposition_5
from lossurface.exact import rational, schema
from lossurface.setting import Dataset

UNEVEN = Dataset.of([(1, 0), (2, 0), (0, 1)], [1, 1, -1])
CERTIFICATES = {
    "dead, subspaces": lambda: proposition_2(),
    "dead, separable, wide": lambda: proposition_2("threshold", 6, 8, "theorem-2"),
    "an irrational bias": lambda: proposition_2("requ", 2, dataset=UNEVEN),
    "curved": lambda: proposition_5(),
    "curved, cosh in the plane": lambda: proposition_5("cosh", 2, 3, PLANE),
}
READ = {**rational.FORMAT, "digest": dict.fromkeys(rational.FORMAT, str)}
NUMBER = rational.RATIONAL.pattern
ABOVE_ZERO = NUMBER.replace("-?(0|[1-9][0-9]{0,799})", "[1-9][0-9]{0,799}")
SHAPES = {
    "q": {"type": "string", "pattern": f"^{NUMBER}$"},
    "ball": {"type": "string", "pattern": rf"^{NUMBER}( \+/- {ABOVE_ZERO})?$"},
    "q or inf": {"anyOf": [{"const": "inf"}, {"type": "string", "pattern": f"^{NUMBER}$"}]},
}
ANNOTATIONS = ("description", "$comment", "title")


def derived(shape: Any) -> dict[str, Any]:
    """Return what the schema must say of a shape of `rational.FORMAT`."""
    if shape is str:
        return {"type": "string"}
    if isinstance(shape, str):
        return SHAPES[shape]
    if isinstance(shape, set):
        values = sorted(shape)
        if len(values) == 1:
            return {"const": values[0]}
        if len(values) > 20:
            assert values == list(range(values[0], values[-1] + 1))
            return {"type": "integer", "minimum": values[0], "maximum": values[-1]}
        return {"enum": values}
    if isinstance(shape, list):
        # The one list of numbers out of a range is that of the axes, which are distinct.
        axes = isinstance(shape[0], set) and len(shape[0]) > 20
        said = {"type": "array", "items": derived(shape[0]), "minItems": len(shape)}
        return said | ({"uniqueItems": True} if axes else {})
    if isinstance(shape, tuple):
        tag, variants = shape
        return {"oneOf": [derived({tag: {name}, **rest}) for name, rest in variants.items()]}
    return {
        "type": "object",
        "properties": {key: derived(value) for key, value in shape.items()},
        "required": sorted(shape),
        "additionalProperties": False,
    }


def resolved(node: Any, root: Any) -> Any:
    """Return the schema without references and annotations, what has no order being sorted."""
    if isinstance(node, list):
        return [resolved(item, root) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return resolved(root["$defs"][node["$ref"].rsplit("/", 1)[1]], root)
    kept = {}
    for key, value in node.items():
        if key == "properties":  # its keys are field names, whatever they are
            kept[key] = {name: resolved(item, root) for name, item in value.items()}
        elif key == "required":
            kept[key] = sorted(value)
        elif key not in ANNOTATIONS:
            kept[key] = resolved(value, root)
    return kept


@pytest.fixture(scope="module")
def published():
    return schema()


@pytest.fixture(scope="module")
def validator(published):
    return Draft202012Validator(published)


@pytest.fixture(params=CERTIFICATES, scope="module")
def certificate(request):
    return json.loads(CERTIFICATES[request.param]().to_json())


def test_it_is_a_schema(published):
    Draft202012Validator.check_schema(published)


def test_certificates_keep_it(certificate, validator):
    rational.check(certificate)
    assert list(validator.iter_errors(certificate)) == []


def test_it_says_what_the_checker_reads(published):
    assert resolved({"$ref": "#/$defs/local-minimum"}, published) == derived(READ)


def test_every_kind_has_the_fields_of_the_envelope_and_a_kind_of_its_own(published):
    kinds = []
    for option in published["oneOf"]:
        kind = resolved(option, published)
        assert set(published["required"]) <= set(kind["required"])
        kinds.append(json.dumps([kind["properties"]["kind"], kind["properties"].get("reason")]))
    assert len(set(kinds)) == len(kinds)


def test_the_object_says_no_more_than_its_kinds(published):
    """The envelope's own entries allow what the kinds allow: no certificate falls between."""
    for option in published["oneOf"]:
        kind = resolved(option, published)["properties"]
        for name in ("format", "version"):
            assert kind[name] == published["properties"][name]


def altered(value: Any) -> Iterator[Any]:
    """Yield values of the wrong form."""
    yield from (None, 0.5, True, "0.5", "", "1 +/- 0", "nonsense", [], {}, [value], {"x": value})
    if isinstance(value, str):
        yield value + " "  # a newline would do in Python's "$", not in that of JSON Schema
    if isinstance(value, int):
        yield 61
        yield str(value)
    if isinstance(value, dict):
        yield {**value, "extra": "1"}
        for key in value:
            yield {k: v for k, v in value.items() if k != key}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value inside a certificate (of a list's, the first and the last)."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    if isinstance(value, list):
        for index in sorted({0, len(value) - 1}):
            yield from places(value[index], (*path, index))


def replaced(whole: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copied = copy.deepcopy(whole)
    inner = copied
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copied


def readable(data: Any) -> bool:
    try:
        rational.read(data, READ, "")
    except rational.Unreadable:
        return False
    return True


@pytest.mark.parametrize("name", ["an irrational bias", "curved"])
def test_it_refuses_exactly_what_the_checker_cannot_read(name, validator):
    certificate = json.loads(CERTIFICATES[name]().to_json())
    count = 0
    for path in places(certificate):
        if path[:1] == ("digest",) and len(path) == 2:
            continue  # text to the schema; the checker refutes whatever is not the digest
        inner = certificate
        for key in path:
            inner = inner[key]
        for new in altered(inner):
            data = replaced(certificate, path, new)
            assert validator.is_valid(data) == readable(data), (path, new)
            count += 1
    assert count > 300


@pytest.mark.parametrize("digest", [None, 0, "0", {}])
def test_a_digest_of_another_form_is_refused_by_both(digest, validator):
    data = json.loads(proposition_5().to_json())
    data["digest"]["radius"] = digest
    assert validator.is_valid(data) == isinstance(digest, str)
    with pytest.raises(rational.Refuted, match=r"radius was altered"):
        rational.check(data)


def test_lowest_terms_are_left_to_the_checker(validator):
    data = json.loads(proposition_5().to_json())
    data["training_error"] = "2/4"
    assert validator.is_valid(data)
    assert not readable(data)


def test_every_kind_of_the_schema_has_a_checker_and_the_other_way_round(published):
    module = sys.modules["lossurface.exact.recheck"]
    kinds = {resolved(k, published)["properties"]["kind"]["const"] for k in published["oneOf"]}
    assert kinds == {"local-minimum", *module._CHECKERS}
    for name in module._CHECKERS.values():
        assert callable(module._imported(name))
