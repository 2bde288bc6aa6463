"""The three-valued answer to a question about an assumption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NoReturn

__all__ = ["Answer"]


@dataclass(frozen=True)
class Answer:
    """Yes, no or undecided, with the reason, and where possible what shows it."""

    status: Literal["yes", "no", "undecided"]
    reason: str  # one sentence
    witness: object = None  # a point or z_0: what the reason speaks of

    @property
    def holds(self) -> bool | None:
        """True, False, or None for undecided."""
        return {"yes": True, "no": False, "undecided": None}[self.status]

    def __bool__(self) -> NoReturn:
        raise TypeError("an Answer has three values; ask for its .status or .holds")

    def __str__(self) -> str:
        return f"{self.status}: {self.reason}"
