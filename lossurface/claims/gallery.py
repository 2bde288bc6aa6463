"""The gallery: every neuron outside a theorem's class, on that theorem's data, certified.

Claims.md section 5, the talk's "dozens of counterexamples": neuron x data x p x architecture, where
one of Propositions 2 to 7 builds it. Nothing is stored; each entry is built when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lossurface.claims import get, ours_necessary, ours_width
from lossurface.claims.proposition_2 import HALF_PLANE, RAYS
from lossurface.claims.proposition_5 import PLANE
from lossurface.exact import Certificate
from lossurface.exact.checker.format import AT_ZERO

_RELU = ("threshold", "relu", "requ", "constant")
_LEAKY = ("relu", "leaky-relu", "elu", "linear")
_SIGMOID = ("sigmoid", "tanh", "arctan", "softsign", "constant", "linear")
_QUADRATIC = ("quadratic", "cosh", "quartic")
# claim, data, neurons, choices for the sampled or second dataset (eight samples)
_SINGLE: tuple[tuple[str, str, tuple[str, ...], dict[str, Any]], ...] = (
    ("proposition-2", "theorem-1", _RELU, {"data": "theorem-1", "seed": 1, "n": 8}),
    ("proposition-2", "theorem-2", _RELU, {"data": "theorem-2", "seed": 1, "n": 8}),
    ("proposition-3", "theorem-1", _LEAKY, {}),
    ("proposition-4", "theorem-1", _SIGMOID, {"seed": 1, "n": 8}),
    ("proposition-5", "theorem-2", _QUADRATIC, {"dataset": PLANE}),
)
_OVER = 9  # neurons for at most eight samples


@dataclass(frozen=True)
class Recipe:
    """How to build one counterexample."""

    claim: str  # the claim's id
    neuron: str  # of f_S, or of the deep network where there is no f_S
    p: int  # power of the hinge
    architecture: str  # `single-layer`, `shortcut`, `feedforward` or `identity-shortcut`
    data: str  # whose data it is: `theorem-1`, `theorem-2` or `none`
    remark: str = ""  # what tells it from others, such as `wide`
    choices: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def id(self) -> str:
        """Its name; no two in the gallery agree."""
        parts = (self.claim, self.data, self.architecture, self.neuron, f"p{self.p}", self.remark)
        return "_".join(part for part in parts if part)

    @property
    def filename(self) -> str:
        """Where `lossurface certify --all` writes its certificate."""
        return f"{self.id}.json"

    @property
    def shows(self) -> str:
        """What it is, in one phrase."""
        theorem = {"theorem-1": "Theorem 1", "theorem-2": "Theorem 2"}.get(self.data)
        where = f", on {theorem}'s data" if theorem else ""
        if self.architecture == "feedforward":
            return f"a bad minimum of a feedforward network of {self.neuron} neurons{where}"
        more = {
            "identity-shortcut": " with an identity shortcut",
            "shortcut": " in addition to a deep network",
        }
        return f"a bad minimum of {self.neuron} neurons{more.get(self.architecture, '')}{where}"

    def build(self) -> Certificate:
        """Build and check the certificate."""
        return get(self.claim).certify(neuron=self.neuron, p=self.p, **self.choices)


def recipes() -> tuple[Recipe, ...]:
    """Return what the gallery holds, without building it."""
    found = (*_of_single_layers(), *_on_samples(), *_of_deep_networks())
    return tuple(sorted(found, key=lambda recipe: recipe.claim))


def gallery() -> Iterator[tuple[Recipe, Certificate]]:
    """Yield every counterexample of the gallery with its certificate, built and checked."""
    for recipe in recipes():
        yield recipe, recipe.build()


def certificates() -> Iterator[tuple[str, str, Certificate]]:
    """Yield all that `lossurface certify --all` writes: file name, what it shows, certificate.

    That is the gallery, the bad minima of each width, and those of the sharpened condition.
    """
    for recipe, certificate in gallery():
        yield recipe.filename, recipe.shows, certificate
    for family, widths in ours_width.FAMILIES.items():
        for M in widths:
            shows = f"a strict bad minimum of {M} softplus neuron{'s' * (M > 1)}, {family}"
            yield f"ours-width_{family}_M{M}.json", shows, ours_width.certify(M, family)
    for neuron in sorted(AT_ZERO):
        shows = f"a bad minimum of {neuron} neurons with an f_D, on two parallel planes"
        yield f"ours-necessary_{neuron}.json", shows, ours_necessary.certify(neuron)


def _of_single_layers() -> Iterator[Recipe]:
    for claim, data, neurons, other in _SINGLE:
        same = {"data": data} if claim == "proposition-2" else {}
        for neuron in neurons:
            yield Recipe(claim, neuron, 2, "single-layer", data, "", same)
            wide = {**other, "width": _OVER}
            yield Recipe(claim, neuron, 6, "single-layer", data, "wide", wide)
            deep = {**same, "deep": (2, 2), "deep_neuron": "relu"}
            yield Recipe(claim, neuron, 3, "shortcut", data, "", deep)


def _on_samples() -> Iterator[Recipe]:
    """Sampled data, where the best affine map is irrational."""
    drawn = {"seed": 0, "n": 20}
    single, both = ("single-layer", "theorem-1", "sampled"), ("shortcut", "theorem-1", "sampled")
    yield Recipe("proposition-3", "leaky-relu", 2, *single, drawn)
    yield Recipe("proposition-3", "elu", 3, *both, {**drawn, "deep": (3,)})
    yield Recipe("proposition-3", "linear", 6, *single, {**drawn, "width": 21})
    for p in (2, 3):
        yield Recipe("proposition-7", "relu", p, "identity-shortcut", *single[1:], drawn)


def _of_deep_networks() -> Iterator[Recipe]:
    datasets = {"theorem-1": RAYS, "theorem-2": HALF_PLANE, "none": None}
    for neuron in _RELU:
        for (data, dataset), p in zip(datasets.items(), (2, 3, 6), strict=True):
            choices = {"data": data, "dataset": dataset, "widths": (3,) * (1 + p // 3)}
            yield Recipe("proposition-6", neuron, p, "feedforward", data, "", choices)
    for p, widths in ((2, (1,)), (3, (9, 9)), (6, (2, 2, 2))):
        choices = {"widths": widths}
        yield Recipe("proposition-7", "relu", p, "identity-shortcut", "theorem-1", "", choices)
