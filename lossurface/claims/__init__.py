"""The claims of the paper and our own: what each says, where its page is, how it is verified.

The table loads nothing: a claim's module is imported when it is verified or certified.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, Literal

from lossurface.errors import InputError

if TYPE_CHECKING:
    from lossurface.exact import Certificate, Evidence, Verdict

__all__ = ["CLAIMS", "Claim", "get", "select"]

_LEAST = {"seed": 0, "trials": 1}
_MOST = 2**32 - 1  # what every generator takes
_DEVICES = ("cpu", "cuda", "auto")


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse a `seed`, `trials` or `device` that is none; other options are passed over.

    Raises:
        InputError: one line that names the option.
    """
    from lossurface.errors import shown

    for name, least in _LEAST.items():
        value = options.get(name, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
            raise InputError(
                f"{name} is {shown(value)}; give a whole number from {least} to {_MOST}"
            )
    device = options.get("device", "cpu")
    if device not in _DEVICES:
        raise InputError(f"device is {shown(device)}; use cpu, cuda or auto")


@dataclass(frozen=True)
class Claim:
    """A theorem, proposition or example of the paper, or a result of ours."""

    id: str  #: such as `proposition-5`; of ours, `ours-width`
    title: str  #: what it says, in a few words
    #: No bad local minimum, a counterexample, or neither.
    sign: Literal["positive", "negative", "neither"]
    evidence: tuple[Evidence, ...]  #: the kinds that `verify` gathers, strongest first
    page: str  #: its notebook under `book/`, without suffix
    certifies: bool  #: whether `certify` makes a certificate
    #: Where the statement is proved, and how far: a clause. What `verify` checks are instances, as
    #: many as the verdict says.
    proved: str

    @property
    def name(self) -> str:
        """The name as printed, such as `Proposition 5`."""
        return self.title if self.ours else self.id.replace("-", " ").capitalize()

    @property
    def ours(self) -> bool:
        """Whether it is not the paper's."""
        return self.id.startswith("ours-")

    @property
    def options(self) -> tuple[str, ...]:
        """Which of `seed`, `trials` and `device` the claim's verification takes."""
        return tuple(signature(self._module().findings).parameters)

    def verify(self, **options: Any) -> Verdict:
        """Verify the claim now.

        Args:
            options: those of `seed`, `trials` and `device` that the claim takes (`options`).

        Returns:
            A verdict, `holds`, `fails` or `undecided`, with the evidence and the seconds taken.

        Raises:
            InputError: the claim takes no such option, or not that value.
        """
        for name in options:
            if name not in self.options:
                taken = ", ".join(self.options) or "none"
                raise InputError(f"{self.id} has no option {name!r}; it has {taken}")
        check_options(options)
        from lossurface.exact import Verdict

        module, start = self._module(), time.perf_counter()
        findings = tuple(module.findings(**options))
        seconds = time.perf_counter() - start
        return Verdict(self.id, findings, seconds, module.HEADLINE, self.proved)

    def certify(self, **choices: Any) -> Certificate:
        """Build the claim's certificate.

        Args:
            choices: the choices of its builder, such as `neuron`, `p` and `width`.

        Raises:
            InputError: the claim has no certificate, or a choice breaks one of its conditions.
        """
        if not self.certifies:
            having = ", ".join(claim.id for claim in CLAIMS.values() if claim.certifies)
            raise InputError(
                f"{self.id} has no certificate of a local minimum; these have: {having}"
            )
        try:
            certificate: Certificate = self._module().certify(**choices)
        except TypeError as error:
            if "unexpected keyword argument" not in str(error):
                raise
            unknown = str(error).rpartition(" ")[2]
            raise InputError(f"{self.id} has no choice {unknown} for its certificate") from None
        return certificate

    def _module(self) -> Any:
        return import_module(f"{__name__}.{self.id.replace('-', '_')}")


def _claim(
    id_: str,
    title: str,
    sign: Literal["positive", "negative", "neither"],
    evidence: tuple[Evidence, ...],
    *,
    certifies: bool = False,
    proved: str = "",
    page: str = "",
) -> Claim:
    page = page or f"{id_.split('-')[0]}s/{id_}"
    proved = f"proved on its page (book/{page}){proved}"
    return Claim(id_, title, sign, evidence, page, certifies, proved)


# For the claims that there is a bad local minimum.
_EACH = ", and by each certificate for its own network and samples"

CLAIMS: dict[str, Claim] = {
    claim.id: claim
    for claim in (
        _claim(
            "theorem-1",
            "Subspace data: wide networks have no bad local minimum",
            "positive",
            ("exact", "enclosed", "sampled"),
        ),
        _claim(
            "theorem-2",
            "Separable data: increasing neurons have no bad local minimum",
            "positive",
            ("exact", "enclosed", "sampled"),
        ),
        _claim(
            "proposition-1",
            "Quadratic neurons need only M > r on subspace data",
            "positive",
            ("exact", "enclosed", "sampled"),
        ),
        _claim(
            "proposition-2",
            "ReLU-like neurons can all die at once",
            "negative",
            ("exact",),
            certifies=True,
            proved=_EACH,
        ),
        _claim(
            "proposition-3",
            "Leaky-ReLU-like neurons can all be active at once",
            "negative",
            ("exact", "enclosed", "sampled"),
            certifies=True,
            proved=_EACH,
        ),
        _claim(
            "proposition-4",
            "Sigmoid-like neurons cannot use balanced data",
            "negative",
            ("exact", "enclosed", "sampled"),
            certifies=True,
            proved=f" for convex losses{_EACH}",
        ),
        _claim(
            "proposition-5",
            "Quadratic neurons fail on separable data",
            "negative",
            ("exact",),
            certifies=True,
            proved=_EACH,
        ),
        _claim(
            "proposition-6",
            "Without the shortcut a deep network can die on any data",
            "negative",
            ("exact",),
            certifies=True,
            proved=_EACH,
        ),
        _claim(
            "proposition-7",
            "An identity shortcut leaves a bad local minimum",
            "negative",
            ("exact", "enclosed", "sampled"),
            certifies=True,
            proved=_EACH,
        ),
        _claim(
            "proposition-8",
            "Loss zero is training error zero, for every hinge-like loss",
            "positive",
            ("exact", "enclosed", "sampled"),
        ),
        _claim(
            "proposition-9",
            "With the logistic loss every critical point is a saddle",
            "negative",
            ("exact", "enclosed", "sampled"),
        ),
        _claim(
            "proposition-10",
            "With the logistic loss every critical point has a positive training error",
            "negative",
            ("enclosed", "sampled"),
        ),
        _claim(
            "proposition-11",
            "A condition on the data without which some f_D has a bad local minimum",
            "negative",
            ("exact",),
            certifies=True,
        ),
        _claim(
            "proposition-12",
            "On which data quadratic neurons have no bad local minimum",
            "neither",
            ("exact",),
            certifies=True,
        ),
        _claim(
            "example-1",
            "The quadratic loss misclassifies separable data",
            "negative",
            ("exact", "sampled"),
            proved=", and here by exact arithmetic",
        ),
        _claim(
            "example-2",
            "The quadratic loss fails on subspace data",
            "negative",
            ("exact", "enclosed", "sampled"),
        ),
        _claim(
            "example-3",
            "The quadratic loss fails on separable data",
            "negative",
            ("exact", "sampled"),
        ),
        _claim(
            "ours-width",
            "How wide is wide enough",
            "neither",
            ("enclosed",),
            certifies=True,
            page="beyond/width-threshold",
        ),
        _claim(
            "ours-valleys",
            "No bad valleys: a path down from anywhere",
            "positive",
            ("exact", "enclosed", "sampled"),
            page="beyond/escape-training",
        ),
        _claim(
            "ours-monotone",
            "Separable data: strictly monotone neurons are enough",
            "positive",
            ("exact", "enclosed"),
            page="beyond/monotone",
        ),
        _claim(
            "ours-quadratic-width",
            "How few quadratic neurons are enough",
            "neither",
            ("exact", "enclosed"),
            page="beyond/quadratic-width",
        ),
        _claim(
            "ours-necessary",
            "A condition on the data that every smooth neuron needs",
            "negative",
            ("exact",),
            certifies=True,
            page="beyond/necessary",
        ),
    )
}


def get(claim_id: str) -> Claim:
    """Return a claim by its id, or by its name: `Proposition 5` is `proposition-5`.

    Raises:
        InputError: there is no such claim; the message names those spelled alike, or all.
    """
    wanted = str(claim_id).lower().replace(" ", "-")
    if wanted not in CLAIMS:
        close = get_close_matches(wanted, CLAIMS, cutoff=0.52)
        way = f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(CLAIMS)}"
        raise InputError(f"{claim_id!r} is not a claim; {way}")
    return CLAIMS[wanted]


def select(claim_ids: Iterable[str]) -> tuple[Claim, ...]:
    """Return the claims named, each once, or all of them where none is named.

    Raises:
        InputError: a name is unknown.
    """
    named = {claim.id: claim for claim in map(get, claim_ids)}
    return tuple(named.values()) or tuple(CLAIMS.values())
