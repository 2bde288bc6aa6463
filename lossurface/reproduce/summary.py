"""The claims' notebooks, run unless they are recorded already, and the verdicts they printed."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lossurface import InputError
from lossurface.claims import Claim, select
from lossurface.reproduce.notebook import check_parameters, execute
from lossurface.reproduce.pool import Pool, package, versions
from lossurface.reproduce.records import (
    Task,
    breaking_off,
    read_file,
    run_tasks,
    write_atomically,
)

__all__ = ["PROFILES", "Record", "Summary", "printed_verdict", "read_summary", "run"]

PROFILES = ("quick", "book", "full")
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
        device: Where it ran, in words.
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


@dataclass(frozen=True)
class Summary:
    """A whole reproduction.

    Attributes:
        records: One for each claim asked for, in that order.
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
        return all(record.verdict == "holds" for record in self.records)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values; each record stands alone, with the versions in it."""
        data = json.loads(json.dumps(asdict(self)))  # lists for tuples
        for record in data["records"]:
            record["versions"] = data["versions"]
        return {"format": "lossurface/summary", "version": 1, **data}

    def table(self) -> str:
        """Return the summary as lines of text: a row for each claim, the errors, the run."""
        row = "{:18}{:11}{:26}{:>8}  {}".format
        lines = [row("claim", "verdict", "checks", "seconds", "seed")]
        lines += [
            row(r.id, r.verdict, ", ".join(r.evidence) or "-", f"{r.seconds:.1f}", r.seed)
            for r in self.records
        ]
        lines += [f"{r.id}: {r.error}" for r in self.records if r.error]
        held = sum(record.verdict == "holds" for record in self.records)
        lines += [
            f"{held} of {len(self.records)} hold; profile {self.profile}, {self.device_name}, "
            f"{self.seconds:.0f} s",
            ", ".join(f"{name} {version}" for name, version in self.versions.items()),
        ]
        return "\n".join(lines)


def printed_verdict(claim: str, text: str) -> tuple[str, tuple[str, ...], str] | None:
    """Return (verdict, evidence, line) from the last verdict line on a claim in what was printed.

    A verdict line is what `print(verdict)` gives; None where there is none on this claim.
    """
    for line in reversed(text.splitlines()):
        match = _VERDICT.match(line)
        if match is not None and match["id"] == claim:
            kinds = re.findall("exact|enclosed|sampled", match["evidence"])
            return match["verdict"], tuple(kinds), line
    return None


def read_summary(path: str | Path) -> Summary:
    """Return the summary that a summary.json of `lossurface reproduce` holds.

    Raises:
        InputError: there is no such file, or it is not a summary of this version.
    """
    return read_file(path, "summary", _summary)


def _summary(data: Mapping[str, Any]) -> Summary:
    records = tuple(_record(entry) for entry in data["records"])
    fields = {name: data[name] for name in Summary.__dataclass_fields__}
    return Summary(**fields | {"records": records})


def _record(entry: Mapping[str, Any]) -> Record:
    fields = {name: entry[name] for name in Record.__dataclass_fields__}
    return Record(**fields | {"evidence": tuple(entry["evidence"])})


def run(
    ids: Sequence[str] = (),
    *,
    device: str = "auto",
    profile: str = "book",
    out: str | Path = "reproduced",
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    pool: Pool | None = None,
    echo: Callable[[str], object] = print,
    book: Path | None = None,
) -> Summary:
    """Run the notebooks of the claims and write them, and a summary, below `out`.

    A notebook that ran to its end is recorded in `out`/records and not run again for the same
    parameters, notebook, package and versions; one that broke off is.

    Args:
        ids: Claims to reproduce; none means all of them.
        device: "cpu", "cuda", or "auto" (cuda where there is one; what is recorded on the other
            is kept, so that a run that lost its GPU goes on without).
        profile: "book" (the defaults of the page), "quick" or "full" (as its metadata says).
        out: A folder; gets ID.ipynb for each claim, summary.json and summary.txt.
        seed: Replaces the seed of every notebook; None leaves theirs.
        parameters: Replaces these in every notebook; one that a notebook lacks is an error.
        pool: Where they run; by default one by one, in this process.
        echo: Takes each line of progress.
        book: The folder of the pages; by default the checkout's.

    Returns:
        A record for each claim, failing ones included.

    Raises:
        InputError: an unknown claim, device, profile or parameter; nothing has then been run.
        BrokenOff: a full disk, a lost scheduler; what is recorded stays, and a rerun resumes.
    """
    pool, folder = pool or Pool(), Path(out)
    if profile not in PROFILES:
        raise InputError(f"profile {profile!r}: not one of {', '.join(PROFILES)}")
    picked, device_name, others = pool.pick_device(device)
    given = {"device": picked} | ({} if seed is None else {"seed": seed}) | dict(parameters or {})
    rests_on, tasks = {"package": package()}, {}
    for claim in select(ids):
        path = (book or _book()) / f"{claim.page}.ipynb"
        _, complete = check_parameters(path, given, profile)
        notebook = hashlib.sha256(path.read_bytes()).hexdigest()
        about = rests_on | {"claim": claim.id, "notebook": notebook, "parameters": complete}
        also = (about | {"parameters": complete | {"device": other}} for other in others)
        arguments = (claim, path, given, profile, device_name)
        tasks[claim.id] = Task(_run_notebook, arguments, about, tuple(also))
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    found = run_tasks(
        tasks, folder, pool, echo, lambda r: f"{r['id']}: {r['verdict']}, {r['seconds']} s"
    )
    records = tuple(_record(result) for result in found)
    seconds = round(time.perf_counter() - clock, 1)
    summary = Summary(records, profile, picked, device_name, started, seconds)
    with breaking_off(folder):
        for result in found:
            write_atomically(folder / f"{result['id']}.ipynb", result["notebook"])
        write_atomically(folder / "summary.json", json.dumps(summary.to_dict(), indent=2) + "\n")
        write_atomically(folder / "summary.txt", summary.table() + "\n")
    return summary


def _book() -> Path:
    """Return the folder of the pages: that of the package's checkout, or of the current folder."""
    checkout = Path(__file__).resolve().parents[2] / "book"
    return checkout if checkout.is_dir() else Path("book").resolve()


def _run_notebook(
    claim: Claim, path: Path, given: Mapping[str, Any], profile: str, device: str
) -> dict[str, Any]:
    """Return a record as JSON values, with the executed notebook; whatever broke is in there."""
    done = execute(path, given, profile=profile)
    printed = printed_verdict(claim.id, done.printed)
    verdict, evidence, detail = printed or ("undecided", (), "the notebook printed no verdict line")
    record = Record(
        id=claim.id,
        title=claim.title,
        page=claim.page,
        verdict="error" if done.error is not None and verdict != "fails" else verdict,
        evidence=evidence,
        detail=detail,
        seconds=round(done.seconds, 1),
        device=device,
        seed=done.parameters.get("seed"),
        parameters=done.parameters,
        error=detail if done.error is None and printed is None else done.error,
    )
    return asdict(record) | {"notebook": done.notebook}
