"""Table 1: for which classes of neurons Theorems 1 and 2 hold, from the registry's verdicts.

A No is shown by a counterexample that some neuron of the class admits; a Yes by the theorem itself
(for quadratic neurons also by Proposition 1, which needs fewer of them). What is written down here
is which claims speak for a cell; the answer is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lossurface.claims.registry import CLAIMS

if TYPE_CHECKING:
    from lossurface.exact import Verdict

__all__ = ["COLUMNS", "ROWS", "TABLE_1", "Cell", "cell"]

COLUMNS = ("softplus", "relu", "leaky-relu", "sigmoid", "quadratic")  # classes of neurons
ROWS = ("theorem-1", "theorem-2")

# A claim, and a neuron of the class with which it speaks.
_SHOWN: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("theorem-1", "softplus"): (("theorem-1", "softplus"),),
    ("theorem-1", "relu"): (("proposition-2", "relu"),),
    ("theorem-1", "leaky-relu"): (("proposition-3", "leaky-relu"),),
    ("theorem-1", "sigmoid"): (("proposition-4", "sigmoid"),),
    ("theorem-1", "quadratic"): (("theorem-1", "quadratic"), ("proposition-1", "quadratic")),
    ("theorem-2", "softplus"): (("theorem-2", "softplus"),),
    ("theorem-2", "relu"): (("proposition-2", "relu"),),
    ("theorem-2", "leaky-relu"): (("proposition-2", "relu"),),  # the ReLU is in both classes
    ("theorem-2", "sigmoid"): (("proposition-2", "constant"),),  # sigma = 0 is in both classes
    ("theorem-2", "quadratic"): (("proposition-5", "quadratic"),),
}


@dataclass(frozen=True)
class Cell:
    """A cell of the table.

    Attributes:
        theorem: its row, `theorem-1` or `theorem-2`.
        neurons: its column, a class of neurons.
        witnesses: pairs of a claim's id and the neuron of the class with which it speaks.
    """

    theorem: str
    neurons: str
    witnesses: tuple[tuple[str, str], ...]

    @property
    def answer(self) -> Literal["Yes", "No"]:
        """What the paper says: does the theorem hold for all neurons of the class?

        The claims say it: a theorem answers Yes, a counterexample No.
        """
        known = [CLAIMS[claim] for claim, _ in self.witnesses if claim in CLAIMS]
        negative = any(claim.sign == "negative" for claim in known)
        return "No" if negative else "Yes"

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages of the claims, under `book/` and without suffix."""
        return tuple(CLAIMS[claim].page for claim, _ in self.witnesses if claim in CLAIMS)

    def verify(self, **options: Any) -> tuple[Verdict, ...]:
        """Return the live verdicts of the claims that show the answer, in order.

        Args:
            options: `seed`, `trials` and `device`, as for `Claim.verify`.
        """
        known = [CLAIMS[claim] for claim, _ in self.witnesses if claim in CLAIMS]
        return tuple(claim.verify(**options) for claim in known)

    def text(self, verify: Callable[[str], Verdict]) -> str:
        """Return `Yes` or `No` if every claim that shows it holds, else the first that does not.

        Args:
            verify: returns the verdict of a claim; one that remembers serves several cells.
        """
        for claim, _ in self.witnesses:
            if claim not in CLAIMS:
                return f"undecided: {claim} is not verified"
            verdict = verify(claim)
            if verdict.status != "holds":
                return f"{verdict.status}: {verdict.claim}"
        return self.answer


TABLE_1: tuple[Cell, ...] = tuple(
    Cell(theorem, neurons, _SHOWN[theorem, neurons]) for theorem in ROWS for neurons in COLUMNS
)


def cell(theorem: str, neurons: str) -> Cell:
    """Return the cell of a theorem and a class of neurons.

    Raises:
        KeyError: the table has no such row or column.
    """
    return next(c for c in TABLE_1 if (c.theorem, c.neurons) == (theorem, neurons))
