"""No bad valleys (ours): from every theta a path of straight segments leads down to loss 0.

The page `beyond/escape-training` proves it, and makes a path by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch

from lossurface.enclosed.path_check import never_rises
from lossurface.exact import Finding, every, sampled
from lossurface.landscape import SingleLayerSurface, ball_layer, path_to_zero
from lossurface.landscape.valleys import increasing
from lossurface.setting import NEURONS, neurons_of, polynomial_hinge

HEADLINE = (
    "From each of the random parameters a path of at most three straight segments leads to loss 0, "
    "and the loss never rises on it."
)
POWERS = (1, 3, 6)
CERTIFIED = 100  # paths for each theorem
SAMPLED_AT = 65  # points of a segment
ROUNDING = 1e-9  # of the loss where a segment begins
STARTS = {"theorem-1": "subspace data, M > n", "theorem-2": "separable data, M >= 1"}


def drawn(
    rng: np.random.Generator, proof: str, index: int = 0
) -> tuple[SingleLayerSurface, torch.Tensor]:
    """Draw samples as a theorem wants them, a network, and any theta: multiples of 1/32.

    Neurons and p run with the index. Beside every other network stands an f_D. Some of the a_j are
    0, and in one case of 25 all parameters are.
    """
    if proof == "theorem-1":  # the classes share an axis, and have two each of their own
        sizes = rng.integers(1, 5, 2)
        X = rng.choice([-1, 1], (sizes.sum(), 5)) * rng.integers(1, 33, (sizes.sum(), 5)) / 32
        X[: sizes[0], 3:], X[sizes[0] :, :2] = 0, 0
        neurons, M = neurons_of("convex-analytic"), int(sizes.sum() + rng.integers(1, 4))
    else:  # the first axis separates
        sizes = rng.integers(1, 6, 2)
        X = rng.integers(-32, 33, (sizes.sum(), 3)) / 32
        X[:, 0] = np.repeat([1, -1], sizes) * rng.integers(1, 33, sizes.sum()) / 32
        neurons, M = tuple(filter(increasing, NEURONS.values())), int(rng.integers(1, 4))
    offset = rng.integers(-32, 33, sizes.sum()) / 16 if index % 2 else None
    surface = SingleLayerSurface(
        neurons[index % len(neurons)],
        polynomial_hinge(POWERS[index % len(POWERS)]),
        torch.from_numpy(X),
        torch.from_numpy(np.repeat([1.0, -1.0], sizes)),
        M,
        offset=None if offset is None else torch.from_numpy(offset),
    )
    theta = rng.integers(-64, 65, surface.P) / 32 * (index % 25 > 0)
    theta[1 : 1 + M] *= rng.random(M) < (0.7 if index % 3 else 1)
    return surface, torch.from_numpy(theta)


def certified(proof: str, *, trials: int, seed: int) -> Iterator[Finding]:
    """Prove on whole segments that the loss never rises from random parameters to loss 0.

    Yields the findings made in rational arithmetic in one, and those made in balls.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, list[Finding]] = {"in rationals": [], "in balls": []}
    pieces = dict.fromkeys(found, 0)
    for index in range(trials):
        surface, theta = drawn(rng, proof, index)
        sigma = surface.neuron.rational
        path = path_to_zero(surface, theta, proof=proof).tolist()
        rising = increasing(surface.neuron)
        how = "in balls" if sigma is None else "in rationals"
        found[how].append(never_rises(ball_layer(surface), path, sigma=sigma, increasing=rising))
        pieces[how] += len(path) - 1
    for how, findings in found.items():
        if findings:
            statement = (
                f"{STARTS[proof]}: the loss never rises on the way to its least, over whole "
                f"segments, {how}"
            )
            whole = every(statement, findings)
            told = f"{len(findings)} paths in {pieces[how]} pieces; {whole.detail}"
            yield replace(whole, detail=told)


def monotone_in_floats(proof: str, *, trials: int, seed: int) -> Finding:
    """Count paths on which the loss rises at some of 65 points a segment, or does not end at 0."""
    rng, failures = np.random.default_rng(seed), 0
    steps = torch.linspace(0, 1, SAMPLED_AT, dtype=torch.float64).unsqueeze(-1)
    for index in range(trials):
        surface, theta = drawn(rng, proof, index)
        path = path_to_zero(surface, theta, proof=proof)
        segments = [a + steps * (b - a) for a, b in pairwise(path)]
        points = torch.cat([path[:1], *segments])
        losses = surface.value(points)
        risen = losses[1:] - losses[:-1] > ROUNDING * losses[:-1]
        failures += bool(risen.any()) or float(losses[-1]) != 0
    statement = f"{STARTS[proof]}: the loss does not rise at {SAMPLED_AT} points of each segment"
    return sampled(statement, failures, trials)


def findings(*, seed: int = 0, trials: int = 500) -> Iterator[Finding]:
    """Yield what is checked: 100 certified paths for each theorem, `trials` more in floats."""
    for proof in STARTS:
        yield from certified(proof, trials=CERTIFIED, seed=seed)
        yield monotone_in_floats(proof, trials=max(1, trials // 2), seed=seed + 1)
