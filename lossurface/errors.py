"""Bad input, and what telling of it needs."""

from __future__ import annotations

import os
from pathlib import Path


class InputError(ValueError):
    """Raised for bad input: one line naming the input, the condition broken and the way out.

    The command line prints the message alone and exits with status 2.
    """


def shown(value: object) -> str:
    """Return the beginning of a value as Python writes it, for a message."""
    try:
        return repr(value)[:40]
    except ValueError:  # Python does not write an integer of more than 4300 digits
        return "too long a number"


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's message that says anything, or its type's name."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def checked_folder(path: str | os.PathLike[str]) -> Path:
    """Return a folder to write to, which need not exist yet.

    Raises:
        InputError: the path is empty, too long, or that of something else.
    """
    if not os.fspath(path):  # to Path, it is the current folder
        raise InputError("the folder to write to has no name; name one")
    folder = Path(path)
    try:
        other = folder.exists() and not folder.is_dir()
    except OSError as error:  # a name that is too long, say
        raise InputError(f"{folder}: {error.strerror}; choose another place") from None
    if other:
        raise InputError(f"{folder}: not a folder; choose another place")
    return folder
