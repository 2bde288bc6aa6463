"""The JSON Schema of the format, derived from the checker's description of it."""

from __future__ import annotations

from typing import Any

from lossurface.exact.checker.format import CERTIFICATE, WHOLE

_NUMBER = rf"(0|{WHOLE})(/{WHOLE})?"
_PATTERNS = {
    "q": rf"^-?{_NUMBER}$",
    "ball": rf"^-?{_NUMBER}( \+/- {_NUMBER})?$",
    "q or inf": rf"^(inf|-?{_NUMBER})$",
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema: all that can be said of a file's shape without arithmetic."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lossurface certificate, version 2",
        **_of(CERTIFICATE),
    }


def _of(shape: Any) -> dict[str, Any]:
    if isinstance(shape, str):
        return {"type": "string", "pattern": _PATTERNS[shape]}
    if isinstance(shape, range):
        return {"type": "integer", "minimum": shape[0], "maximum": shape[-1]}
    if isinstance(shape, set):
        return {"enum": sorted(shape)}
    if isinstance(shape, list):
        least = len(shape) - (2 if shape[-1] is ... else 0)
        return {"type": "array", "items": _of(shape[0]), "minItems": least}
    if isinstance(shape, tuple):
        tag, variants = shape
        return {"oneOf": [_of({tag: {name}, **own}) for name, own in variants.items()]}
    return {
        "type": "object",
        "properties": {name: _of(own) for name, own in shape.items()},
        "required": list(shape),
        "additionalProperties": False,
    }
