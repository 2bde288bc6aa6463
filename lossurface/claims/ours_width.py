"""How wide is wide enough (ours): certified strict bad minima at every width.

The samples lie on two planes of R^3 that meet in an axis: (b, c, 0) and (-b, c, 0) for a positive
point c on that axis, (0, c, b) and (0, c, -b) for a negative one, so that r_+ = r_- = 2, r = 3 and
Delta r = 1. All w_j are on the shared axis, w_j = (0, z_j, 0). The page `beyond/width-threshold`
proves what is said here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from lossurface import InputError
from lossurface.claims import verdict
from lossurface.claims.construction import assumed, at_least, certified
from lossurface.enclosed.strict_minimum import strict_minimum
from lossurface.exact import Certificate, Finding, Verdict
from lossurface.setting import Dataset

__all__ = ["FAMILIES", "certify", "verify"]

CLAIM = "The width (ours)"
FAMILIES = ("recursion", "small", "fixed-fd")
POWER = 6
WIDEST = 16  # of the recursion: its certificate takes a minute
# One neuron, four points: f = F (1 - 2 sigma(-u)) is critical, sigma the softplus of base 2.
F = 0.5094028791595381
BLOCK = (
    (-1, 0.29964243385913936),
    (1, 0.8229233307942491),
    (-1, 0.9065616854683434),
    (1, 9.39869794754902),
)
EPSILON = 0.03
STRETCH = 0.02  # the ratios b / c differ by so much: no two samples are parallel


def certify(width: int = 2, family: str = "recursion") -> Certificate:
    """Certify a strict bad local minimum of the polynomial hinge with p = 6 and softplus neurons.

    Args:
        width: number M of neurons.
        family: `recursion`: 8 M samples, for M up to 16; `small`: as few samples as were found (4,
            8, 14, 20, 30, 48 for M = 1 to 6); `fixed-fd`: 2 M + 4 samples beside an f_D that is
            held fixed, for M = 2 to 5.

    Returns:
        A certificate of kind `strict-minimum`.

    Raises:
        InputError: there is no such family, or none of its minima has that width.
    """
    if family not in FAMILIES:
        raise InputError(f"family is {family!r}; use one of {', '.join(FAMILIES)}")
    M = at_least("width", width, 1, CLAIM)
    if family == "recursion":
        if M > WIDEST:
            raise InputError(f"width is {M}; the recursion is certified up to {WIDEST}")
        found = _recursion(M)
    else:
        known = json.loads(files(__package__).joinpath("ours_width.json").read_text())[family]
        if str(M) not in known:
            raise InputError(f"width is {M}; the family {family} has widths {', '.join(known)}")
        found = known[str(M)]
    dataset, theta, offset = _minimum(found)
    return strict_minimum(
        "softplus",
        POWER,
        dataset,
        theta,
        offset=offset,
        claim="ours-width",
        data=assumed("theorem-1", dataset, CLAIM),
    )


def _recursion(M: int) -> dict[str, Any]:
    """Return the block M times: smaller and smaller, with labels and output weights in turn.

    On its own four points each neuron does what the block's one does; there the later ones are
    nearly zero and the earlier ones nearly constant.
    """
    points = []
    for i in range(M):
        size = EPSILON ** (i - (M - 1) // 2)
        for label, u in BLOCK:
            points.append([label * (-1) ** i, u * size, u * size * (1 + STRETCH * len(points))])
    a = [-2 * F * (-1) ** i for i in range(M)]
    z = [-(EPSILON ** ((M - 1) // 2 - i)) for i in range(M)]
    return {"points": points, "a0": F, "a": a, "z": z}


def _minimum(found: dict[str, Any]) -> tuple[Dataset, list[float], list[float] | None]:
    """Return samples, theta and f_D's outputs of points (label, c, b) or (label, c, b, f_D)."""
    if "points" not in found:  # the subspaces meet in 0 only
        return Dataset.of(found["X"], found["y"]), found["theta"], None
    rows, labels, offset = [], [], []
    for label, c, b, *fixed in found["points"]:
        for own in (b, -b):
            rows.append((own, c, 0) if label > 0 else (0, c, own))
            labels.append(label)
            offset += fixed
    zeros = [0.0] * len(found["z"])
    theta = [found["a0"], *found["a"], *zeros, *found["z"], *zeros]
    return Dataset.of(rows, labels), theta, offset or None


def _findings() -> Iterator[Finding]:
    for family in FAMILIES:
        for M in range(2 if family == "fixed-fd" else 1, 5):
            certificate = certify(M, family)
            n = len(certificate.data["labels"])
            yield certified(certificate, f"{family}, M = {M}, n = {n}")


def verify() -> Verdict:
    """Verify that there are bad minima at widths 1 to 6; nothing in it is random."""
    headline = "Strict local minima with an error at M = 1 to 6"
    return verdict("ours-width", _findings(), headline)
