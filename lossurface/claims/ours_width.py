"""How wide is wide enough (ours): certified strict bad minima at every width.

The samples lie on two planes of R^3 that meet in an axis: (b, c, 0) and (-b, c, 0) for a positive
point c on that axis, (0, c, b) and (0, c, -b) for a negative one, so that r_+ = r_- = 2, r = 3 and
Delta r = 1. All w_j are on the shared axis, w_j = (0, z_j, 0). The page `beyond/width-threshold`
proves what is said here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lossurface.claims.construction import at_least
from lossurface.conditions import Space, assumption_3
from lossurface.enclosed.strict_minimum import strict_minimum
from lossurface.errors import InputError
from lossurface.exact import Certificate, Finding, check, every
from lossurface.setting import Dataset, Neuron, neurons_of

if TYPE_CHECKING:
    import numpy as np
    import torch

    from lossurface.landscape.single_layer import SingleLayerSurface

CLAIM = "The width (ours)"
HEADLINE = (
    "Strict bad local minima at M = 1 to 4, and at M = 2 to 5 with a fixed f_D; at the width of "
    "the bound a certified step leads from every planted bad critical point to a lower loss."
)
# The widths of each family that `certify --all` writes.
FAMILIES = {"recursion": range(1, 7), "small": range(1, 7), "fixed-fd": range(2, 6)}
POWER = 6
WIDEST = 16  # of the recursion: its certificate takes a minute
# One neuron, four points: f = F (1 - 2 sigma(-u)) is critical, sigma the softplus of base 2.
F = 0.5094028791595381
BLOCK = (
    (-1, 0.29964243385913936),
    (1, 0.8229233307942491),
    (-1, 0.9065616854683434),
    (1, 9.39869794754902),
)
EPSILON = 0.03
STRETCH = 0.02  # the ratios b / c differ by so much: no two samples are parallel


def certify(width: int = 2, family: str = "recursion") -> Certificate:
    """Certify a strict bad local minimum of the polynomial hinge with p = 6 and softplus neurons.

    Args:
        width: number M of neurons.
        family: `recursion`: 8 M samples, for M up to 16; `small`: as few samples as were found (4,
            8, 14, 20, 30, 48 for M = 1 to 6); `fixed-fd`: 2 M + 4 samples beside an f_D that is
            held fixed, for M = 2 to 5.

    Returns:
        A certificate of kind `strict-minimum`.

    Raises:
        InputError: there is no such family, or none of its minima has that width.
    """
    if family not in FAMILIES:
        raise InputError(f"family is {family!r}; use one of {', '.join(FAMILIES)}")
    M = at_least("width", width, 1, CLAIM)
    if family == "recursion":
        if M > WIDEST:
            raise InputError(f"width is {M}; the recursion is certified up to {WIDEST}")
        found = _recursion(M)
    else:
        known = json.loads(files(__package__).joinpath("ours_width.json").read_text())[family]
        if str(M) not in known:
            raise InputError(f"width is {M}; the family {family} has widths {', '.join(known)}")
        found = known[str(M)]
    dataset, theta, offset = _minimum(found)
    ranks = assumption_3(Space(dataset)).certificate
    assert ranks is not None
    spans = {name: ranks.data[name] for name in ("positive", "negative", "all")}
    return strict_minimum(
        "softplus",
        POWER,
        dataset,
        theta,
        offset=offset,
        claim="ours-width",
        data={"assumption": "theorem-1", **spans},
    )


def _recursion(M: int) -> dict[str, Any]:
    """Return the block M times: smaller and smaller, with labels and output weights in turn.

    On its own four points each neuron does what the block's one does; there the later ones are
    nearly zero and the earlier ones nearly constant.
    """
    points: list[tuple[int, float, float]] = []
    for i in range(M):
        size = EPSILON ** (i - (M - 1) // 2)
        for label, u in BLOCK:
            ratio = 1 + STRETCH * len(points)
            points.append((label * (-1) ** i, u * size, ratio * u * size))
    a = [-2 * F * (-1) ** i for i in range(M)]
    z = [-(EPSILON ** ((M - 1) // 2 - i)) for i in range(M)]
    return {"points": points, "a0": F, "a": a, "z": z}


def _minimum(found: dict[str, Any]) -> tuple[Dataset, list[float], list[float] | None]:
    """Return samples, theta and f_D's outputs of points (label, c, b) or (label, c, b, f_D)."""
    if "points" not in found:  # the subspaces meet in 0 only
        return Dataset.of(found["X"], found["y"]), found["theta"], None
    rows, labels = _on_planes([point[:3] for point in found["points"]])
    offset = [fixed for point in found["points"] for fixed in 2 * point[3:]]
    zeros = [0.0] * len(found["z"])
    theta = [found["a0"], *found["a"], *zeros, *found["z"], *zeros]
    return Dataset.of(rows, labels), theta, offset or None


def _on_planes(points: Sequence[Sequence[Any]]) -> tuple[list[tuple[Any, Any, Any]], list[int]]:
    """Return the samples and labels of points (label, c, b) on the shared axis."""
    signed = [(int(label), c, own) for label, c, b in points for own in (b, -b)]
    rows = [(own, c, 0) if label > 0 else (0, c, own) for label, c, own in signed]
    return rows, [label for label, _, _ in signed]


def planted(rng: np.random.Generator, neuron: Neuron) -> tuple[SingleLayerSurface, torch.Tensor]:
    """Return a surface and a bad critical point at the least width that the bound asks for.

    One to three neurons on the shared axis and 2 M + 2 points there: the equations for a critical
    point in the dual weights, sum lambda y (1, sigma(z_j c), c sigma'(z_j c)) = 0, have a solution.
    Its signs are taken for the labels, its sizes for lambda, and a fixed f_D supplies the margins
    1 - C lambda^(1/p). Then the neurons are split, with output weights of any signs, until there
    are as many as the bound asks for. W is not 0, no a_j is, and f is not constant.
    """
    import numpy as np
    import torch

    from lossurface.landscape.planted import margins, with_f_D

    M = int(rng.integers(1, 4))
    weights = np.zeros(1)
    while abs(weights).min() <= 0.02 * abs(weights).max() or len(set(np.sign(weights))) < 2:
        z, c = rng.uniform(-1.5, 1.5, M), rng.uniform(-2, 2, 2 * M + 2)
        at = torch.from_numpy(np.outer(c, z))
        value, slope = neuron.torch(at).numpy(), neuron.torch_d1(at).numpy()
        system = np.column_stack([np.ones_like(c), value, c[:, None] * slope])
        weights = np.linalg.svd(system.T)[2][-1]
    y, b = np.sign(weights), rng.uniform(0.3, 2, len(c))
    points = list(zip(y.tolist(), c.tolist(), b.tolist(), strict=True))
    rows, labels = _on_planes(points)
    X, wide = np.array(rows), len(rows) - 1  # Delta_+ = Delta_- = 1: more than n - 2 neurons
    a = rng.choice([-1, 1], wide) * rng.uniform(0.1, 2, wide)
    W = np.zeros((3, wide))
    W[1] = z[np.concatenate([np.arange(M), rng.integers(0, M, wide - M)])]
    outputs = np.repeat(y * margins(abs(weights), POWER), 2)
    return with_f_D(neuron, POWER, X, np.array(labels, dtype=float), outputs, a, W)


def findings(*, seed: int = 0, trials: int = 200) -> Iterator[Finding]:
    """Yield what is checked: certificates, and `trials` planted points, each left."""
    import numpy as np

    from lossurface.landscape.escape import escape

    for family, widths in FAMILIES.items():
        for M in widths[:4]:
            yield check(certify(M, family))
    rng, neurons = np.random.default_rng(seed), neurons_of("convex-analytic")
    plants = (planted(rng, neurons[k % len(neurons)]) for k in range(trials))
    left = [escape(*plant, proof="theorem-1", axes=((0, 1), (1, 2))) for plant in plants]
    points = "of the points planted at the width of the bound, W and a not 0,"
    yield every(f"none {points} is a local minimum", [step.not_minimum for step in left])
    yield every(
        f"from each {points} a step leads to a lower loss", [step.decrease for step in left]
    )
