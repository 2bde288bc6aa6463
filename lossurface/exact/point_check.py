"""Check what is said of a point: its training error, a flat minimum around it, criticality.

Each check is told the point and proves its statement anew, or says `undecided`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from flint import arb, ctx

from lossurface.exact.enclosure import Enclosure
from lossurface.exact.findings import Finding, _finding, undecided
from lossurface.exact.single_layer import Number, SingleLayer, balls

__all__ = ["certified_error", "constant_critical", "scaling_orbit", "zero_loss"]

BITS = 128


def certified_error(
    layer: SingleLayer, theta: Sequence[Number | arb], bits: int = BITS
) -> tuple[tuple[int, int], Finding]:
    """Count samples misclassified at every point of the balls, and those that may be at some.

    Returns:
        (surely wrong, possibly wrong), and the finding that the training error is positive or zero.
    """
    with ctx.workprec(bits):
        signed = [y * f for y, f in zip(layer.labels, layer.outputs(balls(theta)), strict=True)]
    wrong, right = sum(bool(v < 0) for v in signed), sum(bool(v > 0) for v in signed)
    counts = (wrong, layer.n - right)
    detail = f"{wrong} of {layer.n} samples surely misclassified, {layer.n - right} possibly"
    if wrong:
        return counts, _finding("the training error is positive", True, "enclosed", detail)
    if right == layer.n:
        return counts, _finding("the training error is zero", True, "enclosed", detail)
    return counts, undecided("whether the training error is positive", detail)


def zero_loss(layer: SingleLayer, theta: Sequence[Number | arb], bits: int = BITS) -> Finding:
    """Prove that the loss is zero on a neighbourhood, so that every point there is a minimum."""
    statement = "the loss is zero on a neighbourhood: a global minimum, not strict"
    with ctx.workprec(bits):
        # All parameters in a small ball each: no continuity of the neuron is presumed.
        near = [v + arb(0, 1e-30) for v in balls(theta)]
        inside = [
            layer.loss(-y * f, 0) for y, f in zip(layer.labels, layer.outputs(near), strict=True)
        ]
    if layer.l2:
        return undecided(statement, "there is an L2 term")
    if all(v.is_zero() for v in inside):
        return _finding(statement, True, "enclosed", f"all {layer.n} terms vanish with a margin")
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
    return _finding(statement, True, "enclosed", "one neuron z^2, a frozen at a non-zero value")


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
    samples = [[Fraction(v) for v in row] for row in layer.samples]
    plus, minus = layer.labels.count(1), layer.labels.count(-1)
    if not plus or not minus:
        return _finding(statement, False, "exact", "one class is empty")
    if layer.l2 or len({Fraction(v) for v in layer.offset or [0]}) > 1:
        return undecided(statement, "there is an L2 term, or an f_D that varies")
    weights = [minus if y == 1 else -plus for y in layer.labels]  # lambda y, up to a factor
    alpha = [Fraction(v) for v in a]
    columns = [[Fraction(row[j]) for row in W] for j in range(layer.M)]
    moving = [j for j in range(layer.M) if any(columns[j])]  # the others have z = 0 throughout
    z = {
        j: [sum((c * x[k] for k, c in enumerate(columns[j]) if c), Fraction(0)) for x in samples]
        for j in moving
    }
    if square:
        totals = (
            sum((alpha[j] * z[j][i] ** 2 for j in moving), Fraction(0)) for i in range(layer.n)
        )
        constant = len(set(totals)) == 1
    else:
        constant = not any(alpha[j] for j in moving)
    if not constant:
        return _finding(statement, False, "exact", "f is not constant on the samples")
    for j in moving:
        balance: Counter[Fraction] = Counter()
        for weight, value in zip(weights, z[j], strict=True):
            balance[value] += weight
        even_sum = square and not sum(w * v * v for w, v in zip(weights, z[j], strict=True))
        if any(balance.values()) and not even_sum:
            return _finding(statement, False, "exact", f"dL/da_{j} is not zero")
        # Here only z^2 moves with a_j != 0: sigma'(z) = 2 z.
        slopes = [w * v for w, v in zip(weights, z[j], strict=True)]
        if alpha[j] and any(_moment(slopes, samples)):
            return _finding(statement, False, "exact", f"dL/dw_{j} is not zero")
    still = any(alpha[j] for j in range(layer.M) if j not in z)
    if still and not even and any(_moment([Fraction(w) for w in weights], samples)):
        return _finding(statement, False, "exact", "dL/dw is not zero where w_j = 0, a_j != 0")
    detail = f"n_+ = {plus}, n_- = {minus}, f constant on the samples, a_0 balances the classes"
    return _finding(statement, True, "exact", detail)


def _moment(weights: Sequence[Fraction], samples: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """Return sum_i weight_i x_i."""
    return [
        sum((w * v for w, v in zip(weights, column, strict=True)), Fraction(0))
        for column in zip(*samples, strict=True)
    ]
