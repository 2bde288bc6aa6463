"""Proposition 5: quadratic neurons can have a bad local minimum on separable data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lossurface import setting
from lossurface.claims.construction import Builder, balancing_constant, certified
from lossurface.errors import InputError
from lossurface.exact import Certificate, Finding
from lossurface.exact.checker.arithmetic import definite, integers
from lossurface.exact.checker.format import AT_ZERO, EVEN
from lossurface.setting import Dataset

HEADLINE = "Local minima with training error 1/2 on separable data, M = 1 and M > n."

CLAIM = "Proposition 5"
LINE = Dataset.of([2, 3, -1, "-1/2"], [1, 1, -1, -1])
PLANE = Dataset.of(
    [(2, 2), (2, -2), (3, 0), ("-1/2", "1/2"), ("-1/2", "-1/2"), (-1, 0)], [1, 1, 1, -1, -1, -1]
)


_BUILDER = Builder(
    CLAIM,
    EVEN,
    "a strongly convex neuron with its minimum at 0",
    LINE,
    lambda rng, n: setting.proposition_5().sample(rng, n),  # loaded if asked for
)


def certify(
    neuron: str = "quadratic",
    p: int = 3,
    width: int = 1,
    dataset: Dataset | None = None,
    scale: Fraction = Fraction(1),
    *,
    deep: Sequence[int] | None = None,
    deep_neuron: str = "relu",
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 5: w_j = 0, and every a_j of one sign.

    With S = sum lambda y x x^T definite, moving a w_j away from 0 raises the loss.

    Args:
        neuron: `quadratic`, `quartic` or `cosh`.
        dataset: linearly separable, with S definite; `LINE` by default. Drawn samples are on
            [2, 3] and [-1, -1/2].
        scale: |a_j|, above 0; the radius cannot exceed it.
    """
    _BUILDER.admit(neuron, p, width=width)
    if not isinstance(scale, int | Fraction) or scale <= 0:
        raise InputError(
            f"scale is {scale!r}; {CLAIM} needs a_j of one strict sign: give a rational above 0"
        )
    dataset, data = _BUILDER.samples("theorem-2", dataset, seed, n)
    sign = _sign(dataset)
    if not sign:
        raise InputError(
            f"samples make S = sum lambda y x x^T indefinite; {CLAIM} needs one class further from "
            "the origin than the other in every direction"
        )
    a = [-sign * Fraction(scale)] * width
    W = [[Fraction(0)] * width for _ in range(dataset.d)]
    a0 = balancing_constant(dataset, p) + -AT_ZERO[neuron][0] * sum(a)
    network = _BUILDER.single_layer(neuron, a0, a, W, deep, deep_neuron)
    return _BUILDER.minimum(dataset, p, data, network, Fraction(scale))


def _sign(dataset: Dataset) -> int:
    """Return 1 or -1 as S = sum lambda y x x^T is positive or negative definite, 0 if neither.

    The dual weights are those of the best constant: n_- on positive, n_+ on negative samples.
    """
    weights = [Fraction(dataset.n_minus if y == 1 else -dataset.n_plus) for y in dataset.y]
    columns = [integers(column)[0] for column in zip(*dataset.x, strict=True)]
    if definite(weights, columns):
        return 1
    return -1 if definite([-weight for weight in weights], columns) else 0


def findings() -> Iterator[Finding]:
    """Yield what is checked."""
    for neuron in EVEN:
        for p in (2, 3, 6):
            for dataset in (LINE, PLANE):
                for width in (1, dataset.n + 1):
                    certificate = certify(neuron, p, width, dataset)
                    yield certified(certificate, f"{neuron}, p = {p}, M = {width}")
    certificate = certify("quadratic", 2, 3, deep=(2, 2))
    yield certified(certificate, "f_S + f_D")
