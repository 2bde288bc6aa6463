"""Many networks at once, each to a critical point: damped Newton steps, a damping per network.

`descend` lowers the loss; `find` lowers `|grad L|^2 / 2`, so that it is drawn to saddles as much as
to minima. Networks that are done leave the batch, so they cost nothing. What comes out is a float:
where `find` stops need not be a critical point ("gradient-flat" points abound), and a small
gradient proves none (see `critical.certify`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor

from lossurface.errors import InputError
from lossurface.landscape.surface import Derivatives, Surface


class Stop(StrEnum):
    """Why a network's descent ended."""

    CRITICAL = "the gradient norm is below the tolerance"
    ZERO = "the loss is exactly zero, its least possible value"
    SEPARATED = "the loss is below 1/n: training error 0, here and at every lower point"
    STALLED = "no step lowers the loss or the gradient in float64"
    STEPS = "the step limit was reached; raise `steps`"
    DIVERGED = "a value is not finite; start closer or rescale the data"


_STOPS = tuple(Stop)


@dataclass(frozen=True)
class Descent:
    """Where B networks ended. Eigenvalues and norms are floats; no sign of theirs is proved."""

    theta: Tensor  # (B, P)
    loss: Tensor  # (B,)
    error: Tensor  # (B,)
    gradient_norm: Tensor  # (B,), Euclidean
    spectrum: Tensor | None  # (B, P), ascending, NaN if not finite; None if not asked for
    steps: Tensor  # (B,), Hessians used
    codes: Tensor  # (B,), index into Stop

    @property
    def stop(self) -> tuple[Stop, ...]:
        """Why each network stopped."""
        return tuple(_STOPS[int(code)] for code in self.codes)


def adam(
    surface: Surface,
    theta: Tensor,
    steps: int,
    rate: float = 1e-2,
    betas: tuple[float, float] = (0.9, 0.999),
) -> Tensor:
    """Return theta (B, P) after `steps` Adam steps, each network on its own.

    The same update as `torch.optim.Adam` without weight decay, for all networks in one pass.

    Args:
        surface: what to minimise.
        theta: (B, P).
        steps: how many.
        rate: learning rate.
        betas: decay of the means of the gradient and of its square.
    """
    part = 1024 if theta.device.type == "cpu" else len(theta)  # fits the cache
    if len(theta) > part:
        rows = torch.split(torch.arange(len(theta), device=theta.device), part)
        return torch.cat([adam(surface.rows(k), theta[k], steps, rate, betas) for k in rows])
    theta = theta.clone()
    mean, square = torch.zeros_like(theta), torch.zeros_like(theta)
    for k in range(1, steps + 1):
        g, _ = surface.slopes(theta)
        mean.lerp_(g, 1 - betas[0])
        square.mul_(betas[1]).addcmul_(g, g, value=1 - betas[1])
        scale = square.sqrt().div_((1 - betas[1] ** k) ** 0.5).add_(1e-8)
        theta.addcdiv_(mean, scale, value=-rate / (1 - betas[0] ** k))
    return theta


def descend(
    surface: Surface,
    theta: Tensor,
    *,
    tolerance: float = 1e-12,
    steps: int = 500,
    until_separated: bool = False,
    spectrum: bool = True,
) -> Descent:
    """Bring every network to a critical point, or to zero loss; memory is bounded whatever B.

    Args:
        surface: what to minimise.
        theta: (B, P), float64.
        tolerance: stop at Euclidean gradient norm below it.
        steps: most Hessians per network.
        until_separated: stop at loss below 1/n too, where the training error is 0 for good.
        spectrum: compute the Hessian's eigenvalues at the end.

    Raises:
        InputError: theta is not (B, P) in float64.
    """
    return _search(surface, theta, _Newton(tolerance, until_separated), steps, spectrum)


def find(surface: Surface, theta: Tensor, *, tolerance: float = 1e-13, steps: int = 300) -> Descent:
    """Drive gradients to zero from many starts, whatever the kind of critical point.

    The arguments, what is returned and what is refused are those of `descend`.
    """
    return _search(surface, theta, _GaussNewton(tolerance), steps, spectrum=True)


@dataclass(frozen=True)
class _Newton:
    """`(H + mu I) s = -g` with mu at least -lambda_min: the quadratic model's least in a ball."""

    tolerance: float
    until_separated: bool

    def damping(self, hessian: Tensor) -> Tensor:
        return 1e-3 * _size(hessian)

    def judge(self, loss: Tensor, gradient: Tensor, outputs: Tensor, failed: Tensor) -> Tensor:
        """Return each network's Stop index, or -1 to go on after so many steps in vain."""
        code = torch.full_like(failed, -1)
        code[failed >= 40] = _STOPS.index(Stop.STALLED)
        code[gradient.norm(dim=-1) < self.tolerance] = _STOPS.index(Stop.CRITICAL)
        if outputs.shape[-1]:  # a loss of samples; any other function may have values below 0
            if self.until_separated:
                code[loss * outputs.shape[-1] < 1] = _STOPS.index(Stop.SEPARATED)
            code[loss == 0] = _STOPS.index(Stop.ZERO)
        code[~torch.isfinite(loss)] = _STOPS.index(Stop.DIVERGED)
        return code

    def step(self, now: Derivatives, mu: Tensor) -> tuple[Tensor, Tensor]:
        """Return s (B, P), and mu raised until each matrix has a Cholesky factor."""
        factor, info = _factor(now.hessian, mu)
        failed = info.nonzero().squeeze(-1)
        for _ in range(60):  # mu = size already makes the matrix diagonally dominant
            if not len(failed):
                break
            size = _size(now.hessian[failed]).clamp(min=1e-300)
            mu[failed] = torch.maximum(4 * mu[failed], 1e-3 * size)
            again, info = _factor(now.hessian[failed], mu[failed])
            factor[failed] = again
            failed = failed[info.nonzero().squeeze(-1)]
        return -torch.cholesky_solve(now.gradient.unsqueeze(-1), factor).squeeze(-1), mu

    def compare(
        self, now: Derivatives, then: Derivatives, s: Tensor, mu: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return which steps to take, which were not in vain, and the next mu, (B,) each."""
        curved = torch.matmul(now.hessian, s.unsqueeze(-1)).squeeze(-1)
        predicted = -((now.gradient + 0.5 * curved) * s).sum(-1)
        ratio = (now.loss - then.loss) / predicted.clamp(min=1e-300)
        # Below the loss's own rounding only the gradient can tell whether a step was good.
        tiny = predicted < 1e-12 * (now.loss.abs() + 1e-300)
        smaller = then.gradient.norm(dim=-1) < now.gradient.norm(dim=-1)
        good = torch.where(tiny, smaller, (ratio > 1e-4) & torch.isfinite(then.loss))
        easy = torch.where(tiny, smaller, ratio > 0.75)
        hard = ~torch.where(tiny, smaller, ratio > 0.25)
        return good, good, torch.where(easy, mu / 8, torch.where(hard, mu * 4, mu))


@dataclass(frozen=True)
class _GaussNewton:
    """Newton's step on the gradient, `(H^2 + mu I) s = -H g`, damped by Levenberg and Marquardt."""

    tolerance: float

    def damping(self, hessian: Tensor) -> Tensor:
        return 1e-3 * hessian.square().sum((1, 2))

    def judge(self, loss: Tensor, gradient: Tensor, outputs: Tensor, failed: Tensor) -> Tensor:
        norm = gradient.norm(dim=-1)
        code = torch.full_like(failed, -1)
        code[failed > 12] = _STOPS.index(Stop.STALLED)
        code[norm < self.tolerance] = _STOPS.index(Stop.CRITICAL)
        code[~torch.isfinite(norm)] = _STOPS.index(Stop.DIVERGED)
        return code

    def step(self, now: Derivatives, mu: Tensor) -> tuple[Tensor, Tensor]:
        square = now.hessian @ now.hessian
        floor = 1e-30 * square.diagonal(dim1=1, dim2=2).sum(-1) + 1e-300
        factor, info = _factor(square, mu + floor)
        pull = torch.matmul(now.hessian, now.gradient.unsqueeze(-1))
        s = -torch.cholesky_solve(pull, factor).squeeze(-1)
        return torch.where((info == 0).unsqueeze(-1) & torch.isfinite(s), s, 0), mu

    def compare(
        self, now: Derivatives, then: Derivatives, s: Tensor, mu: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        before, after = now.gradient.norm(dim=-1), then.gradient.norm(dim=-1)
        good = (after < before) & torch.isfinite(then.loss)
        mu = torch.where(good & (after < 0.9 * before), mu / 10, torch.where(good, mu, mu * 5))
        return good, after < 0.9999 * before, mu


def _factor(hessian: Tensor, mu: Tensor) -> tuple[Tensor, Tensor]:
    shifted = hessian.clone()
    shifted.diagonal(dim1=1, dim2=2).add_(mu.unsqueeze(-1))
    factor, info = torch.linalg.cholesky_ex(shifted)
    return factor, info


def _size(hessian: Tensor) -> Tensor:
    """Return a bound (B,) of every |eigenvalue|."""
    return hessian.abs().sum(-1).amax(-1)


def _search(
    surface: Surface, theta: Tensor, method: _Newton | _GaussNewton, steps: int, spectrum: bool
) -> Descent:
    """Run a method on parts of the batch whose Hessians fit into memory."""
    if theta.ndim != 2 or theta.shape[1] != surface.P or theta.dtype != torch.float64:
        raise InputError(
            f"theta is {tuple(theta.shape)} {theta.dtype}; give (B, {surface.P}) in torch.float64"
        )
    if not len(theta):
        raise InputError("theta has no rows; give at least one network")
    size = max(1, 2 ** (26 if theta.is_cuda else 24) // (8 * surface.P**2))
    parts = []
    for rows in torch.split(torch.arange(len(theta), device=theta.device), size):
        part, start = surface.rows(rows), theta[rows]
        parts.append(_report(part, *_run(part, start, method, steps), spectrum))
    columns = [[getattr(part, field.name) for part in parts] for field in fields(Descent)]
    whole: list[Any] = [None if column[0] is None else torch.cat(column) for column in columns]
    return Descent(*whole)


def _run(
    surface: Surface, theta: Tensor, method: _Newton | _GaussNewton, steps: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Return where the networks of one part end, their Hessians used, and their Stop indices."""
    out = theta.clone()
    used = torch.zeros(len(theta), dtype=torch.int64, device=theta.device)
    failed = torch.zeros_like(used)
    # Many a network is done where it starts, and needs no Hessian.
    codes = method.judge(*surface.gradient(theta), failed)
    alive = (codes < 0).nonzero().squeeze(-1)
    if not len(alive):
        return out, used, codes
    codes[alive] = _STOPS.index(Stop.STEPS)
    part, at, failed = surface.rows(alive), theta[alive], failed[alive]
    now = part.derivatives(at)
    mu = method.damping(now.hessian)
    for step in range(steps + 1):
        code = method.judge(now.loss, now.gradient, now.outputs, failed)
        code[~torch.isfinite(now.hessian.sum((1, 2)))] = _STOPS.index(Stop.DIVERGED)
        done = code >= 0
        used[alive] = step
        if bool(done.any()) or step == steps:
            out[alive] = at
            codes[alive[done]] = code[done]
            keep = (~done).nonzero().squeeze(-1)
            if step == steps or not len(keep):
                break
            alive, at, mu, failed = alive[keep], at[keep], mu[keep], failed[keep]
            now = Derivatives(*(value[keep] for value in now))
            part = surface.rows(alive)
        s, mu = method.step(now, mu)
        trial = at + s
        then = part.derivatives(trial)
        good, gained, mu = method.compare(now, then, s, mu)
        failed = torch.where(gained, 0, failed + 1)
        back = (~good).nonzero().squeeze(-1)
        at = trial.index_copy(0, back, at[back])
        now = Derivatives(
            *(new.index_copy(0, back, old[back]) for new, old in zip(then, now, strict=True))
        )
    return out, used, codes


def _report(
    surface: Surface, theta: Tensor, used: Tensor, codes: Tensor, spectrum: bool
) -> Descent:
    loss, gradient, outputs = surface.gradient(theta)
    values = surface.spectra(theta) if spectrum else None
    error, norm = surface.error(outputs), gradient.norm(dim=-1)
    return Descent(theta, loss, error, norm, values, used, codes)
