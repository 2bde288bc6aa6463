"""Proposition 3: neurons that are linear on the positive axis can all be active at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor

from lossurface import InputError, setting
from lossurface.claims import verdict
from lossurface.claims.affine import (
    AffineMap,
    affine_minimum,
    best_affine_map,
    refuse_separable,
)
from lossurface.claims.construction import (
    Number,
    admissible,
    admissible_dataset,
    assumed,
    at_least,
    certified,
    chosen_dataset,
    half_space,
    layered,
    misclassifying,
    reach_of_signs,
)
from lossurface.exact import Certificate, Finding, Verdict
from lossurface.exact.checker.format import IDENTITY
from lossurface.exact.linalg import dot
from lossurface.setting import Dataset, Enclosed

__all__ = ["certify", "verify"]

CLAIM = "Proposition 3"


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
    """Build the bad local minimum of Proposition 3 and certify it.

    All samples lie in an open half-space e^T x > 0. With every w_j^T x_i > 0 the network is affine
    on the samples and stays so nearby, so the best affine map is a local minimum; the classes'
    convex hulls meet, so it misclassifies a sample.

    Args:
        neuron: `leaky-relu`, `elu`, `linear` or `relu`: the identity on z > 0.
        p: power of the hinge, at least 2.
        width: number M of neurons, at least 1; more than n changes nothing. One suffices only
            where the best affine map is constant or has v^T x of one sign on all samples.
        dataset: Theorem 1 data in an open half-space; eight symmetric points by default, whose best
            affine map is 0.
        deep: hidden widths of an f_D beside f_S, all its last hidden neurons dead; none by default.
        deep_neuron: f_D's neuron, zero on the negative axis.
        seed: draw the samples instead, (s, t, 0) and (0, t, s), with this seed.
        n: how many to draw, 20 unless given.

    Returns:
        A certificate; where the best affine map is irrational it is given by balls.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    condition = "a neuron with sigma(z) = z for z > 0"
    admissible(neuron, p, IDENTITY, CLAIM, condition)
    at_least("width", width, 1, CLAIM)
    law, symmetric = setting.proposition_3, setting.proposition_3_symmetric()
    dataset = chosen_dataset(dataset, symmetric, law, seed, n, CLAIM)
    admissible_dataset(dataset, CLAIM)
    data = assumed("theorem-1", dataset, CLAIM)
    direction = half_space(dataset, CLAIM)
    refuse_separable(dataset, CLAIM)
    best = best_affine_map(dataset, p)
    a, W = _active_neurons(best, direction, width, dataset)
    network = layered(neuron, best.c, a, W, deep, deep_neuron, CLAIM)
    columns = [[_middle(v) for v in column] for column in zip(*W, strict=True)]
    reach = min(reach_of_signs(column) for column in columns)
    return affine_minimum(CLAIM, dataset, p, data, network, best, reach)


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
        slope = [value if sign > 0 else _negated(value) for value in best.v]
        return [Fraction(sign)], [[value] for value in slope]
    ratios = [value / dot(e, row) for value, row in zip(values, dataset.x, strict=True)]
    tau = Fraction(max(1, 1 + floor(-min(ratios))) + 1)
    rest = [Fraction((-1) ** j) for j in range(width - 2)]
    a = [-tau - sum(rest), *rest, Fraction(1)]
    last: list[Number] = [
        Enclosed(v.mid + tau * u, v.rad) if isinstance(v, Enclosed) else v + tau * u
        for v, u in zip(best.v, e, strict=True)
    ]
    return a, [[*([u] * (width - 1)), z] for u, z in zip(e, last, strict=True)]


def _negated(value: Number) -> Number:
    return Enclosed(-value.mid, value.rad) if isinstance(value, Enclosed) else -value


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    from lossurface.claims import separability

    for neuron in sorted(IDENTITY):
        for p, width in ((2, 1), (3, 2), (6, 9)):
            certificate = certify(neuron, p, width)
            yield certified(certificate, f"{neuron}, p = {p}, M = {width}")
    yield certified(certify("elu", 2, 3, deep=(2, 2)), "f_S + f_D")
    rng = np.random.default_rng(seed)
    for neuron, p, width in (("leaky-relu", 2, 2), ("elu", 3, 2), ("linear", 6, 21)):
        certificate = certify(neuron, p, width, separability.inseparable_sample(rng, 20))
        yield misclassifying(certificate, f"{neuron}, p = {p}, M = {width}, 20 samples")
    yield from separability.findings(seed, trials)


def verify(*, seed: int = 0, trials: int = 100) -> Verdict:
    """Verify Proposition 3.

    Args:
        seed: of the samples.
        trials: datasets for each size in the experiment on separability.
    """
    headline = (
        "Bad local minima on symmetric (from M = 1) and on sampled (from M = 2) Theorem 1 data, up "
        "to M > n; samples are separable with a probability between 4(3/4)^n - 6/2^n and 8(7/8)^n."
    )
    return verdict("proposition-3", _findings(seed, trials), headline)
