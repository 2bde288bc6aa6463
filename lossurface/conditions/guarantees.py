"""Which of the paper's statements apply to a network on a dataset, and what each guarantees.

A statement is its id, its kind, what it says, and the list of what it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from lossurface.conditions.certified import NAMES, Condition
from lossurface.conditions.subspaces import Ranks

if TYPE_CHECKING:
    from lossurface.setting import Loss, Neuron

__all__ = ["Applied", "Case", "applied"]

Kind = Literal["guarantee", "warning", "remark"]


@dataclass(frozen=True)
class Applied:
    """One of the paper's statements, applied to the case in hand."""

    id: str  #: such as `theorem-1`
    applies: Literal["yes", "no", "undecided"]
    kind: Kind  #: about every local minimum; a bad one exists; or neither
    says: str  #: of this dataset and network, if it applies
    uses: tuple[str, ...]  #: ids of the conditions that it asks for
    missing: tuple[str, ...]  #: what keeps it from applying; empty if it applies
    changes: tuple[str, ...]  #: for each thing missing, what would mend it
    features: tuple[str, ...]  #: those of the changes that no network can make up for
    width_needed: int | None  #: the width that it asks for, if it does
    width_given: int | None  #: M, if it was given

    @property
    def name(self) -> str:
        """The name as printed, such as `Theorem 2` or `Monotone (ours)`."""
        own = self.id.removeprefix("ours-")
        name = re.sub(r"(\d)-necessary", r"\1 (necessity)", own).replace("-", " ").capitalize()
        return name if own == self.id else f"{name} (ours)"

    @property
    def why_not(self) -> str:
        """What keeps it from applying, conditions by their names."""
        told = (why.partition(": ") for why in self.missing)
        return "; ".join(NAMES.get(a, a).partition(":")[0] + colon + b for a, colon, b in told)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        names = ("id", "applies", "kind", "says", "missing", "width_needed", "width_given")
        return {name: getattr(self, name) for name in names} | {"missing": list(self.missing)}


@dataclass(frozen=True)
class _Asked:
    """One thing that a statement asks for."""

    missing: str = ""  # why it is not given; empty if it is
    change: str = ""  # what would mend it
    features: bool = False  # only other features would
    refused: bool = True  # it is known not to be given; else it is open
    uses: str = ""  # the condition that it is


@dataclass(frozen=True)
class Case:
    """Everything a statement may ask about."""

    conditions: dict[str, Condition]
    ranks: Ranks
    neuron: Neuron
    loss: Loss
    architecture: str
    width: int | None
    n_plus: int
    n_minus: int

    def verdict(self, name: str) -> str:
        """Return a condition's verdict."""
        return self.conditions[name].verdict

    @property
    def p(self) -> int:
        """The hinge power; 0 for other losses."""
        return self.loss.p or 0

    def ask(self, name: str, change: str, features: bool = False) -> _Asked:
        """Ask for a condition."""
        found = self.conditions[name]
        if found.verdict == "holds":
            return _Asked(uses=name)
        why = f"{name}: {found.why}"
        if found.verdict == "undecided":
            return _Asked(why, refused=False, uses=name)
        return _Asked(why, change, features, uses=name)

    def violated(self, name: str) -> _Asked:
        """Ask for a condition to fail."""
        found = self.conditions[name]
        if found.verdict == "fails":
            return _Asked()
        return _Asked(f"{name}: {found.why}", refused=found.verdict == "holds")

    def network(self, least: int) -> list[_Asked]:
        """Ask for the hinge loss with p at least so large, and for f_S."""
        asked = [self.ask("assumption-1", HINGE), self.ask("assumption-4", SHORTCUT)]
        if self.verdict("assumption-1") == "holds" and self.p < least:
            asked.insert(1, _Asked(f"p = {self.p}, not at least {least}", f"raise p to {least}"))
        return asked

    def subspaces(self) -> list[_Asked]:
        """Ask for samples as Theorem 1 wants them."""
        spans = "features are needed on which the classes span different subspaces"
        position = "samples in general position are needed"
        return [self.ask("assumption-3", spans, True), self.ask("assumption-2", position, True)]

    def at_least(self, width: int | None) -> _Asked:
        """Ask for M."""
        if width is None or (self.width or 1) >= width:
            return _Asked()
        if self.width is None:
            change = f"make f_S at least {width} wide"
            return _Asked(f"the width is not given; {width} is needed", change, refused=False)
        change = f"widen f_S from {self.width} to {width} neurons"
        return _Asked(f"width {self.width}, not at least {width}", change)

    def applied(
        self, id_: str, kind: Kind, says: str, asked: Sequence[_Asked], needed: int | None = None
    ) -> Applied:
        """Conclude: `undecided` where all that is missing is not known."""
        missing = [one for one in asked if one.missing]
        decided: Literal["yes", "no", "undecided"] = "undecided" if missing else "yes"
        if any(one.refused for one in missing):
            decided = "no"
        return Applied(
            id_,
            decided,
            kind,
            says,
            uses=tuple(one.uses for one in asked if one.uses),
            missing=tuple(one.missing for one in missing),
            changes=tuple(one.change for one in missing if one.change),
            features=tuple(one.change for one in missing if one.features),
            width_needed=needed,
            width_given=None if needed is None else self.width,
        )


HINGE = "use the polynomial hinge loss"
SHORTCUT = "add a single-layer f_S in parallel with the network (Figure 1b)"
CONVEX = "use an analytic neuron with sigma'' > 0 in f_S, such as softplus"
INCREASING = "use an increasing neuron in f_S, such as softplus"
MONOTONE = "use a strictly monotone neuron in f_S, such as leaky-relu"
EVERY = "every local minimum of the empirical loss has training error 0, whatever f_D is"
ELLIPSOIDS = (
    "features are needed in which two ellipsoids tell the classes apart; products of features are "
    "a way"
)


def applied(case: Case) -> Iterator[Applied]:
    """Hold every statement against the case."""
    wide, wide_quadratic = case.ranks.width(case.n_plus + case.n_minus), case.ranks.quadratic_width
    neuron, f_D = case.neuron.name, case.architecture == "shortcut"
    convex = case.ask("assumption-5", CONVEX)
    quadratic = _Asked()
    if neuron != "quadratic":
        quadratic = _Asked(f"neuron {neuron}, not quadratic", "use quadratic neurons in f_S")
    asked = [*case.network(6), convex, *case.subspaces(), case.at_least(wide)]
    yield case.applied("theorem-1", "guarantee", EVERY, asked, wide)
    yield _width(case, convex)
    yield _independent_parts(case, convex)
    asked = [*case.network(3), case.ask("increasing-neuron", INCREASING), _separable(case)]
    yield case.applied("theorem-2", "guarantee", EVERY, asked, 1)
    asked = [*case.network(1), case.ask("monotone-neuron", MONOTONE), _separable(case)]
    yield case.applied("ours-monotone", "guarantee", EVERY, asked, 1)
    asked = [*case.network(6), quadratic, *case.subspaces(), case.at_least(wide_quadratic)]
    yield case.applied("proposition-1", "guarantee", EVERY, asked, wide_quadratic)
    ellipsoids = case.ask("proposition-12", ELLIPSOIDS, True)
    asked = [*case.network(6), quadratic, ellipsoids, case.at_least(wide_quadratic)]
    yield case.applied("proposition-12", "guarantee", EVERY, asked, wide_quadratic)
    yield _quadratic_width(case, quadratic, ellipsoids)

    beside = _Asked() if f_D else _Asked("there is no f_D", SHORTCUT)
    says = "for some f_D the loss has a local minimum with training error above 0"
    for name, condition, neurons, more in (
        ("proposition-11-necessary", "proposition-11", convex, ""),
        ("ours-necessary", "ours-necessary", convex, ", and a constant feature does not help"),
        ("proposition-12-necessary", "proposition-12", quadratic, ""),
    ):
        asked = [*case.network(2), neurons, beside, case.violated(condition)]
        yield case.applied(name, "warning", says + more, asked)
    yield _dead(case)

    asked = [
        case.ask("assumption-1", HINGE),
        case.ask("realisable", "remove one of the contradictory samples"),
    ]
    says = "if some parameters classify every sample, then so does every global minimum"
    yield case.applied("proposition-8", "remark", says, asked)
    logistic = _Asked()
    if case.loss.name != "logistic":
        logistic = _Asked(f"loss {case.loss.name}, not logistic")
    shortcut = case.ask("assumption-4", SHORTCUT)
    asked = [logistic, shortcut, convex, *case.subspaces(), case.at_least(wide)]
    says = "every critical point is a saddle: there is no local minimum"
    yield case.applied("proposition-9", "remark", says, asked, wide)
    says = (
        "every critical point has training error above 0; where some parameters classify every "
        "sample there is no global minimum"
    )
    yield case.applied("proposition-10", "remark", says, [logistic])
    yield _valleys(case, convex)


def _separable(case: Case) -> _Asked:
    if case.verdict("affine-separability") == "holds":
        constant = (
            "append a constant feature 1 to the samples: a hyperplane off the origin separates them"
        )
        return case.ask("assumption-6", constant)
    features = "features are needed in which the classes are separable"
    return case.ask("assumption-6", features, True)


def _width(case: Case, convex: _Asked) -> Applied:
    """Ours: the width that Theorem 1 takes, of samples in general position."""
    ranks = case.ranks
    least = ranks.least_width(case.n_plus, case.n_minus)
    asked = [*case.network(2), convex, *case.subspaces(), case.at_least(least)]
    says = f"{EVERY}: width {least} is enough"
    if ranks.plus + ranks.minus == ranks.both:
        says = f"{EVERY}: two neurons are enough, as the subspaces meet only in 0"
    return case.applied("ours-width", "guarantee", says, asked, least)


def _quadratic_width(case: Case, quadratic: _Asked, ellipsoids: _Asked) -> Applied:
    """Ours: the least width of quadratic neurons, of general position or of the ellipsoids."""
    ranks, data = case.ranks, case.subspaces()
    least, other = ranks.plus + ranks.minus - ranks.both + 1, max(1, ranks.both - 1)
    missing = [one for one in data if one.missing]
    # The ellipsoids ask less of the samples and more neurons.
    if any(one.refused for one in missing) or (missing and (case.width or 0) >= other):
        least, data = other, [ellipsoids]
    asked = [*case.network(2), quadratic, *data, case.at_least(least)]
    says = f"{EVERY}: width {least} is enough"
    return case.applied("ours-quadratic-width", "guarantee", says, asked, least)


def _independent_parts(case: Case, convex: _Asked) -> Applied:
    """Ours: Theorem 1's argument where each class splits into independent parts."""
    features = "features are needed on which no sample lies in the other class's span"
    asked = [*case.network(6), convex, case.ask("theorem-1-width", features, True)]
    certificate, least = case.conditions["theorem-1-width"].certificate, None
    if certificate is not None:
        least = int(certificate.data["width"])
        # A part holds at most as many samples as the class has directions of its own.
        owned = (("positive", case.ranks.minus), ("negative", case.ranks.plus))
        most = max(
            -(-sum(map(len, certificate.data[name]["parts"])) // (case.ranks.both - other))
            for name, other in owned
        )
        enough = case.at_least(least)
        if case.width is not None and 2 * most + 1 <= case.width < least:
            why = f"width {case.width}: {least} is enough; whether fewer are is not known"
            enough = _Asked(why, enough.change, refused=False)
        asked.append(enough)
    says = f"{EVERY}: width {least} is enough on these samples"
    return case.applied("ours-independent-parts", "guarantee", says, asked, least)


def _valleys(case: Case, convex: _Asked) -> Applied:
    """Ours: where a path leads down to the least loss from everywhere."""
    features = "features are needed on which no sample of one class lies in the other's span"
    free = case.ask("theorem-1-width", features, True)  # of both classes; one is enough
    if min(case.ranks.plus, case.ranks.minus) < case.ranks.both:
        free = replace(free, refused=False)
    ways = (
        ([case.ask("monotone-neuron", MONOTONE), _separable(case)], 1),
        ([convex, free], case.n_plus + case.n_minus + 1),
    )
    asked, width = next((way for way in ways if not any(a.missing for a in way[0])), ways[-1])
    says = (
        "from all parameters of f_S, whatever f_D is, a path of at most three straight segments "
        "leads to loss 0 and the loss never rises on it: there is no bad valley"
    )
    asked = [*case.network(1), *asked, case.at_least(width)]
    return case.applied("ours-valleys", "remark", says, asked, width)


def _dead(case: Case) -> Applied:
    """Propositions 2 and 6: neurons that are zero on one side can all die."""
    asked = [case.ask("assumption-1", HINGE)]
    if case.verdict("assumption-1") == "holds" and case.p < 2:
        asked.append(_Asked(f"p = {case.p}, not at least 2", "raise p to 2"))
    if "relu" not in case.neuron.classes and case.neuron.name != "threshold":
        asked.append(_Asked(f"neuron {case.neuron.name} is not zero on z < 0"))
    if case.architecture != "feedforward":
        if case.verdict("assumption-4") != "holds":
            asked.append(_Asked(f"architecture {case.architecture}"))
        asked.append(case.ask("half-space", ""))
    beside = "for some f_D " if case.architecture == "shortcut" else ""
    says = (
        f"{beside}a local minimum has training error min(n_+, n_-)/n or more: all neurons can die"
    )
    name = "proposition-6" if case.architecture == "feedforward" else "proposition-2"
    return case.applied(name, "warning", says, asked)
