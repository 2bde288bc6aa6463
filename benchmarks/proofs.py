"""What is proved, against a budget of time: nobody else offers it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.problem import sized, t33
from benchmarks.record import Accuracy, Row, seconds
from benchmarks.size import Size
from benchmarks.timing import processor_times
from lossurface.landscape import Certified, ball_layer, certify, descend
from lossurface.setting import Dataset

ROUNDS = 7  # of short calls: a slow moment of the machine does not last through all


def certified(size: Size) -> Iterator[Row]:
    """Yield the row of minima, each enclosed in a box and proved strict and unique in it."""
    surface, theta = t33(size.minima + size.minima // 4)
    ends = descend(surface, theta)
    assert ends.spectrum is not None
    minima = ends.theta[(ends.spectrum[:, 0] > 0) & (ends.gradient_norm < 1e-10)][: size.minima]
    layer = ball_layer(surface)
    found: list[Certified] = []
    calls = [lambda row=row: found.append(certify(surface, row, layer)) for row in minima]
    times = processor_times(calls)
    strict = sum(point.kind == "strict-minimum" for point in found)
    said = f"{strict:,} of {len(found):,} proved: enclosed, unique in their box, Hessian definite"
    right = strict == len(found) == size.minima
    task = f"{size.minima:,} enclosed and certified minima"
    yield _budget("certified", task, 20, times, Accuracy(said, right))


def large(size: Size) -> Iterator[Row]:
    """Yield the row of one minimum with many parameters."""
    n, d, M = size.large
    surface, theta = sized(1, n, d, M)
    row, layer = descend(surface, theta).theta[0], ball_layer(surface)
    found: list[Certified] = []
    times = processor_times([lambda: found.append(certify(surface, row, layer))])
    right = found[0].kind == "strict-minimum"
    said = f"{layer.dimension:,} parameters, {n} samples: {found[0].kind}"
    task = f"one certified minimum, P = {layer.dimension:,}"
    yield _budget("large", task, 10_000, times, Accuracy(said, right))


def separability(size: Size) -> Iterator[Row]:
    """Yield the row of linear (non-)separability, from exact samples to a checked certificate."""
    from lossurface.conditions import Condition, Space, assumption_6

    found: list[tuple[str, Condition]] = []

    def decide(data: Dataset, expected: str) -> Callable[[], None]:
        return lambda: found.append((expected, assumption_6(Space(data))))

    def calls() -> Iterator[Callable[[], None]]:  # on datasets nobody has looked at yet
        for seed in range(size.datasets):
            generator = np.random.default_rng(seed)
            X = generator.standard_normal((100, 5))
            apart = np.where(X @ generator.standard_normal(5) > 0, 1, -1)
            yield decide(Dataset.of(X, apart), "holds")
            # Labels drawn at random can be separated with probability below 1e-22 (Cover, 1965).
            yield decide(Dataset.of(X, generator.choice([-1, 1], 100)), "fails")

    next(calls())(), found.clear()  # imports
    rounds = [processor_times(list(calls())) for _ in range(ROUNDS)]
    times = [min(several) for several in zip(*rounds, strict=True)]
    agreed = sum(condition.verdict == expected for expected, condition in found)
    proved = sum(c.finding is not None and c.finding.status == "holds" for _, c in found)
    said = (
        f"{agreed} of {len(found)} verdicts right, {proved} by a separator or Farkas vector "
        "that the exact checker accepted, within the time"
    )
    right = agreed == proved == len(found)
    task = "exact linear (non-)separability, n = 100, d = 5"
    least = f"Each of {len(times)} was decided {ROUNDS} times, once a round; its least time counts."
    yield _budget("separability", task, 2, times, Accuracy(said, right), least)


def _budget(
    id: str, task: str, milliseconds: float, times: list[float], right: Accuracy, more: str = ""
) -> Row:
    limit = milliseconds / 1e3
    middle = statistics.median(times)
    spread = (limit / max(times), limit / min(times))
    note = (
        "Processor time of each, without Python's garbage collector (as timeit); the spread is "
        f"over all of them. {more}"
    ).strip()
    return Row(
        id, task, f"a budget of {seconds(limit)} each", 1, middle, limit, limit / middle, spread,
        len(times), each=" each", accuracy=right, note=note,
    )  # fmt: skip
