"""Proposition 7: an identity shortcut is an affine map once the residual part is dead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lossurface import setting
from lossurface.claims.affine import best_affine_map, refuse_separable
from lossurface.claims.construction import Builder, certified
from lossurface.exact import Certificate, Finding
from lossurface.setting import Dataset

HEADLINE = (
    "Bad local minima of a^T (x + H(x)) + b on symmetric and on sampled Theorem 1 data; "
    "samples are separable with a probability of at most 8(7/8)^n."
)

CLAIM = "Proposition 7"


_BUILDER = Builder(
    CLAIM,
    {"relu"},
    "an H all of whose neurons are ReLUs",
    setting.proposition_3_symmetric(),
    setting.proposition_3().sample,
)


def certify(
    neuron: str = "relu",
    p: int = 2,
    width: int = 2,
    depth: int = 1,
    dataset: Dataset | None = None,
    *,
    widths: Sequence[int] | None = None,
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 7: f = a^T (x + H(x)) + b with a dead H.

    f is then the best affine map, which misclassifies a sample where the convex hulls meet.
    Where it is irrational it is given by balls.

    Args:
        neuron: of H; the claim is about `relu`.
        width: neurons in each of H's `depth` hidden layers; or give their `widths`.
        dataset: Theorem 1 data; eight symmetric points by default, whose best affine map is 0.
            Drawn samples are (s, t, 0) and (0, t, s).
    """
    _BUILDER.admit(neuron, p, width=width, depth=depth)
    dataset, data = _BUILDER.samples("theorem-1", dataset, seed, n)
    refuse_separable(dataset, CLAIM)
    best = best_affine_map(dataset, p)
    hidden = (width,) * depth if widths is None else widths
    network = {
        "architecture": "identity-shortcut",
        "a": [str(value) for value in best.v],
        "b": str(best.c),
        "deep": _BUILDER.dead_layers(neuron, dataset.d, hidden, [Fraction(0)] * dataset.d),
    }
    return _BUILDER.minimum(dataset, p, data, network, error=best.error)


def findings(*, seed: int = 0, trials: int = 100) -> Iterator[Finding]:
    """Yield what is checked; `trials`: datasets for each size in the experiment on separability."""
    import numpy as np

    from lossurface.claims.proposition_3 import inseparable_sample, separability

    for p in (2, 3, 6):
        for width, depth in ((1, 1), (9, 2), (2, 4)):
            certificate = certify("relu", p, width, depth)
            yield certified(certificate, f"p = {p}, H of depth {depth} and width {width}")
    rng = np.random.default_rng(seed)
    for p, widths in ((2, (3,)), (3, (2, 2)), (6, (21,))):
        certificate = certify(p=p, dataset=inseparable_sample(rng), widths=widths)
        yield certified(certificate, f"p = {p}, widths {widths}, 20 samples", smaller_class=False)
    yield from separability(seed, trials)
