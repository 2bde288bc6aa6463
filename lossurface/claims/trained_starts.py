"""Trained starts by the thousand for Theorems 1 and 2 and Proposition 1, and what each needs.

One trial trains `NETWORKS` networks, each on its own data from its own start: with every assumption
met (`trained`), or with one of them dropped and all others met (`dropped`). A run counts as stuck
where it ended with R > 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.setting import Loss, polynomial_hinge, quadratic

if TYPE_CHECKING:
    from numpy.random import Generator

    from lossurface.claims.training import Batch

__all__ = ["DROPPED", "F_D", "NETWORKS", "Setting", "departed", "dropped", "trained"]

NETWORKS = 250  # in one trial
F_D = ("none", "relu", "threshold", "tanh")  # all of its parameters trained too
_EXAMINED = 4  # stuck runs of a trial that are examined for a proof


@dataclass(frozen=True)
class Setting:
    """What is trained on what.

    Attributes:
        data: (networks, seed) to a batch.
        neuron: of f_S; None trains f_D alone.
        M: neurons of f_S.
        loss: l.
        deep: f_D, as in `F_D`.
    """

    data: Callable[[int, int], Batch]
    neuron: str | None
    M: int
    loss: Loss
    deep: str = "none"


def _subspaces(n: int, *axes: tuple[int, ...]) -> Callable[[int, int], Batch]:
    from lossurface.claims.training import subspace_batch

    return lambda count, seed: subspace_batch(count, n, *axes, seed=seed)


def _separable(n: int, d: int, margin: float = 0.1) -> Callable[[int, int], Batch]:
    from lossurface.claims.training import separable_batch

    return lambda count, seed: separable_batch(count, n, d, seed=seed, margin=margin)


def _met(claim: str, deep: str) -> Setting:
    """Every assumption of a claim, sizes as small as it allows."""
    if claim == "theorem-1":
        return Setting(_subspaces(8, (0, 1), (2, 3)), "softplus", 8, polynomial_hinge(6), deep)
    if claim == "theorem-2":
        return Setting(_separable(10, 3), "softplus", 1, polynomial_hinge(3), deep)
    if claim == "proposition-1":
        data = _subspaces(16, (0, 1, 2), (1, 2, 3))
        return Setting(data, "quadratic", 5, polynomial_hinge(6), deep)
    raise InputError(f"claim {claim!r}: no trained starts; use theorem-1, theorem-2, proposition-1")


def _dropped() -> dict[str, tuple[str, Setting]]:
    six, three = polynomial_hinge(6), polynomial_hinge(3)
    tangled, apart = _subspaces(8, (0, 1), (2, 3)), _separable(10, 3)
    shared = _subspaces(16, (0, 1, 2), (1, 2, 3))
    return {
        "theorem-1-narrow": (
            "M = 1, where the theorem asks for 16",
            Setting(_subspaces(8, (0, 1), (1, 2)), "softplus", 1, six),
        ),
        "theorem-1-one-subspace": (
            "both classes on one and the same axis, M = 2",
            Setting(_subspaces(8, (0,), (0,)), "softplus", 2, six),
        ),
        "theorem-1-relu": (
            "ReLU neurons in f_S, n = 2 and M = 4",
            Setting(_subspaces(2, (0,), (1,)), "relu", 4, six),
        ),
        "theorem-1-no-f_S": (
            "f_D alone, a deep ReLU network",
            Setting(tangled, None, 0, six, "relu"),
        ),
        "theorem-1-quadratic-loss": (
            "the quadratic loss, neurons z^2, n = M = 16",
            Setting(_subspaces(16, (0, 1), (2, 3)), "quadratic", 16, quadratic()),
        ),
        "theorem-2-overlap": (
            "classes that overlap",
            Setting(_separable(10, 3, -0.3), "softplus", 1, three),
        ),
        "theorem-2-relu": ("a ReLU neuron", Setting(apart, "relu", 1, three)),
        "theorem-2-quadratic": ("a neuron z^2", Setting(apart, "quadratic", 1, three)),
        "theorem-2-no-f_S": (
            "f_D alone, a deep ReLU network",
            Setting(apart, None, 0, three, "relu"),
        ),
        "theorem-2-quadratic-loss": (
            "the quadratic loss",
            Setting(apart, "softplus", 1, quadratic()),
        ),
        "proposition-1-narrow": ("M = 1, where r = 4", Setting(shared, "quadratic", 1, six)),
        "proposition-1-one-subspace": (
            "separable data that span one space",
            Setting(apart, "quadratic", 4, six),
        ),
        "proposition-1-no-f_S": (
            "f_D alone, a deep ReLU network",
            Setting(shared, None, 0, six, "relu"),
        ),
        "proposition-1-quadratic-loss": (
            "the quadratic loss",
            Setting(shared, "quadratic", 5, quadratic()),
        ),
    }


DROPPED: Mapping[str, tuple[str, Setting]] = _dropped()  # what is dropped, in words, and how


def _seed(rng: Generator) -> int:
    return int(rng.integers(2**31))


def departed(rng: Generator, claim: str) -> dict[str, int]:
    """Plant a bad critical point of a claim and leave it along the curve of its proof.

    Neurons and p are drawn among those that the claim allows.
    """
    from lossurface.claims.departures import depart
    from lossurface.landscape import planted
    from lossurface.setting import neurons_of

    if claim == "theorem-1":
        neurons = neurons_of("convex-analytic")
        loss = polynomial_hinge(int(rng.choice((6, 7, 8))))
        point = planted.theorem_1(rng, neurons[rng.integers(len(neurons))], loss)
    elif claim == "theorem-2":
        neurons = neurons_of("increasing")
        loss = polynomial_hinge(int(rng.choice((3, 4, 6))))
        point = planted.theorem_2(rng, neurons[rng.integers(len(neurons))], loss)
    elif claim == "proposition-1":
        point = planted.proposition_1(rng, polynomial_hinge(int(rng.choice((6, 7, 8)))))
    else:
        point = planted.plant(claim, rng)
    proof = "propositions-1-and-12" if point.surface.neuron.name == "quadratic" else claim
    left = depart(point, claim if claim.startswith("theorem") else proof)
    findings = (left.critical, left.escape.not_minimum, left.escape.decrease)
    return {"failures": int(any(f.status != "holds" for f in findings)), "of": 1}


def trained(rng: Generator, claim: str, deep: str, device: str = "cpu") -> dict[str, int]:
    """Train networks that meet every assumption of a claim, f_D's parameters with the others.

    Where a run ends with R > 0, a local minimum is excluded on a box around the end, and for
    separable data the run goes on from the separator's ray.

    Returns:
        failures: runs that ended with R > 0, after the ray; of: runs; plateaus: runs that stopped
        with R > 0 at first; unexplained: those among them near which no minimum was excluded.
    """
    setting, seed = _met(claim, deep), _seed(rng)
    batch = setting.data(NETWORKS, seed)
    if deep == "none":
        return _trained_alone(setting, batch, seed, device)
    from lossurface.claims.joint_training import train_jointly

    ends = train_jointly(
        batch,
        setting.neuron,
        setting.M,
        seed=seed,
        deep=deep,
        loss=setting.loss,
        device=device,
    )
    left = unexplained = 0
    for run in ends.stuck:
        separator = None if batch.separator is None else batch.separator[run].tolist()
        unexplained += ends.excluded(run, separator).status != "holds"
        left += separator is None or ends.after_ray(run, separator) > 0
    return _counts(left, len(ends.stuck), unexplained)


def _trained_alone(setting: Setting, batch: Batch, seed: int, device: str) -> dict[str, int]:
    from lossurface.claims.theorem_2 import plateaus
    from lossurface.claims.training import train
    from lossurface.enclosed import escape_check
    from lossurface.landscape.critical import directions_down
    from lossurface.landscape.escape import ball_layer

    assert setting.neuron is not None
    ends = train(batch, setting.neuron, setting.M, seed=seed, loss=setting.loss, device=device)
    if batch.separator is not None:
        flat = plateaus(batch, ends)
        left = sum(place.error_after > 0 for place in flat)
        return _counts(left, len(flat), sum(place.excluded.status != "holds" for place in flat))
    unexplained = 0
    for k in ends.stuck:
        alone, theta = ends.alone(k), ends.ends.theta[k]
        hints = directions_down(alone, theta)
        found = escape_check.excluded(ball_layer(alone), theta.tolist(), hints)
        unexplained += found.status != "holds"
    return _counts(len(ends.stuck), len(ends.stuck), unexplained)


def _counts(failures: int, plateaus: int, unexplained: int) -> dict[str, int]:
    return {
        "failures": failures,
        "of": NETWORKS,
        "plateaus": plateaus,
        "unexplained": unexplained,
    }


def dropped(rng: Generator, what: str, device: str = "cpu") -> dict[str, int]:
    """Train with one assumption dropped; count the runs that stop with R > 0.

    Returns:
        hits: runs with R > 0 and a gradient whose norm is below 1e-12; of: runs; ended: runs that
        ended with R > 0 for any reason; examined and proved: of the first few hits, near how many
        a local minimum with an error is proved.
    """
    from lossurface.claims.joint_training import train_jointly
    from lossurface.claims.training import Trained, train

    setting, seed = DROPPED[what][1], _seed(rng)
    batch = setting.data(NETWORKS, seed)
    ends: Any
    if setting.neuron is None:
        ends = train_jointly(
            batch, None, 0, seed=seed, deep=setting.deep, loss=setting.loss, device=device, steps=50
        )
    else:
        ends = train(
            batch,
            setting.neuron,
            setting.M,
            seed=seed,
            loss=setting.loss,
            device=device,
            steps=300,
        )
    stuck = ends.stuck
    flat = [k for k in stuck if float(ends.ends.gradient_norm[k]) < 1e-12]
    examined = flat[:_EXAMINED] if isinstance(ends, Trained) else []
    proved = sum(_bad_minimum(ends, k) for k in examined)
    return {
        "failures": 0,
        "of": NETWORKS,
        "hits": len(flat),
        "ended": len(stuck),
        "examined": len(examined),
        "proved": proved,
    }


def _bad_minimum(ends: Any, run: int) -> bool:
    from lossurface.landscape.critical import certify

    found = certify(ends.alone(run), ends.ends.theta[run])
    bad = found.errors is not None and found.errors[0] > 0
    return bad and found.kind in ("strict-minimum", "minimum")
