"""Table 1: for which classes of neurons Theorems 1 and 2 hold.

One neuron of the class with a bad local minimum shows a No: its certificate is checked, and so is
that its samples and its width meet what the theorem asks. A Yes is a statement on all local minima,
which no run can show: it is the theorem's, by the proof on its page, and what is decided here is
that the book's neurons of the class meet its assumption on neurons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from lossurface.claims import CLAIMS
from lossurface.conditions import Space, assumption_2, assumption_3, assumption_6, ranks
from lossurface.exact import Finding, check, equal, less, less_equal
from lossurface.setting import Dataset, assumption_5, increasing_neuron, neurons_of

if TYPE_CHECKING:
    from lossurface.exact import Verdict

__all__ = ["COLUMNS", "ROWS", "TABLE_1", "Cell", "cell"]

COLUMNS = ("softplus", "relu", "leaky-relu", "sigmoid", "quadratic")  # classes of neurons
ROWS = ("theorem-1", "theorem-2")
_P, _WIDTH = 6, 16  # of the counterexamples: what Theorem 1 asks for eight samples, Delta r = 1

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

        The claims' signs say it: a theorem answers Yes, a counterexample No. `findings` says what
        of it can be decided by a run.
        """
        negative = any(CLAIMS[claim].sign == "negative" for claim, _ in self.witnesses)
        return "No" if negative else "Yes"

    def findings(self) -> Iterator[Finding]:
        """Yield what of the answer can be decided by a run, exactly.

        Of a No all: the witness's certificate of a bad local minimum, and that its samples and its
        width meet what the theorem asks. Of a Yes only that the book's neurons of the class do.
        """
        if self.answer == "No":
            for claim, neuron in self.witnesses:
                yield from _counterexample(self.theorem, claim, neuron)
            return
        asked = assumption_5 if self.theorem == "theorem-1" else increasing_neuron
        missing = sum(asked(neuron).status != "yes" for neuron in neurons_of(self.neurons))
        statement = f"neurons of the {self.neurons} class that are not as {self.theorem} asks"
        yield equal(statement, missing, 0)

    def text(self, verify: Callable[[str], Verdict]) -> str:
        """Return the answer, or the first claim that speaks for it and whose verdict does not hold.

        Args:
            verify: returns the verdict of a claim; one that remembers serves several cells.
        """
        for claim, _ in self.witnesses:
            verdict = verify(claim)
            if verdict.status != "holds":
                return f"{verdict.status}: {verdict.claim}"
        return self.answer


def _counterexample(theorem: str, claim: str, neuron: str) -> Iterator[Finding]:
    choices = {"data": theorem} if claim == "proposition-2" else {}
    certificate = CLAIMS[claim].certify(neuron=neuron, p=_P, width=_WIDTH, **choices)
    data = certificate.data
    yield check(certificate)
    yield less("its training error is above zero", 0, Fraction(data["training_error"]))
    space = Space(Dataset.of(data["samples"], data["labels"]))
    if theorem == "theorem-2":
        asked = [assumption_6(space)]
    else:
        asked = [assumption_2(space), assumption_3(space)]
        least = ranks(space).width(space.dataset.n)
        yield less_equal("its width is what Theorem 1 asks, or more", least or _WIDTH + 1, _WIDTH)
    missing = sum(condition.verdict != "holds" for condition in asked)
    yield equal(f"assumptions of {theorem} on the data that its samples miss", missing, 0)


TABLE_1: tuple[Cell, ...] = tuple(
    Cell(theorem, neurons, _SHOWN[theorem, neurons]) for theorem in ROWS for neurons in COLUMNS
)


def cell(theorem: str, neurons: str) -> Cell:
    """Return the cell of a theorem and a class of neurons.

    Raises:
        KeyError: the table has no such row or column.
    """
    return next(c for c in TABLE_1 if (c.theorem, c.neurons) == (theorem, neurons))
