"""The curve for quadratic neurons, and the Hessian's, where no theorem gives one."""

from __future__ import annotations

import torch
from torch import Tensor

from lossurface import InputError
from lossurface.landscape._curves import Case, Curve, Point, open_neuron

__all__ = ["hessian", "quadratic"]


def quadratic(at: Point) -> Curve:
    """The curve of Propositions 1 and 12, for z^2 and more neurons than the rank of the samples.

    Raises:
        InputError: another neuron, or S = sum lambda y x x^T lacks the sign that is needed.
    """
    surface = at.surface
    if surface.neuron.name != "quadratic":
        raise InputError(f"neuron is {surface.neuron.name}; Propositions 1 and 12 take quadratic")
    values, vectors = torch.linalg.eigh(at.form)
    closed = at.closed
    if len(closed):
        k = int(values.abs().argmax())
        return open_neuron(at, Case.QUADRATIC_CLOSED, int(closed[0]), _reach(at, vectors[:, k]))
    # Only the part of w_j that the samples see matters: project on their span.
    basis = torch.linalg.svd(surface.X, full_matrices=False)
    seen = basis.Vh[basis.S / basis.S[0] > 1e-12]
    system = (seen @ at.W) * at.a  # (r, M): sum_j a_j c_j w_j = 0
    _, sizes, right = torch.linalg.svd(system, full_matrices=True)
    known = int((sizes > 1e-12 * max(float(sizes.max()), 1e-300)).sum()) if len(sizes) else 0
    null = right[known:]
    if not len(null):
        raise InputError(
            f"M = {surface.M} neurons and samples of rank {len(seen)} leave no curve; take M > rank"
        )
    q, coefficients = torch.linalg.eigh((null * at.a) @ null.T)
    k = int(q.abs().argmax())
    c = coefficients[:, k] @ null
    if float(q.abs()[k]) > 1e-10 * float(at.a.abs().max()):
        case, sign = Case.QUADRATIC_CANCELLING, 1.0 if float(q[k]) > 0 else -1.0
        u = vectors[:, -1] if sign > 0 else vectors[:, 0]
        if not sign * float(values[-1] if sign > 0 else values[0]) > 0:
            raise InputError(
                "S = sum lambda y x x^T is semidefinite, so Proposition 12's condition fails here"
            )
        return Curve(case, at.embed(None, torch.outer(_reach(at, u), c)), True)
    # Isotropic: q = 0 on the whole null space. Tilt c by e times one of its coordinates.
    j = int((at.a * c).abs().argmax())
    unit = torch.zeros_like(c)
    unit[j] = 1
    matrix = surface.derivatives(at.theta.unsqueeze(0)).hessian[0]
    best: tuple[float, Tensor] | None = None
    for u in (vectors[:, -1], vectors[:, 0]):
        for e in torch.logspace(-6, 0, 25, dtype=c.dtype).tolist():
            for sign in (1.0, -1.0):
                direction = at.embed(None, torch.outer(_reach(at, u), c + sign * e * unit))
                second = float(direction @ matrix @ direction / direction.square().sum())
                if best is None or second < best[0]:
                    best = second, direction
    assert best is not None
    return Curve(Case.QUADRATIC_TILTED, best[1], True)


def _reach(at: Point, u: Tensor) -> Tensor:
    """Lengthen u so that the greatest |u^T x| is 1."""
    return u / (at.surface.X @ u).abs().max().clamp(min=1e-300)


def hessian(at: Point) -> Curve:
    """The lowest eigenvector, or where none is negative the best direction of the kernel."""
    matrix = at.surface.derivatives(at.theta.unsqueeze(0)).hessian[0]
    values, vectors = torch.linalg.eigh(matrix)
    size = float(values.abs().max())
    if float(values[0]) < -1e-9 * size:
        return Curve(Case.HESSIAN, vectors[:, 0], True)
    kernel = vectors[:, values.abs() <= 1e-7 * size]
    rest = vectors[:, values.abs() > 1e-7 * size]
    definite = values[values.abs() > 1e-7 * size]
    generator = torch.Generator().manual_seed(0)
    draws = torch.randn(kernel.shape[1], 64, generator=generator, dtype=matrix.dtype)
    best: tuple[float, Curve] | None = None
    for k in range(64 if kernel.shape[1] else 0):
        v = kernel @ draws[:, k].to(kernel.device)
        v = v / v.norm()
        # Second-order correction off the kernel: -H^+ D^3 L[v, v] / 2, from gradients.
        e = 1e-3
        pair = torch.stack([at.theta + e * v, at.theta - e * v])
        push = at.surface.gradient(pair)[1].sum(0) / (e * e)
        bend = -0.5 * rest @ ((rest.T @ push) / definite)
        curve = Curve(Case.KERNEL, v, True, bend)
        steps = torch.tensor([-0.3, -0.1, -0.03, 0.03, 0.1, 0.3], dtype=matrix.dtype)
        low = float(at.surface.value(curve.at(at.theta, steps.to(v.device))).min())
        if best is None or low < best[0]:
            best = low, curve
    return best[1] if best else Curve(Case.HESSIAN, vectors[:, 0], True)
