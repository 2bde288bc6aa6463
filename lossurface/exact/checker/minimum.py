"""Check that parameters theta* are a local minimum with training error above zero.

The hinge l(z) = max(z+1, 0)^(p+1) is convex. So with lambda_i = l'(-y_i f(x_i)) at theta* and
Phi(theta) = sum_i lambda_i y_i f_theta(x_i), n (L(theta) - L(theta*)) >= Phi(theta*) - Phi(theta).
It remains that Phi has a maximum at theta* on the open ball |theta - theta*| < radius (Euclidean
norm, all parameters), for one of four reasons, each a function below. A deep part whose last hidden
layer is dead adds a constant to f. At theta*, f is affine, f(x) = c + v^T x, in one of three ways:

- c and v are rational, and so is lambda;
- v = 0 and c is the root of n_+ (1-c)^p = n_- (1+c)^p in (-1, 1), given by a ball. There lambda is
  n_- on positive, n_+ on negative samples, up to a factor;
- c and v are the least of F(c, v) = sum_i l(-y_i (c + v^T x_i)), given by balls.

On data that violate a condition of Proposition 11 or 12, f = f_S + f_D, where one hidden neuron
of f_D, a staircase (constant between its breaks), feeds an output weight 1 and bias 0. In f_S every
w_j = 0 and the a_j have one sign. There everything follows from lambda:

- Let v_i = lambda_i^(1/p) and C = sum lambda / sum lambda v. The level of sample i's step is such
  that y_i f(x_i) = 1 - C v_i. Then l'(-y_i f(x_i)) = (p+1) (C v_i)^p: these are the dual weights,
  up to the factor (p+1) C^p > 0.
- Phi(theta) = sum lambda y f_theta(x) is constant in the biases as sum lambda y = 0; in the hidden
  weight and bias as long as no sample leaves its step; in the output weight, since sum lambda y f =
  sum lambda (1 - C v) = 0. It remains sum_j a_j g(w_j), see `check_curvature`.
- So Phi, hence -L, is largest at theta* on the ball (the hinge is convex): a local minimum. Some
  lambda_i > 0 has 1 - C v_i <= 0: unless all these lambda are equal, one is strictly below.

The levels are irrational: the file gives balls, checked against enclosures of the formula above.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction as Q
from itertools import pairwise
from typing import Any, NamedTuple

from .arithmetic import Samples, definite, dot, inner, integers, root, total
from .dataset import check_form, check_ranks, check_separator, check_weights, differences
from .format import AT_ZERO, CONVEX, EVEN, IDENTITY, ODD, ZERO, Ball, Unreadable, require, size

Rows = list[list[Q]]
GROWTH = 10**999  # beyond such outputs of a deep part nothing is shown
POWER_BITS = 100_000  # of a p-th power: longer ones would take minutes


class Point(NamedTuple):
    """A network at theta* and its data."""

    network: Any
    x: Rows
    samples: Samples
    radius: Q  # of the open ball about theta*
    weighted: list[Q]  # lambda_i y_i up to a positive factor; empty: sum and first moment are zero


Reason = Callable[[Point], None]


def check_minimum(cert: Any, samples: Samples) -> tuple[str, bool]:
    """Check a local minimum; return the statement, and whether theta* is known in balls only."""
    network, radius, x, data = (cert[name] for name in ("network", "radius", "samples", "data"))
    reason, *about = CLAIMS[cert["claim"]]
    neuron = network.get("neuron") or network["deep"]["neuron"]
    names = ("network.architecture", "data.assumption", "network.neuron")
    given = (network["architecture"], data["assumption"], neuron)
    for name, value, allowed in zip(names, given, about, strict=True):
        require(value in allowed, f"{name} is {value!r}, which {cert['claim']} does not allow")
    bounded = reason is not check_paired or "deep" in network
    require(radius is not None or not bounded, 'radius cannot be "inf" here')
    require(radius is None or radius > 0, "radius is not above zero")
    if data["assumption"] == "theorem-2":
        check_separator({"claim": "assumption-6", "w": data["separator"], "b": Q(0)}, samples)
    elif data["assumption"] == "theorem-1":
        says = check_ranks(data, samples, "data.")
        require(says.startswith("holds"), f"data: Assumption 3 {says}")
    c, v, points = affine_map(network, x, radius, reason)
    weighted, wrong, bound = balanced(c, v, points, cert["p"], samples.labels)
    reason(Point(network, x, samples, radius, weighted))
    require(wrong, "training_error: theta* classifies every sample")
    return concluded(cert, wrong, bound), not weighted


def concluded(cert: Any, wrong: int, bound: str = "") -> str:
    """Check the training error, and say what is proved."""
    error, radius = Q(wrong, len(cert["labels"])), cert["radius"]
    require(cert["training_error"] == error, f"training_error is not {error}, the share counted")
    near = "at all" if radius is None else f"closer than {radius}"
    least = f"no parameters {near} have a lower loss"
    return f"a local minimum with training error {bound}{error}; {least}"


def affine_map(network: Any, x: Rows, radius: Q, reason: Reason) -> tuple[Ball, list[Ball], Rows]:
    """Return c, v and points with f(x_i) = c + v^T points_i at theta*, some theta* for all c, v."""
    d = len(x[0])
    if network["architecture"] == "identity-shortcut":  # f = b + a^T (x + H(x)), H dead
        size([network["a"]], 1, d, "network.a")
        shift = check_deep(network["deep"], x, d, radius)
        require(all(low == high for low, high in shift), "network.deep: its last biases are balls")
        points = [[value + low for value, (low, _) in zip(row, shift, strict=True)] for row in x]
        return network["b"], network["a"], points
    c, v = (Q(0), Q(0)), [(Q(0), Q(0))] * d
    if "deep" in network:
        (c,) = check_deep(network["deep"], x, 1, radius)
    if "a" in network:
        a, W = network["a"], network["W"]
        size(W, d, len(a), "network.W")
        rise = AT_ZERO[network["neuron"]] if reason is check_curved else (Q(0), Q(0))
        c = total([c, network["a0"], rise], [1, 1, sum(a)])
        if reason is check_linear:
            v = [total(row, a) for row in W]
    return c, v, x


def check_deep(deep: Any, x: Rows, outputs: int, radius: Q) -> list[Ball]:
    """Check that the last hidden layer stays dead on every sample; return the last biases."""
    *hidden, last = deep["layers"]
    widths = [len(x[0])] + [len(layer["b"]) for layer in deep["layers"]]
    for depth, layer in enumerate(deep["layers"]):
        size(layer["W"], widths[depth], widths[depth + 1], f"network.deep.layers[{depth}].W")
    require(widths[-1] == outputs, f"network.deep has not {outputs} output", Unreadable)
    power = {"relu": 1, "requ": 2}.get(deep["neuron"], 0)  # "constant": any bounds will do
    for i, row in enumerate(x):
        outs: list[Ball] = [(value, value) for value in row]  # bounds over all theta in the ball
        for layer in hidden:
            sums = [(low - radius, high + radius) for low, high in layer["b"]]
            for weights, out in zip(layer["W"], outs, strict=True):
                for k, w in enumerate(weights):
                    ends = [(w + s) * value for s in (-radius, radius) for value in out]
                    sums[k] = (sums[k][0] + min(ends), sums[k][1] + max(ends))
            fired = [[z**power * 2**64 if z >= 0 else Q(0) for z in pair] for pair in sums]
            outs = [(Q(u // 1, 2**64), Q(-(-v // 1), 2**64)) for u, v in fired]  # outwards: short
            most = max(high for _, high in outs)
            require(most < GROWTH, "radius: the bounds of network.deep grow too large")
        most = max(high for _, high in sums)
        require(most <= 0, f"radius: last hidden layer may fire on samples[{i}]")
    return list(last["b"])


def balanced(
    c: Ball, v: list[Ball], points: Rows, p: int, y: list[int]
) -> tuple[list[Q], int, str]:
    """Check sum lambda y = 0 for f = c + v^T x; return lambda y, up to a positive factor.

    It is empty for the best affine map, where sum and first moment are zero. Beside it: how many
    samples are shown wrong, and "at least " if there may be more.
    """
    rows = [[Q(1), *row] for row in points]
    outputs = [total([c, *v], row) for row in rows]
    longest = max(max(map(abs, end.as_integer_ratio())) for ends in outputs for end in ends)
    fits = p * longest.bit_length() <= POWER_BITS
    require(fits, "network: its outputs are too long for their powers", Unreadable)
    if all(low == high for low, high in [c, *v]):
        weighted = [t * max(1 - t * f, Q(0)) ** p for t, (f, _) in zip(y, outputs, strict=True)]
    elif not any(low or high for low, high in v):
        plus, minus = y.count(1), y.count(-1)
        require(c[0] > -1 and c[1] < 1, "network: the ball of f leaves (-1, 1)")
        ends = [plus * (1 - t) ** p - minus * (1 + t) ** p for t in c]
        require(ends[0] > 0 > ends[1], "network: the ball of f misses the root of sum lambda y = 0")
        outputs = [(Q(plus - minus),) * 2] * len(y)  # of the root's sign
        weighted = [Q(minus if t == 1 else -plus) for t in y]
    else:
        check_best([c, *v], rows, p, y)
        pairs = zip(y, outputs, strict=True)
        wrong = sum(high < 0 if label == 1 else low >= 0 for label, (low, high) in pairs)
        unsure = any(low < 0 <= high for low, high in outputs)
        # lambda is no zero vector, so sum lambda y f = 0 shows one sample wrong.
        return [], max(wrong, 1), "at least " if unsure else ""
    require(sum(weighted) == 0, "network: sum lambda y is not zero at theta*")
    pairs = zip(y, outputs, strict=True)
    return weighted, sum((f >= 0) != (label == 1) for label, (f, _) in pairs), ""  # sgn 0 = +1


def check_best(u: list[Ball], rows: Rows, p: int, y: list[int]) -> None:
    """Check that balls hold the least u* of the convex F(u) = sum_i max(1 - y_i u^T g_i, 0)^(p+1).

    With m their midpoint and rho the smallest radius, |grad F(m)| <= mu rho and a Hessian above
    mu I throughout the balls: on the sphere |u - m| = rho the slope points outwards. The Hessian
    shows some lambda above zero there, too. There are d + 1 balls, and d + 1 entries in a row g_i.
    """
    rho = min(high - low for low, high in u) / 2
    require(rho > 0, "network: a coefficient of the affine map is not a ball, though another is")
    middle = [(low + high) / 2 for low, high in u]
    gradient = [Q(0)] * len(u)
    curvature = []  # F's Hessian, and gradient, up to the factor p + 1
    for label, row in zip(y, rows, strict=True):
        slope = label * max(1 - label * dot(middle, row), Q(0)) ** p
        gradient = [g + slope * value for g, value in zip(gradient, row, strict=True)]
        slack = min(1 - label * f for f in total(u, row))
        curvature.append(p * max(slack, Q(0)) ** (p - 1))
    mu = sum(map(abs, gradient), Q(0)) / rho
    axes = [[Q(i == j) for j in range(len(u))] for i in range(len(u))]
    _, scale = integers([value for row in rows for value in row])
    whole = [[int(value * scale) for value in row] for row in [*rows, *axes]]
    inside = definite([*curvature, *(-mu for _ in axes)], list(zip(*whole, strict=True)))
    require(inside, "network: the balls are not shown to hold the best affine map")


def check_signs(point: Point, side: int) -> None:
    """Check that every z = w_j^T x_i has one sign, and keeps it within the radius."""
    first: dict[tuple[Ball, ...], int] = {}  # equal ones once: there may be more than samples
    for j, column in enumerate(zip(*point.network.get("W", []), strict=True)):
        first.setdefault(column, j)
    for column, j in first.items():
        for i, row in enumerate(point.x):
            z = min(side * end for end in total(column, row))
            require(z > 0, f"network.W: neuron {j} has the wrong sign on samples[{i}]")
            kept = point.radius**2 * dot(row, row) <= z**2
            require(kept, f"radius: neuron {j} may change its sign on samples[{i}]")


def check_dead(point: Point) -> None:
    """Phi is constant: every neuron is zero on the samples, and stays so."""
    check_signs(point, -1)


def check_linear(point: Point) -> None:
    """Phi is constant: f stays affine on the samples, and sum lambda y = 0, sum lambda y x = 0."""
    check_signs(point, 1)
    if point.weighted:
        require(not any(point.samples.sum(point.weighted)), "network: sum lambda y x is not zero")


def check_paired(point: Point) -> None:
    """Phi is constant: sum lambda y sigma(w^T x) = 0 for all w, since each class is even."""
    require(not any(point.network["a"]), "network.a is not zero")
    rows = list(zip(point.samples.labels, map(tuple, point.samples.rows), strict=True))
    count = Counter(rows)
    lone = [i for i, (y, x) in enumerate(rows) if count[y, x] != count[y, tuple(-v for v in x)]]
    require(not lone, f"samples{lone[:5]} have no mirror image in their class")


def check_curved(point: Point) -> None:
    """W = 0, and sum_j a_j sum lambda y sigma(w_j^T x) is largest there."""
    network, d = point.network, len(point.x[0])
    require(not any(low or high for row in network["W"] for low, high in row), "network.W is not 0")
    whole = {"columns": list(range(d)), "relations": [], "kernel": []}
    _, _, samples, radius, weighted = point
    check_curvature(network["neuron"], network["a"], weighted, samples, radius, whole)


def norm_above(square: Q) -> Q:
    """Return a rational at least sqrt(square), barely above it."""
    scaled = (square.numerator << 192) // square.denominator
    return Q(math.isqrt(scaled) + 1, 1 << 96)


def check_curvature(
    neuron: str,
    a: Sequence[Q],
    weighted: Sequence[Q],
    samples: Samples,
    radius: Q,
    form: Any,
    sharp: bool = False,
) -> None:
    """Check that sum_j a_j g(w_j), g(w) = sum_i weighted_i (sigma(w^T x_i) - sigma(0)), is <= 0.

    For all a and w closer than the radius to the a given and to w = 0. The a_j have one sign and
    keep it, and S, the sum of h weighted_i x_i x_i^T less Taylor's remainder, has the other. Where
    sigma is not even, sum_i weighted_i x_i = 0 (the caller checks that). The form is the span of
    the samples with a weight, and the kernel of S.

    If `sharp`, w^T x_i = b + t_i with b = w^T x_0, x_0 the first sample with a weight. By Taylor at
    b it is the same for the differences x_i - x_0, up to a factor above 0. For |b|, |t| <= 1:
    sigma''(b)/2 >= 3/4 h, as cosh(1/2)^-2 > 3/4 for softplus; exp has the factor e^b. The rest is
    at most 5 |t|^3 for z^4, and sinh(2)/6 |t|^3 < 2/3 |t|^3 for cosh: in both cases 8 K |t|^3.
    """
    require(all(v < 0 for v in a) or all(v > 0 for v in a), "network.a has no single sign")
    require(min(map(abs, a)) >= radius, "radius: an entry of network.a may change its sign")
    turned = list(weighted) if a[0] < 0 else [-weight for weight in weighted]
    used = [i for i, weight in enumerate(turned) if weight]
    rows: Sequence[Sequence[int]] = [samples.rows[i] for i in used]
    h, K, Z = (CONVEX | EVEN)[neuron]
    if sharp:
        near = radius**2 * inner(rows[0], rows[0]) <= samples.scale**2
        require(near, "radius: a bias leaves [-1, 1]")
        rows, h, K, Z = differences(rows), 3 * h / 4, K if neuron in CONVEX else 8 * K, Q(1)
    squares = [Q(inner(row, row), samples.scale**2) for row in rows]
    if sharp or neuron in CONVEX:
        bounds = [K * radius * norm_above(square) for square in squares]
    else:
        bounds = [K * radius**2 * square for square in squares]
    within = Z is None or radius**2 * max(squares) <= Z**2
    require(within, "radius: beyond the range of the Taylor bound")
    rest = [h * turned[i] - b * abs(turned[i]) for i, b in zip(used, bounds, strict=True)]
    check_form(form, rest, rows, "radius or dual weights")


# claim: why its theta* is a minimum, and what it speaks of: architectures, data and neurons
_LAYERED, _ANY = {"single-layer", "shortcut"}, {"none", "theorem-1", "theorem-2"}
CLAIMS: dict[str, tuple[Reason, set[str], set[str], set[str]]] = {
    "proposition-2": (check_dead, _LAYERED, {"theorem-1", "theorem-2"}, ZERO),
    "proposition-3": (check_linear, _LAYERED, {"theorem-1"}, IDENTITY),
    "proposition-4": (check_paired, _LAYERED, {"theorem-1"}, ODD),
    "proposition-5": (check_curved, _LAYERED, {"theorem-2"}, set(EVEN)),
    "proposition-6": (check_dead, {"feedforward"}, _ANY, ZERO),
    "proposition-7": (check_linear, {"identity-shortcut"}, {"theorem-1"}, {"relu"}),
}


def margins(weights: list[Q], p: int) -> list[Ball]:
    """Return enclosures of the margins y f(x) = 1 - C v, exact where all lambda > 0 are equal."""
    if len({w for w in weights if w}) == 1:
        return [(Q(0), Q(0)) if w else (Q(1), Q(1)) for w in weights]
    whole, _ = integers(weights)  # a common factor cancels
    top, sums = max(whole), sum(whole)
    known = {w: root(Q(w, top), p) for w in set(whole)}
    low, high = (sum((w * known[w][end] for w in whole), Q(0)) for end in (0, 1))
    return [(1 - sums * known[w][1] / low, 1 - sums * known[w][0] / high) for w in whole]


def check_steps(
    staircase: Any, samples: Samples, needed: list[Ball], alike: list[Any], radius: Q
) -> None:
    """Check that each sample stays on its step, and that the step's level is the one it needs.

    `needed` encloses the levels; entries of `alike` are equal where the very same one is needed.
    """
    where = "network.staircase"
    breaks, levels = staircase["breaks"], staircase["levels"]
    size([staircase["w"]], 1, len(samples.rows[0]), f"{where}.w")
    require(all(a < b for a, b in pairwise(breaks)), f"{where}.breaks do not increase")
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
    require(radius > 0, "radius is not above zero")
    fits = neuron == "quadratic" or cert["claim"] != "proposition-12"
    require(fits, "network.neuron: proposition-12 is about quadratic neurons")
    weighted = check_weights(cert, "dual_weights", samples)
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
    sharp = cert["claim"] == "ours-necessary"
    check_curvature(neuron, a, weighted, samples, radius, cert["form"], sharp)
    wrong = 0
    for i, (label, zero, (low, high)) in enumerate(zip(y, flat, outputs, strict=True)):
        signed = zero or low > 0 or high < 0
        require(signed, f"dual_weights[{i}]: the margin's sign stays open")
        wrong += high < 0 or (zero and label < 0)  # sgn 0 = +1
    return concluded(cert, wrong)  # above zero, as said above
