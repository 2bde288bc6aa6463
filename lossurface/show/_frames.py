"""Frames of an interactive figure as JSON: what repeats is stored once, arrays as float32."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from lossurface import InputError

__all__ = ["decoded", "encode_frames", "to_json"]

_SMALL = 32  # below this an array is shorter as text
_DIGITS = 6


def encode_frames(name: str, figures: Sequence[Any]) -> dict[str, Any]:
    """Return {"base": figure, "frames": [what differs from base, ...]} as JSON values.

    Args:
        name: the figure's label, for error messages.
        figures: plotly figures as JSON, with the same traces in the same order.

    Raises:
        InputError: they have different traces.
    """
    plain = [_plain(figure) for figure in figures]
    kinds = [[trace.get("type", "scatter") for trace in figure["data"]] for figure in plain]
    for index, kind in enumerate(kinds):
        if kind != kinds[0]:
            raise InputError(
                f"frame {index} of {name} has traces {kind}, the first has {kinds[0]}; "
                "draw the same traces at every value (empty ones may be drawn with no points)"
            )
    count = len(kinds[0])
    shared = [_common([figure["data"][i] for figure in plain]) for i in range(count)]
    layout = _common([figure["layout"] for figure in plain])
    frames = [
        {
            "data": [
                {key: value for key, value in trace.items() if key not in common}
                for trace, common in zip(figure["data"], shared, strict=True)
            ],
            "layout": {k: v for k, v in figure["layout"].items() if k not in layout},
        }
        for figure in plain
    ]
    return {"base": {"data": shared, "layout": layout}, "frames": frames}


def to_json(value: Any) -> str:
    """Return compact JSON that is safe inside a script element."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def decoded(value: Any) -> Any:
    """Return plotly's JSON with every packed array as a NumPy array again."""
    if isinstance(value, Mapping):
        if "bdata" in value and "dtype" in value:
            return _decode(value)
        return {key: decoded(item) for key, item in value.items()}
    return [decoded(item) for item in value] if isinstance(value, list | tuple) else value


def _common(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entries that every item has, with the same value."""
    return {
        key: value
        for key, value in items[0].items()
        if all(key in item and item[key] == value for item in items[1:])
    }


def _plain(value: Any) -> Any:
    """Return plotly's JSON with arrays of float32 in base64 and short lists of rounded numbers."""
    import numpy as np

    if isinstance(value, Mapping):
        if "bdata" in value and "dtype" in value:
            return _array(_decode(value))
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return _number(value)
    return value


def _number(value: float) -> float | None:
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None


def _array(array: Any) -> Any:
    if array.dtype.kind not in "fiu":
        return [_plain(item) for item in array.tolist()]
    if array.size < _SMALL:
        return _plain(array.tolist())
    kind = "f4" if array.dtype.kind == "f" or array.dtype.itemsize > 4 else array.dtype.str[1:]
    encoded: dict[str, Any] = {
        "dtype": kind,
        "bdata": base64.b64encode(array.astype("<" + kind).tobytes()).decode(),
    }
    if array.ndim > 1:
        encoded["shape"] = ", ".join(str(length) for length in array.shape)
    return encoded


def _decode(value: Mapping[str, Any]) -> Any:
    import numpy as np

    array = np.frombuffer(base64.b64decode(value["bdata"]), dtype="<" + value["dtype"])
    shape = value.get("shape")
    return array.reshape([int(length) for length in str(shape).split(",")]) if shape else array
