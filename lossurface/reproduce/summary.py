"""What a reproduction found: one record for each claim, and the run they belong to."""

from __future__ import annotations

import platform
import re
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Record", "Summary", "printed_verdict", "versions"]

PACKAGES = ("lossurface", "torch", "numpy", "scipy", "python-flint", "plotly")
_VERDICT = re.compile(
    r"^(?P<id>[a-z0-9-]+): (?P<verdict>holds|fails|undecided)\. "
    r"(Proved [^;]+; )?[Cc]hecked here: (?P<evidence>[0-9a-z, ]+)\."
)


@dataclass(frozen=True)
class Record:
    """The outcome for one claim.

    Attributes:
        verdict: "holds", "fails", "undecided", or "error" where the notebook broke off.
        evidence: Kinds of evidence of what was checked, as the verdict line names them.
        detail: The verdict line itself.
        seconds: Wall time of the notebook.
        parameters: Every parameter of the notebook with the value it ran with.
        error: None, or what broke.
    """

    id: str
    title: str
    page: str
    verdict: str
    evidence: tuple[str, ...]
    detail: str
    seconds: float
    device: str
    seed: int | None
    parameters: Mapping[str, Any]
    error: str | None


def printed_verdict(claim: str, text: str) -> tuple[str, tuple[str, ...], str] | None:
    """Return (verdict, evidence, line) from the last verdict line on `claim`, None without one.

    Args:
        claim: The claim's id; lines on other claims are passed over.
        text: What the notebook printed; a verdict line is what `print(verdict)` gives.
    """
    for line in reversed(text.splitlines()):
        match = _VERDICT.match(line)
        if match is not None and match["id"] == claim:
            kinds = re.findall("exact|enclosed|sampled", match["evidence"])
            return match["verdict"], tuple(kinds), line
    return None


def versions() -> dict[str, str]:
    """Return the versions of Python and of what the results rest on; loads none of them."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True)
class Summary:
    """A whole reproduction.

    Attributes:
        records: One for each claim asked for, in the registry's order.
        device: "cpu" or "cuda", as passed to the notebooks; `device_name` is the machine's word.
        started: ISO 8601, UTC.
        seconds: Wall time of the whole run.
    """

    records: tuple[Record, ...]
    profile: str
    device: str
    device_name: str
    started: str
    seconds: float
    versions: Mapping[str, str] = field(default_factory=versions)

    @property
    def ok(self) -> bool:
        """Whether every claim asked for holds."""
        return bool(self.records) and all(record.verdict == "holds" for record in self.records)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values; each record stands alone, with device and versions in it."""
        common = {"device": self.device_name, "versions": dict(self.versions)}
        return {
            "format": "lossurface/summary",
            "version": 1,
            "profile": self.profile,
            "device": self.device,
            "device_name": self.device_name,
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "versions": dict(self.versions),
            "records": [
                asdict(record)
                | common
                | {"seconds": round(record.seconds, 3), "evidence": list(record.evidence)}
                for record in self.records
            ],
        }

    def table(self) -> str:
        """Return the summary as lines of text: a row for each claim, the errors, the run."""
        head = ("claim", "verdict", "checks", "seconds", "seed")
        rows = [
            (r.id, r.verdict, ", ".join(r.evidence) or "-", f"{r.seconds:.1f}", str(r.seed))
            for r in self.records
        ]
        widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [head, *rows]
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        lines += [f"{r.id}: {r.error}" for r in self.records if r.error]
        held = sum(record.verdict == "holds" for record in self.records)
        stack = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        lines += [
            f"{held} of {len(self.records)} hold; profile {self.profile}, {self.device_name}, "
            f"{self.seconds:.0f} s",
            stack,
        ]
        return "\n".join(lines)
