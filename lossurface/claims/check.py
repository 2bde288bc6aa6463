"""For a dataset and a network: which guarantee holds, and if none does, why not.

`lossurface.check(X, y, ...)` and `lossurface check FILE`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from lossurface.claims import get
from lossurface.conditions import guarantees, subspaces
from lossurface.conditions.bad_minimum import WIDEST, bad_minimum
from lossurface.conditions.certified import NAMES, Condition, settle
from lossurface.conditions.coordinates import Space
from lossurface.conditions.definiteness import necessary, proposition_11, proposition_12
from lossurface.conditions.separability import affine_separability, assumption_6, half_space
from lossurface.conditions.tables import Table, read_arrays, read_file
from lossurface.errors import InputError
from lossurface.exact.checker.format import CONVEX, EVEN, IDENTITY, MAX_BYTES, ODD, ZERO
from lossurface.setting.assumptions import (
    assumption_1,
    assumption_5,
    increasing_neuron,
    monotone_neuron,
)
from lossurface.setting.datasets import contradictions
from lossurface.setting.losses import Loss, get_loss
from lossurface.setting.neurons import Neuron, get_neuron

if TYPE_CHECKING:
    from lossurface.exact.certificate import Certificate
    from lossurface.exact.findings import Status

    _Builder = Callable[[], Certificate]

__all__ = ["Report", "check", "check_file"]

ARCHITECTURES = {  # by the names that may be given
    "single": "single-layer",
    "single-layer": "single-layer",
    "shortcut": "shortcut",
    "feedforward": "feedforward",
    "identity": "identity-shortcut",
    "identity-shortcut": "identity-shortcut",
}
LARGEST = 10**9  # p or width
SMALL = 20_000  # n * d up to which the builders for small examples are asked
# Of the samples Proposition 12 asks less than the one, Theorem 1 what is said of the other.
ASKING_MORE = (
    "proposition-1",
    "ours-width",
    "ours-monotone",
    "ours-independent-parts",
    "ours-quadratic-width",
)


STRONGER = {  # by condition: one from which it follows
    "monotone-neuron": "increasing-neuron",
    "proposition-11": "ours-necessary",
    "ours-necessary": "proposition-12",
    "affine-separability": "assumption-6",
}


@dataclass(frozen=True)
class Report:
    """What is known of a network on a dataset."""

    table: Table  #: the dataset and the words it came in
    network: Mapping[str, Any]  #: neuron, loss, p, width and architecture, as asked about
    ranks: subspaces.Ranks  #: r_+, r_-, r, Delta r, and the widths that follow
    conditions: tuple[Condition, ...]
    claims: tuple[guarantees.Applied, ...]  #: the paper's statements, held against the conditions
    advice: tuple[str, ...]  #: for each guarantee that does not apply, what would make it
    counterexample: Certificate | None  #: a certified bad local minimum, if we can build one
    #: By the id of each guarantee that applies once f_S is wide enough: how wide.
    widths: Mapping[str, int]
    numerical: Mapping[str, Any] | None  #: ranks by singular values; no verdict rests on them
    space: Space = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse to contradict itself: what is guaranteed must not be refuted beside it.

        Raises:
            AssertionError: a guarantee stands beside a bad local minimum, samples that no network
                classifies, or a condition that it uses and that does not hold.
        """
        for claim in self.guarantees:
            beside = [c.id for c in self.claims if c.kind == "warning" and c.applies == "yes"]
            if self.counterexample is not None:
                beside.append("a counterexample")
            asked = ("realisable", *claim.uses)
            beside += [name for name in asked if self.condition(name).verdict != "holds"]
            if beside:
                raise AssertionError(f"{claim.id} is granted together with {', '.join(beside)}")

    def condition(self, name: str) -> Condition:
        """Return the condition of that id."""
        return {condition.id: condition for condition in self.conditions}[name]

    @property
    def guarantees(self) -> tuple[guarantees.Applied, ...]:
        """The guarantees that apply."""
        return tuple(c for c in self.claims if c.kind == "guarantee" and c.applies == "yes")

    @property
    def data_line(self) -> str:
        """The dataset, in one line."""
        data = self.table.dataset
        return (
            f"{data.n} samples in {data.d} dimension{'s' * (data.d > 1)}, {data.n_plus} positive "
            f"({self.table.positive}), {data.n_minus} negative ({self.table.negative})"
        )

    @property
    def network_line(self) -> str:
        """The network asked about, in one line."""
        net = self.network
        p = "" if net["p"] is None else f", p = {net['p']}"
        width = "" if net["width"] is None else f", M = {net['width']}"
        return f"network: {net['architecture']}, {net['neuron']}, {net['loss']}{p}{width}"

    @property
    def rank_lines(self) -> tuple[str, ...]:
        """The width needed against the width given, and the numerical ranks, labelled as such."""
        given = self.network["width"]
        needed = "width: no M, the number of neurons in f_S, is known to be enough for a guarantee"
        if self.widths:
            by: dict[int, list[str]] = {}
            for claim in self.claims:
                if claim.id in self.widths:
                    by.setdefault(self.widths[claim.id], []).append(claim.name)
            enough = "; ".join(f"M = {M} is enough by {_listed(by[M])}" for M in sorted(by))
            known = "no M, the number of neurons in f_S," if given is None else f"M = {given}"
            needed = f"width: {enough}; {known} is given"
        found = self.numerical
        if found is None:
            return (needed,)
        width = found["theorem_1_width"]
        asks = "different subspaces" if width is None else f"width {width}"
        return needed, (
            f"numerical ranks (singular values above {found['tolerance']:g} of the largest; no "
            f"verdict rests on them): r_+ = {found['r_plus']}, r_- = {found['r_minus']}, r = "
            f"{found['r']}, Theorem 1 would ask for {asks}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `lossurface check --json`."""
        data, bad = self.table.dataset, self.counterexample
        return {
            "source": self.table.source,
            "data": {
                "n": data.n,
                "d": data.d,
                "n_plus": data.n_plus,
                "n_minus": data.n_minus,
                "positive": self.table.positive,
                "negative": self.table.negative,
                "features": list(self.table.features),
                **self.ranks.to_dict(),
                "numerical_ranks": None if self.numerical is None else dict(self.numerical),
            },
            "network": dict(self.network),
            "width": {
                "given": self.network["width"],
                "theorem_1": self.ranks.width(data.n),
                "theorem_1_on_these_samples": _sure_width(self.condition("theorem-1-width")),
                "theorem_2": 1,
                "proposition_1": self.ranks.quadratic_width,
                "proposition_12": self.ranks.quadratic_width,
            },
            "conditions": [condition.to_dict() for condition in self.conditions],
            "claims": [claim.to_dict() for claim in self.claims],
            "advice": list(self.advice),
            "counterexample": None if bad is None else dict(bad.data),
        }

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Yield the report as text, one statement a line, the verdict first."""
        yield from self.verdict
        yield ""
        yield f"{self.table.source}: {self.data_line}"
        yield self.network_line
        yield from self.rank_lines
        yield ""
        yield from (f"  {c.verdict:10}{NAMES[c.id]:43}{c.why}" for c in self.told)
        if self.needed:
            yield ""
            yield from (f"advice: {line}" for line in self.needed)

    @property
    def verdict(self) -> tuple[str, ...]:
        """What is guaranteed, what is certified, and what else the statements say."""
        return tuple(self._verdict())

    def _verdict(self) -> Iterator[str]:
        if self.guarantees:
            by = _listed([claim.name for claim in self.guarantees])
            yield f"guaranteed by {by}: {guarantees.EVERY}"
        elif self.widths:
            least = min(self.widths.values())
            by = _listed([c.name for c in self.claims if self.widths.get(c.id) == least])
            yield f"no guarantee applies yet: M = {least} is enough for one, by {by}"
        else:
            yield "no guarantee applies"
            for claim in self.claims:
                if claim.kind == "guarantee" and claim.applies == "undecided":
                    yield f"undecided whether {claim.name} applies: {claim.why_not}"
        if self.counterexample is not None:
            found = self.counterexample.data
            radius = found["radius"] if len(found["radius"]) < 40 else f"{found['radius'][:36]}..."
            yield (
                "certified on these samples: a local minimum with training error "
                f"{found['training_error']}; no parameters closer than {radius} have a lower loss"
            )
        said: dict[tuple[str, str], list[str]] = {}
        for claim in self.claims:
            if claim.applies == "yes" and claim.kind != "guarantee":
                said.setdefault((claim.kind, claim.says), []).append(claim.name)
        yield from (f"{kind} by {_listed(by)}: {says}" for (kind, says), by in said.items())

    @property
    def told(self) -> tuple[Condition, ...]:
        """The conditions without those that hold because a stronger one does."""
        held = {condition.id for condition in self.conditions if condition.verdict == "holds"}
        return tuple(c for c in self.conditions if STRONGER.get(c.id) not in held)

    @property
    def needed(self) -> tuple[str, ...]:
        """The advice that `rank_lines` does not give; none where there is a guarantee."""
        names = {claim.id: claim.name for claim in self.claims}
        told = (line.partition(": ") for line in self.advice if not self.guarantees)
        return tuple(names.get(a, a) + colon + b for a, colon, b in told if a not in self.widths)


def check(X: Any, y: Any, *, positive: object = None, **choices: Any) -> Report:
    """Say which of the paper's guarantees hold for a network on a dataset, with certificates.

    Args:
        X: (n, d) samples: array, tensor, nested lists or data frame. Floats are taken as the exact
            binary fractions that they are.
        y: (n,) labels of two classes; or the name of a column of the data frame X.
        positive: the label to be called +1; needed unless labels are 0/1, -1/1 or booleans.
        choices: `neuron` of f_S (of the network itself, for `feedforward` and `identity`), softplus
            unless given; `loss`: `hinge` (the default), `logistic` or `quadratic`; `p`, the hinge
            power, 6 unless given; `width`: M, the neurons of f_S, if known; `architecture`:
            `shortcut` (the default), `single`, `feedforward` or `identity`; `rank_tolerance`: if
            given, also report ranks as numbers of singular values above it times the largest, a
            reading of noisy data, on which no verdict rests.

    Raises:
        InputError: the data or a choice is unusable; the message names row and column.
    """
    return _report(read_arrays(X, y, positive), **choices)


def check_file(
    path: str | os.PathLike[str], *, label: str, positive: str | None = None, **choices: Any
) -> Report:
    """Do the same for a CSV, Parquet or NPZ file; see `check` and `tables.read_file`.

    Raises:
        InputError: the file or a choice is unusable.
    """
    return _report(read_file(Path(path), label, positive), **choices)


def _report(
    table: Table,
    *,
    neuron: str = "softplus",
    loss: str = "hinge",
    p: int | None = None,
    width: int | None = None,
    architecture: str = "shortcut",
    rank_tolerance: float | None = None,
) -> Report:
    _of_type("neuron", neuron, str)
    _of_type("loss", loss, str)
    _of_type("architecture", architecture, str)
    _of_type("p", p, int, NoneType)
    _of_type("width", width, int, NoneType)
    _of_type("rank tolerance", rank_tolerance, float, int, NoneType)
    if architecture not in ARCHITECTURES:
        known = "shortcut, single, feedforward, identity"
        raise InputError(f"architecture {architecture!r} is not known; use one of {known}")
    if width is not None and width < 1:
        raise InputError(f"width is {width!r}; give a number of neurons, at least 1")
    if loss in ("hinge", "polynomial-hinge"):
        loss, p = "polynomial-hinge", 6 if p is None else p
    kind, space, n = ARCHITECTURES[architecture], Space(table.dataset), table.dataset.n
    its_neuron, its_loss, found = get_neuron(neuron), get_loss(loss, p), subspaces.ranks(space)
    numerical = None
    if rank_tolerance is not None:
        near = subspaces.numerical_ranks(space, rank_tolerance)
        sizes = {**near.to_dict(), "theorem_1_width": near.width(n)}
        numerical = {"tolerance": rank_tolerance, **sizes}
    conditions = tuple(_conditions(space, its_neuron, its_loss, kind))
    named = {condition.id: condition for condition in conditions}
    case = guarantees.Case(named, found, its_neuron, its_loss, kind, width,
                           table.dataset.n_plus, table.dataset.n_minus)  # fmt: skip
    claims = tuple(guarantees.applied(case))
    wide = guarantees.applied(replace(case, width=LARGEST))
    widths = {
        claim.id: claim.width_needed
        for claim in wide
        if claim.kind == "guarantee" and claim.applies == "yes" and claim.width_needed
    }
    network = {
        "architecture": kind,
        "neuron": its_neuron.name,
        "loss": its_loss.name,
        "p": its_loss.p,
        "width": width,
    }
    advice, bad = tuple(_advice(claims, case)), _counterexample(space, case)
    return Report(table, network, found, conditions, claims, advice, bad, widths, numerical, space)


def _of_type(option: str, value: object, *kinds: type) -> None:
    """Refuse a choice of another type, or a number that is absurdly large."""
    if not isinstance(value, kinds) or isinstance(value, bool):
        wanted = {str: "a name", int: "an integer", float: "a number"}[kinds[0]]
        raise InputError(f"{option} is of type {type(value).__name__}; give {wanted}")
    if isinstance(value, int) and abs(value) > LARGEST:
        raise InputError(f"{option} is beyond {LARGEST}; give a smaller one")


def _conditions(space: Space, neuron: Neuron, loss: Loss, kind: str) -> Iterator[Condition]:
    """Yield every condition, those of the paper first."""
    yield _answered("assumption-1", assumption_1(loss))
    yield subspaces.assumption_2(space)
    yield subspaces.assumption_3(space)
    layered = kind in ("single-layer", "shortcut")
    why = {
        "single-layer": "a single-layer network f_S",
        "shortcut": "f_S + f_D, the shortcut-like connection",
        "feedforward": "a feedforward network alone: f_S is missing",
        "identity-shortcut": "an identity shortcut in place of f_S + f_D",
    }[kind]
    yield Condition("assumption-4", "holds" if layered else "fails", why)
    yield _answered("assumption-5", assumption_5(neuron))
    yield assumption_6(space)
    yield _answered("increasing-neuron", increasing_neuron(neuron))
    yield _answered("monotone-neuron", monotone_neuron(neuron))
    twelve = proposition_12(space)
    eleven = proposition_11(space, twelve)
    yield eleven
    yield necessary(space, eleven)
    yield twelve
    yield affine_separability(space)
    yield half_space(space)
    yield subspaces.theorem_1_width(space)
    yield _realisable(space)


def _answered(name: str, answer: Any) -> Condition:
    """Turn an answer about a neuron or a loss into a condition."""
    verdicts: dict[str, Status] = {"yes": "holds", "no": "fails"}
    return Condition(name, verdicts.get(answer.status, "undecided"), answer.reason)


def _realisable(space: Space) -> Condition:
    pairs = contradictions(space.dataset)
    if pairs:
        i, j = pairs[0]
        why = f"samples {i} and {j} are equal and labelled differently: no network classifies both"
        return settle(space, "contradiction", "realisable", {"pair": [i, j]}, why)
    why = "no two equal samples carry different labels"
    return Condition("realisable", "holds", why)


def _listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: "A, B and C"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _sure_width(condition: Condition) -> int | None:
    return None if condition.certificate is None else int(condition.certificate.data["width"])


def _advice(claims: tuple[guarantees.Applied, ...], case: guarantees.Case) -> Iterator[str]:
    """Yield, for each guarantee that does not apply, its changes, the attainable first."""
    failing = [c for c in claims if c.kind == "guarantee" and c.applies != "yes"]
    for claim in sorted(failing, key=lambda c: (bool(c.features), len(c.changes))):
        if not claim.features and claim.changes:
            yield f"{claim.id}: {'; and '.join(dict.fromkeys(claim.changes))}"
        elif claim.features and claim.id not in ASKING_MORE:
            yield f"{claim.id}: no change of the network is enough: {claim.features[0]}"
    if case.verdict("realisable") == "fails":
        yield "remove or relabel contradictory samples: no network reaches training error 0"


def _counterexample(space: Space, case: guarantees.Case) -> Certificate | None:
    """Return the first certificate that a builder for this case makes, or None.

    A builder that refuses the dataset (its proposition asks something else of it) is passed over.
    """
    if case.loss.name != "polynomial-hinge" or case.p < 2:
        return None
    if (case.width or 1) * (space.dataset.d + 1) > WIDEST:
        return None
    for build in _builders(space, case):
        try:
            certificate = build()
        except InputError:
            continue
        if len(certificate.to_json()) <= MAX_BYTES:
            return certificate
    return None


def _builders(space: Space, case: guarantees.Case) -> Iterator[_Builder]:
    name, p, width, data = case.neuron.name, case.p, case.width or 1, space.dataset

    def claim(number: int, **choices: Any) -> _Builder:
        build = get(f"proposition-{number}").certify
        return partial(build, neuron=name, p=p, dataset=data, **choices)

    small = data.n * data.d <= SMALL
    if case.architecture == "feedforward":
        yield claim(6, width=width, depth=1)
    elif case.architecture == "identity-shortcut":
        if small:
            yield claim(7)
    else:
        if case.architecture == "shortcut":
            for condition in ("proposition-12", "proposition-11", "ours-necessary"):
                found = case.conditions[condition]
                neurons = {"quadratic"} if condition == "proposition-12" else {*CONVEX, *EVEN}
                if found.verdict == "fails" and name in neurons:
                    yield partial(bad_minimum, space, found, name, p, width)
        if small:
            for kind in ("theorem-2", "theorem-1") if name in ZERO else ():
                yield claim(2, width=width, data=kind)
            for number, neurons in ((3, IDENTITY), (4, ODD), (5, {*EVEN})):
                if name in neurons:
                    yield claim(number, width=width)
