"""Check what a certificate says of a dataset: rational arithmetic, the standard library alone.

    python -m lossurface.exact.dataset FILE [FILE ...]    exit 0 verified, 1 false, 2 unreadable

Samples x_i, labels y_i in {-1, +1}. Each kind is a witness that anyone can check by hand:

- `separator` (w, b): y_i (w^T x_i + b) > 0 for all i. Assumption 6 when b = 0.
- `farkas` mu >= 0, not zero, sum mu y x = 0 (affine: also sum mu y = 0): there is no separator,
  since sum mu y (w^T x + b) would be both zero and positive. For `half-space`, y is +1 throughout.
- `subspaces`: the ranks r_+, r_-, r. At most so many, because every other coordinate is a stated
  combination of the named ones, or there are no more samples; at least so many, because they are
  independent modulo a prime.
- `independent-parts`: each class cut into parts that are independent modulo the other's span.
- `ellipsoids`: Z = sum_k c_k v_k v_k^T, c_k >= 0, with x^T Z x on one class below the other class;
  one for each class. Then S(lambda) = sum lambda y x x^T is indefinite for every lambda >= 0 with
  equal positive class sums: <Z, S> is below zero for the one, above zero for the other.
- `quadratics`: the same, weakly, for q(x) = x^T Z x + u^T x with Z not zero on the samples: if
  moreover sum lambda y x = 0 then <Z, S> <= 0, so S is not positive definite on their span.
- `definite-weights`: such a lambda, with S of one sign: the condition fails.
- `contradiction`: two equal samples with different labels: no network classifies both.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction as Q
from typing import Any, Literal

from lossurface.exact import rational
from lossurface.exact.integers import (
    Echelon,
    check_definite,
    check_rank,
    check_relations,
    integral,
)
from lossurface.exact.rational import Unreadable, require, shown
from lossurface.exact.reading import (
    Samples,
    check_digest,
    check_version,
    exact,
    fields_of,
    matrix,
    multiple,
    positions,
    read_samples,
    vector,
)

__all__ = ["KINDS", "Samples", "check", "main", "named", "quadratic_values", "read_samples"]

SEPARATION = ("assumption-6", "affine-separability", "half-space")


def _signed(claim: str, samples: Samples) -> list[int]:
    return [1] * len(samples.labels) if claim == "half-space" else samples.labels


def _separator(raw: dict[str, Any], samples: Samples) -> str:
    w = vector(raw["w"], "w", len(samples.scales))
    b = exact(raw["b"], "b")
    affine = raw["claim"] == "affine-separability"
    require(affine or not b, f"b is not zero, as {raw['claim']} needs")
    ((values, common),) = samples.forms([w])
    labels = _signed(raw["claim"], samples)
    shift = b * common
    p, q = shift.numerator, shift.denominator
    wrong = [i for i, (y, v) in enumerate(zip(labels, values, strict=True)) if y * (q * v + p) <= 0]
    require(not wrong, f"w: samples{wrong[:5]} are not strictly on their side")
    return f"holds: w has all {len(labels)} samples strictly on their side"


def _farkas(raw: dict[str, Any], samples: Samples) -> str:
    n = len(samples.labels)
    mu = multiple(raw["mu"], "mu", n)
    require(min(mu) >= 0, "mu has an entry below zero")
    require(any(mu), "mu is zero")
    weights = [m * y for m, y in zip(mu, _signed(raw["claim"], samples), strict=True)]
    if raw["claim"] == "affine-separability":
        require(sum(weights) == 0, "mu: sum mu y is not zero")
    for k, column in enumerate(zip(*samples.rows, strict=True)):
        vanishes = sum(w * v for w, v in zip(weights, column, strict=True) if w) == 0
        require(vanishes, f"mu: coordinate {k} of sum mu y x is not zero")
    return f"fails: a non-negative combination of {sum(map(bool, mu))} samples vanishes"


def _span(raw: Any, where: str, samples: Samples, chosen: list[int]) -> tuple[list[int], Echelon]:
    """Check that the chosen samples span exactly as many dimensions as columns are named."""
    fields = fields_of(raw, where, {"columns", "relations"})
    columns = positions(fields["columns"], f"{where}.columns", len(samples.scales))
    relations = matrix(fields["relations"], f"{where}.relations", len(columns))
    rows = [samples.rows[i] for i in chosen]
    if relations or len(columns) < len(rows):  # as many dimensions as rows need no relation
        check_relations(rows, samples.scales, columns, relations, where)
    named = [[row[k] for k in columns] for row in rows]
    return columns, check_rank(named, len(columns), where)


def _subspaces(raw: dict[str, Any], samples: Samples) -> str:
    every = list(range(len(samples.labels)))
    chosen = {"positive": samples.of(1), "negative": samples.of(-1), "all": every}
    ranks = {name: len(_span(raw[name], name, samples, rows)[0]) for name, rows in chosen.items()}
    plus, minus, r = (ranks[name] for name in ("positive", "negative", "all"))
    verdict = "holds" if r > max(plus, minus) else "fails"
    return f"{verdict}: r_+ = {plus}, r_- = {minus}, r = {r}"


def _independent_parts(raw: dict[str, Any], samples: Samples) -> str:
    most = 0
    for name, sign in (("positive", 1), ("negative", -1)):
        fields = fields_of(raw[name], name, {"other_columns", "other_relations", "parts"})
        other = samples.of(-sign)
        span = {"columns": fields["other_columns"], "relations": fields["other_relations"]}
        columns, _ = _span(span, f"{name}.other", samples, other)
        base = check_rank([samples.rows[i] for i in other], len(columns), f"{name}.other")
        require(isinstance(fields["parts"], list), f"{name}.parts is not a list", Unreadable)
        parts = [
            positions(part, f"{name}.parts[{k}]", len(samples.labels))
            for k, part in enumerate(fields["parts"])
        ]
        covered = sorted(i for part in parts for i in part)
        require(covered == samples.of(sign), f"{name}.parts is not a partition of the class")
        for k, part in enumerate(parts):
            echelon = Echelon(base.pivots)
            free = all(echelon.add(samples.rows[i]) for i in part)
            require(free, f"{name}.parts[{k}] is not independent modulo the other class's span")
        most = max(most, len(parts))
    width = raw["width"]
    require(type(width) is int, "width is not an integer", Unreadable)
    require(width > 2 * most, f"width is not an integer of at least {2 * most + 1}")
    return f"holds: {most} independent parts suffice, so width {width} does"


def quadratic_values(
    raw: Any, where: str, samples: Samples, linear: bool
) -> tuple[list[int], bool]:
    """Return q(x_i) up to one positive factor, and whether Z is non-zero on the samples."""
    fields = fields_of(raw, where, {"weights", "rows"} | ({"linear"} if linear else set()))
    rows = matrix(fields["rows"], f"{where}.rows", len(samples.scales))
    weights = vector(fields["weights"], f"{where}.weights", len(rows))
    require(all(w >= 0 for w in weights), f"{where}.weights has an entry below zero")
    forms = samples.forms(rows)
    factors = [w / common**2 for w, (_, common) in zip(weights, forms, strict=True)]
    extra: list[tuple[list[int], int]] = []
    if linear:
        extra = samples.forms([vector(fields["linear"], f"{where}.linear", len(samples.scales))])
        factors += [Q(1, common) for _, common in extra]
    whole, _ = integral(factors)
    values = [0] * len(samples.labels)
    for factor, (numbers, _) in zip(whole[: len(forms)], forms, strict=True):
        values = [v + factor * (t * t) for v, t in zip(values, numbers, strict=True)]
    curved = any(values)
    for factor, (numbers, _) in zip(whole[len(forms) :], extra, strict=True):
        values = [v + factor * t for v, t in zip(values, numbers, strict=True)]
    return values, curved


def _both_sides(raw: dict[str, Any], samples: Samples, strict: bool) -> str:
    for name, sign in (("positive", 1), ("negative", -1)):
        values, curved = quadratic_values(raw[name], name, samples, not strict)
        inside = max(values[i] for i in samples.of(sign))
        outside = min(values[i] for i in samples.of(-sign))
        apart = inside < outside if strict else inside <= outside
        require(apart, f"{name}: the {name} samples are not on the inner side")
        require(curved, f"{name}: Z vanishes on every sample")
    what = "an ellipsoid" if strict else "a convex quadratic"
    return f"holds: {what} has each class inside and the other outside"


def _ellipsoids(raw: dict[str, Any], samples: Samples) -> str:
    return _both_sides(raw, samples, strict=True)


def _quadratics(raw: dict[str, Any], samples: Samples) -> str:
    return _both_sides(raw, samples, strict=False)


def _definite_weights(raw: dict[str, Any], samples: Samples) -> str:
    n, strict = len(samples.labels), raw["claim"] == "proposition-11"
    weights = vector(raw["lambda"], "lambda", n)
    require(min(weights) >= 0, "lambda has an entry below zero")
    sums = [sum((weights[i] for i in samples.of(sign)), Q(0)) for sign in (1, -1)]
    require(sums[0] == sums[1], "lambda: the two classes' sums differ")
    require(sums[0] > 0, "lambda is zero")
    require(raw["sign"] in (1, -1) and type(raw["sign"]) is int, "sign is not 1 or -1", Unreadable)
    columns = positions(raw["columns"], "columns", len(samples.scales))
    relations = matrix(raw["relations"], "relations", len(columns))
    kernel = matrix(raw["kernel"], "kernel", len(columns))
    # Semidefiniteness concerns the samples with lambda > 0 only; definiteness, the span of all.
    used = [i for i in range(n) if strict or weights[i]]
    rows = [samples.rows[i] for i in used]
    check_relations(rows, samples.scales, columns, relations, "lambda")
    named = [[row[k] for k in columns] for row in rows]
    signed = [raw["sign"] * samples.labels[i] * weights[i] for i in used]
    if strict:
        require(not kernel, "kernel: proposition-11 needs a definite matrix")
        require(columns, "columns: every sample is zero")
        whole, _ = integral(signed)
        for k, column in enumerate(zip(*named, strict=True)):
            moment = sum(w * v for w, v in zip(whole, column, strict=True) if w)
            require(not moment, f"lambda: coordinate {columns[k]} of sum lambda y x is not zero")
    scales = [samples.scales[k] for k in columns]
    integer = [integral([v / c for v, c in zip(row, scales, strict=True)])[0] for row in kernel]
    check_definite(signed, named, integer, "lambda")
    word = "positive" if raw["sign"] == 1 else "negative"
    word += " definite" if strict else " semidefinite"
    return f"fails: lambda makes sum lambda y x x^T {word}"


def _contradiction(raw: dict[str, Any], samples: Samples) -> str:
    pair = positions(raw["pair"], "pair", len(samples.labels))
    require(len(pair) == 2, "pair does not have 2 entries", Unreadable)
    i, j = pair
    require(samples.rows[i] == samples.rows[j], "pair: the two samples differ")
    require(samples.labels[i] != samples.labels[j], "pair: the two labels agree")
    return f"fails: samples {i} and {j} are equal and labelled differently"


_Checker = Callable[[dict[str, Any], Samples], str]
# kind: (claims, own fields, checker)
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], _Checker]] = {
    "separator": (SEPARATION, ("w", "b"), _separator),
    "farkas": (SEPARATION, ("mu",), _farkas),
    "subspaces": (("assumption-3",), ("positive", "negative", "all"), _subspaces),
    "independent-parts": (("theorem-1",), ("positive", "negative", "width"), _independent_parts),
    "ellipsoids": (("proposition-12",), ("positive", "negative"), _ellipsoids),
    "quadratics": (("proposition-11",), ("positive", "negative"), _quadratics),
    "definite-weights": (
        ("proposition-11", "proposition-12"),
        ("lambda", "sign", "columns", "relations", "kernel"),
        _definite_weights,
    ),
    "contradiction": (("realisable",), ("pair",), _contradiction),
}
ENVELOPE = ("format", "version", "kind", "claim", "samples", "labels")


def named(claim: str) -> str:
    """Return what it is that holds or fails: a condition, not the proposition that asks it."""
    number = claim.removeprefix("proposition-")
    return claim if number == claim else f"the condition of Proposition {number}"


def check(raw: Any) -> tuple[str, Literal["exact"]]:
    """Check a parsed certificate of a dataset.

    Returns:
        What it proves ("the condition of Proposition 12 holds: ..."), and the kind of arithmetic
        used.

    Raises:
        Unreadable: a field is missing, unknown or malformed.
        Refuted: it is a certificate, and what it says is false.
    """
    require(isinstance(raw, dict), "the file is not an object", Unreadable)
    kind = raw.get("kind")
    require(isinstance(kind, str) and kind in KINDS, f"kind is {shown(kind)}", Unreadable)
    claims, own, checker = KINDS[kind]
    fields = {*ENVELOPE, *own}
    for key in sorted((fields | {"digest"}) ^ set(raw)):
        raise Unreadable(f"{ascii(key[:40])[1:-1]} is {'unknown' if key in raw else 'missing'}")
    check_version(raw)
    require(raw["claim"] in claims, f"claim is not one of {', '.join(claims)}", Unreadable)
    samples = read_samples(raw)
    text = checker(raw, samples)
    check_digest(raw, fields)
    return f"{named(raw['claim'])} {text}", "exact"


def main(paths: list[str]) -> int:
    """Check files, print one line each, return the worst exit status."""
    return rational.main(paths, check, "{}")


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
