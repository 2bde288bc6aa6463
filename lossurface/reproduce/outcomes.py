"""What experiments found, written for pages to read: experiments.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims.tally import Tally
from lossurface.reproduce.notebook import write_atomically
from lossurface.reproduce.store import unwritable

if TYPE_CHECKING:
    from lossurface.exact import Finding

__all__ = ["Outcome", "read_outcomes", "write_outcomes"]

FORMAT = "lossurface/experiments"


@dataclass(frozen=True)
class Outcome:
    """What an experiment found: sums of what its trials counted.

    Attributes:
        name: the experiment.
        claim: id of its claim.
        statement: what was counted.
        some: whether the statement is that there are hits, rather than no failures.
        seed: of all its trials.
        counts: "failures", "of", and what else the trials count.
        seconds: wall time of the run that completed it; trials kept from earlier runs take none.
        device: where networks were trained, in words.
    """

    name: str
    claim: str
    statement: str
    some: bool
    seed: int
    counts: Mapping[str, int]
    seconds: float
    device: str

    @property
    def tally(self) -> Tally:
        """Hits, or failures, with their Clopper-Pearson interval."""
        return Tally((0,), (self.counts["hits" if self.some else "failures"],), (self.failed[1],))

    @property
    def failed(self) -> tuple[int, int]:
        """Failures, and of how many; where there should be hits and are none, all failed."""
        of = self.counts["of"]
        if self.some:
            return (0 if self.counts["hits"] else of), of
        return self.counts["failures"], of

    @property
    def finding(self) -> Finding:
        """The statement, as sampled."""
        from lossurface.exact import sampled

        rest = [f"{k}: {v}" for k, v in self.counts.items() if k not in ("failures", "of")]
        return sampled(self.statement, *self.failed, "; ".join([f"seed {self.seed}", *rest]))

    @property
    def excluded(self) -> str:
        """Near how many plateaus a local minimum is excluded by a proof, in words."""
        plateaus, open_ = self.counts.get("plateaus", 0), self.counts.get("unexplained", 0)
        if open_:
            return f"{plateaus - open_} of them proved to hold no local minimum"
        return "proved to hold no local minimum"

    def __str__(self) -> str:
        counted = self.tally.line()
        if self.counts.get("examined"):
            examined = self.counts["examined"]
            counted += f"; {self.counts['proved']} of {examined} examined are proved bad minima"
        if self.counts.get("plateaus"):
            counted += f"; {self.counts['plateaus']} met a plateau, {self.excluded}"
        return f"{self.statement}: {counted}"


def write_outcomes(path: Path, found: Sequence[Outcome]) -> None:
    """Put outcomes into a file, keeping those of other experiments that it holds.

    Raises:
        BrokenOff: it cannot be written.
    """
    try:
        kept = {outcome.name: outcome for outcome in read_outcomes(path)}
    except InputError:
        kept = {}
    kept |= {outcome.name: outcome for outcome in found}
    rows = [asdict(outcome) for _, outcome in sorted(kept.items())]
    data = {"format": FORMAT, "version": 1, "outcomes": rows}
    try:
        write_atomically(path, json.dumps(data, indent=2) + "\n")
    except OSError as error:
        raise unwritable(path, error) from None


def read_outcomes(path: str | Path, claim: str | None = None) -> tuple[Outcome, ...]:
    """Return the outcomes that an experiments.json holds, those of one claim or all.

    Args:
        path: a file that `lossurface reproduce --trials-of NAME --out DIR` wrote.
        claim: id of the claim.

    Raises:
        InputError: there is no such file, or it is none of this version.
    """
    file, way_out = Path(path), "run `lossurface reproduce --trials-of all` anew"
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{file}: no such file; {way_out}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: not JSON ({error}); {way_out}") from None
    try:
        fits = data["format"] == FORMAT and data["version"] == 1
        rows = [Outcome(**row) for row in data["outcomes"]]
        fits = fits and all(row.tally.trials[0] > 0 for row in rows)
    except (KeyError, TypeError, InputError):
        fits = False
    if not fits:
        raise InputError(f"{file}: no outcomes of experiments, version 1; {way_out}")
    return tuple(row for row in rows if claim in (None, row.claim))
