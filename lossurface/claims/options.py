"""The options that claims and pages share, checked once, before any work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lossurface.errors import InputError, shown

__all__ = ["check_options"]

_LEAST = {"seed": 0, "trials": 1}
_MOST = 2**32 - 1  # what every generator takes
_DEVICES = ("cpu", "cuda", "auto")


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse a `seed`, `trials` or `device` that is none; other options are passed over.

    Raises:
        InputError: one line that names the option.
    """
    for name, least in _LEAST.items():
        value = options.get(name, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
            raise InputError(
                f"{name} is {shown(value)}; give a whole number from {least} to {_MOST}"
            )
    device = options.get("device", "cpu")
    if device not in _DEVICES:
        raise InputError(f"device is {shown(device)}; use cpu, cuda or auto")
