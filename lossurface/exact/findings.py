"""Findings and verdicts: what was established, by which kind of evidence, and on how much.

A verdict derives its status, its evidence and its scope from its findings.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from flint import arb

Status = Literal["holds", "fails", "undecided"]
Evidence = Literal["exact", "enclosed", "sampled"]
Rational = int | Fraction

_EVIDENCE: tuple[Evidence, ...] = ("exact", "enclosed", "sampled")


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked statement.

    Attributes:
        statement: what was checked, in words.
        status: `holds`, `fails` or `undecided`.
        evidence: `exact` (rational arithmetic), `enclosed` (ball arithmetic), `sampled` (trials);
            `None` when undecided.
        detail: the numbers behind it, or why it fails.
        count: how many checks it stands for: the trials, the findings gathered, or 1.
    """

    statement: str
    status: Status
    evidence: Evidence | None
    detail: str = ""
    count: int = 1


def decided(statement: str, ok: bool, evidence: Evidence, detail: str) -> Finding:
    """Return the finding that a statement holds or fails."""
    return Finding(statement, "holds" if ok else "fails", evidence, detail)


def undecided(statement: str, why: str) -> Finding:
    """Return the finding that nothing was decided, and why."""
    return Finding(statement, "undecided", None, why)


def _compared(
    statement: str,
    left: Rational,
    right: Rational,
    compare: Callable[[Rational, Rational], bool],
    signs: tuple[str, str],
) -> Finding:
    for name, side in (("left", left), ("right", right)):
        if type(side) not in (int, Fraction):
            kind = type(side).__name__
            raise TypeError(f"{name} is a {kind}; exact comparisons take int, Fraction")
    ok = compare(left, right)
    detail = f"{_shown(left)} {signs[0] if ok else signs[1]} {_shown(right)}"
    return decided(statement, ok, "exact", detail)


def _shown(value: Rational) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:28]}...({len(text)} characters)"


def equal(statement: str, left: Rational, right: Rational) -> Finding:
    """Decide `left = right` in rational arithmetic.

    Raises:
        TypeError: a side is not an int or a Fraction.
    """
    return _compared(statement, left, right, operator.eq, ("=", "!="))


def less(statement: str, left: Rational, right: Rational) -> Finding:
    """Decide `left < right` in rational arithmetic; raises as `equal` does."""
    return _compared(statement, left, right, operator.lt, ("<", ">="))


def less_equal(statement: str, left: Rational, right: Rational) -> Finding:
    """Decide `left <= right` in rational arithmetic; raises as `equal` does."""
    return _compared(statement, left, right, operator.le, ("<=", ">"))


def enclosed_less(statement: str, left: arb, right: arb) -> Finding:
    """Decide `left < right` for two balls (python-flint `arb`); undecided where they overlap."""
    shown = f"{left.str(6)} against {right.str(6)}"
    if left < right or left >= right:
        return decided(statement, bool(left < right), "enclosed", shown)
    return undecided(statement, f"the balls overlap: {shown}; raise the precision")


def enclosed_positive(statement: str, value: arb) -> Finding:
    """Decide `value > 0` for a ball; undecided where it contains zero."""
    from flint import arb

    return enclosed_less(statement, arb(0), value)


def sampled(statement: str, failures: int, trials: int, detail: str = "") -> Finding:
    """Report an experiment: it `holds` when none of its trials failed, which proves nothing more.

    Raises:
        ValueError: counts are negative, or there was no trial.
    """
    if not 0 <= failures <= trials or trials == 0:
        raise ValueError(
            f"{failures} failures in {trials} trials; give 0 <= failures <= trials > 0"
        )
    status: Status = "fails" if failures else "holds"
    counts = f"{failures} failures in {trials} trials"
    told = f"{counts}; {detail}" if detail else counts
    return Finding(statement, status, "sampled", told, trials)


def every(statement: str, findings: Iterable[Finding]) -> Finding:
    """Gather findings, at least one, into one: it holds when each of them does.

    Returns:
        A finding with the weakest evidence among them; where some do not hold, the first such.

    Raises:
        ValueError: there is no finding.
    """
    gathered = tuple(findings)
    if not gathered:
        raise ValueError(f"{statement}: there is no finding to gather; give at least one")
    count = sum(finding.count for finding in gathered)
    worst = _worst(gathered)
    if worst is not None:
        where = f"number {gathered.index(worst) + 1} of {len(gathered)}"
        why = f"{where}: {worst.statement} ({worst.detail})"
        return Finding(statement, worst.status, worst.evidence, why, count)
    kinds = {finding.evidence for finding in gathered}
    weakest = next(kind for kind in reversed(_EVIDENCE) if kind in kinds)
    detail = f"each of {len(gathered)}, the first being: {gathered[0].statement}"
    return Finding(statement, "holds", weakest, detail, count)


def _worst(findings: Sequence[Finding]) -> Finding | None:
    """Return the first that fails, else the first undecided; None where all hold."""
    for status in ("fails", "undecided"):
        for finding in findings:
            if finding.status == status:
                return finding
    return None


def uncounted(finding: Finding) -> Finding:
    """Leave a finding out of the counts of a verdict's scope.

    For what a search in floating point found: how much it finds may differ from machine to
    machine, and the line of a verdict must not.
    """
    return replace(finding, count=0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a claim found; status, evidence and scope follow from the findings.

    Attributes:
        claim: the claim's id, such as `proposition-5`.
        findings: every statement checked, in order; never empty.
        seconds: wall-clock time it took.
        headline: one short sentence, the same on every machine.
        proved: where the claim is proved, and how far: a clause.

    Raises:
        ValueError: there is no finding.
    """

    claim: str
    findings: Sequence[Finding]
    seconds: float = field(compare=False)
    headline: str = ""
    proved: str = ""

    def __post_init__(self) -> None:
        if not self.findings:
            raise ValueError(f"{self.claim}: a verdict needs at least one finding")

    @property
    def status(self) -> Status:
        """`fails` if any finding fails, else `undecided` if any is, else `holds`."""
        worst = _worst(self.findings)
        return "holds" if worst is None else worst.status

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The kinds of evidence among the decided findings, strongest first."""
        kinds = {finding.evidence for finding in self.findings}
        return tuple(kind for kind in _EVIDENCE if kind in kinds)

    @property
    def checked(self) -> dict[Evidence, int]:
        """How many checks were made here, by kind of evidence."""
        return {
            kind: sum(finding.count for finding in self.findings if finding.evidence == kind)
            for kind in self.evidence
        }

    @property
    def scope(self) -> str:
        """Where the claim is proved, if it holds, and what was checked here: one sentence."""
        counts = [
            f"{count:,} {kind}" if count else f"some {kind}" for kind, count in self.checked.items()
        ]
        told = f"checked here: {', '.join(counts) or 'nothing decided'}"
        if self.status == "holds" and self.proved:
            told = f"{self.proved}; {told}"
        return told[0].upper() + told[1:]

    @property
    def reason(self) -> str:
        """The first finding that does not hold, or the headline."""
        worst = _worst(self.findings)
        if worst is not None:
            return f"{worst.statement}: {worst.status} ({worst.detail})"
        return self.headline or f"{len(self.findings)} statements checked"

    def __str__(self) -> str:
        return f"{self.claim}: {self.status}. {self.scope}. {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `lossurface verify --json`."""
        return {
            "id": self.claim,
            "verdict": self.status,
            "evidence": list(self.evidence),
            "scope": {"proved": self.proved, "checked": self.checked},
            "seconds": round(self.seconds, 3),
            "detail": self.reason,
            "findings": [asdict(finding) for finding in self.findings],
        }
