"""Planted points and trained starts by the thousand, and what training does without an assumption.

One trial plants a point and leaves it (`departed`), or trains `NETWORKS` networks, each on its own
data from its own start: with every assumption of a claim met, its sizes as small as it allows
(`trained`), or with one of them dropped and all others met (`dropped`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lossurface.errors import InputError
from lossurface.setting import Loss, neurons_of, polynomial_hinge, quadratic

if TYPE_CHECKING:
    from numpy.random import Generator

    from lossurface.claims.training import Batch, Trained

NETWORKS = 250  # in one trial
F_D = ("none", "relu", "threshold", "tanh")  # all of its parameters trained too
_EXAMINED = 4  # stuck runs of a trial that are examined for a proof


@dataclass(frozen=True)
class Setting:
    """What is trained on what."""

    n: int
    axes: tuple[tuple[int, ...], tuple[int, ...]] | None  # U_+, U_-; None: separable, d = 3
    neuron: str | None  # of f_S; None trains f_D alone
    M: int
    loss: Loss
    deep: str = "none"  # f_D, as in `F_D`
    margin: float = 0.1  # of separable data; below 0 the classes overlap

    def batch(self, count: int, seed: int) -> Batch:
        """Draw datasets."""
        from lossurface.claims.training import separable_batch, subspace_batch

        if self.axes is None:
            return separable_batch(count, self.n, 3, seed=seed, margin=self.margin)
        return subspace_batch(count, self.n, *self.axes, seed=seed)

    def trained(self, rng: Generator, device: str, steps: int = 500) -> Trained:
        """Train `NETWORKS` networks, f_D's parameters with the others."""
        from lossurface.claims.training import train

        seed = int(rng.integers(2**31))
        return train(
            self.batch(NETWORKS, seed),
            self.neuron,
            self.M,
            seed=seed,
            loss=self.loss,
            deep=self.deep,
            held=False,
            device=device,
            steps=steps,
        )


_SIX, _THREE = polynomial_hinge(6), polynomial_hinge(3)
MET: Mapping[str, Setting] = {
    "theorem-1": Setting(8, ((0, 1), (2, 3)), "softplus", 8, _SIX),
    "theorem-2": Setting(10, None, "softplus", 1, _THREE),
    "proposition-1": Setting(16, ((0, 1, 2), (1, 2, 3)), "quadratic", 5, _SIX),
}
_1, _2, _P = MET.values()

DROPPED: Mapping[str, tuple[str, Setting]] = {  # what is dropped, in words, and how
    "theorem-1-narrow": (
        "M = 1, where the theorem asks for 16",
        replace(_1, axes=((0, 1), (1, 2)), M=1),
    ),
    "theorem-1-one-subspace": (
        "both classes on one and the same axis, M = 2",
        replace(_1, axes=((0,), (0,)), M=2),
    ),
    "theorem-1-relu": (
        "ReLU neurons in f_S, n = 2 and M = 4",
        Setting(2, ((0,), (1,)), "relu", 4, _SIX),
    ),
    "theorem-1-quadratic-loss": (
        "the quadratic loss, neurons z^2, n = M = 16",
        Setting(16, ((0, 1), (2, 3)), "quadratic", 16, quadratic()),
    ),
    "theorem-2-overlap": ("classes that overlap", replace(_2, margin=-0.3)),
    "theorem-2-relu": ("a ReLU neuron", replace(_2, neuron="relu")),
    "theorem-2-quadratic": ("a neuron z^2", replace(_2, neuron="quadratic")),
    "theorem-2-quadratic-loss": ("the quadratic loss", replace(_2, loss=quadratic())),
    "proposition-1-narrow": ("M = 1, where r = 4", replace(_P, M=1)),
    "proposition-1-one-subspace": (
        "separable data that span one space",
        Setting(10, None, "quadratic", 4, _SIX),
    ),
    "proposition-1-quadratic-loss": ("the quadratic loss", replace(_P, loss=quadratic())),
} | {
    f"{claim}-no-f_S": (
        "f_D alone, a deep ReLU network",
        replace(met, neuron=None, M=0, deep="relu"),
    )
    for claim, met in MET.items()
}


def departed(rng: Generator, claim: str) -> dict[str, int]:
    """Plant a bad critical point, neuron and p drawn, and leave it along its proof's curve."""
    from lossurface.landscape import planted

    loss = polynomial_hinge(int(rng.choice((3, 4, 6) if claim == "theorem-2" else (6, 7, 8))))
    if claim == "proposition-1":
        point = planted.proposition_1(rng, loss)
    else:
        increasing = claim == "theorem-2"
        neurons = neurons_of("increasing" if increasing else "convex-analytic")
        make = planted.theorem_2 if increasing else planted.theorem_1
        point = make(rng, neurons[rng.integers(len(neurons))], loss)
    left = planted.depart(point)
    findings = (left.critical, left.escape.not_minimum, left.escape.decrease)
    return {"failures": int(any(f.status != "holds" for f in findings)), "of": 1}


def trained(rng: Generator, claim: str, deep: str, device: str = "cpu") -> dict[str, int]:
    """Train networks that meet every assumption of a claim, f_D's parameters with the others.

    Where a run ends with R > 0 (`plateaus`), a local minimum is excluded on a box around the end,
    or the run is `unexplained`; on separable data it goes on along the ray. `failures` end with
    R > 0 all the same.
    """
    if claim not in MET:
        raise InputError(f"claim {claim!r}: no trained starts; use {', '.join(MET)}")
    ends = replace(MET[claim], deep=deep).trained(rng, device)
    proofs = [ends.excluded(run) for run in ends.stuck]
    return {
        "failures": ends.failures(),
        "of": NETWORKS,
        "plateaus": len(ends.stuck),
        "unexplained": sum(proof.status != "holds" for proof in proofs),
    }


def dropped(rng: Generator, what: str, device: str = "cpu") -> dict[str, int]:
    """Train with one assumption dropped; count the runs that end with R > 0.

    `hits` have a gradient whose norm is below 1e-12. Of the first few, `examined`, near how many a
    local minimum with an error is `proved`.
    """
    from lossurface.landscape.critical import certify

    setting = DROPPED[what][1]
    ends = setting.trained(rng, device, steps=300 if setting.neuron else 50)
    flat = [k for k in ends.stuck if float(ends.ends.gradient_norm[k]) < 1e-12]
    examined = flat[:_EXAMINED] if setting.neuron else []
    return {
        "failures": 0,
        "of": NETWORKS,
        "hits": len(flat),
        "ended": len(ends.stuck),
        "examined": len(examined),
        "proved": sum(certify(ends.alone(k), ends.ends.theta[k]).bad_minimum for k in examined),
    }
