"""Certificates of networks that are the best affine map near theta* (Propositions 3 and 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lossurface.counterexamples._affine import AffineMap
from lossurface.counterexamples._build import Number, dual_weights, error_of_constant, sealed
from lossurface.exact import Certificate, enclosed_linear
from lossurface.exact.linalg import dot
from lossurface.setting import Dataset, Enclosed

__all__ = ["affine_fields", "sealed_affine"]

_WEIGHT_BITS = 64  # dual weights are rounded outwards to multiples of 2^-64


def affine_fields(
    claim: str, dataset: Dataset, p: int, witness: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the fields that do not depend on the network."""
    return {
        "kind": "local-minimum",
        "claim": claim,
        "loss": {"name": "polynomial-hinge", "p": p},
        "data": dict(witness),
        **dataset.to_dict(),
    }


def sealed_affine(
    fields: Mapping[str, Any],
    dataset: Dataset,
    p: int,
    best: AffineMap,
    farkas: Sequence[Fraction],
    reach: Fraction | None,
) -> Certificate:
    """Return the certificate: rational where the best map is constant, else enclosed.

    Args:
        fields: everything up to the network.
        dataset: the samples.
        p: power of the hinge.
        best: the network's affine map near theta*.
        farkas: (n,), from `hull_weights`.
        reach: a bound on the radius.

    Raises:
        InputError: no radius is accepted.
    """
    if best.constant:
        rest = {
            "reason": "linear",
            "dual_weights": dual_weights(best.c, dataset.y, p),
            "training_error": error_of_constant(dataset),
        }
        return sealed({**fields, **rest}, reach)
    outputs = [_value(best, row) for row in dataset.x]
    pairs = list(zip(dataset.y, outputs, strict=True))
    wrong = sum(f.mid + f.rad < 0 if label == 1 else f.mid - f.rad >= 0 for label, f in pairs)
    rest = {
        "reason": "linear-enclosed",
        "dual_weights": [_weight(label, f, p) for label, f in pairs],
        "farkas": list(farkas),
        "training_error": Fraction(max(wrong, 1), dataset.n),
    }
    return sealed({**fields, **rest}, reach, enclosed_linear.check)


def _interval(value: Number) -> Enclosed:
    return value if isinstance(value, Enclosed) else Enclosed(value, Fraction(0))


def _value(best: AffineMap, row: Sequence[Fraction]) -> Enclosed:
    """Enclose f(x), a little more widely than the checker will."""
    c, v = _interval(best.c), [_interval(value) for value in best.v]
    middle = c.mid + dot([value.mid for value in v], row)
    spread = c.rad + dot([value.rad for value in v], [abs(value) for value in row])
    return Enclosed(middle, 2 * spread)


def _weight(label: int, f: Enclosed, p: int) -> Enclosed:
    """Enclose (p+1) max(1 - y f, 0)^p, rounded outwards."""
    low = max(1 - label * f.mid - f.rad, Fraction(0))
    high = max(1 - label * f.mid + f.rad, Fraction(0))
    ends = [(p + 1) * low**p, (p + 1) * high**p]
    unit = Fraction(1, 2**_WEIGHT_BITS)
    floor_, ceiling = ends[0] // unit * unit, -(-ends[1] // unit) * unit
    if floor_ == ceiling:
        ceiling += unit
    return Enclosed((floor_ + ceiling) / 2, (ceiling - floor_) / 2)
