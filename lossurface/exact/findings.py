"""Findings and verdicts: what was established, and by which kind of evidence.

A finding with `exact` or `enclosed` evidence can only be made inside `lossurface.exact`: its
constructor asks for a key that no other folder holds (a test scans the package). A verdict
derives its status and its evidence from its findings, so a float can never decide what is
reported as proved.

Neither can be derived from, altered, or rebuilt from its parts; a copy and a pickle of one are that
one. Python keeps no secrets from whoever reaches for them (`object.__setattr__`, the private key, a
pickle written by hand): that is forgery, no accident, and nothing here withstands it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NoReturn

if TYPE_CHECKING:
    from flint import arb

__all__ = [
    "Evidence",
    "Finding",
    "Rational",
    "Status",
    "Verdict",
    "enclosed_less",
    "enclosed_positive",
    "equal",
    "every",
    "less",
    "less_equal",
    "sampled",
    "undecided",
]

Status = Literal["holds", "fails", "undecided"]
Evidence = Literal["exact", "enclosed", "sampled"]
Rational = int | Fraction

_STATUS: tuple[Status, ...] = ("fails", "undecided", "holds")
_EVIDENCE: tuple[Evidence, ...] = ("exact", "enclosed", "sampled")
_KEY = object()


def _fill(noun: object, **values: object) -> None:
    """Set the fields of what is being made; once, and after they were checked."""
    if hasattr(noun, next(iter(values))):
        raise TypeError(f"this {type(noun).__name__} is made already")
    for name, value in values.items():
        object.__setattr__(noun, name, value)


@dataclass(frozen=True, slots=True, init=False)  # slots: no __dict__ to write into
class Finding:
    """One checked statement.

    Attributes:
        statement: what was checked, in words.
        status: `holds`, `fails` or `undecided`.
        evidence: `exact` (rational arithmetic), `enclosed` (ball arithmetic), `sampled` (trials);
            `None` when undecided.
        detail: the numbers behind it, or why it fails.

    Raises:
        TypeError: whoever makes it may not call it so, or there is no such status or evidence.
    """

    statement: str
    status: Status
    evidence: Evidence | None
    detail: str = ""

    def __init__(
        self,
        statement: str,
        status: Status,
        evidence: Evidence | None,
        detail: str = "",
        key: object = None,
    ) -> None:
        # The very strings: an object that only compares equal to one could change its mind.
        for given, allowed in ((status, _STATUS), (evidence, (*_EVIDENCE, None))):
            if not any(given is value or _same(given, value) for value in allowed):
                raise TypeError(f"{str(given)[:40]!r} is not one of {allowed}")
        if status != "undecided" and evidence != "sampled" and key is not _KEY:
            raise TypeError("only lossurface.exact can make a finding called exact or enclosed")
        if (status == "undecided") != (evidence is None):
            raise TypeError("an undecided finding, and only that, has no evidence")
        _fill(self, statement=statement, status=status, evidence=evidence, detail=detail)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("a Finding cannot be derived from: its guard could be overridden")

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.statement, self.status, self.evidence, self.detail)

    def __setstate__(self, state: object) -> NoReturn:
        raise TypeError("a Finding is made whole; it has no state to set")


def _same(given: object, word: object) -> bool:
    return type(given) is str and given == word


def _restored(statement: str, status: Status, evidence: Evidence | None, detail: str) -> Finding:
    """Make a finding again from its own pickle, or for a copy."""
    return Finding(statement, status, evidence, detail, key=_KEY)


def _finding(statement: str, ok: bool, evidence: Evidence, detail: str = "") -> Finding:
    """Make a proved finding; for modules of `lossurface.exact` only."""
    return Finding(statement, "holds" if ok else "fails", evidence, detail, key=_KEY)


def undecided(statement: str, why: str) -> Finding:
    """Return the finding that nothing was decided, and why."""
    return Finding(statement, "undecided", None, why)


def _rational(value: Rational, name: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise TypeError(f"{name} is a {type(value).__name__}; exact comparisons take int, Fraction")
    return Fraction(value)


def _shown(value: Rational) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:28]}...({len(text)} characters)"


def equal(statement: str, left: Rational, right: Rational) -> Finding:
    """Decide `left = right` in rational arithmetic.

    Raises:
        TypeError: a side is not an int or a Fraction.
    """
    ok = _rational(left, "left") == _rational(right, "right")
    return _finding(statement, ok, "exact", f"{_shown(left)} {'=' if ok else '!='} {_shown(right)}")


def less(statement: str, left: Rational, right: Rational) -> Finding:
    """Decide `left < right` in rational arithmetic.

    Raises:
        TypeError: a side is not an int or a Fraction.
    """
    ok = _rational(left, "left") < _rational(right, "right")
    return _finding(statement, ok, "exact", f"{_shown(left)} {'<' if ok else '>='} {_shown(right)}")


def less_equal(statement: str, left: Rational, right: Rational) -> Finding:
    """Decide `left <= right` in rational arithmetic.

    Raises:
        TypeError: a side is not an int or a Fraction.
    """
    ok = _rational(left, "left") <= _rational(right, "right")
    return _finding(statement, ok, "exact", f"{_shown(left)} {'<=' if ok else '>'} {_shown(right)}")


def enclosed_less(statement: str, left: arb, right: arb) -> Finding:
    """Decide `left < right` for two balls; undecided where they overlap.

    Args:
        statement: what the comparison says.
        left: ball (python-flint `arb`) enclosing the left side.
        right: ball enclosing the right side.

    Raises:
        TypeError: a side is not a ball.
    """
    from flint import arb

    for name, side in (("left", left), ("right", right)):
        if type(side) is not arb:  # a derived one could compare as it likes
            raise TypeError(f"{name} is a {type(side).__name__}; enclosed comparisons take balls")
    shown = f"{left.str(6)} against {right.str(6)}"
    if left < right:
        return _finding(statement, True, "enclosed", shown)
    if left >= right:
        return _finding(statement, False, "enclosed", shown)
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
    return Finding(statement, status, "sampled", f"{counts}; {detail}" if detail else counts)


def every(statement: str, findings: Iterable[Finding]) -> Finding:
    """Gather findings of one kind into one: it holds when each of them does.

    Args:
        statement: what all of them say together.
        findings: at least one.

    Returns:
        A finding with the weakest evidence among them; where some do not hold, the first such.

    Raises:
        TypeError: one of them is something else.
        ValueError: there is no finding.
    """
    gathered = _only_findings(statement, findings)
    if not gathered:
        raise ValueError(f"{statement}: there is no finding to gather; give at least one")
    for status in ("fails", "undecided"):
        for index, finding in enumerate(gathered):
            if finding.status == status:
                where = f"number {index + 1} of {len(gathered)}"
                why = f"{where}: {finding.statement} ({finding.detail})"
                return Finding(statement, status, finding.evidence, why, key=_KEY)
    kinds = {finding.evidence for finding in gathered}
    weakest = next(kind for kind in reversed(_EVIDENCE) if kind in kinds)
    detail = f"each of {len(gathered)}, the first being: {gathered[0].statement}"
    return Finding(statement, "holds", weakest, detail, key=_KEY)


def _only_findings(what: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    gathered = tuple(findings)
    for each in gathered:
        if type(each) is not Finding:  # whatever looks like one could say anything
            raise TypeError(f"{what}: a {type(each).__name__} is given for a Finding")
    return gathered


@dataclass(frozen=True, slots=True, init=False)
class Verdict:
    """What verifying a claim found; status and evidence follow from the findings.

    Attributes:
        claim: the claim's id, such as `proposition-5`.
        findings: every statement checked, in order; never empty.
        seconds: wall-clock time it took.
        headline: one short sentence, the same on every machine.

    Raises:
        TypeError: the findings are not a tuple of `Finding`.
        ValueError: there is none.
    """

    claim: str
    findings: tuple[Finding, ...]
    seconds: float = field(compare=False)
    headline: str = ""

    def __init__(
        self, claim: str, findings: tuple[Finding, ...], seconds: float, headline: str = ""
    ) -> None:
        if type(findings) is not tuple:
            raise TypeError(f"{claim}: findings are not a tuple; Verdict.of makes one of them")
        if not _only_findings(claim, findings):
            raise ValueError(f"{claim}: a verdict needs at least one finding")
        _fill(self, claim=claim, findings=findings, seconds=seconds, headline=headline)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("a Verdict cannot be derived from: status and evidence are its findings'")

    def __reduce__(self) -> tuple[Any, ...]:
        return Verdict, (self.claim, self.findings, self.seconds, self.headline)

    def __setstate__(self, state: object) -> NoReturn:
        raise TypeError("a Verdict is made whole; it has no state to set")

    @classmethod
    def of(
        cls, claim: str, findings: Sequence[Finding], seconds: float, headline: str = ""
    ) -> Verdict:
        """Gather findings into a verdict."""
        return cls(claim, tuple(findings), seconds, headline)

    @property
    def status(self) -> Status:
        """`fails` if any finding fails, else `undecided` if any is, else `holds`."""
        statuses = {finding.status for finding in self.findings}
        if "fails" in statuses:
            return "fails"
        return "undecided" if "undecided" in statuses else "holds"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The kinds of evidence among the decided findings, strongest first."""
        kinds = {finding.evidence for finding in self.findings}
        return tuple(kind for kind in _EVIDENCE if kind in kinds)

    @property
    def reason(self) -> str:
        """The first finding that does not hold, or the headline."""
        for status in ("fails", "undecided"):
            for finding in self.findings:
                if finding.status == status:
                    return f"{finding.statement}: {status} ({finding.detail})"
        return self.headline or f"{len(self.findings)} statements checked"

    def __str__(self) -> str:
        kinds = ", ".join(self.evidence) or "no evidence"
        return f"{self.claim}: {self.status} ({kinds}). {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `lossurface verify --json`."""
        return {
            "id": self.claim,
            "verdict": self.status,
            "evidence": list(self.evidence),
            "seconds": round(self.seconds, 3),
            "detail": self.reason,
            "findings": [
                {
                    "statement": finding.statement,
                    "status": finding.status,
                    "evidence": finding.evidence,
                    "detail": finding.detail,
                }
                for finding in self.findings
            ],
        }
