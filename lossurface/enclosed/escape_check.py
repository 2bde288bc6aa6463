"""Check what an escape claims: the start is no local minimum, and the loss falls.

Each check takes the search's curve as a hint and proves its statement anew, at 128 bits: of every
point in the balls where it is given balls, and of numbers, (P,), exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from flint import arb, arb_mat, ctx

from lossurface.enclosed.single_layer import BITS, Number, SingleLayer, balls
from lossurface.errors import InputError
from lossurface.exact import Finding, enclosed_less, enclosed_positive, less, undecided

RADII = (1e-3, 1e-5, 1e-7, 1e-9)  # half-widths of boxes, the largest that can be proved is taken
DECREASE = "the loss is lower at the end of the step than at the start"
NO_MINIMUM = "the start is not a local minimum"


def decrease(
    layer: SingleLayer, before: Sequence[Number | arb], after: Sequence[Number]
) -> Finding:
    """Prove L(after) < L(before) in ball arithmetic; `undecided` where the balls overlap."""
    with ctx.workprec(BITS):
        return enclosed_less(DECREASE, layer.value(balls(after)), layer.value(balls(before)))


def exact_decrease(
    sigma: Callable[[Fraction], Fraction],
    loss: Callable[[Fraction], Fraction],
    layer: SingleLayer,
    before: Sequence[Fraction],
    after: Sequence[Fraction],
) -> Finding:
    """Prove L(after) < L(before) in rational arithmetic, for neurons and losses that allow it."""

    def value(theta: Sequence[Fraction]) -> Fraction:
        outputs = layer.outputs_over(theta, sigma, Fraction)
        total = sum((loss(-y * f) for y, f in zip(layer.labels, outputs, strict=True)), Fraction(0))
        square = sum((t * t for t in theta), Fraction(0)) if layer.l2 else Fraction(0)
        return total / layer.n + Fraction(layer.l2) / 2 * square

    return less(DECREASE, value(after), value(before))


def negative_curvature(
    layer: SingleLayer, theta: Sequence[Number | arb], direction: Sequence[Number]
) -> Finding:
    """Prove that the loss has a negative second derivative along a direction.

    A local minimum has gradient zero and a positive semidefinite Hessian, so this excludes one at
    every point of the balls, critical or not.
    """
    with ctx.workprec(BITS):
        second = layer.along(balls(theta), balls(direction))[1]
        return enclosed_less(
            f"{NO_MINIMUM}: the Hessian is negative along the step", second, arb(0)
        )


def slope(
    layer: SingleLayer, theta: Sequence[Number | arb], direction: Sequence[Number]
) -> Finding:
    """Prove that the loss has a negative first derivative along a direction."""
    with ctx.workprec(BITS):
        first = layer.along(balls(theta), balls(direction))[0]
        return enclosed_less(f"{NO_MINIMUM}: its gradient is not zero", first, arb(0))


def excluded(
    layer: SingleLayer | Callable[[float], SingleLayer],
    theta: Sequence[Number],
    directions: Sequence[Sequence[Number]],
) -> Finding:
    """Prove that no point of a box around theta is a local minimum, critical or not.

    What is proved of a float alone says nothing of the critical point that it stands for: hardly
    any float is critical. So one direction must lead down, at first or second order, from every
    point of a box. The offset may be balls: the outputs of an f_D whose parameters move as well.

    Args:
        layer: the network's loss, or a function from the half-width to it.
        theta: (P,), the box's centre.
        directions: hints, (P,) each.

    Returns:
        The finding for the largest box of `RADII` for which some direction served; else
        `undecided`.
    """
    for radius in RADII:
        over = layer(radius) if callable(layer) else layer
        with ctx.workprec(BITS):
            box = [v + arb(0, radius) for v in balls(theta)]
            statement = f"no point within {radius:g} in every parameter is a local minimum"
            for direction in directions:
                try:
                    orders = over.along(box, balls(direction))
                except InputError:  # a kink in the box: the loss has no derivatives there
                    break
                for what, value in zip(("first", "second"), orders, strict=True):
                    if value < 0:
                        return enclosed_less(
                            f"{statement}: the {what} derivative along one direction is negative",
                            value.upper(),
                            arb(0),
                        )
    return undecided(NO_MINIMUM, "no direction given leads down from all of the smallest box")


def opened_neuron(
    layer: SingleLayer, theta: Sequence[Number | arb], j: int, direction: Sequence[Number]
) -> Finding:
    """Prove that opening neuron j, whose a_j is 0, lowers the loss arbitrarily near theta.

    With G(s) = sum_i lambda_i y_i sigma((w_j + s u)^T x_i), moving w_j by s u changes nothing, and
    then a_j = t changes L by -(t/n) G(s) + O(t^2). If G''(0) is not 0, then G(s) is not 0 for
    arbitrarily small s, and a small t of its sign lowers the loss. The direction is u, (d,).
    """
    statement = f"{NO_MINIMUM}: moving a_j, j = {j}, away from 0 lowers the loss"
    if layer.l2:
        return undecided(statement, "there is an L2 term, so moving w_j changes the loss")
    with ctx.workprec(BITS):
        point = balls(theta)
        if not point[1 + j].is_zero():
            return undecided(statement, f"a_j is {point[1 + j].str(6)}, not exactly 0")
        duals = layer.duals(layer.outputs(point))
        z = layer.preactivations(point)
        u = arb_mat([balls(row) for row in layer.samples]) * arb_mat(layer.d, 1, balls(direction))
        second = arb(0)
        for i, y in enumerate(layer.labels):
            second += y * duals[i] * layer.neuron(z[i, j], 2) * u[i, 0] * u[i, 0]
        return enclosed_positive(statement, abs(second))


def no_maximum(layer: SingleLayer, theta: Sequence[Number | arb]) -> Finding:
    """Prove that the loss curves upwards in a_0: with `negative_curvature`, a saddle."""
    with ctx.workprec(BITS):
        unit = balls([1] + [0] * (layer.dimension - 1))
        second = layer.along(balls(theta), unit)[1]
        return enclosed_positive(
            "the start is not a local maximum: the loss is convex in a_0", second
        )
