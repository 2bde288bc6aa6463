"""Read back what `lossurface reproduce` wrote, for the page that tabulates it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lossurface import InputError
from lossurface.reproduce.summary import Record, Summary

__all__ = ["read_summary"]

_RUN = ("profile", "device", "device_name", "started", "seconds", "versions")
_RECORD = tuple(Record.__dataclass_fields__)


def read_summary(path: str | Path) -> Summary:
    """Return the summary that a `summary.json` holds.

    Args:
        path: a file that `lossurface reproduce --out DIR` wrote.

    Raises:
        InputError: there is no such file, or it is not a summary of this version.
    """
    file = Path(path)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{file}: no such file; `lossurface reproduce` writes one") from None
    except ValueError as error:
        raise InputError(f"{file}: not JSON ({error}); run `lossurface reproduce` anew") from None
    if not isinstance(data, dict) or data.get("format") != "lossurface/summary":
        raise InputError(f"{file}: not a summary; give the summary.json of `lossurface reproduce`")
    if data.get("version") != 1:
        raise InputError(f"{file}: version {data.get('version')!r}, not 1; reproduce it anew")
    records = tuple(_record(entry, file) for entry in data.get("records", []))
    missing = [name for name in _RUN if name not in data]
    if missing:
        raise InputError(f"{file}: {missing[0]} is missing; run `lossurface reproduce` anew")
    return Summary(records, **{name: data[name] for name in _RUN})


def _record(entry: Any, file: Path) -> Record:
    missing = [name for name in _RECORD if name not in entry]
    if missing:
        raise InputError(f"{file}: a record has no {missing[0]}; run `lossurface reproduce` anew")
    fields = {name: entry[name] for name in _RECORD}
    return Record(**fields | {"evidence": tuple(entry["evidence"])})
