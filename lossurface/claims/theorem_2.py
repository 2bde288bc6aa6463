"""Theorem 2: planted bad critical points left by its proof, and training counted.

The theorem speaks of every local minimum, so its evidence is of two kinds: the proof, run on
critical points built to be bad, each step certified; and training, counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims import verdict
from lossurface.claims.departures import Departure, depart, findings
from lossurface.exact import Finding, Verdict, equal, every, less, sampled, uncounted
from lossurface.setting import Loss, neurons_of, polynomial_hinge

if TYPE_CHECKING:
    import numpy as np
    import torch

    from lossurface.claims.training import Batch, Trained
    from lossurface.landscape.escape import Escape
    from lossurface.landscape.single_layer import SingleLayerSurface

__all__ = ["Beside", "Plateau", "beside", "departures", "nowhere_else", "plateaus", "verify"]

POWERS = (3, 4, 6)
STARTS = 40  # trained starts for each planted point
JOINT_STARTS = 4  # with every parameter free, which takes longer


def departures(*, trials: int, seed: int, loss: Loss | None = None) -> list[Departure]:
    """Plant bad critical points, a = 0, on random separable data, and leave each by Theorem 2.

    Neurons run through the increasing ones, p through 3, 4, 6 unless a loss is given, M through 1,
    2, 3.
    """
    import numpy as np

    from lossurface.landscape.planted import theorem_2

    rng = np.random.default_rng(seed)
    neurons = neurons_of("increasing")
    made = []
    for trial in range(trials):
        hinge = polynomial_hinge(POWERS[trial % len(POWERS)])
        planted = theorem_2(rng, neurons[trial % len(neurons)], loss or hinge)
        made.append(depart(planted, "theorem-2"))
    return made


@dataclass(frozen=True)
class Beside:
    """A bad critical point of theta_S beside an f_D that is not constant, and the way out."""

    surface: SingleLayerSurface  # f_D's values are its offset
    theta: torch.Tensor  # (P,), exact in floats
    critical: Finding
    error: Finding
    escape: Escape


def beside(rng: np.random.Generator, index: int = 0) -> Beside:
    """Plant a critical point of theta_S beside a random f_D, and leave it by Theorem 2.

    Samples come in pairs (t, v) and (-t', v) with t, t' > 0, of opposite labels. On a pair f_D
    takes opposite values, so that both samples have the same lambda; w_j has no part along the
    first axis. With a_0 = 0 and a = 0 every term of the gradient cancels within a pair.

    Args:
        rng: the source of all randomness.
        index: picks neuron and p in turn.
    """
    import numpy as np
    import torch

    from lossurface.landscape.escape import escape
    from lossurface.landscape.single_layer import SingleLayerSurface, pack

    neurons = neurons_of("increasing")
    pairs, d, M = (int(rng.integers(low, 5)) for low in (1, 2, 1))
    ticks = rng.integers(1, 33, size=(2, pairs)) / 32.0
    tail = rng.integers(-32, 33, size=(pairs, d - 1)) / 32.0
    X = np.concatenate([np.column_stack([sign * ticks[k], tail]) for k, sign in enumerate((1, -1))])
    values = rng.integers(-32, 33, size=pairs) / 32.0
    values[0] = -abs(values[0]) - 1 / 32  # f_D misclassifies the first pair
    W = np.zeros((d, M))
    W[1:] = rng.integers(-32, 33, size=(d - 1, M)) / 32.0
    surface = SingleLayerSurface(
        neurons[index % len(neurons)],
        polynomial_hinge(POWERS[index % len(POWERS)]),
        torch.from_numpy(X),
        torch.tensor([1.0] * pairs + [-1.0] * pairs, dtype=torch.float64),
        M,
        offset=torch.from_numpy(np.concatenate([values, -values])),
    )
    zero = torch.zeros(1, dtype=torch.float64)
    theta = pack(zero, zero.expand(1, M), torch.from_numpy(W).unsqueeze(0))[0]
    error = less("f_D misclassifies a sample", 0, _misclassified(surface))
    critical = _critical_beside(surface, W)
    return Beside(surface, theta, critical, error, escape(surface, theta, proof="theorem-2"))


def _misclassified(surface: SingleLayerSurface) -> int:
    assert surface.offset is not None
    pairs = zip(surface.offset.tolist(), surface.y.tolist(), strict=True)
    return sum((value >= 0) != (label > 0) for value, label in pairs)


def _critical_beside(surface: SingleLayerSurface, W: np.ndarray) -> Finding:
    """Sum lambda y over the samples with equal w_j^T x, exactly: zero for each value, each j."""
    assert surface.offset is not None
    assert surface.loss.rational_derivative is not None
    labels = [int(label) for label in surface.y.tolist()]
    weights = [
        label * surface.loss.rational_derivative(-label * Fraction(value), 1)
        for label, value in zip(labels, surface.offset.tolist(), strict=True)
    ]
    left = abs(sum(weights, Fraction(0)))
    for column in W.T.tolist():
        sums: Counter[Fraction] = Counter()
        for row, weight in zip(surface.X.tolist(), weights, strict=True):
            z = sum(
                (Fraction(w) * Fraction(v) for w, v in zip(column, row, strict=True)), Fraction()
            )
            sums[z] += weight  # type: ignore[assignment]  # a Counter of Fractions
        left += sum((abs(value) for value in sums.values()), Fraction(0))
    return equal("the gradient in theta_S cancels within pairs of samples", left, 0)


def nowhere_else(rng: np.random.Generator, index: int = 0) -> Finding:
    """Prove at a random point with a_1 != 0 that the gradient does not vanish.

    Where some lambda is above 0, moving w_1 along the separating axis changes the loss at first
    order: its derivative is -(a_1/n) sum lambda sigma' y (w^T x), all of whose terms have one sign.
    """
    import torch

    from lossurface.enclosed.escape_check import slope
    from lossurface.landscape.planted import theorem_2

    neurons = neurons_of("increasing")
    loss = polynomial_hinge(POWERS[index % len(POWERS)])
    planted = theorem_2(rng, neurons[index % len(neurons)], loss)
    surface = planted.surface
    theta = torch.from_numpy(rng.integers(-32, 33, size=surface.P) / 32.0)
    theta[1] = 1 / 32 + abs(theta[1])
    theta[0] = -theta[0].sign() - theta[0]  # far from 0: some sample has its margin below 1
    direction = torch.zeros_like(theta)
    direction[1 + surface.M] = 1.0  # the first coordinate of w_1; the data are separated by it
    return slope(planted.layer, theta.tolist(), direction.tolist())


@dataclass(frozen=True)
class Plateau:
    """Where a run ended with an error: no gradient for floats, but a way down for the proof."""

    run: int
    theta: torch.Tensor  # (P,)
    ray: torch.Tensor  # (P,), w_j moves along sign(a_j) times the separator
    gradient_norm: float
    excluded: Finding  # no local minimum in a box around theta: along the ray the loss falls
    step: float  # along the ray, a float
    error_after: float  # training error after that step and further descent


def plateaus(batch: Batch, trained: Trained) -> list[Plateau]:
    """Look at every run that ended with an error: exclude a local minimum near it, and go on.

    Along `w_j + t sign(a_j) w`, w the separator, every sample's margin grows for all t > 0, since
    sigma increases: the ray runs downhill without end, however flat it starts. That its slope is
    negative is proved on a box around the end, not at that float alone.

    Raises:
        InputError: the batch has no separator.
    """
    import torch

    from lossurface.enclosed.escape_check import excluded
    from lossurface.landscape.descent import descend
    from lossurface.landscape.escape import ball_layer

    if batch.separator is None:
        raise InputError("batch has no separator; draw it with separable_batch(..., margin > 0)")
    found = []
    M = trained.surface.M
    for run in trained.stuck:
        alone = trained.alone(run)
        theta = trained.ends.theta[run]
        w = torch.from_numpy(batch.separator[run]).to(theta.device)
        ray = torch.zeros_like(theta)
        ray[1 + M :] = torch.outer(w, theta[1 : 1 + M].sign()).flatten()
        steps = torch.logspace(-4, 12, 129, base=2.0, dtype=theta.dtype, device=theta.device)
        points = theta + steps.unsqueeze(-1) * ray
        best = int(alone.value(points).argmin())
        onwards = descend(alone, points[best : best + 1], until_separated=True, spectrum=False)
        proof = excluded(ball_layer(alone), theta.tolist(), [ray.tolist()])
        norm, error = float(trained.ends.gradient_norm[run]), float(onwards.error[0])
        found.append(Plateau(run, theta, ray, norm, proof, float(steps[best]), error))
    return found


def _findings(seed: int, trials: int, device: str) -> Iterator[Finding]:
    import numpy as np

    from lossurface.claims.joint_training import joint_findings
    from lossurface.claims.training import DEEP, FROZEN, separable_batch, train

    yield from findings(departures(trials=trials, seed=seed), "of Theorem 2")
    rng = np.random.default_rng(seed)
    few = max(1, trials // 4)
    points = [beside(rng, k) for k in range(few)]
    yield every("beside an f_D that varies, planted points are critical in theta_S",
                (point.critical for point in points))  # fmt: skip
    yield every("and misclassify a sample", (point.error for point in points))
    yield every("none of them is a local minimum", (point.escape.not_minimum for point in points))
    yield every("the proof's step lowers the loss", (point.escape.decrease for point in points))
    yield every("where some a_j != 0 and some lambda > 0, the gradient does not vanish",
                (nowhere_else(rng, k) for k in range(few)))  # fmt: skip
    batch = separable_batch(STARTS * trials, 10, 3, seed=seed)
    for deep in DEEP:
        trained = train(batch, "softplus", 1, seed=seed, loss=polynomial_hinge(3), deep=deep,
                        device=device)  # fmt: skip
        flat = plateaus(batch, trained)
        if flat:
            where = f"where floats see no gradient, no local minimum is near ({FROZEN[deep]})"
            yield uncounted(every(where, (plateau.excluded for plateau in flat)))
        ended = f"training one softplus neuron, and the ray off plateaus: R = 0, {FROZEN[deep]}"
        left = sum(plateau.error_after > 0 for plateau in flat)
        yield sampled(ended, left, trained.runs, f"{len(flat)} met a plateau")
    few_starts = batch.first(JOINT_STARTS * trials)
    yield from joint_findings(
        few_starts, "softplus", 1, seed=seed, loss=polynomial_hinge(3), device=device
    )


def verify(*, seed: int = 0, trials: int = 250, device: str = "cpu") -> Verdict:
    """Verify Theorem 2.

    Args:
        seed: of all randomness.
        trials: planted critical points; 40 networks are trained for each, 4 with f_D trained too.
        device: where the training runs.
    """
    headline = (
        "With M = 1 and more, every planted bad critical point is left with a certified decrease, "
        "and no training run ends with an error."
    )
    return verdict("theorem-2", _findings(seed, trials, device), headline)
