"""What every builder needs: the balancing constant, dual weights, the widest radius, validation."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lossurface.errors import InputError
from lossurface.exact import Certificate, rational, seal
from lossurface.setting import Dataset, Enclosed, Neuron, contradictions, get_neuron

__all__ = [
    "Number",
    "admissible_dataset",
    "admissible_neuron",
    "admissible_power",
    "at_least",
    "balancing_constant",
    "both_classes",
    "dual_weights",
    "error_of_constant",
    "hidden_widths",
    "sealed",
    "shifted",
]

Number = Fraction | Enclosed

_MAX_POWER = 60
_MOST = {"width": 10_000, "depth": 1_000}  # half a minute; of anything else, what a seed may be
_BISECTIONS = 80
_RADIUS_BITS = 6


def at_least(name: str, value: int, least: int, claim: str) -> int:
    """Return an integer choice, checked.

    Raises:
        InputError: it is not an integer, or below what the claim allows.
    """
    most = _MOST.get(name, 2**32 - 1)
    if isinstance(value, int) and value > most:
        raise InputError(f"{name} is beyond {most}; give less")
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} is {value!r}; {claim} needs an integer {name} >= {least}")
    return value


def hidden_widths(
    width: int, depth: int, widths: Sequence[int] | None, claim: str
) -> tuple[int, ...]:
    """Return the widths given, or `depth` times `width`, checked.

    Raises:
        InputError: there are none given, and width or depth is below 1 or no integer.
    """
    if widths is not None:
        return tuple(widths)
    layers = at_least("depth", depth, 1, claim)
    return (at_least("width", width, 1, claim),) * layers


def admissible_power(p: int, claim: str) -> int:
    """Return the hinge's power, checked.

    Raises:
        InputError: it is below 2, which the claims exclude, or above what the checker reads.
    """
    if at_least("p", p, 2, claim) > _MAX_POWER:
        raise InputError(f"p is {p}; the checker reads powers up to {_MAX_POWER}: give less")
    return p


def admissible_neuron(name: str, allowed: Collection[str], claim: str, condition: str) -> Neuron:
    """Return the neuron, checked to be one that the claim is about.

    Args:
        name: a key of `lossurface.setting.NEURONS`.
        allowed: the names that the checker accepts for the claim.
        claim: the claim, in words.
        condition: the condition of the claim that other neurons break.

    Raises:
        InputError: no such neuron, or one outside the class.
    """
    neuron = get_neuron(name)
    if name not in allowed:
        raise InputError(
            f"neuron is {name!r}; {claim} needs {condition}: {', '.join(sorted(allowed))}"
        )
    return neuron


def both_classes(dataset: Dataset, claim: str) -> Dataset:
    """Return the dataset, checked to hold both classes.

    Raises:
        InputError: a class is missing.
    """
    if not dataset.n_plus or not dataset.n_minus:
        missing = "positive" if not dataset.n_plus else "negative"
        raise InputError(f"labels hold no {missing} sample; {claim} needs both classes")
    return dataset


def admissible_dataset(dataset: Dataset, claim: str) -> Dataset:
    """Return the dataset, checked to hold both classes and no contradiction.

    Raises:
        InputError: a class is missing, or one point carries both labels.
    """
    both_classes(dataset, claim)
    clash = contradictions(dataset)
    if clash:
        raise InputError(
            f"samples[{clash[0][0]}] and samples[{clash[0][1]}] are equal with different labels; "
            f"no network has zero error on them, so {claim} would be empty: remove one"
        )
    return dataset


def _exact_root(value: int, order: int) -> int | None:
    root = round(value ** (1 / order)) if value < 2**50 else math.isqrt(value) if order == 2 else 0
    return next((k for k in (root - 1, root, root + 1) if k >= 0 and k**order == value), None)


def balancing_constant(n_plus: int, n_minus: int, p: int) -> Number:
    """Return the constant v that minimises the hinge loss over all constants.

    The one root in (-1, 1) of n_+ (1-v)^p = n_- (1+v)^p. It is rational exactly when n_+/n_- is the
    p-th power of a rational; else the result is an isolating ball, found by bisection in integers.

    Args:
        n_plus: number of positive samples, at least 1.
        n_minus: number of negative samples, at least 1.
        p: power of the hinge's derivative, at least 1.
    """
    common = math.gcd(n_plus, n_minus)
    plus, minus = _exact_root(n_plus // common, p), _exact_root(n_minus // common, p)
    if plus is not None and minus is not None:
        return Fraction(plus - minus, plus + minus)
    low, high = Fraction(-1), Fraction(1)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if n_plus * (1 - middle) ** p > n_minus * (1 + middle) ** p:
            low = middle
        else:
            high = middle
    return Enclosed((low + high) / 2, (high - low) / 2)


def shifted(value: Number, shift: Fraction) -> Number:
    """Return the number plus a rational."""
    if isinstance(value, Enclosed):
        return Enclosed(value.mid + shift, value.rad)
    return value + shift


def dual_weights(value: Number, labels: Collection[int], p: int) -> list[Number]:
    """Return lambda_i = (p+1) max(1 - y_i v, 0)^p for a network with the constant output v."""

    def weight(label: int) -> Number:
        if isinstance(value, Fraction):
            return (p + 1) * max(1 - label * value, Fraction(0)) ** p
        ends = [(p + 1) * (1 - label * (value.mid + s * value.rad)) ** p for s in (-1, 1)]
        return Enclosed((ends[0] + ends[1]) / 2, abs(ends[1] - ends[0]) / 2)

    either = {label: weight(label) for label in (1, -1)}
    return [either[label] for label in labels]


def error_of_constant(dataset: Dataset) -> Fraction:
    """Return the training error of the balancing constant: the smaller class is misclassified."""
    if dataset.n_plus >= dataset.n_minus:  # then v >= 0 and sgn v = +1
        return Fraction(dataset.n_minus, dataset.n)
    return Fraction(dataset.n_plus, dataset.n)


def sealed(
    fields: Mapping[str, Any],
    reach: Fraction | None,
    checker: Callable[[Any], object] = rational.check,
) -> Certificate:
    """Return the certificate with the widest radius found that the checker accepts.

    Args:
        fields: everything but the radius.
        reach: an upper bound on the radius, or `None` for a minimum that is global.
        checker: raises `rational.Refuted` for a certificate that it does not accept.

    Raises:
        InputError: no radius is accepted; the message is the checker's.
    """
    if reach is None:
        certificate = _with_radius(fields, "inf")
        checker(dict(certificate.data))
        return certificate
    # A power of two above the reach, which may be too large or too small for a float.
    step = Fraction(2) ** (reach.numerator.bit_length() - reach.denominator.bit_length() + 1)
    best, reason = Fraction(0), ""
    for _ in range(200):
        if best and step * 2**_RADIUS_BITS < best:
            break
        step /= 2
        if best + step > reach:
            continue
        try:
            checker(dict(_with_radius(fields, str(best + step)).data))
            best += step
        except rational.Unreadable as error:
            raise InputError(f"beyond what the checker reads: {error}") from None
        except rational.Refuted as error:
            reason = str(error)
            if not best and not reason.startswith("radius"):
                raise InputError(f"no local minimum: {reason}") from None
    if not best:
        raise InputError(f"no radius can be certified: {reason}")
    return _with_radius(fields, str(best))


def _with_radius(fields: Mapping[str, Any], radius: str) -> Certificate:
    texts = {**fields, "radius": radius}
    texts["dual_weights"] = [str(weight) for weight in fields["dual_weights"]]
    return seal(texts)
