"""Proposition 2: neurons that are zero on the negative axis can all die at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lossurface import setting
from lossurface.claims.construction import Builder, balancing_constant, certified, half_space
from lossurface.errors import InputError
from lossurface.exact import Certificate, Finding
from lossurface.exact.checker.format import ZERO
from lossurface.setting import Dataset

HEADLINE = "Local minima with training error 1/2 on both theorems' data, M = 1 and M > n."

CLAIM = "Proposition 2"
RAYS = Dataset.of([(1, 0), (2, 0), (0, 1), (0, 2)], [1, 1, -1, -1])
HALF_PLANE = Dataset.of([(1, 2), (2, 3), (1, 3), (2, 1), (3, 1), (3, 2)], [1, 1, 1, -1, -1, -1])


_CONDITION = "a neuron with sigma(z) = 0 for z < 0"
_BUILDERS = {
    "theorem-1": Builder(CLAIM, ZERO, _CONDITION, RAYS, setting.proposition_2_rays().sample),
    "theorem-2": Builder(
        CLAIM, ZERO, _CONDITION, HALF_PLANE, setting.proposition_2_half_space().sample
    ),
}


def certify(
    neuron: str = "relu",
    p: int = 2,
    width: int = 1,
    data: str = "theorem-1",
    dataset: Dataset | None = None,
    *,
    deep: Sequence[int] | None = None,
    deep_neuron: str = "relu",
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 2: every neuron dead on every sample.

    All samples have v^T x > 0 for some v, and w_j = -v; f_S is the best constant.

    Args:
        neuron: `threshold`, `relu`, `requ` or `constant`.
        data: `theorem-1` (the classes on different subspaces) or `theorem-2` (separable); drawn
            samples are t e_1 and t e_2, or (y s, t).
    """
    if data not in tuple(_BUILDERS):
        raise InputError(f"data is {data!r}; {CLAIM} is about 'theorem-1' or 'theorem-2' data")
    builder = _BUILDERS[data]
    builder.admit(neuron, p, width=width)
    dataset, shown = builder.samples(data, dataset, seed, n)
    direction = half_space(dataset, CLAIM)
    a = [Fraction((-1) ** (j + 1)) for j in range(width)]
    W = [[-v] * width for v in direction]
    constant = balancing_constant(dataset, p)
    network = builder.single_layer(neuron, constant, a, W, deep, deep_neuron)
    reach = sum(map(abs, direction), Fraction(0))  # at least ||w_j||: there w_j may be 0
    return builder.minimum(dataset, p, shown, network, reach)


def findings() -> Iterator[Finding]:
    """Yield what is checked."""
    for neuron in sorted(ZERO):
        for p in (2, 3, 6):
            for data in ("theorem-1", "theorem-2"):
                for width in (1, 8):
                    certificate = certify(neuron, p, width, data)
                    yield certified(certificate, f"{neuron}, p = {p}, M = {width}, {data}")
    for data in ("theorem-1", "theorem-2"):
        certificate = certify("relu", 2, 3, data, deep=(2, 2))
        yield certified(certificate, f"f_S + f_D, {data}")
