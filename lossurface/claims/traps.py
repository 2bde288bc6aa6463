"""What Propositions 11 and 12 ask of data, made visible: dual weights, and the loss at w = 0.

Given weights lambda, f_D gives each sample the margin 1 - C lambda_i^(1/p) and f_S has w = 0: a
point that is stationary in everything but w. If S(lambda) is definite it is a bad local minimum;
the certificates of `lossurface.conditions.bad_minimum` prove it. Here the same point is put into
floats, for pictures, and made for the best lambda there is when no S is definite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from lossurface import InputError
from lossurface.conditions import (
    Condition,
    Space,
    affine_separability,
    closest_form,
    proposition_11,
    proposition_12,
)
from lossurface.setting import Dataset, get_neuron, polynomial_hinge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

__all__ = ["Trap", "decide", "strongest", "trap"]

SIGNS: tuple[Literal[1, -1], ...] = (1, -1)
ConditionName = Literal["proposition-11", "proposition-12", "affine-separability"]


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
