"""What the builders share: choices checked, samples and what they meet, the widest radius.

A builder proposes parameters and a radius; no certificate leaves it that the checker has not
accepted. A claim's file states what is its own: theta*, why it is a minimum, and a radius's bound.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.exact import Certificate, Finding, check, checker, equal, less, seal
from lossurface.exact.checker.format import ZERO
from lossurface.exact.simplex import separate
from lossurface.setting.datasets import Dataset, Enclosed, Point, contradictions

if TYPE_CHECKING:
    from numpy.random import Generator

Number = Fraction | Enclosed

SAMPLES = 20  # drawn unless the user says otherwise
_DEAD_REACH = Fraction(1)  # the dead layer's biases are -1: at this distance they may be zero
_DEEP_VALUE = Fraction(1, 2)  # what a dead f_D adds to f
_MAX_POWER = 60
_MOST = {"width": 10_000, "depth": 1_000}  # half a minute; of anything else, what a seed may be
_BISECTIONS = 80
_RADIUS_BITS = 6


def at_least(name: str, value: int, least: int, claim: str) -> int:
    """Return an integer choice, or refuse what is none, too small or absurdly large."""
    most = _MOST.get(name, 2**32 - 1)
    if isinstance(value, int) and value > most:
        raise InputError(f"{name} is beyond {most}; give less")
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} is {value!r}; {claim} needs an integer {name} >= {least}")
    return value


@dataclass(frozen=True)
class Builder:
    """Builds a claim's certificates; every method raises `InputError` where its condition fails.

    The builders' common choices are told once, in the reference: `book/api/claims.rst`.
    """

    claim: str  # such as "Proposition 5"
    neurons: Collection[str]  # those that the checker accepts for the claim
    condition: str  # what it needs, which other neurons break
    default: Dataset  # used where neither samples nor a seed are given
    law: Callable[[Generator, int], Dataset]  # draws n samples
    contradictions: bool = False  # whether one point may carry both labels

    def admit(self, neuron: str, p: int, **sizes: int) -> None:
        """Refuse a neuron or power that the claim is not about, or a size below 1."""
        self._admit_neuron(neuron, self.neurons, self.condition)
        if at_least("p", p, 2, self.claim) > _MAX_POWER:
            raise InputError(f"p is {p}; the checker reads powers up to {_MAX_POWER}: give less")
        for name, size in sizes.items():
            at_least(name, size, 1, self.claim)

    def _admit_neuron(self, name: str, allowed: Collection[str], condition: str) -> None:
        if not (isinstance(name, str) and name in allowed):
            from lossurface.setting import get_neuron

            get_neuron(name)  # if there is none, it says so
            known = ", ".join(sorted(allowed))
            raise InputError(f"neuron is {name!r}; {self.claim} needs {condition}: {known}")

    def samples(
        self, theorem: str, dataset: Dataset | None, seed: int | None, n: int | None
    ) -> tuple[Dataset, dict[str, Any]]:
        """Return the samples given, drawn or usual, and a certificate's `data`.

        That is whose assumptions they meet (`theorem-1`, `theorem-2` or `none`), and what shows it.
        """
        chosen = self._chosen(dataset, seed, n)
        if not chosen.n_plus or not chosen.n_minus:
            missing = "positive" if not chosen.n_plus else "negative"
            raise InputError(f"labels hold no {missing} sample; {self.claim} needs both classes")
        clash = contradictions(chosen)
        if clash and not self.contradictions:
            (i, j), *_ = clash
            raise InputError(
                f"samples[{i}] and samples[{j}] are equal with different labels; no network has "
                f"zero error on them, so {self.claim} would be empty: remove one"
            )
        shown: dict[str, Any] = {}
        if theorem == "theorem-1":
            shown = _axes(chosen, self.claim)
        elif theorem == "theorem-2":
            shown = {"separator": _separator(chosen, self.claim)}
        return chosen, {"assumption": theorem, **shown}

    def _chosen(self, dataset: Dataset | None, seed: int | None, n: int | None) -> Dataset:
        if seed is not None:
            if dataset is not None:
                raise InputError("both a dataset and a seed are given; leave one out")
            import numpy as np

            rng = np.random.default_rng(at_least("seed", seed, 0, self.claim))
            return self.law(rng, at_least("n", SAMPLES if n is None else n, 2, self.claim))
        if n is not None:
            raise InputError(f"n is {n} and there is no seed; give the seed of the draw as well")
        if dataset is None:
            return self.default
        if not isinstance(dataset, Dataset):
            raise InputError(
                f"dataset is a {type(dataset).__name__}; give Dataset.of(samples, labels)"
            )
        return dataset

    def single_layer(
        self,
        neuron: str,
        a0: Number,
        a: Sequence[Fraction],
        W: Sequence[Sequence[Number]],  # (d, M)
        deep: Sequence[int] | None,
        deep_neuron: str,
    ) -> dict[str, Any]:
        """Return f_S; with hidden widths `deep`, f_S + f_D whose dead f_D takes 1/2 from a_0."""
        rows = [[str(v) if isinstance(v, Enclosed) else v for v in row] for row in W]
        layer: dict[str, Any] = {"neuron": neuron, "a0": str(a0), "a": list(a), "W": rows}
        if deep is None:
            return {"architecture": "single-layer", **layer}
        layer["a0"] = str(a0 + -_DEEP_VALUE)
        body = self.dead_layers(deep_neuron, len(W), deep, [_DEEP_VALUE])
        return {"architecture": "shortcut", **layer, "deep": body}

    def dead_layers(
        self, neuron: str, inputs: int, widths: Sequence[int], constants: Sequence[Number]
    ) -> dict[str, Any]:
        """Return a deep part of these hidden widths whose outputs are constant near theta*.

        The last hidden layer has W = 0 and b = -1, so that sigma = 0 there whatever comes in; the
        layers before it are arbitrary, and take the values of a fixed pattern.
        """
        condition = "neurons of its deep part with sigma(z) = 0 for z < 0"
        self._admit_neuron(neuron, ZERO, condition)
        hidden = tuple(widths) if isinstance(widths, list | tuple) else ()
        if not hidden or any(type(width) is not int or width < 1 for width in hidden):
            raise InputError(
                f"hidden widths are {widths!r}; {self.claim} needs at least one hidden layer and "
                "at least one neuron in each: give positive integers"
            )
        layers: list[dict[str, Any]] = [
            {
                "W": [[Fraction((-1) ** (i + j), 1 + i) for j in range(out)] for i in range(into)],
                "b": [Fraction(j % 3 - 1, 2) for j in range(out)],
            }
            for into, out in pairwise((inputs, *hidden, len(constants)))
        ]
        before, last = (inputs, *hidden)[-2:]
        layers[-2] = {"W": [[Fraction(0)] * last] * before, "b": [Fraction(-1)] * last}
        layers[-1]["b"] = [str(value) for value in constants]
        return {"neuron": neuron, "layers": layers}

    def minimum(
        self,
        dataset: Dataset,
        p: int,
        data: Mapping[str, Any],
        network: Mapping[str, Any],
        reach: Fraction | None = None,
        error: Fraction | None = None,
    ) -> Certificate:
        """Certify the network, at theta*, as a local minimum, with the widest radius found.

        `reach` bounds the radius from above, as a dead layer does; a minimum without is global.
        The training error is by default that of the best constant, min(n_+, n_-)/n: it is on the
        larger class's side, and sgn 0 = +1.
        """
        if error is None:
            error = Fraction(min(dataset.n_plus, dataset.n_minus), dataset.n)
        if "deep" in network:
            reach = _DEAD_REACH if reach is None else min(reach, _DEAD_REACH)
        fields = {
            "kind": "local-minimum",
            "claim": self.claim.lower().replace(" ", "-"),
            "p": p,
            "data": data,
            **dataset.to_dict(),
            "network": network,
            "training_error": error,
        }
        if reach is not None:
            return seal({**fields, "radius": _widest(fields, reach)})
        refusal = _refusal(fields, "inf")
        if refusal:
            raise InputError(f"no local minimum: {refusal}")
        return seal({**fields, "radius": "inf"})


# What the samples meet, with what shows it


def signed(dataset: Dataset, *, affine: bool = False) -> list[Point]:
    """Return y_i x_i, or y_i (x_i, 1), for every sample."""
    last = (Fraction(1),) if affine else ()
    return [
        tuple(y * v for v in (*row, *last)) for row, y in zip(dataset.x, dataset.y, strict=True)
    ]


def _separator(dataset: Dataset, claim: str) -> Point:
    """Return w with y w^T x > 0 for every sample."""
    separable, vector = separate(signed(dataset))
    if not separable:
        used = [k for k, weight in enumerate(vector) if weight]
        raise InputError(
            f"samples break Assumption 6, which {claim} needs: positive weights on samples {used} "
            "make sum mu y x = 0"
        )
    return vector


def _axes(dataset: Dataset, claim: str) -> dict[str, Any]:
    """Return the coordinate axes that each class spans, as a certificate's spans."""
    from lossurface.exact.linalg import rank  # for such data alone

    axes = {}
    for name, rows in (("positive", dataset.positives), ("negative", dataset.negatives)):
        axes[name] = used = [k for k in range(dataset.d) if any(row[k] for row in rows)]
        if rank(rows) < len(used):
            raise InputError(
                f"the {name} samples do not span the axes that they use, and {claim}'s "
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
    """Return v with v^T x > 0 for every sample, or refuse the samples."""
    inside, vector = separate(dataset.x)
    if not inside:
        raise InputError(
            f"samples lie in no open half-space v^T x > 0, where {claim} places them; give others"
        )
    return vector


# Numbers


def balancing_constant(dataset: Dataset, p: int) -> Number:
    """Return the constant v that minimises the hinge loss over all constants.

    The one root in (-1, 1) of n_+ (1-v)^p = n_- (1+v)^p. It is rational exactly when n_+/n_- is
    the p-th power of a rational a/b, and then (a-b)/(a+b); else an isolating ball.
    """
    plus, minus = dataset.n_plus, dataset.n_minus
    low, high = Fraction(-1), Fraction(1)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if plus * (1 - middle) ** p > minus * (1 + middle) ** p:
            low = middle
        else:
            high = middle
    middle = (low + high) / 2
    short = middle.limit_denominator(dataset.n)  # a and b divide no more than n_+ and n_-
    if plus * (1 - short) ** p == minus * (1 + short) ** p:
        return short
    return Enclosed(middle, (high - low) / 2)


def _refusal(fields: Mapping[str, Any], radius: Fraction | str) -> str:
    """Return why the checker refuses a certificate with this radius; nothing if it does not."""
    try:
        checker.check(dict(seal({**fields, "radius": radius}).data))
    except checker.Unreadable as why:
        raise InputError(f"beyond what the checker reads: {why}") from None
    except checker.Refuted as why:
        return str(why)
    return ""


def _widest(fields: Mapping[str, Any], reach: Fraction) -> Fraction:
    """Return the widest radius, up to `reach`, with which the checker accepts a certificate."""
    # A power of two above the reach, which may be too large or too small for a float.
    step = Fraction(2) ** (reach.numerator.bit_length() - reach.denominator.bit_length() + 1)
    best, refusal = Fraction(0), ""
    for _ in range(200):
        if best and step * 2**_RADIUS_BITS < best:
            break
        step /= 2
        if best + step > reach:
            continue
        refusal = _refusal(fields, best + step)
        if not refusal:
            best += step
        elif not best and not refusal.startswith("radius"):
            raise InputError(f"no local minimum: {refusal}")
    if not best:
        raise InputError(f"no radius can be certified: {refusal}")
    return best


# Findings on a certificate


def certified(certificate: Certificate, label: str, *, smaller_class: bool = True) -> Finding:
    """Return `check`'s finding; that it fails where the training error is not the claim's.

    That is min(n_+, n_-)/n or, beside a best affine map that is not constant, any above zero.
    """
    labels, error = certificate.data["labels"], Fraction(certificate.data["training_error"])
    wanted = less(f"training error of {label} > 0", 0, error)
    if smaller_class:
        share = Fraction(min(labels.count(1), labels.count(-1)), len(labels))
        wanted = equal(f"training error of {label} is min(n_+, n_-)/n", error, share)
    checked = check(certificate)
    if checked.status == "holds" and wanted.status != "holds":
        return wanted
    return replace(checked, statement=f"{checked.statement} ({label})")
