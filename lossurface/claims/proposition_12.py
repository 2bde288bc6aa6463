"""Proposition 12: a trap where its condition fails, a way out of bad critical points if not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lossurface.claims.traps import case_findings, decide, decided, met
from lossurface.conditions import Condition, Space, bad_minimum, proposition_12
from lossurface.exact import Certificate, Finding, equal, every, less
from lossurface.setting import Dataset, get_neuron

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

HEADLINE = (
    "Datasets decided with exact certificates: on each where the condition fails, a bad local "
    "minimum; where it holds, a step from every planted bad critical point, W = 0 and W != 0, to "
    "a lower loss."
)

# Separable by w = (1, 1), yet the positives lie further out in every direction.
BOWL = Dataset.of(
    [[3, "1/2"], ["1/2", 3], [2, 2], [-1, "1/4"], ["1/4", -1], [-1, "-3/4"]],
    [1, 1, 1, -1, -1, -1],
)
# Not separable, yet each class lies in an ellipse that leaves the other out.
CROSS = Dataset.of(
    [[3, "1/2"], [-2, "-1/2"], [2, -1], ["-1/2", 3], ["1/2", -2], [-1, -2]], [1, 1, 1, -1, -1, -1]
)


def certify(
    neuron: str = "quadratic", p: int = 6, width: int = 1, dataset: Dataset = BOWL
) -> Certificate:
    """Build a bad local minimum on a dataset of two classes that violates the condition.

    The proposition is about quadratic neurons; p is 2 to 60.

    Raises:
        InputError: the condition does not fail on the dataset, or a choice is out of range.

    Source: Proposition 12; the construction is ours.
    """
    space = Space(dataset)
    return bad_minimum(space, proposition_12(space), neuron, p, width)


@dataclass(frozen=True)
class Left:
    """A bad critical point of quadratic neurons beside an f_D, and the step that leaves it."""

    dataset: Dataset
    W: Array  # (d, M), the hidden weights
    error: Fraction  # the training error there
    critical: Finding  # the derivatives in a_0, a and W, and in f_D's output layer, vanish
    bad: Finding  # the training error is above 0
    not_minimum: Finding  # the loss's second derivative along the step is negative
    decrease: Finding  # the loss after the step is lower
    case: str  # of the proof


def leave(dataset: Dataset, rng: np.random.Generator, width: int | None = None) -> Left:
    """Plant a bad critical point with W = 0 where the condition holds, and leave it.

    k samples of either class, drawn at random, get f = 0, the others f = y, whatever the a_j. M is
    by default d + 1; floats must hold the coordinates exactly.

    Raises:
        InputError: the proof's curve does not exist, because the condition fails or M is too small.
    """
    import numpy as np

    M = width or dataset.d + 1
    k = int(rng.integers(1, min(dataset.n_plus, dataset.n_minus) + 1))
    labels = np.array(dataset.y)
    chosen = np.concatenate(
        [rng.choice(np.flatnonzero(labels == sign), size=k, replace=False) for sign in (1, -1)]
    )
    a = rng.integers(1, 33, size=M) * rng.choice([-1, 1], size=M) / 32
    return _left(dataset, chosen, a, np.zeros((dataset.d, M)))


def leave_kernel(rng: np.random.Generator, cancelling: bool = False) -> Left:
    """Plant a bad critical point with every a_j != 0 and w_j != 0, M = d + 1, and leave it.

    In the first two coordinates the positives are long along one axis, the negatives along the
    other, so the condition holds. In the others the samples with f = 0 come as (h, s) and (h, -s),
    with the same s in both classes: there S vanishes, and there the w_j lie. At last a unimodular
    map mixes the coordinates. With `cancelling`, d = 5 and the outputs of three pairs of neurons
    cancel, so that sum a_j c_j^2 = 0 for every c with sum a_j c_j w_j = 0: the case that needs the
    tilt.
    """
    import numpy as np

    def entries(*shape: int) -> Array:
        values: Array = rng.integers(1, 4, shape) * rng.choice([-1.0, 1.0], shape)
        return values

    flat = 3 if cancelling else int(rng.integers(1, 4))
    d, pairs = 2 + flat, int(rng.integers(flat, flat + 3))
    tails = entries(pairs, flat)
    sides = []
    for axis in (0, 1):
        heads = entries(pairs + int(rng.integers(0, 4)), 2)
        heads[:, axis] += np.sign(heads[:, axis]) * 4
        others = entries(len(heads) - pairs, flat)
        both = np.concatenate([heads[:pairs], heads])
        sides.append(np.column_stack([both, np.concatenate([-tails, tails, others])]))
    M = d + 1
    a, w = entries(M) / 4, entries(flat, M)
    if cancelling:
        a[3:], w[:, 3:] = -a[:3], w[:, :3]
    mix = np.tril(rng.integers(-1, 2, (d, d)), -1) + np.eye(d)
    mix = mix @ (np.triu(rng.integers(-1, 2, (d, d)), 1) + np.eye(d))
    dataset = Dataset.of(np.concatenate(sides) @ mix.T, [1] * len(sides[0]) + [-1] * len(sides[1]))
    chosen = np.concatenate([np.arange(2 * pairs), len(sides[0]) + np.arange(2 * pairs)])
    W = np.round(np.linalg.inv(mix)).T @ np.concatenate([np.zeros((2, M)), w])
    return _left(dataset, chosen, a, W)


def _left(dataset: Dataset, chosen: NDArray[np.int64], a: Array, W: Array) -> Left:
    """Leave (a_0, a, W) = (0, a, W) beside an f_D that makes f = 0 where chosen, and f = y else.

    f_D is a staircase, locally constant in its inner weights. What is said of the point is decided
    in rational arithmetic, from the numbers that the step starts and ends with.
    """
    import numpy as np

    from lossurface.landscape.escape import Proof, escape
    from lossurface.landscape.planted import with_f_D

    p, M = 6, W.shape[1]
    X, y = (part.numpy() for part in dataset.tensors())
    f = y.copy()
    f[chosen] = 0
    surface, theta = with_f_D(get_neuron("quadratic"), p, X, y, f, a, W)
    step = escape(surface, theta, proof=Proof.QUADRATIC)
    assert surface.offset is not None
    deep = surface.offset.numpy()
    V = step.theta_after[1 + M :].view(W.shape).numpy() - W

    x, y, a, deep, at, along = map(_exact, (dataset.x, dataset.y, a, deep, W, V))
    z, moved = x @ at, x @ along
    outputs = z**2 @ a + deep
    gaps = np.maximum(1 - y * outputs, 0)
    pulls = y * (p + 1) * gaps**p
    in_W = 2 * a * (x.T @ (pulls[:, None] * z))
    derivatives = [pulls.sum(), pulls @ deep, *(pulls @ z**2), *in_W.flat]
    first, second = 2 * (z * moved) @ a, 2 * moved**2 @ a  # of t f + t^2 f / 2 along the step
    bend = (p + 1) * p * gaps ** (p - 1) @ first**2 - pulls @ second
    error = Fraction(int(((outputs >= 0) != (y > 0)).sum()), dataset.n)
    return Left(
        dataset,
        W,
        error,
        equal("every derivative in a_0, a and W, and in f_D's output layer, is zero",
              max(map(abs, derivatives)), 0),
        less("the training error is above 0", 0, error),
        less("along the step the second derivative of the loss is negative", bend / dataset.n, 0),
        step.decrease,
        str(step.case),
    )  # fmt: skip


def _exact(values: Any) -> Any:
    """Return numbers as an array of fractions, on which NumPy's arithmetic is exact."""
    import numpy as np

    return np.vectorize(Fraction, otypes=[object])(values)


def _ellipsoid_errors(dataset: Dataset, condition: Condition) -> int:
    """Count, exactly, the errors of the two networks f_S that the ellipsoids make.

    x^T Z x = sum_k c_k (v_k^T x)^2 is a sum of quadratic neurons. With f = b - x^T Z x for the
    positives' ellipsoid, f = x^T Z x - b for the negatives', b between the classes, f_S alone
    classifies every sample (the paper's remark (i) on Proposition 12).
    """
    assert condition.certificate is not None
    x, y, wrong = _exact(dataset.x), _exact(dataset.y), 0
    for name, sign in (("positive", 1), ("negative", -1)):
        side = condition.certificate.data[name]
        q = (x @ _exact(side["rows"]).T) ** 2 @ _exact(side["weights"])
        b = (max(q[y == sign]) + min(q[y != sign])) / 2
        wrong += int(((sign * (b - q) >= 0) != (y > 0)).sum())
    return wrong


def findings(*, seed: int = 0, trials: int = 24) -> Iterator[Finding]:
    """Yield what is checked; `trials`: random datasets."""
    import numpy as np

    cases = [(data, decide(data, "proposition-12")) for data in (BOWL, CROSS)]
    cases += decided("proposition-12", trials=trials, seed=seed)
    yield from case_findings(cases, ("quadratic",))
    holding = [(data, found) for data, found in cases if found.verdict == "holds"]
    rng = np.random.default_rng(seed)
    left = [leave(data, rng) for data, _ in holding for _ in range(2)]
    moved = [leave_kernel(rng, cancelling=k % 3 == 2) for k in range(max(3, trials // 2))]
    datasets = (decide(one.dataset, "proposition-12") for one in moved)
    yield every("the condition holds on the datasets planted with W != 0", map(met, datasets))
    for where, points in (("with W = 0", left), ("with W != 0", moved)):
        yield every(f"where the condition holds, every planted point {where} is critical",
                    (one.critical for one in points))  # fmt: skip
        yield every(f"every planted point {where} misclassifies a sample",
                    (one.bad for one in points))  # fmt: skip
        yield every(f"no planted point {where} is a local minimum",
                    (one.not_minimum for one in points))  # fmt: skip
        yield every(f"the proof's step from every planted point {where} lowers the loss",
                    (one.decrease for one in points))  # fmt: skip
    errors = sum(_ellipsoid_errors(data, found) for data, found in holding)
    yield equal(
        "the networks made from the ellipsoids classify every sample correctly", Fraction(errors), 0
    )
