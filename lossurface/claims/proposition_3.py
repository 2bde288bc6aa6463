"""Proposition 3: neurons that are linear on the positive axis can all be active at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb, floor
from typing import TYPE_CHECKING

from lossurface import setting
from lossurface.claims.affine import AffineMap, best_affine_map, refuse_separable, separable
from lossurface.claims.construction import (
    SAMPLES,
    Builder,
    Number,
    certified,
    half_space,
)
from lossurface.errors import InputError
from lossurface.exact import Certificate, Finding, less, sampled
from lossurface.exact.checker.arithmetic import dot
from lossurface.exact.checker.format import IDENTITY
from lossurface.setting import Dataset, Enclosed

if TYPE_CHECKING:
    from numpy.random import Generator

HEADLINE = (
    "Bad local minima on symmetric (from M = 1) and on sampled (from M = 2) Theorem 1 data, up "
    "to M > n; samples are separable with a probability between 4(3/4)^n - 6/2^n and 8(7/8)^n."
)

CLAIM = "Proposition 3"
_SIZES = (4, 8, 12, 16, 24)
_PROGRAMS = 8  # linear programs for each size


_BUILDER = Builder(
    CLAIM,
    IDENTITY,
    "a neuron with sigma(z) = z for z > 0",
    setting.proposition_3_symmetric(),
    setting.proposition_3().sample,
)


def certify(
    neuron: str = "leaky-relu",
    p: int = 2,
    width: int = 2,
    dataset: Dataset | None = None,
    *,
    deep: Sequence[int] | None = None,
    deep_neuron: str = "relu",
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 3: every neuron active on every sample.

    f_S is then the best affine map, which misclassifies a sample where the convex hulls meet.
    Where it is irrational it is given by balls.

    Args:
        neuron: `leaky-relu`, `elu`, `linear` or `relu`.
        width: M; 1 only where the best affine map is constant or v^T x has one sign.
        dataset: Theorem 1 data in an open half-space; eight symmetric points by default. Drawn
            samples are (s, t, 0) and (0, t, s).
    """
    _BUILDER.admit(neuron, p, width=width)
    dataset, data = _BUILDER.samples("theorem-1", dataset, seed, n)
    direction = half_space(dataset, CLAIM)
    refuse_separable(dataset, CLAIM)
    best = best_affine_map(dataset, p)
    a, W = _active_neurons(best, direction, width, dataset)
    network = _BUILDER.single_layer(neuron, best.c, a, W, deep, deep_neuron)
    reach = min(sum(abs(_middle(v)) for v in column) for column in zip(*W, strict=True))
    return _BUILDER.minimum(dataset, p, data, network, Fraction(reach), best.error)


def _middle(value: Number) -> Fraction:
    return value.mid if isinstance(value, Enclosed) else value


def _active_neurons(
    best: AffineMap, e: Sequence[Fraction], width: int, dataset: Dataset
) -> tuple[list[Fraction], list[list[Number]]]:
    """Return a (M,) and W (d, M) with W a = v and w_j^T x > 0 on every sample.

    All columns but the last are e. The last is v + tau e, and a takes tau e away again.

    Raises:
        InputError: one neuron was asked for and v^T x changes its sign.
    """
    centre = [_middle(value) for value in best.v]
    values = [dot(centre, row) for row in dataset.x]
    if width == 1:
        if best.constant:
            return [Fraction(0)], [[value] for value in e]
        sign = 1 if values[0] > 0 else -1
        if min(sign * value for value in values) <= 0:
            raise InputError(
                f"width is 1; the best affine map's slope v has v^T x of both signs here, and one "
                f"neuron with w^T x > 0 gives one sign only: {CLAIM} needs width >= 2"
            )
        slope = [value if sign > 0 else -value for value in best.v]
        return [Fraction(sign)], [[value] for value in slope]
    ratios = [value / dot(e, row) for value, row in zip(values, dataset.x, strict=True)]
    tau = Fraction(max(1, 1 + floor(-min(ratios))) + 1)
    rest = [Fraction((-1) ** j) for j in range(width - 2)]
    a = [-tau - sum(rest), *rest, Fraction(1)]
    last = [v + tau * u for v, u in zip(best.v, e, strict=True)]
    return a, [[*([u] * (width - 1)), z] for u, z in zip(e, last, strict=True)]


# How often an affine map separates the samples (s, t, 0) and (0, t, s); bounds proved on the page


def axis_interval(points: Sequence[tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction] | None:
    """Return the interval of t in which the hull of points (s, t) meets s = 0; None if it does not.

    Its ends are crossings of segments between a point with s <= 0 and one with s >= 0.
    """
    left = [(s, t) for s, t in points if s <= 0]
    right = [(s, t) for s, t in points if s >= 0]
    crossings = [t for s, t in points if s == 0]
    crossings += [(u * t - s * v) / (u - s) for s, t in left for u, v in right if s < u]
    return (min(crossings), max(crossings)) if crossings else None


def hulls_meet(dataset: Dataset) -> bool:
    """Say whether the hulls of positives (s, t, 0) and negatives (0, t, s) meet, exactly.

    They can on the planes' common axis alone: just if the intervals cut out of it overlap.
    """
    plus = axis_interval([(s, t) for s, t, _ in dataset.positives])
    minus = axis_interval([(s, t) for _, t, s in dataset.negatives])
    if plus is None or minus is None:
        return False
    return plus[0] <= minus[1] and minus[0] <= plus[1]


def separable_bounds(n: int) -> tuple[Fraction, Fraction]:
    """Return a lower and an upper bound on the probability that n >= 1 samples are separable."""
    half, base = Fraction(1, 2), Fraction(3, 4)
    high = min(Fraction(1), 8 * Fraction(7, 8) ** n)
    if n >= 4:
        high = min(high, 2 * comb(n, 3) * base ** (n - 3) + 2 * half**n)
    return 4 * base**n - 6 * half**n + 4 * half ** (2 * n), high


def inseparable_sample(rng: Generator) -> Dataset:
    """Draw 20 samples, again and again until the classes' hulls meet."""
    law = setting.proposition_3()
    dataset = law.sample(rng, SAMPLES)
    while not hulls_meet(dataset):
        dataset = law.sample(rng, SAMPLES)
    return dataset


def separability(seed: int, trials: int) -> Iterator[Finding]:
    """Check the probability that samples are separable: bounds exactly, shares by sampling."""
    import numpy as np

    from lossurface.claims.tally import Tally

    for n in (24, 48, 96):
        _, high = separable_bounds(n)
        bound = f"1 - P(separable) >= 1 - {float(high):.2g} at n = {n}: P is not trivial"
        yield less(bound, high, Fraction(1))
    for n in _SIZES:
        low, high = separable_bounds(n)
        yield less(f"the bounds on P(separable) at n = {n} are in order", low, high)
    law, rng, outside = setting.proposition_3(), np.random.default_rng(seed), 0
    for n in _SIZES:
        apart = sum(not hulls_meet(law.sample(rng, n)) for _ in range(trials))
        least, most = Tally((n,), (apart,), (trials,)).interval(confidence=0.9999)
        low, high = separable_bounds(n)
        outside += most < low or least > high
    statement = "separable shares lie within the bounds (99.99% intervals)"
    yield sampled(statement, outside, len(_SIZES), f"{trials} datasets for each n")
    rng, programs = np.random.default_rng(seed), min(trials, _PROGRAMS)
    drawn = [law.sample(rng, n) for n in _SIZES for _ in range(programs)]
    differing = sum(separable(dataset) is hulls_meet(dataset) for dataset in drawn)
    yield sampled("linear programs agree with the hulls' intervals", differing, len(drawn))


def findings(*, seed: int = 0, trials: int = 100) -> Iterator[Finding]:
    """Yield what is checked; `trials`: datasets for each size in the experiment on separability."""
    import numpy as np

    for neuron in sorted(IDENTITY):
        for p, width in ((2, 1), (3, 2), (6, 9)):
            certificate = certify(neuron, p, width)
            yield certified(certificate, f"{neuron}, p = {p}, M = {width}")
    yield certified(certify("elu", 2, 3, deep=(2, 2)), "f_S + f_D")
    rng = np.random.default_rng(seed)
    for neuron, p, width in (("leaky-relu", 2, 2), ("elu", 3, 2), ("linear", 6, 21)):
        certificate = certify(neuron, p, width, inseparable_sample(rng))
        yield certified(
            certificate, f"{neuron}, p = {p}, M = {width}, 20 samples", smaller_class=False
        )
    yield from separability(seed, trials)
