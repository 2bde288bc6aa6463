"""Paths down to the least loss, from any parameters: at most three straight segments, in floats.

The page `beyond/escape-training` proves that, but for rounding, the loss never rises on them.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy.linalg import qr
from torch import Tensor

from lossurface.errors import InputError
from lossurface.exact.simplex import separate
from lossurface.landscape.escape import Proof
from lossurface.landscape.single_layer import SingleLayerSurface, pack, unpack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lossurface.setting import Neuron

AIM = 2.0  # the margins at the end; 1 is enough, and rounding shall not matter
LIFT = 2.0**-20  # what margins gain, in place of nothing, while two output weights go to zero
DRAWS = 64  # own directions tried
SHORT = 2**20  # own directions of integers up to it are exact floats


def increasing(neuron: Neuron) -> bool:
    """Say whether sigma increases strictly."""
    ends = neuron.torch(torch.tensor([0.0, 1.0]))
    return "monotone" in neuron.classes and bool(ends[0] < ends[1])


def path_to_zero(
    surface: SingleLayerSurface, theta: Tensor, *, proof: Proof | str | None = None
) -> Tensor:
    """Return a path from theta to loss 0 along which the loss never rises.

    Args:
        surface: one dataset of both classes, with the polynomial hinge; f_D is its offset.
        theta: (P,), any parameters.
        proof: `theorem-2` (samples separable through the origin, sigma increasing strictly) or
            `theorem-1` (sigma strictly convex, a class without a sample in the other's span, and
            M >= n + 1, or a_j = 0 twice); by default the first that applies.

    Returns:
        (k + 1, P), the vertices; theta itself, and the ends of k = 0 to 3 segments.

    Raises:
        InputError: the loss, the shapes or the hypotheses are others.

    Source: ours, the page `beyond/escape-training`.
    """
    if surface.loss.p is None or surface.l2:
        raise InputError("only the polynomial hinge without an L2 term is led to loss 0; use that")
    if not surface.shared or surface.y.ndim > 1 or theta.shape != (surface.P,):
        raise InputError(
            f"theta has shape {tuple(theta.shape)}; give ({surface.P},) and one dataset, by `rows`"
        )
    if len(set(surface.y.tolist())) < 2:
        raise InputError("all samples have one label; give samples of both classes")
    if proof not in (None, Proof.THEOREM_1, Proof.THEOREM_2):
        raise InputError(f"proof is {proof!r}; use theorem-1 or theorem-2")
    if bool((_margins(surface, theta) >= 1).all()):
        return theta.unsqueeze(0)
    rising = increasing(surface.neuron)
    if proof == Proof.THEOREM_2 and not rising:
        raise InputError(f"neuron {surface.neuron.name} does not increase strictly; use tanh, say")
    if rising and proof != Proof.THEOREM_1:
        w = _separator(surface)
        if w is not None and bool((surface.y * (surface.X @ w) > 0).all()):
            return _separable(surface, theta, w)
        if proof:
            raise InputError("no hyperplane through the origin separates the samples; use others")
    return _wide(surface, theta)


def _margins(surface: SingleLayerSurface, theta: Tensor) -> Tensor:
    return surface.y * surface.outputs(theta.unsqueeze(0))[0]


def _separator(surface: SingleLayerSurface) -> Tensor | None:
    signed = (surface.y.unsqueeze(-1) * surface.X).tolist()
    found, w = separate([tuple(Fraction(v) for v in row) for row in signed])
    return surface.X.new_tensor([float(v) for v in w]) if found else None


def _separable(surface: SingleLayerSurface, theta: Tensor, w: Tensor) -> Tensor:
    """Move one w_j towards the separator until it separates; then give it weight."""
    y, M = surface.y, surface.M
    way = torch.where(theta[1 : 1 + M] < 0, -1.0, 1.0)  # sgn(a_j), and 1 where a_j = 0
    now = y.unsqueeze(-1) * way * surface.preactivations(theta.unsqueeze(0))[0]
    far = ((1 - now) / (y * (surface.X @ w)).unsqueeze(-1)).amax(0).clamp(min=0)
    j = int(far.argmin())
    turned = theta.clone()
    turned[1 + M + j :: M] += far[j] * way[j] * w
    side = way[j] * surface.neuron.torch(surface.preactivations(turned.unsqueeze(0))[0, :, j])
    low, high = side[y < 0].max(), side[y > 0].min()
    done = turned.clone()
    step = (AIM - _margins(surface, turned).min()).clamp(min=0) / ((high - low) / 2)
    done[1 + j] += way[j] * step
    done[0] -= step * (high + low) / 2
    return torch.stack([theta, turned, done] if far[j] > 0 else [theta, done])


def _wide(surface: SingleLayerSurface, theta: Tensor) -> Tensor:
    """Free two neurons; turn them along u and -u; give them weight."""
    neuron, y, M = surface.neuron, surface.y, surface.M
    if "convex-analytic" not in neuron.classes:
        raise InputError(
            f"neuron {neuron.name}: no theorem applies to these samples; use softplus, say"
        )
    u, label = _own_direction(surface)
    path = [theta]
    if int((theta[1 : 1 + M] == 0).sum()) < 2:
        if surface.n >= M:
            raise InputError(f"M is {M} and n is {surface.n}; give M at least n + 1")
        path.append(_two_freed(surface, theta))
    j, k = (path[-1][1 : 1 + M] == 0).nonzero().flatten().tolist()[:2]
    turned = path[-1].clone()
    turned[1 + M + j :: M], turned[1 + M + k :: M] = u, -u
    z, flat = surface.X[y == label] @ u, 2 * neuron.torch(u.new_zeros(1))[0]
    gain = (neuron.torch(z) + neuron.torch(-z) - flat).min() / 2
    done = turned.clone()
    step = label * (AIM - _margins(surface, turned).min()).clamp(min=0) / gain
    done[1 + j], done[1 + k] = step, step
    done[0] -= step * (flat + gain)
    return torch.stack([*path, turned, done])


def _two_freed(surface: SingleLayerSurface, theta: Tensor) -> Tensor:
    """Move a_0 and a until a_j = a_k = 0: no output changes, or each margin gains a little."""
    y = surface.y.numpy(force=True)
    features = surface.neuron.torch(surface.preactivations(theta.unsqueeze(0))[0]).numpy(force=True)
    a0, weights, W = unpack(theta, surface.d, surface.M)
    a = weights.numpy(force=True)
    order = qr(features - features.mean(0), mode="r", pivoting=True)[1]
    rest, gone = order[:-2], order[-2:]  # those that the others make up for best
    kept, lost = np.column_stack([np.ones(len(y)), features[:, rest]]), features[:, gone] @ a[gone]
    for lift in (LIFT * (1 + abs(lost).max()) * y, 0 * y):  # no lift where features are dependent
        change = np.linalg.lstsq(kept, lost + lift, rcond=1e-12)[0]
        if (y * (kept @ change - lost) > 0).all():
            break
    moved = np.zeros_like(a)
    moved[rest] = a[rest] + change[1:]
    return pack(a0 + change[0], torch.from_numpy(moved).to(theta), W)


def _own_direction(surface: SingleLayerSurface) -> tuple[Tensor, int]:
    """Return u (d,) and a class: u^T x is 0 on the other class, and not 0 on any of its samples."""
    X, y = surface.X.numpy(force=True), surface.y.numpy(force=True)
    draws = np.random.default_rng(0).integers(-8, 9, (DRAWS, surface.d))
    best, found = 0.0, None
    for label in (1, -1):
        basis = _orthogonal(X[y == -label])
        short = basis[abs(basis).max(1) <= SHORT] if len(basis) else basis
        for rows in (short, basis / abs(basis).max(1, initial=1, keepdims=True)):
            us = draws[:, : len(rows)] @ rows
            z = abs(X[y == label] @ us.T)  # (n_label, DRAWS)
            ratio = z.min(0) / np.maximum(z.max(0), 1e-300)
            if ratio.max() > best:
                best, pick = float(ratio.max()), int(ratio.argmax())
                scale = 2.0 ** np.floor(1 - np.log2(z[:, pick].max()))  # |u^T x| up to 2
                found = scale * us[pick], label
            if best > 1e-3:  # what is not short is not exactly orthogonal
                break
    if found is None or best < 1e-9:
        raise InputError("each class has a sample in the other's span; use other features")
    return torch.from_numpy(found[0]).to(surface.X), found[1]


def _orthogonal(rows: NDArray[Any]) -> NDArray[Any]:
    """Return a basis, (k, d), of what is orthogonal to all rows: primitive integer vectors."""
    from flint import fmpz_mat

    exact = [[Fraction(v) for v in row] for row in rows.tolist()]
    scales = [lcm(*(v.denominator for v in row)) for row in exact]
    whole = [[int(v * s) for v in row] for row, s in zip(exact, scales, strict=True)]
    kernel, nullity = fmpz_mat(whole).nullspace()
    columns = [[int(v) for v in column] for column in zip(*kernel.tolist(), strict=True)]
    vectors = [[v // gcd(*column) for v in column] for column in columns[:nullity]]
    return np.array(
        [[float(Fraction(v, _unit(vector))) for v in vector] for vector in vectors]
    ).reshape(nullity, rows.shape[1])


def _unit(vector: list[int]) -> int:
    """Return what to divide by: nothing where the integers are short."""
    size = max(map(abs, vector))
    return 1 if size <= SHORT else size
