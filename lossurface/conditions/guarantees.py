"""Which of the paper's statements apply to a network on a dataset, and what each guarantees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from lossurface.conditions.certified import Condition
from lossurface.conditions.subspaces import Ranks

if TYPE_CHECKING:
    from lossurface.setting import Loss, Neuron

__all__ = ["DATA", "Applied", "Case", "applied"]

Kind = Literal["guarantee", "warning", "remark"]


@dataclass(frozen=True)
class Applied:
    """One of the paper's statements, held against the case in hand.

    Attributes:
        id: such as `theorem-1`.
        applies: `yes`, `no` or `undecided`.
        kind: `guarantee` (about every local minimum), `warning` (a bad one exists), or `remark`.
        says: what it says of this dataset and network, if it applies.
        uses: ids of the conditions that it asks for.
        missing: what keeps it from applying; empty if it applies.
        changes: for each thing missing, what would mend it.
        width_needed: the width that the statement asks for, if it asks for one.
        width_given: M, if it was given.
    """

    id: str
    applies: Literal["yes", "no", "undecided"]
    kind: Kind
    says: str
    uses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    width_needed: int | None = None
    width_given: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        names = ("id", "applies", "kind", "says", "missing", "width_needed", "width_given")
        return {name: getattr(self, name) for name in names} | {"missing": list(self.missing)}


@dataclass(frozen=True)
class Case:
    """Everything a statement may ask about."""

    conditions: dict[str, Condition]
    ranks: Ranks
    neuron: Neuron
    loss: Loss
    architecture: str
    width: int | None
    n: int

    def verdict(self, name: str) -> str:
        """Return a condition's verdict."""
        return self.conditions[name].verdict

    @property
    def p(self) -> int:
        """The hinge power; 0 for other losses."""
        return self.loss.p or 0


@dataclass
class _Needs:
    """Collects what a statement asks for and the case does not give."""

    case: Case
    refused: bool = False  # something is known not to hold
    uses: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    needed: int | None = None  # the width

    def ask(self, name: str, change: str, verdict: str = "holds") -> None:
        """Ask for a condition, or for one that fails."""
        if verdict == "holds":
            self.uses.append(name)
        condition = self.case.conditions[name]
        if condition.verdict == "undecided":
            self.missing.append(f"{name}: {condition.why}")
        else:
            self.that(condition.verdict == verdict, f"{name}: {condition.why}", change)

    def power(self, least: int) -> None:
        """Ask for p."""
        if self.case.verdict("assumption-1") == "holds":
            p = self.case.p
            self.that(p >= least, f"p = {p}, not at least {least}", f"raise p to {least}")

    def width(self, least: int | None) -> None:
        """Ask for M."""
        self.needed = least
        if least is None:
            return
        given = self.case.width
        if given is None:
            self.missing.append(f"the width is not given; {least} is needed")
            self.changes.append(f"make f_S at least {least} wide")
        else:
            change = f"widen f_S from {given} to {least} neurons"
            self.that(given >= least, f"width {given}, not at least {least}", change)

    def that(self, ok: bool, missing: str, change: str) -> None:
        """Ask for anything else."""
        if not ok:
            self.refused = True
            self.missing.append(missing)
            self.changes.append(change)

    def done(self, id_: str, kind: Kind, says: str) -> Applied:
        """Conclude: `undecided` where all that is missing is not known."""
        decided: Literal["yes", "no", "undecided"] = "undecided" if self.missing else "yes"
        if self.refused:
            decided = "no"
        lists = (tuple(self.uses), tuple(self.missing), tuple(self.changes))
        given = self.case.width if self.needed is not None else None
        return Applied(id_, decided, kind, says, *lists, self.needed, given)


HINGE = "use the polynomial hinge loss"
SHORTCUT = "add a single-layer f_S beside the network (Figure 1b)"
CONVEX = "use an analytic neuron with sigma'' > 0 in f_S, such as softplus"
INCREASING = "use an increasing neuron in f_S, such as softplus"
DATA = "data: "  # marks a change that no network can make up for
EVERY = "every local minimum of the empirical loss has training error 0"


def _network(needs: _Needs, power: int) -> None:
    needs.ask("assumption-1", HINGE)
    needs.power(power)
    needs.ask("assumption-4", SHORTCUT)


def _quadratic(needs: _Needs) -> None:
    name = needs.case.neuron.name
    needs.that(name == "quadratic", f"neuron {name}, not quadratic", "use quadratic neurons in f_S")


def _subspaces(needs: _Needs) -> None:
    needs.ask(
        "assumption-3",
        f"{DATA}features are needed on which the classes span different subspaces",
    )
    needs.ask("assumption-2", f"{DATA}samples in general position are needed")


def theorem_1(case: Case) -> Applied:
    """Theorem 1; on samples in general position its conclusion is certain."""
    needs = _Needs(case)
    _network(needs, 6)
    needs.ask("assumption-5", CONVEX)
    _subspaces(needs)
    needs.width(case.ranks.width(case.n))
    return needs.done("theorem-1", "guarantee", f"{EVERY}, whatever f_D is")


def independent_parts(case: Case) -> Applied:
    """Ours: Theorem 1's argument where each class splits into independent parts."""
    needs = _Needs(case)
    _network(needs, 6)
    needs.ask("assumption-5", CONVEX)
    needs.ask(
        "theorem-1-width",
        f"{DATA}features are needed on which no sample lies in the other class's span",
    )
    certificate, least = case.conditions["theorem-1-width"].certificate, None
    if certificate is not None:
        least = needs.needed = int(certificate.data["width"])
        # A part holds at most as many samples as the class has directions of its own.
        owned = (("positive", case.ranks.minus), ("negative", case.ranks.plus))
        most = max(
            -(-sum(map(len, certificate.data[name]["parts"])) // (case.ranks.both - other))
            for name, other in owned
        )
        if case.width is not None and 2 * most + 1 <= case.width < least:
            needs.missing.append(f"width {case.width}: {least} is enough; whether less is, is open")
            needs.changes.append(f"widen f_S from {case.width} to {least} neurons")
        else:
            needs.width(least)
    says = f"{EVERY}, whatever f_D is: width {least} is enough on these samples"
    return needs.done("ours-independent-parts", "guarantee", says)


def theorem_2(case: Case) -> Applied:
    """Theorem 2; on separable samples its conclusion is certain."""
    needs = _Needs(case)
    _network(needs, 3)
    needs.ask("increasing-neuron", INCREASING)
    affine = case.verdict("affine-separability") == "holds"
    needs.ask(
        "assumption-6",
        "append a constant feature 1 to the samples: a hyperplane off the origin separates them"
        if affine
        else f"{DATA}features are needed in which the classes are separable",
    )
    needs.needed = 1
    return needs.done("theorem-2", "guarantee", f"{EVERY}, whatever f_D is")


def proposition_1(case: Case) -> Applied:
    """Proposition 1: quadratic neurons on subspace data."""
    needs = _Needs(case)
    _network(needs, 6)
    _quadratic(needs)
    _subspaces(needs)
    needs.width(case.ranks.quadratic_width)
    return needs.done("proposition-1", "guarantee", f"{EVERY}, whatever f_D is")


def proposition_12(case: Case) -> Applied:
    """Proposition 12, its sufficient direction; M > r is enough, as only the span matters."""
    needs = _Needs(case)
    _network(needs, 6)
    _quadratic(needs)
    needs.ask(
        "proposition-12",
        f"{DATA}features are needed in which two ellipsoids tell the classes apart; products of "
        "features are a way",
    )
    needs.width(case.ranks.quadratic_width)
    return needs.done("proposition-12", "guarantee", f"{EVERY}, whatever f_D is")


def necessary(case: Case, name: str) -> Applied:
    """Propositions 11 and 12, their necessary direction: a violated condition is a warning."""
    needs = _Needs(case)
    _network(needs, 2)
    if name == "proposition-11":
        needs.ask("assumption-5", CONVEX)
    else:
        _quadratic(needs)
    needs.that(case.architecture == "shortcut", "there is no f_D", SHORTCUT)
    needs.ask(name, "", "fails")
    says = "for some f_D the loss has a local minimum with training error above 0"
    return needs.done(f"{name}-necessary", "warning", says)


def dead(case: Case) -> Applied:
    """Propositions 2 and 6: neurons that are zero on one side can all die."""
    feedforward = case.architecture == "feedforward"
    needs = _Needs(case)
    needs.ask("assumption-1", HINGE)
    needs.power(2)
    zero = "relu" in case.neuron.classes or case.neuron.name == "threshold"
    needs.that(zero, f"neuron {case.neuron.name} is not zero on z < 0", "")
    if not feedforward:
        layered = case.verdict("assumption-4") == "holds"
        needs.that(layered, f"architecture {case.architecture}", "")
        needs.ask("half-space", "")
    beside = "for some f_D " if case.architecture == "shortcut" else ""
    says = (
        f"{beside}a local minimum has training error min(n_+, n_-)/n or more: all neurons can die"
    )
    return needs.done("proposition-6" if feedforward else "proposition-2", "warning", says)


def proposition_9(case: Case) -> Applied:
    """Proposition 9: the logistic loss on subspace data has saddles only."""
    needs = _Needs(case)
    needs.that(case.loss.name == "logistic", f"loss {case.loss.name}, not logistic", "")
    needs.ask("assumption-4", SHORTCUT)
    needs.ask("assumption-5", CONVEX)
    _subspaces(needs)
    needs.width(case.ranks.width(case.n))
    says = "every critical point is a saddle: there is no local minimum"
    return needs.done("proposition-9", "remark", says)


def proposition_8(case: Case) -> Applied:
    """Proposition 8: the loss is calibrated."""
    needs = _Needs(case)
    needs.ask("assumption-1", HINGE)
    needs.ask("realisable", "remove one of the contradictory samples")
    says = "if some parameters classify every sample, then so does every global minimum"
    return needs.done("proposition-8", "remark", says)


def logistic(case: Case) -> Applied:
    """Proposition 10: no critical point of the logistic loss classifies every sample."""
    needs = _Needs(case)
    needs.that(case.loss.name == "logistic", f"loss {case.loss.name}, not logistic", "")
    says = (
        "every critical point has training error above 0; where some parameters classify every "
        "sample there is no global minimum"
    )
    return needs.done("proposition-10", "remark", says)


_ALL: tuple[Callable[[Case], Applied], ...] = (
    theorem_1,
    independent_parts,
    theorem_2,
    proposition_1,
    proposition_12,
    lambda case: necessary(case, "proposition-11"),
    lambda case: necessary(case, "proposition-12"),
    dead,
    proposition_8,
    proposition_9,
    logistic,
)


def applied(case: Case) -> tuple[Applied, ...]:
    """Hold every statement against the case."""
    return tuple(statement(case) for statement in _ALL)
