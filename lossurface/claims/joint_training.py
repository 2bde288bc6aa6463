"""Networks f_S + f_D with every parameter trained, and what is proved where a run stops.

A run goes by Adam, then by damped Newton steps on the whole Hessian, until the loss is below 1/n
(training error 0, there and at every lower point), the gradient's norm is below 1e-12, no step
lowers the loss in float64, or the steps are used up. With ReLU neurons in f_D the loss has kinks,
and "no step lowers it" is what stopping on a kink looks like.

However it stopped: if moving theta_S alone leads down, theta is no local minimum. As a function of
theta_S the loss is smooth whatever f_D is, so the proof needs no derivative of f_D, only a ball
around each of its outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims.training import Ended, pick_device
from lossurface.setting import Architecture, Loss, get_neuron, polynomial_hinge

if TYPE_CHECKING:
    import torch

    from lossurface.claims.training import Batch
    from lossurface.enclosed.single_layer import SingleLayer
    from lossurface.exact import Finding
    from lossurface.landscape.descent import Descent
    from lossurface.landscape.single_layer import SingleLayerSurface
    from lossurface.landscape.surface import NetworkSurface

__all__ = ["JOINT", "Jointly", "joint_findings", "train_jointly"]

JOINT = ("relu", "threshold", "tanh")  # kinked, flat almost everywhere, smooth
HIDDEN = (4, 4)
_BURST = 25  # Adam steps between looks at which networks are done


@dataclass(frozen=True)
class Jointly(Ended):
    """B runs over all parameters, and where they ended."""

    surface: NetworkSurface
    ends: Descent

    def beside(self, run: int) -> tuple[SingleLayerSurface, torch.Tensor]:
        """Return the surface of f_S with one run's f_D held fixed, and theta_S where it ended."""
        from lossurface.landscape.single_layer import SingleLayerSurface

        shape = self.surface.architecture
        if not shape.width:
            raise InputError(f"a {shape.kind} network has no f_S; train a shortcut network")
        assert shape.neuron is not None
        import torch

        one = self.surface.rows(torch.tensor([run], device=self.surface.X.device))
        theta, size = self.ends.theta[run], 1 + shape.width * (1 + shape.d)
        alone = SingleLayerSurface(shape.neuron, one.loss, one.X[0], one.y[0], shape.width)
        both = one.outputs(theta[None])[0]
        offset = both - alone.outputs(theta[None, :size])[0]
        return SingleLayerSurface(
            shape.neuron, one.loss, one.X[0], one.y[0], shape.width, offset=offset
        ), theta[:size]

    def excluded(self, run: int, separator: Sequence[float] | None = None) -> Finding:
        """Prove that no point of a box around where a run ended is a local minimum.

        The directions tried move theta_S alone: the gradient's, the Hessian's lowest eigenvector,
        and the separator's ray. The box is in every parameter of f_S and f_D.

        Args:
            run: which.
            separator: (d,), w with y w^T x > 0, where one is known.

        Returns:
            The finding, `undecided` where none of them leads down from all of the box.
        """
        from lossurface.enclosed import escape_check as check
        from lossurface.landscape.critical import directions_down

        surface, theta = self.beside(run)
        hints = directions_down(surface, theta)
        if separator is not None:
            hints.append(self._ray(run, separator)[: len(theta)].tolist())
        deep = self.ends.theta[run, len(theta) :].tolist()
        return check.excluded(
            lambda radius: self._layer(surface, deep, radius), theta.tolist(), hints
        )

    def _ray(self, run: int, separator: Sequence[float]) -> torch.Tensor:
        """Return `w_j + t sign(a_j) w` for all j as a direction, (P,)."""
        import torch

        shape, theta = self.surface.architecture, self.ends.theta[run]
        size = 1 + shape.width * (1 + shape.d)
        ray = torch.zeros_like(theta)
        w = torch.as_tensor(separator, dtype=theta.dtype, device=theta.device)
        ray[1 + shape.width : size] = torch.outer(w, theta[1 : 1 + shape.width].sign()).flatten()
        return ray

    def after_ray(self, run: int, separator: Sequence[float]) -> float:
        """Return the training error after the separator's ray and further descent from there."""
        import torch

        from lossurface.landscape.descent import descend

        one = self.surface.rows(torch.tensor([run], device=self.surface.X.device))
        steps = torch.logspace(-4, 12, 129, base=2.0, dtype=torch.float64)
        ray = self._ray(run, separator)
        points = self.ends.theta[run] + steps.to(ray.device).unsqueeze(-1) * ray
        best = min(points, key=lambda at: float(one.value(at[None])))
        onwards = descend(one, best[None], until_separated=True, spectrum=False)
        return float(onwards.error[0])

    def _layer(
        self, surface: SingleLayerSurface, deep: Sequence[float], radius: float
    ) -> SingleLayer:
        """f_S's loss in balls, f_D's outputs over the box of its parameters as the offset."""
        from flint import arb, ctx

        from lossurface.enclosed.single_layer import SingleLayer, balls

        shape = self.surface.architecture
        alone = Architecture(
            "feedforward", shape.d, deep_widths=shape.deep_widths, deep_neuron=shape.deep_neuron
        )
        samples = surface.X.tolist()
        with ctx.workprec(128):
            near = [v + arb(0, radius) for v in balls(deep)]
            offset = [alone.at_ball(near, row) for row in samples]
        return SingleLayer(
            surface.neuron.ball_derivative,
            surface.loss.ball_derivative,
            samples,
            [int(v) for v in surface.y.tolist()],
            surface.M,
            offset=offset,
        )


def joint_findings(
    batch: Batch,
    neuron: str,
    M: int,
    *,
    seed: int,
    loss: Loss | None = None,
    device: str = "cpu",
) -> Iterator[Finding]:
    """Yield for each f_D of `JOINT` that training every parameter ends with R = 0.

    A run that stops with R > 0 goes on from the separator's ray where there is one, and counts by
    its end; that no local minimum is near where it had stopped is proved, and yielded too.
    """
    from lossurface.exact import every, sampled, uncounted

    training = "training all parameters"
    if batch.separator is not None:
        training += ", and the ray off plateaus"
    for deep in JOINT:
        ended = train_jointly(batch, neuron, M, seed=seed, deep=deep, loss=loss, device=device)
        w = [None if batch.separator is None else batch.separator[k].tolist() for k in ended.stuck]
        if ended.stuck:
            proof = every(
                f"near where a run stopped with R > 0 no local minimum is (f_D {deep}, trained)",
                (ended.excluded(run, by) for run, by in zip(ended.stuck, w, strict=True)),
            )
            yield uncounted(proof)
        left = sum(
            by is None or ended.after_ray(run, by) > 0
            for run, by in zip(ended.stuck, w, strict=True)
        )
        statement = f"{training}, f_D {deep} with the others, ends with R = 0"
        yield sampled(statement, left, ended.runs, f"{len(ended.stuck)} met a plateau")


def train_jointly(
    batch: Batch,
    neuron: str | None,
    M: int,
    *,
    seed: int,
    deep: str,
    loss: Loss | None = None,
    device: str = "cpu",
    gradient_steps: int = 400,
    steps: int = 500,
) -> Jointly:
    """Train f_S + f_D on each dataset from a normal start, every parameter free.

    Args:
        batch: B datasets.
        neuron: of f_S, a key of `lossurface.setting.NEURONS`; None leaves f_S out.
        M: neurons of f_S; 0 with None.
        seed: of the starts.
        deep: the neurons of f_D, a key of `NEURONS`.
        loss: by default the polynomial hinge with p = 6.
        device: "cpu", "cuda" or "auto".
        gradient_steps: most Adam steps, rate 0.1.
        steps: most Newton steps after them.
    """
    import torch

    from lossurface.landscape.descent import adam, descend
    from lossurface.landscape.surface import NetworkSurface

    place = pick_device(device)
    kind = "feedforward" if neuron is None else "shortcut"
    shape = Architecture(
        kind,
        batch.X.shape[-1],
        M,
        None if neuron is None else get_neuron(neuron),
        HIDDEN,
        get_neuron(deep),
    )
    X, y = torch.from_numpy(batch.X).to(place), torch.from_numpy(batch.y).to(place)
    surface = NetworkSurface(shape, loss or polynomial_hinge(6), X, y)
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(len(X), surface.P, generator=generator, dtype=torch.float64)
    theta = start.to(place)
    open_ = torch.arange(len(theta), device=place)
    for _ in range(0, gradient_steps, _BURST):
        part = surface.rows(open_)
        theta[open_] = adam(part, theta[open_], _BURST, 0.1, (0.9, 0.99))
        open_ = open_[part.value(theta[open_]) * y.shape[-1] >= 1]
        if not len(open_):
            break
    ends = descend(surface, theta, until_separated=True, spectrum=False, steps=steps)
    return Jointly(surface, ends)
