"""Check what an escape claims: the point is critical and bad, no local minimum, and the loss falls.

Each check takes the search's curve as a hint and proves its statement anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from flint import arb, arb_mat, ctx

from lossurface.exact.enclosure import Enclosure
from lossurface.exact.findings import (
    Finding,
    _finding,
    enclosed_less,
    enclosed_positive,
    less,
    undecided,
)
from lossurface.exact.single_layer import Number, SingleLayer, balls

__all__ = [
    "certified_error",
    "constant_critical",
    "decrease",
    "exact_decrease",
    "negative_curvature",
    "no_maximum",
    "opened_neuron",
    "scaling_orbit",
    "slope",
    "zero_loss",
]

BITS = 128
DECREASE = "the loss is lower at the end of the step than at the start"
NO_MINIMUM = "the start is no local minimum"


def decrease(
    layer: SingleLayer, before: Sequence[Number | arb], after: Sequence[Number], bits: int = BITS
) -> Finding:
    """Prove L(after) < L(before) in ball arithmetic; `undecided` where the balls overlap.

    Args:
        layer: the network's loss.
        before: (P,), numbers or balls; the statement holds for every point in the balls.
        after: (P,), numbers, taken exactly.
        bits: working precision.
    """
    with ctx.workprec(bits):
        return enclosed_less(DECREASE, layer.value(balls(after)), layer.value(balls(before)))


def exact_decrease(
    sigma: Callable[[Fraction], Fraction],
    loss: Callable[[Fraction], Fraction],
    layer: SingleLayer,
    before: Sequence[Fraction],
    after: Sequence[Fraction],
) -> Finding:
    """Prove L(after) < L(before) in rational arithmetic, for neurons and losses that allow it."""
    samples = [[Fraction(v) for v in row] for row in layer.samples]
    offset = [Fraction(v) for v in layer.offset or [0] * layer.n]
    M = layer.M

    def value(theta: Sequence[Fraction]) -> Fraction:
        total = Fraction(0)
        for x, y, extra in zip(samples, layer.labels, offset, strict=True):
            f = theta[0] + extra
            for j in range(M):
                z = sum((x[k] * theta[1 + M + k * M + j] for k in range(layer.d)), Fraction(0))
                f += theta[1 + j] * sigma(z)
            total += loss(-y * f)
        square = sum((t * t for t in theta), Fraction(0)) if layer.l2 else Fraction(0)
        return total / layer.n + Fraction(layer.l2) / 2 * square

    return less(DECREASE, value(after), value(before))


def negative_curvature(
    layer: SingleLayer,
    theta: Sequence[Number | arb],
    direction: Sequence[Number],
    bits: int = BITS,
) -> Finding:
    """Prove that the loss has a negative second derivative along a direction.

    A local minimum has gradient zero and a positive semidefinite Hessian, so this excludes one at
    every point of the balls, critical or not.
    """
    with ctx.workprec(bits):
        second = layer.along(balls(theta), balls(direction))[1]
        return enclosed_less(
            f"{NO_MINIMUM}: the Hessian is negative along the step", second, arb(0)
        )


def slope(
    layer: SingleLayer,
    theta: Sequence[Number | arb],
    direction: Sequence[Number],
    bits: int = BITS,
) -> Finding:
    """Prove that the loss has a negative first derivative along a direction."""
    with ctx.workprec(bits):
        first = layer.along(balls(theta), balls(direction))[0]
        return enclosed_less(f"{NO_MINIMUM}: its gradient is not zero", first, arb(0))


def opened_neuron(
    layer: SingleLayer,
    theta: Sequence[Number | arb],
    j: int,
    direction: Sequence[Number],
    bits: int = BITS,
) -> Finding:
    """Prove that opening neuron j, whose a_j is 0, lowers the loss arbitrarily near theta.

    With G(s) = sum_i lambda_i y_i sigma((w_j + s u)^T x_i), moving w_j by s u changes nothing, and
    then a_j = t changes L by -(t/n) G(s) + O(t^2). If G''(0) is not 0, then G(s) is not 0 for
    arbitrarily small s, and a small t of its sign lowers the loss.

    Args:
        layer: the network's loss.
        theta: (P,).
        j: the neuron.
        direction: u, (d,).
        bits: working precision.
    """
    statement = f"{NO_MINIMUM}: neuron {j} has a_j = 0, and opening it lowers the loss"
    if layer.l2:
        return undecided(statement, "there is an L2 term, so moving w_j changes the loss")
    with ctx.workprec(bits):
        point = balls(theta)
        if not point[1 + j].is_zero():
            return undecided(statement, f"a_j is {point[1 + j].str(6)}, not exactly 0")
        duals = layer.duals(layer.outputs(point))
        z = layer.preactivations(point)
        u = arb_mat([balls(row) for row in layer.samples]) * arb_mat(layer.d, 1, balls(direction))
        second = arb(0)
        for i, y in enumerate(layer.labels):
            second += y * duals[i] * layer.neuron(z[i * layer.M + j], 2) * u[i, 0] * u[i, 0]
        return enclosed_positive(statement, abs(second))


def no_maximum(layer: SingleLayer, theta: Sequence[Number | arb], bits: int = BITS) -> Finding:
    """Prove that the loss curves upwards in a_0: with `negative_curvature`, a saddle."""
    with ctx.workprec(bits):
        unit = balls([1] + [0] * (layer.dimension - 1))
        second = layer.along(balls(theta), unit)[1]
        return enclosed_positive("the start is no local maximum: the loss is convex in a_0", second)


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
        j: [sum((c * v for c, v in zip(columns[j], x, strict=True)), Fraction(0)) for x in samples]
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
