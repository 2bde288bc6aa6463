"""What the builders share: choices checked, samples and what they meet, the widest radius.

A builder proposes parameters, dual weights and a radius; no certificate leaves it that the checker
has not accepted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.exact import Certificate, Finding, check, checker, equal, less, seal
from lossurface.exact.checker.format import ZERO
from lossurface.exact.simplex import separate
from lossurface.setting.datasets import Dataset, Enclosed, Point, contradictions

if TYPE_CHECKING:
    from lossurface.setting import Distribution

__all__ = [
    # choices
    "SAMPLES",
    "admissible_dataset",
    "admissible",
    "at_least",
    "both_classes",
    "chosen_dataset",
    "hidden_widths",
    # what samples meet
    "assumed",
    "half_space",
    "reach_of_signs",
    "signed",
    # networks
    "Number",
    "balancing_constant",
    "dead_layers",
    "layered",
    "shifted",
    # certificates
    "certified",
    "local_minimum",
    "misclassifying",
]

Number = Fraction | Enclosed

SAMPLES = 20  # drawn unless the user says otherwise
_DEAD_REACH = Fraction(1)  # the dead layer's biases are -1: at this distance they may be zero
_DEEP_VALUE = Fraction(1, 2)  # what a dead f_D adds to f
_MAX_POWER = 60
_MOST = {"width": 10_000, "depth": 1_000}  # half a minute; of anything else, what a seed may be
_BISECTIONS = 80
_RADIUS_BITS = 6


# What the user may choose


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


def admissible(neuron: str, p: int, allowed: Collection[str], claim: str, condition: str) -> None:
    """Refuse a neuron or a power of the hinge that the claim is not about.

    Args:
        neuron: a key of `lossurface.setting.NEURONS`.
        p: at least 2; the checker reads powers up to 60.
        allowed: the names that the checker accepts for the claim.
        claim: the claim, in words.
        condition: the condition of the claim that other neurons break.

    Raises:
        InputError: no such neuron, one outside the class, or p is out of range.
    """
    _admissible_neuron(neuron, allowed, claim, condition)
    if at_least("p", p, 2, claim) > _MAX_POWER:
        raise InputError(f"p is {p}; the checker reads powers up to {_MAX_POWER}: give less")


def _admissible_neuron(name: str, allowed: Collection[str], claim: str, condition: str) -> None:
    if not (isinstance(name, str) and name in allowed):
        from lossurface.setting import get_neuron

        get_neuron(name)  # if there is none, it says so
        raise InputError(
            f"neuron is {name!r}; {claim} needs {condition}: {', '.join(sorted(allowed))}"
        )


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


def chosen_dataset(
    dataset: Dataset | None,
    default: Dataset,
    law: Callable[[], Distribution],
    seed: int | None,
    n: int | None,
    claim: str,
) -> Dataset:
    """Return the dataset given, or a draw of n samples, or the default.

    Args:
        dataset: the user's samples, if any.
        default: used when neither samples nor a seed are given.
        law: gives what a draw is from.
        seed: of the draw, if one is wanted.
        n: size of the draw; 20 if not given.
        claim: the claim, in words.

    Raises:
        InputError: samples and a seed are both given, n without a seed, or a value is no seed, no
            size or no `Dataset`.
    """
    if seed is None:
        if n is not None:
            raise InputError(f"n is {n} and there is no seed; give the seed of the draw as well")
        if dataset is None:
            return default
        if not isinstance(dataset, Dataset):
            raise InputError(
                f"dataset is a {type(dataset).__name__}; give Dataset.of(samples, labels)"
            )
        return dataset
    if dataset is not None:
        raise InputError("both a dataset and a seed are given; leave one out")
    import numpy as np

    rng = np.random.default_rng(at_least("seed", seed, 0, claim))
    return law().sample(rng, at_least("n", SAMPLES if n is None else n, 2, claim))


# What the samples meet, with what shows it


def signed(dataset: Dataset, *, affine: bool = False) -> list[Point]:
    """Return y_i x_i, or y_i (x_i, 1), for every sample."""
    last = (Fraction(1),) if affine else ()
    return [
        tuple(y * v for v in (*row, *last)) for row, y in zip(dataset.x, dataset.y, strict=True)
    ]


def assumed(theorem: str, dataset: Dataset, claim: str) -> dict[str, Any]:
    """Return a certificate's `data`: whose assumptions the samples meet, and what shows it.

    Args:
        theorem: `theorem-1`, `theorem-2` or `none`.
        dataset: the samples.
        claim: the claim, in words.

    Raises:
        InputError: they do not meet them.
    """
    shown: dict[str, Any] = {}
    if theorem == "theorem-1":
        shown = _axes(dataset, claim)
    elif theorem == "theorem-2":
        shown = {"separator": _separator(dataset, claim)}
    return {"assumption": theorem, **shown}


def _separator(dataset: Dataset, claim: str) -> Point:
    """Return w with y w^T x > 0 for every sample.

    Raises:
        InputError: the dataset is not linearly separable.
    """
    separable, vector = separate(signed(dataset))
    if not separable:
        used = [k for k, weight in enumerate(vector) if weight]
        raise InputError(
            f"samples break Assumption 6, which {claim} needs: positive weights on samples {used} "
            "make sum mu y x = 0"
        )
    return vector


def _axes(dataset: Dataset, claim: str) -> dict[str, Any]:
    """Return the coordinate axes that each class spans, as a certificate's spans.

    Raises:
        InputError: Assumption 2 or 3 fails for them.
    """
    from lossurface.exact.linalg import rank  # for such data alone

    axes = {}
    for name, rows in (("positive", dataset.positives), ("negative", dataset.negatives)):
        axes[name] = used = [k for k in range(dataset.d) if any(row[k] for row in rows)]
        if rank(rows) < len(used):
            raise InputError(
                f"the {name} samples do not span the axes {used} that they use, and {claim}'s "
                "certificate names each class's span by axes; give more samples, or turn these"
            )
    plus, minus = set(axes["positive"]), set(axes["negative"])
    if plus <= minus or minus <= plus:
        raise InputError(
            f"one class's axes contain the other's, so {claim} lacks Assumption 3; "
            "give each class an axis of its own"
        )
    axes["all"] = sorted(plus | minus)
    return {
        name: {"columns": used, "relations": [[Fraction(0)] * len(used)] * (dataset.d - len(used))}
        for name, used in axes.items()
    }


def half_space(dataset: Dataset, claim: str) -> Point:
    """Return v with v^T x > 0 for every sample.

    Raises:
        InputError: no open half-space through the origin holds all samples.
    """
    inside, vector = separate(dataset.x)
    if not inside:
        raise InputError(
            f"samples lie in no open half-space v^T x > 0, where {claim} places them; give others"
        )
    return vector


def reach_of_signs(w: Sequence[Fraction]) -> Fraction:
    """Return a bound on every radius within which w^T x keeps its signs: at least ||w||."""
    return sum((abs(value) for value in w), Fraction(0))


# Networks


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


def dead_layers(
    neuron: str, inputs: int, widths: Sequence[int], constants: Sequence[Number], claim: str
) -> dict[str, Any]:
    """Return a deep part that is constant near its parameters.

    The last hidden layer has W = 0 and b = -1, so that sigma = 0 there whatever comes in; the
    layers before it are arbitrary, and take the values of a fixed pattern.

    Args:
        neuron: zero on the negative axis.
        inputs: dimension of the samples.
        widths: of the hidden layers.
        constants: the outputs, one for each.
        claim: the claim, in words.

    Raises:
        InputError: the neuron is outside the class, there is no hidden layer, or one without
            neurons.
    """
    condition = "neurons of its deep part with sigma(z) = 0 for z < 0"
    _admissible_neuron(neuron, ZERO, claim, condition)
    checked = tuple(widths) if isinstance(widths, list | tuple) else ()
    if not checked or any(isinstance(w, bool) or not isinstance(w, int) or w < 1 for w in checked):
        raise InputError(
            f"hidden widths are {widths!r}; {claim} needs at least one hidden layer and at least "
            "one neuron in each: give positive integers"
        )
    layers: list[dict[str, Any]] = []
    sizes = (inputs, *checked, len(constants))
    for depth, (rows, columns) in enumerate(pairwise(sizes)):
        if depth == len(checked) - 1:
            W = [[Fraction(0)] * columns for _ in range(rows)]
            b: list[Any] = [Fraction(-1)] * columns
        else:
            W = [[Fraction((-1) ** (i + j), 1 + i) for j in range(columns)] for i in range(rows)]
            b = [Fraction(j % 3 - 1, 2) for j in range(columns)]
        layers.append({"W": W, "b": b})
    layers[-1]["b"] = [str(value) for value in constants]
    return {"neuron": neuron, "layers": layers}


def layered(
    neuron: str,
    a0: Number,
    a: Sequence[Fraction],
    W: Sequence[Sequence[Number]],
    deep: Sequence[int] | None,
    deep_neuron: str,
    claim: str,
) -> dict[str, Any]:
    """Return f_S, or f_S + f_D with a dead f_D that takes 1/2 over from a_0.

    Args:
        neuron: of f_S.
        a0: the bias that f_S has when it stands alone.
        a: (M,).
        W: (d, M).
        deep: hidden widths of f_D, or `None` for f_S alone.
        deep_neuron: of f_D.
        claim: the claim, in words.

    Raises:
        InputError: as for `dead_layers`.
    """
    rows = [[str(v) if isinstance(v, Enclosed) else v for v in row] for row in W]
    if deep is None:
        head = {"architecture": "single-layer", "neuron": neuron, "a0": str(a0)}
        return {**head, "a": list(a), "W": rows}
    head = {"architecture": "shortcut", "neuron": neuron, "a0": str(shifted(a0, -_DEEP_VALUE))}
    body = dead_layers(deep_neuron, len(W), deep, [_DEEP_VALUE], claim)
    return {**head, "a": list(a), "W": rows, "deep": body}


# Certificates


def local_minimum(
    claim: str,
    dataset: Dataset,
    p: int,
    data: Mapping[str, Any],
    network: Mapping[str, Any],
    reach: Fraction | None = None,
    error: Fraction | None = None,
) -> Certificate:
    """Certify a local minimum, with the widest radius found.

    Args:
        claim: the claim, in words.
        dataset: the samples.
        p: power of the hinge.
        data: which theorem's assumptions the samples meet, with what shows it.
        network: at theta*; a deep part has a dead layer, which bounds the radius.
        reach: another upper bound on the radius, if there is one. A minimum without is global.
        error: the training error; that of the best constant by default: min(n_+, n_-)/n, as it
            is on the larger class's side, and sgn 0 = +1.

    Raises:
        InputError: no radius is accepted; the message is the checker's.
    """
    if error is None:
        error = Fraction(min(dataset.n_plus, dataset.n_minus), dataset.n)
    if "deep" in network:
        reach = _DEAD_REACH if reach is None else min(reach, _DEAD_REACH)
    fields = {
        "kind": "local-minimum",
        "claim": claim.lower().replace(" ", "-"),
        "p": p,
        "data": data,
        **dataset.to_dict(),
        "network": network,
        "training_error": error,
    }
    if reach is None:
        certificate = seal({**fields, "radius": "inf"})
        checker.check(dict(certificate.data))
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
            checker.check(dict(seal({**fields, "radius": best + step}).data))
            best += step
        except checker.Unreadable as why:
            raise InputError(f"beyond what the checker reads: {why}") from None
        except checker.Refuted as why:
            reason = str(why)
            if not best and not reason.startswith("radius"):
                raise InputError(f"no local minimum: {reason}") from None
    if not best:
        raise InputError(f"no radius can be certified: {reason}")
    return seal({**fields, "radius": best})


def certified(certificate: Certificate, label: str) -> Finding:
    """Check a certificate, and that its training error is that of the smaller class.

    Args:
        certificate: of a local minimum where the network misclassifies one class whole.
        label: what distinguishes it, for the finding.

    Returns:
        The checker's finding; where the error is another, that it fails.
    """
    labels = certificate.data["labels"]
    smaller = Fraction(min(labels.count(1), labels.count(-1)), len(labels))
    error = Fraction(certificate.data["training_error"])
    wanted = equal(f"training error of {label} is min(n_+, n_-)/n", error, smaller)
    return _both(check(certificate), wanted, label)


def misclassifying(certificate: Certificate, label: str) -> Finding:
    """Check a certificate, and that its training error is above zero.

    Args:
        certificate: of a local minimum.
        label: what distinguishes it, for the finding.

    Returns:
        The checker's finding; where there is no error, that it fails.
    """
    error = Fraction(certificate.data["training_error"])
    return _both(check(certificate), less(f"training error of {label} > 0", 0, error), label)


def _both(checked: Finding, wanted: Finding, label: str) -> Finding:
    if checked.status == "holds" and wanted.status != "holds":
        return wanted
    return replace(checked, statement=f"{checked.statement} ({label})")
