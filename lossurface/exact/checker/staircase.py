"""Check a bad local minimum on a dataset that violates Proposition 11's or 12's condition.

f = f_S + f_D. In f_D one hidden neuron, a staircase (constant between its breaks), feeds an output
weight 1 and bias 0. In f_S every w_j = 0 and the a_j have one sign. Everything follows from lambda:

- Let v_i = lambda_i^(1/p) and C = sum lambda / sum lambda v. The level of sample i's step is such
  that y_i f(x_i) = 1 - C v_i. Then l'(-y_i f(x_i)) = (p+1) (C v_i)^p: these are the dual weights,
  up to the factor (p+1) C^p > 0.
- Phi(theta) = sum lambda y f_theta(x) is constant in the biases as sum lambda y = 0; in the hidden
  weight and bias as long as no sample leaves its step; in the output weight, since sum lambda y f =
  sum lambda (1 - C v) = 0. It remains sum_j a_j g(w_j), see `curvature`.
- So Phi, hence -L, is largest at theta* on the ball (the hinge is convex): a local minimum. Some
  lambda_i > 0 has 1 - C v_i <= 0: unless all these lambda are equal, one is strictly below.

The levels are irrational: the file gives balls, checked against enclosures of the formula above.
"""

import itertools
from bisect import bisect_left
from fractions import Fraction as Q
from typing import Any

from .arithmetic import Samples, inner, integers, root
from .curvature import check_curvature
from .neurons import AT_ZERO
from .reading import Ball, require, size


def margins(weights: list[Q], p: int) -> list[Ball]:
    """Return enclosures of the margins y f(x) = 1 - C v, exact where all lambda > 0 are equal."""
    if len({w for w in weights if w}) == 1:
        return [(Q(0), Q(0)) if w else (Q(1), Q(1)) for w in weights]
    top = max(weights)
    known = {w: root(w / top, p) for w in set(weights)}  # a common factor cancels
    total = sum(weights, Q(0)) / top
    low, high = (sum((w / top * known[w][end] for w in weights), Q(0)) for end in (0, 1))
    return [(1 - total * known[w][1] / low, 1 - total * known[w][0] / high) for w in weights]


def check_steps(
    staircase: Any, samples: Samples, needed: list[Ball], alike: list[Any], radius: Q
) -> None:
    """Check that each sample stays on its step, and that the step's level is the one it needs.

    `needed` encloses the levels; entries of `alike` are equal where the very same one is needed.
    """
    where = "network.staircase"
    breaks, levels = staircase["breaks"], staircase["levels"]
    size([staircase["w"]], 1, len(samples.rows[0]), f"{where}.w")
    require(all(a < b for a, b in itertools.pairwise(breaks)), f"{where}.breaks do not increase")
    size([levels], 1, len(breaks) + 1, f"{where}.levels")
    w, c = integers(staircase["w"])
    seen: dict[int, Any] = {}
    for i, (row, square) in enumerate(zip(samples.rows, samples.squares(), strict=True)):
        height = staircase["b"] + Q(inner(w, row), c * samples.scale)
        step = bisect_left(breaks, height)
        room = min((abs(height - b) for b in breaks[max(step - 1, 0) : step + 1]), default=None)
        stays = room is None or radius**2 * (square + 1) <= room**2
        require(stays, f"radius: samples[{i}] may leave its step")
        one = seen.setdefault(step, alike[i]) == alike[i]
        require(one, f"{where}.breaks: step {step} holds different dual weights")
        inside = levels[step][0] <= needed[i][0] and needed[i][1] <= levels[step][1]
        require(inside, f"{where}.levels[{step}] does not enclose what samples[{i}] needs")


def check_staircase(cert: Any, samples: Samples) -> str:
    """Check the local minimum beside a staircase."""
    network, radius, weights = (cert[name] for name in ("network", "radius", "dual_weights"))
    neuron, a, y = network["neuron"], network["a"], samples.labels
    size([weights], 1, len(y), "dual_weights")
    require(radius > 0, "radius is not above zero")
    fits = neuron == "quadratic" or cert["claim"] == "proposition-11"
    require(fits, "network.neuron: proposition-12 is about quadratic neurons")
    require(min(weights) >= 0, "dual_weights has an entry below zero")
    weighted = [label * w for label, w in zip(y, weights, strict=True)]
    require(sum(weighted) == 0, "dual_weights: sum lambda y is not zero")
    require(any(weights), "dual_weights are all zero")
    outputs = margins(weights, cert["p"])
    flat = [low == high == 0 for low, high in outputs]
    # Samples with margin 0 need f = 0; others with the same label and weight need the same f.
    alike = [None if zero else (label, w) for zero, label, w in zip(flat, y, weights, strict=True)]
    below, above = sorted(v * sum(a) for v in AT_ZERO[neuron])
    needed = []
    for label, (low, high) in zip(y, outputs, strict=True):
        f = (low, high) if label > 0 else (-high, -low)
        needed.append((f[0] - network["a0"] - above, f[1] - network["a0"] - below))
    check_steps(network["staircase"], samples, needed, alike, radius)
    check_curvature(neuron, a, weighted, samples, radius, cert["form"])
    wrong = 0
    for i, (label, zero, (low, high)) in enumerate(zip(y, flat, outputs, strict=True)):
        signed = zero or low > 0 or high < 0
        require(signed, f"dual_weights[{i}]: the margin's sign stays open")
        wrong += high < 0 or (zero and label < 0)  # sgn 0 = +1
    error = Q(wrong, len(y))  # above zero, as said above
    require(cert["training_error"] == error, f"training_error is not {error}, the share counted")
    least = f"no parameters closer than {radius} have a lower loss"
    return f"a local minimum with training error {error}; {least}"
