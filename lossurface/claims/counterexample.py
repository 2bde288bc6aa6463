"""A certified bad local minimum for a dataset and a network, by whichever claim has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from lossurface.claims import get
from lossurface.conditions.bad_minimum import WIDEST, bad_minimum
from lossurface.errors import InputError
from lossurface.exact.checker.format import CONVEX, EVEN, IDENTITY, MAX_BYTES, ODD, ZERO

if TYPE_CHECKING:
    from lossurface.conditions import Space
    from lossurface.conditions.guarantees import Case
    from lossurface.exact import Certificate

    Builder = Callable[[], Certificate]

__all__ = ["counterexample"]

LARGEST = 20_000  # n * d up to which the builders for small examples are asked


def counterexample(space: Space, case: Case) -> Certificate | None:
    """Return the first certificate that a builder for this case makes, or None.

    A builder that refuses the dataset (its proposition asks something else of it) is passed over.
    """
    if case.loss.name != "polynomial-hinge" or case.p < 2:
        return None
    if (case.width or 1) * (space.dataset.d + 1) > WIDEST:
        return None
    for build in _builders(space, case):
        try:
            certificate = build()
        except InputError:
            continue
        if len(certificate.to_json()) <= MAX_BYTES:
            return certificate
    return None


def _builders(space: Space, case: Case) -> Iterator[Builder]:
    name, p, width, data = case.neuron.name, case.p, case.width or 1, space.dataset

    def claim(number: int, **choices: Any) -> Builder:
        build = get(f"proposition-{number}").certify
        return partial(build, neuron=name, p=p, dataset=data, **choices)

    small = data.n * data.d <= LARGEST
    if case.architecture == "feedforward":
        yield claim(6, width=width, depth=1)
    elif case.architecture == "identity-shortcut":
        if small:
            yield claim(7)
    else:
        if case.architecture == "shortcut":
            for condition in ("proposition-12", "proposition-11"):
                found = case.conditions[condition]
                neurons = {*CONVEX, *EVEN} if condition == "proposition-11" else {"quadratic"}
                if found.verdict == "fails" and name in neurons:
                    yield partial(bad_minimum, space, found, name, p, width)
        if small:
            for kind in ("theorem-2", "theorem-1") if name in ZERO else ():
                yield claim(2, width=width, data=kind)
            for number, neurons in ((3, IDENTITY), (4, ODD), (5, {*EVEN})):
                if name in neurons:
                    yield claim(number, width=width)
