"""Many networks at once, each to a critical point: damped Newton with a trust region per network.

A step solves `(H + mu I) s = -g` with `mu` at least `-lambda_min`, which is the minimiser of the
quadratic model in some ball: `mu` is that network's own step control. Networks that are done
leave the batch, so they cost nothing. What comes out is a float: a small gradient proves no
critical point (see `critical.certify`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor

from lossurface import InputError
from lossurface.landscape.surface import Derivatives, Surface

__all__ = ["Descent", "Stop", "adam", "descend"]


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
    spectrum: Tensor | None  # (B, P), ascending, or None if not asked for
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
    chunk: int | None = None,
) -> Descent:
    """Bring every network to a critical point, or to zero loss.

    Args:
        surface: what to minimise.
        theta: (B, P), float64.
        tolerance: stop at Euclidean gradient norm below it.
        steps: most Hessians per network.
        until_separated: stop at loss below 1/n too, where the training error is 0 for good.
        spectrum: compute the Hessian's eigenvalues at the end.
        chunk: networks per batch; the default bounds the memory whatever B.

    Raises:
        InputError: theta is not (B, P) in float64.
    """
    if theta.ndim != 2 or theta.shape[1] != surface.P or theta.dtype != torch.float64:
        raise InputError(
            f"theta is {tuple(theta.shape)} {theta.dtype}; give (B, {surface.P}) in torch.float64"
        )
    chunk = chunk or max(1, 2 ** (26 if theta.is_cuda else 24) // (8 * surface.P**2))
    parts = []
    for start in range(0, len(theta), chunk):
        rows = torch.arange(start, min(start + chunk, len(theta)), device=theta.device)
        part = surface.rows(rows)
        parts.append(_newton(part, theta[rows], tolerance, steps, until_separated, spectrum))
    if not parts:
        raise InputError("theta has no rows; give at least one network")
    columns = [[getattr(part, field.name) for part in parts] for field in fields(Descent)]
    whole: list[Any] = [None if column[0] is None else torch.cat(column) for column in columns]
    return Descent(*whole)


def _factor(hessian: Tensor, mu: Tensor) -> tuple[Tensor, Tensor]:
    shifted = hessian.clone()
    shifted.diagonal(dim1=1, dim2=2).add_(mu.unsqueeze(-1))
    factor, info = torch.linalg.cholesky_ex(shifted)
    return factor, info


def _size(hessian: Tensor) -> Tensor:
    """Return a bound (B,) of every |eigenvalue|."""
    return hessian.abs().sum(-1).amax(-1)


def _step(hessian: Tensor, gradient: Tensor, mu: Tensor) -> tuple[Tensor, Tensor]:
    """Solve `(H + mu I) s = -g`, raising mu (B,) until each matrix has a Cholesky factor."""
    factor, info = _factor(hessian, mu)
    failed = info.nonzero().squeeze(-1)
    for _ in range(60):  # mu = size already makes the matrix diagonally dominant
        if not len(failed):
            break
        size = _size(hessian[failed]).clamp(min=1e-300)
        mu[failed] = torch.maximum(4 * mu[failed], 1e-3 * size)
        again, info = _factor(hessian[failed], mu[failed])
        factor[failed] = again
        failed = failed[info.nonzero().squeeze(-1)]
    return -torch.cholesky_solve(gradient.unsqueeze(-1), factor).squeeze(-1), mu


def _newton(
    surface: Surface,
    theta: Tensor,
    tolerance: float,
    steps: int,
    until_separated: bool,
    spectrum: bool,
) -> Descent:
    out = theta.clone()
    used = torch.zeros(len(theta), dtype=torch.int64, device=theta.device)
    rejected = theta.new_zeros(len(theta))
    # Many a network is done where it starts, and needs no Hessian.
    codes = _judge(*surface.gradient(theta), rejected, tolerance, until_separated)
    alive = (codes < 0).nonzero().squeeze(-1)
    if not len(alive):
        return _report(surface, out, codes, used, spectrum)
    codes[alive] = _STOPS.index(Stop.STEPS)
    part, at, rejected = surface.rows(alive), theta[alive], rejected[alive]
    now = part.derivatives(at)
    mu = 1e-3 * _size(now.hessian)
    for step in range(steps + 1):
        code = _judge(now.loss, now.gradient, now.outputs, rejected, tolerance, until_separated)
        code[~torch.isfinite(now.hessian.sum((1, 2)))] = _STOPS.index(Stop.DIVERGED)
        done = code >= 0
        used[alive] = step
        if bool(done.any()) or step == steps:
            out[alive] = at
            codes[alive[done]] = code[done]
            keep = (~done).nonzero().squeeze(-1)
            if step == steps or not len(keep):
                break
            alive, at, mu, rejected = alive[keep], at[keep], mu[keep], rejected[keep]
            now = Derivatives(
                now.loss[keep], now.gradient[keep], now.hessian[keep], now.outputs[keep]
            )
            part = surface.rows(alive)
        s, mu = _step(now.hessian, now.gradient, mu)
        trial = at + s
        then = part.derivatives(trial)
        curved = torch.matmul(now.hessian, s.unsqueeze(-1)).squeeze(-1)
        predicted = -((now.gradient + 0.5 * curved) * s).sum(-1)
        gained = now.loss - then.loss
        ratio = gained / predicted.clamp(min=1e-300)
        # Below the loss's own rounding only the gradient can tell whether a step was good.
        tiny = predicted < 1e-12 * (now.loss.abs() + 1e-300)
        smaller = then.gradient.norm(dim=-1) < now.gradient.norm(dim=-1)
        good = torch.where(tiny, smaller, (ratio > 1e-4) & torch.isfinite(then.loss))
        easy = torch.where(tiny, smaller, ratio > 0.75)
        hard = ~torch.where(tiny, smaller, ratio > 0.25)
        mu = torch.where(easy, mu / 8, torch.where(hard, mu * 4, mu))
        rejected = torch.where(good, 0, rejected + 1)
        back = (~good).nonzero().squeeze(-1)
        at = trial.index_copy(0, back, at[back])
        now = Derivatives(
            then.loss.index_copy(0, back, now.loss[back]),
            then.gradient.index_copy(0, back, now.gradient[back]),
            then.hessian.index_copy(0, back, now.hessian[back]),
            then.outputs.index_copy(0, back, now.outputs[back]),
        )
    return _report(surface, out, codes, used, spectrum)


def _judge(
    loss: Tensor,
    gradient: Tensor,
    outputs: Tensor,
    rejected: Tensor,
    tolerance: float,
    until_separated: bool,
) -> Tensor:
    """Return each network's Stop index, or -1 to go on."""
    code = torch.full_like(rejected, -1, dtype=torch.int64)
    code[rejected >= 40] = _STOPS.index(Stop.STALLED)
    code[gradient.norm(dim=-1) < tolerance] = _STOPS.index(Stop.CRITICAL)
    if outputs.shape[-1]:  # a loss of samples; any other function may have values below 0
        if until_separated:
            code[loss * outputs.shape[-1] < 1] = _STOPS.index(Stop.SEPARATED)
        code[loss == 0] = _STOPS.index(Stop.ZERO)
    code[~torch.isfinite(loss)] = _STOPS.index(Stop.DIVERGED)
    return code


def _report(
    surface: Surface, theta: Tensor, codes: Tensor, used: Tensor, spectrum: bool
) -> Descent:
    loss, gradient, outputs = surface.gradient(theta)
    values = None
    if spectrum:
        hessian = surface.derivatives(theta).hessian
        finite = torch.isfinite(hessian).all(-1).all(-1)
        values = torch.linalg.eigvalsh(torch.where(finite[:, None, None], hessian, 0))
        values = torch.where(finite[:, None], values, torch.nan)
    return Descent(theta, loss, surface.error(outputs), gradient.norm(dim=-1), values, used, codes)
