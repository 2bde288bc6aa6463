"""What Propositions 11 and 12 ask of data: random datasets decided, and the loss at w = 0.

Given weights lambda, f_D gives each sample the margin 1 - C lambda_i^(1/p) and f_S has w = 0: a
point that is stationary in everything but w, and a bad local minimum if S(lambda) is definite.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from lossurface.conditions import (
    Condition,
    Space,
    bad_minimum,
    closest_form,
    necessary,
    proposition_11,
    proposition_12,
)
from lossurface.errors import InputError
from lossurface.exact import Finding, check, every, less, undecided
from lossurface.setting import Dataset, get_neuron, polynomial_hinge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

ConditionName = Literal["proposition-11", "ours-necessary", "proposition-12"]
TESTS = {
    "proposition-11": proposition_11,
    "ours-necessary": necessary,
    "proposition-12": proposition_12,
}
GRID = 2**10  # coordinates are multiples of 1/GRID, exact in floats


def decide(dataset: Dataset, claim: ConditionName) -> Condition:
    """Decide the condition of Proposition 11, sharpened or not, or of Proposition 12.

    Raises:
        InputError: the claim is another one, or a class is empty.
    """
    if claim not in TESTS:
        raise InputError(f"claim is {claim!r}; use one of {', '.join(TESTS)}")
    return TESTS[claim](Space(dataset))


@dataclass(frozen=True, eq=False)
class Trap:
    """A network at w = 0 beside the staircase that dual weights ask for, in floats."""

    condition: Condition
    X: Array  # (n, d)
    y: Array  # (n,), -1.0 and 1.0
    weights: Array  # (n,), lambda, the largest 1
    sign: int  # that S comes closest to; the output weight is a = -sign
    neuron: str  # of f_S
    p: int  # the hinge power

    @property
    def margins(self) -> Array:
        """y_i f(x_i) at w = 0, (n,), see `lossurface.landscape.planted.margins`."""
        from lossurface.landscape.planted import margins

        return margins(self.weights, self.p)

    def loss(self, w: ArrayLike) -> Array:
        """Return L (...) as one neuron moves from 0 to w (..., d), all else held fixed."""
        import numpy as np
        import torch

        neuron, loss = get_neuron(self.neuron), polynomial_hinge(self.p)
        z = torch.from_numpy(np.asarray(w, dtype=float) @ self.X.T)
        moved = neuron.torch(z) - neuron.torch(torch.zeros_like(z))
        margins = torch.from_numpy(self.margins) - self.sign * torch.from_numpy(self.y) * moved
        value: Array = loss.torch(-margins).mean(-1).numpy()
        return value


def trap(dataset: Dataset, claim: ConditionName, neuron: str = "quadratic", p: int = 6) -> Trap:
    """Decide a condition and return the point at which its picture is taken.

    The weights are those of the certificate where the condition fails, else those that bring S or
    -S closest to semidefinite, else (no admissible lambda) equal ones in each class.
    """
    import numpy as np

    condition = decide(dataset, claim)
    X, y = (part.numpy() for part in dataset.tensors())
    weights, sign = 1 / np.where(y > 0, (y > 0).sum(), (y < 0).sum()), 1
    if condition.verdict == "fails" and condition.certificate is not None:
        data = condition.certificate.data
        weights, sign = np.array([float(Fraction(v)) for v in data["lambda"]]), int(data["sign"])
    else:
        space, moments = Space(dataset), claim != "proposition-12"
        found = [(side, closest_form(space, side, moments=moments)) for side in (1, -1)]
        games = [(game.low, side, game.weights) for side, game in found if game is not None]
        if games:
            _, sign, weights = max(games, key=lambda game: game[0])
    return Trap(condition, X, y, weights / weights.max(), sign, neuron, p)


def met(condition: Condition) -> Finding:
    """Return the finding that a condition holds, undecided where there is none."""
    if condition.verdict == "holds" and condition.finding is not None:
        return condition.finding
    return undecided("the condition holds", str(condition))


def case_findings(
    cases: Sequence[tuple[Dataset, Condition]], neurons: Sequence[str]
) -> Iterator[Finding]:
    """Yield that each verdict rechecks, and that where it is `fails` there is a bad minimum."""
    yield every(
        "every verdict on a dataset has a certificate that rechecks",
        (found.finding for _, found in cases if found.finding is not None),
    )
    failing = [(data, found) for data, found in cases if found.verdict == "fails"]
    minima, errors = [], []
    for k, (dataset, condition) in enumerate(failing):
        neuron, p = neurons[k % len(neurons)], (2, 3, 6)[k % 3]
        certificate = bad_minimum(Space(dataset), condition, neuron, p, width=1 + k % 4)
        error = Fraction(certificate.data["training_error"])
        minima.append(check(certificate))
        errors.append(less("the training error is above 0", 0, error))
    where = "where the condition fails,"
    yield every(f"{where} there is a local minimum", minima)
    yield every(f"{where} that local minimum misclassifies a sample", errors)


def drawn(rng: np.random.Generator, d: int, plus: int, minus: int, stretch: float) -> Dataset:
    """Draw two Gaussian classes about 0, each `stretch` times longer along an axis of its own."""
    import numpy as np

    X = rng.normal(size=(plus + minus, d))
    X[:plus, 0] *= stretch
    X[plus:, d - 1] *= stretch
    return Dataset.of(np.round(X * GRID) / GRID, [1] * plus + [-1] * minus)


def decided(claim: ConditionName, *, trials: int, seed: int) -> Iterator[tuple[Dataset, Condition]]:
    """Yield random datasets with 1 to 3 coordinates and their verdicts.

    Round and stretched classes come by turns. Draws too near the boundary for a verdict are drawn
    again.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    made = 0
    while made < trials:
        d = int(rng.integers(1, 4)) if made % 2 else int(rng.integers(2, 4))
        plus, minus = (int(k) for k in rng.integers(d + 1, 3 * d + 2, size=2))
        dataset = drawn(rng, d, plus, minus, 1.0 if made % 2 else 8.0)
        condition = decide(dataset, claim)
        if condition.verdict != "undecided":
            made += 1
            yield dataset, condition


def lifted(dataset: Dataset) -> Dataset:
    """Append a constant coordinate 1: hidden neurons then have a bias, and ellipsoids a centre."""
    return Dataset(tuple((*row, Fraction(1)) for row in dataset.x), dataset.y)
