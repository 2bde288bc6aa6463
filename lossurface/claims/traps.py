"""What Propositions 11 and 12 ask of data, made visible: dual weights, and the loss at w = 0.

Given weights lambda, f_D gives each sample the margin 1 - C lambda_i^(1/p) and f_S has w = 0: a
point that is stationary in everything but w. If S(lambda) is definite it is a bad local minimum;
the certificates of `lossurface.conditions.bad_minimum` prove it. Here the same point is put into
floats, for pictures, and made for the best lambda there is when no S is definite. Random datasets
are decided and counted too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from lossurface import InputError
from lossurface.claims.tally import Tally
from lossurface.conditions import (
    Condition,
    Space,
    affine_separability,
    bad_minimum,
    closest_form,
    proposition_11,
    proposition_12,
)
from lossurface.exact import Finding, check, less, undecided
from lossurface.setting import Dataset, get_neuron, polynomial_hinge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from lossurface.exact import Certificate

    Array = NDArray[np.float64]

__all__ = [
    "ConditionName",
    "Trap",
    "decide",
    "decided",
    "drawn",
    "holding_share",
    "lifted",
    "met",
    "strongest",
    "trap",
    "trap_findings",
    "trapped",
]

SIGNS: tuple[Literal[1, -1], ...] = (1, -1)
ConditionName = Literal["proposition-11", "proposition-12", "affine-separability"]
GRID = 2**10  # coordinates are multiples of 1/GRID, exact in floats


def decide(dataset: Dataset, claim: ConditionName) -> Condition:
    """Decide the condition of Proposition 11 or 12, or whether a hyperplane separates the classes.

    Raises:
        InputError: the claim is another one, or a class is empty.
    """
    return _decide(Space(dataset), claim)


def _decide(space: Space, claim: str) -> Condition:
    tests: dict[str, Callable[[Space], Condition]] = {
        "proposition-11": proposition_11,
        "proposition-12": proposition_12,
        "affine-separability": affine_separability,
    }
    if claim not in tests:
        raise InputError(f"claim is {claim!r}; use one of {', '.join(tests)}")
    return tests[claim](space)


@dataclass(frozen=True, eq=False)
class Trap:
    """A network at w = 0 beside the staircase that dual weights ask for.

    Attributes:
        condition: decided on the dataset.
        X: (n, d).
        y: (n,), -1.0 and 1.0.
        weights: (n,), lambda, the largest 1; floats.
        sign: 1 or -1, the sign S comes closest to; the output weight is a = -sign.
        neuron: of f_S.
        p: the hinge power.
    """

    condition: Condition
    X: Array
    y: Array
    weights: Array
    sign: int
    neuron: str
    p: int

    @property
    def margins(self) -> Array:
        """y_i f(x_i) at w = 0, (n,): 1 - C lambda_i^(1/p), C = sum lambda / sum lambda^(1+1/p)."""
        roots = self.weights ** (1 / self.p)
        margins: Array = 1 - roots * (self.weights.sum() / (self.weights * roots).sum())
        return margins

    @property
    def form(self) -> Array:
        """S = sum lambda y x x^T, (d, d)."""
        S: Array = (self.X * (self.weights * self.y)[:, None]).T @ self.X
        return S

    def loss(self, w: ArrayLike) -> Array:
        """Return L as one neuron moves from 0 to w, all else held fixed.

        Args:
            w: (..., d).

        Returns:
            (...).
        """
        import numpy as np
        import torch

        neuron, loss = get_neuron(self.neuron), polynomial_hinge(self.p)
        z = torch.from_numpy(np.asarray(w, dtype=float) @ self.X.T)
        y = torch.from_numpy(self.y)
        moved = neuron.torch(z) - neuron.torch(torch.zeros_like(z))
        outputs = torch.from_numpy(self.margins) - self.sign * y * moved  # y f
        value: Array = loss.torch(-outputs).mean(-1).numpy()
        return value


def trap(dataset: Dataset, claim: ConditionName, neuron: str = "quadratic", p: int = 6) -> Trap:
    """Decide a condition and return the point at which its picture is taken.

    The weights are those of the certificate where the condition fails, else those that bring S
    closest to semidefinite, else (no admissible lambda) equal ones in each class.
    """
    import numpy as np

    space = Space(dataset)
    condition = _decide(space, claim)
    if condition.verdict == "fails" and condition.certificate is not None:
        data = condition.certificate.data
        weights = np.array([float(Fraction(v)) for v in data["lambda"]])
        sign = int(data["sign"])
    else:
        weights, sign = strongest(space, claim)
    X, y = (part.numpy() for part in dataset.tensors())
    return Trap(condition, X, y, weights / weights.max(), sign, neuron, p)


def strongest(space: Space, claim: ConditionName) -> tuple[Array, int]:
    """Return weights (n,) that bring S or -S closest to semidefinite, and the sign; floats.

    Where no lambda is admissible (Proposition 11, disjoint hulls) the weights are equal within
    each class.
    """
    import numpy as np

    labels = space.labels
    equal = 1 / np.where(labels > 0, (labels > 0).sum(), (labels < 0).sum())
    best: tuple[float, Array, int] = (-np.inf, equal, 1)
    for sign in SIGNS:
        found = closest_form(space, sign, moments=claim == "proposition-11")
        if found is not None and found.low > best[0]:
            best = found.low, found.weights, sign
    return best[1], best[2]


def trapped(
    dataset: Dataset, condition: Condition, neuron: str = "quadratic", p: int = 6, width: int = 1
) -> Certificate:
    """Return the certified bad local minimum that a failing condition promises.

    Raises:
        InputError: the condition does not fail, or no staircase tells the samples apart.
    """
    certificate = bad_minimum(Space(dataset), condition, neuron, p, width)
    if certificate is None:
        raise InputError(
            "equal samples carry different labels, so that no f_D can follow the dual weights; "
            "remove one of them"
        )
    return certificate


def met(condition: Condition) -> Finding:
    """Return the finding that a condition holds, undecided where there is none."""
    if condition.verdict == "holds" and condition.finding is not None:
        return condition.finding
    return undecided("the condition holds", str(condition))


def trap_findings(
    cases: Sequence[tuple[Dataset, Condition]], neurons: Sequence[str], powers: Sequence[int]
) -> Iterator[tuple[Finding, Finding]]:
    """Yield, for each dataset whose condition fails, the certificate's check and R > 0."""
    failing = [(data, found) for data, found in cases if found.verdict == "fails"]
    for k, (dataset, condition) in enumerate(failing):
        neuron, p = neurons[k % len(neurons)], powers[k % len(powers)]
        certificate = trapped(dataset, condition, neuron, p, width=1 + k % 4)
        error = Fraction(certificate.data["training_error"])
        yield check(certificate), less("the training error is above 0", 0, error)


def drawn(rng: np.random.Generator, d: int, plus: int, minus: int, stretch: float) -> Dataset:
    """Draw two Gaussian classes about 0, each `stretch` times longer along an axis of its own.

    Args:
        rng: the source of all randomness.
        d: coordinates, at least 1; with one, the classes share their axis.
        plus: positive samples.
        minus: negative samples.
        stretch: 1 for round classes.
    """
    import numpy as np

    X = rng.normal(size=(plus + minus, d))
    X[:plus, 0] *= stretch
    X[plus:, d - 1] *= stretch
    X = np.round(X * GRID) / GRID
    return Dataset.of(X, [1] * plus + [-1] * minus)


def decided(claim: ConditionName, *, trials: int, seed: int) -> Iterator[tuple[Dataset, Condition]]:
    """Yield random datasets with 1 to 3 coordinates and their verdicts.

    Round and stretched classes come by turns. Draws too near the boundary for a verdict are drawn
    again.

    Args:
        claim: `proposition-11` or `proposition-12`.
        trials: how many.
        seed: of all randomness.
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


def holding_share(
    claim: ConditionName,
    sizes: Sequence[int],
    *,
    d: int,
    trials: int,
    seed: int,
    bias: bool = False,
) -> Tally:
    """Count the random datasets on which a condition holds, each decided with a certificate.

    Both classes are standard normal, n/2 samples each; undecided draws count as not holding.

    Args:
        claim: `proposition-11` or `proposition-12`.
        sizes: the even numbers of samples n.
        d: coordinates.
        trials: datasets for each size.
        seed: of the datasets.
        bias: append a constant coordinate first.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    hits = []
    for n in sizes:
        count = 0
        for _ in range(trials):
            dataset = drawn(rng, d, n // 2, n - n // 2, 1.0)
            found = decide(lifted(dataset) if bias else dataset, claim)
            count += found.verdict == "holds"
        hits.append(count)
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))
