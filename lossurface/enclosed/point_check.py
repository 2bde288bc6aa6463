"""Check what is said of a point: its training error, a flat minimum around it, criticality.

Each check is told the point and proves its statement anew, at 128 bits or in rational numbers, or
says `undecided`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from flint import arb, ctx, fmpq, fmpq_mat

from lossurface.enclosed.krawczyk import Enclosure
from lossurface.enclosed.single_layer import BITS, Number, SingleLayer, balls, rational
from lossurface.exact import Finding, undecided


def certified_error(
    layer: SingleLayer, theta: Sequence[Number | arb]
) -> tuple[tuple[int, int], Finding]:
    """Count samples misclassified at every point of the balls, and those that may be at some.

    Returns:
        (surely wrong, possibly wrong), and the finding that the training error is positive or zero.
    """
    with ctx.workprec(BITS):
        signed = [y * f for y, f in zip(layer.labels, layer.outputs(balls(theta)), strict=True)]
    wrong, right = sum(bool(v < 0) for v in signed), sum(bool(v > 0) for v in signed)
    counts = (wrong, layer.n - right)
    detail = f"{wrong} of {layer.n} samples surely misclassified, {layer.n - right} possibly"
    if wrong:
        return counts, Finding("the training error is positive", "holds", "enclosed", detail)
    if right == layer.n:
        return counts, Finding("the training error is zero", "holds", "enclosed", detail)
    return counts, undecided("whether the training error is positive", detail)


def zero_loss(layer: SingleLayer, theta: Sequence[Number | arb]) -> Finding:
    """Prove that the loss is zero on a neighbourhood, so that every point there is a minimum."""
    statement = "the loss is zero on a neighbourhood: a global minimum, not strict"
    with ctx.workprec(BITS):
        # All parameters in a small ball each: no continuity of the neuron is presumed.
        near = [v + arb(0, 1e-30) for v in balls(theta)]
        inside = [
            layer.loss(-y * f, 0) for y, f in zip(layer.labels, layer.outputs(near), strict=True)
        ]
    if layer.l2:
        return undecided(statement, "there is an L2 term")
    if all(v.is_zero() for v in inside):
        return Finding(statement, "holds", "enclosed", f"all {layer.n} terms vanish with a margin")
    return undecided(
        statement, f"{sum(not v.is_zero() for v in inside)} terms may be positive nearby"
    )


def scaling_orbit(rest: Enclosure) -> Finding:
    """Conclude a minimum from one with a frozen, for a single neuron z^2.

    The loss is constant along (a, w) -> (a / s^2, s w), which crosses a = a* at a positive speed: a
    point near theta* has an equal one on that slice, where theta* is a strict minimum. And
    a dL/da = (w^T dL/dw) / 2 vanishes there, so that theta* is critical for all parameters.
    """
    statement = "a local minimum of all parameters, equal along the curve (a / s^2, s w)"
    if rest.kind != "strict-minimum":
        return undecided(statement, "no strict minimum was proved with a frozen")
    return Finding(statement, "holds", "enclosed", "one neuron z^2, a frozen at a non-zero value")


def constant_critical(
    layer: SingleLayer,
    a: Sequence[Number],
    W: Sequence[Sequence[Number]],
    *,
    even: bool = False,
    square: bool = False,
) -> Finding:
    """Prove that a network constant on the samples is critical and bad, once a_0 balances.

    With f = b on every sample, stationarity in a_0 makes lambda proportional to n_- on positive and
    n_+ on negative samples. Then, in rational arithmetic, each neuron is checked to add the same
    constant on every sample (or, for z^2, all together), to have sum lambda y sigma(w_j^T x) = 0
    and a_j sum lambda y sigma'(w_j^T x) x = 0. One class is misclassified: R >= min(n_+, n_-)/n.

    Args:
        layer: for the samples and labels.
        a: (M,), exact.
        W: (d, M), exact.
        even: sigma'(0) = 0.
        square: sigma(z) = z^2.
    """
    statement = "the start is a critical point with training error at least min(n_+, n_-)/n > 0"
    n, M = layer.n, layer.M
    plus, minus = layer.labels.count(1), layer.labels.count(-1)
    if not plus or not minus:
        return Finding(statement, "fails", "exact", "one class is empty")
    if layer.l2 or len({Fraction(v) for v in layer.offset or [0]}) > 1:
        return undecided(statement, "there is an L2 term, or an f_D that varies")
    weights = [fmpq(minus if y == 1 else -plus) for y in layer.labels]  # lambda y, up to a factor
    alpha = [rational(v) for v in a]
    X = fmpq_mat([[rational(v) for v in row] for row in layer.samples])
    directions = fmpq_mat([[rational(v) for v in row] for row in W])
    z = (X * directions).transpose().tolist()  # (M, n)
    moving = [j for j in range(M) if any(row[j] for row in directions.tolist())]  # else z = 0
    if square:
        totals = {sum(alpha[j] * z[j][i] ** 2 for j in moving) for i in range(n)}
        constant = len(totals) == 1
    else:
        constant = not any(alpha[j] for j in moving)
    if not constant:
        return Finding(statement, "fails", "exact", "f is not constant on the samples")
    for j in moving:
        balance: Counter[fmpq] = Counter()
        for weight, value in zip(weights, z[j], strict=True):
            balance[value] += weight
        even_sum = square and not sum(w * v * v for w, v in zip(weights, z[j], strict=True))
        if any(balance.values()) and not even_sum:
            return Finding(statement, "fails", "exact", f"dL/da_{j} is not zero")
        # Here only z^2 moves with a_j != 0: sigma'(z) = 2 z.
        slopes = [w * v for w, v in zip(weights, z[j], strict=True)]
        if alpha[j] and any((fmpq_mat(1, n, slopes) * X).entries()):
            return Finding(statement, "fails", "exact", f"dL/dw_{j} is not zero")
    still = any(alpha[j] for j in range(M) if j not in moving)
    if still and not even and any((fmpq_mat(1, n, weights) * X).entries()):
        return Finding(statement, "fails", "exact", "dL/dw is not zero where w_j = 0, a_j != 0")
    detail = f"n_+ = {plus}, n_- = {minus}, f constant on the samples, a_0 balances the classes"
    return Finding(statement, "holds", "exact", detail)
