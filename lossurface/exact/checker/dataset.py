"""Check what a certificate says of a dataset: samples x_i in Q^d, labels y_i in {-1, +1}.

- `separator` (w, b): y_i (w^T x_i + b) > 0 for all i. Assumption 6 when b = 0.
- `farkas` mu >= 0, not zero, sum mu y x = 0 (affine: also sum mu y = 0): there is no separator,
  since sum mu y (w^T x + b) would be both zero and positive. For `half-space`, y is +1 throughout.
- `ranks` r_+, r_-, r: at most so many, because every other coordinate is a stated combination of
  the named ones, or there are no more samples; at least so many, because the named columns are
  independent modulo a prime. Assumption 3: r > max(r_+, r_-).
- `independent-parts`: each class cut into parts that are independent modulo the other's span.
- `quadratics`: q(x) = x^T Z x + u^T x with Z = sum_k c_k v_k v_k^T, c_k >= 0, no higher on one
  class than on the other; one for each class. Let S = sum lambda y x x^T, lambda >= 0 with equal
  positive class sums. Proposition 12 (u = 0, strictly): <Z, S> is below zero for the one, above
  zero for the other, so S is indefinite. Proposition 11 (Z not zero on the samples): if moreover
  sum lambda y x = 0 then <Z, S> <= 0, so S is not positive definite on their span.
- `definite-weights`: such a lambda, with S of one sign: the condition fails. For `ours-necessary`
  as for Proposition 11, but on D, the span of the differences of the samples with lambda > 0.
- `nested-quadratics`: no such lambda. Let q be at most c on one class of a group of samples, and at
  least c on the other. If lambda > 0 in the group alone and S is definite on D, of the sign that q
  is for, then 0 <= |<Z, S>| <= 0. So q = c where lambda > 0, and v_k^T S v_k = 0 where c_k > 0: v_k
  is orthogonal to D, and v_k^T x is one number where lambda > 0. Those samples are a smaller group.
- `contradiction`: two equal samples with different labels: no network classifies both.
"""

from collections.abc import Sequence
from fractions import Fraction as Q
from typing import Any

from .arithmetic import Samples, definite, independent, inner, integers
from .format import Unreadable, require, size

Rows = Sequence[Sequence[int]]


def _signed(claim: str, samples: Samples) -> list[int]:
    return [1] * len(samples.labels) if claim == "half-space" else samples.labels


def check_separator(cert: Any, samples: Samples) -> str:
    """Check y_i (w^T x_i + b) > 0."""
    size([cert["w"]], 1, len(samples.rows[0]), "w")
    b = cert["b"] * samples.scale
    affine = cert["claim"] == "affine-separability"
    require(affine or not b, f"b is not 0, as {cert['claim']} needs")
    (*w, shift), _ = integers([*cert["w"], b])
    pairs = zip(_signed(cert["claim"], samples), samples.rows, strict=True)
    wrong = [i for i, (y, row) in enumerate(pairs) if y * (inner(w, row) + shift) <= 0]
    require(not wrong, f"w: samples{wrong[:5]} are not strictly on their side")
    return f"holds: w has all {len(samples.rows)} samples strictly on their side"


def check_farkas(cert: Any, samples: Samples) -> str:
    """Check that a non-negative combination of the samples y_i x_i vanishes."""
    mu = cert["mu"]
    size([mu], 1, len(samples.rows), "mu")
    require(min(mu) >= 0, "mu has an entry below zero")
    require(any(mu), "mu is zero")
    weights = [m * y for m, y in zip(mu, _signed(cert["claim"], samples), strict=True)]
    affine = cert["claim"] == "affine-separability"
    require(not affine or sum(weights) == 0, "mu: sum mu y is not zero")
    for k, value in enumerate(samples.sum(weights)):
        require(not value, f"mu: coordinate {k} of sum mu y x is not zero")
    return f"fails: a non-negative combination of {sum(map(bool, mu))} samples vanishes"


def residuals(span: Any, rows: Rows, where: str) -> list[list[int]]:
    """Return what each row has beyond a span: zero just for rows of the span.

    The rows that obey a span's relations are a space of as many dimensions as columns are named.
    For each other column there is an entry, up to a positive factor.
    """
    columns, d = span["columns"], len(rows[0])
    rising = columns == sorted(set(columns)) and all(k < d for k in columns)
    require(rising, f"{where}.columns is not an increasing list of coordinates", Unreadable)
    others = sorted(set(range(d)) - set(columns))
    size(span["relations"], len(others), len(columns), f"{where}.relations")
    relations = [integers(relation) for relation in span["relations"]]
    named = [[row[k] for k in columns] for row in rows]
    beyond = list(zip(others, relations, strict=True))
    return [
        [c * row[k] - inner(numbers, part) for k, (numbers, c) in beyond]
        for row, part in zip(rows, named, strict=True)
    ]


def check_relations(span: Any, rows: Rows, where: str) -> list[tuple[int, ...]]:
    """Check that the rows lie in a span; return the named columns."""
    for i, rest in enumerate(residuals(span, rows, where)):
        require(not any(rest), f"{where}.relations: a combination differs on its row {i}")
    return _named(span, rows)


def _named(span: Any, rows: Rows) -> list[tuple[int, ...]]:
    return [tuple(row[k] for row in rows) for k in span["columns"]]


def check_rank(span: Any, rows: Rows, where: str) -> int:
    """Check that the rows span just as many dimensions as columns are named."""
    if len(span["columns"]) == len(rows) and not span["relations"]:  # no more are possible
        fits = set(span["columns"]) <= set(range(len(rows[0]))) and len(rows) <= len(rows[0])
        require(fits, f"{where}.columns are not all coordinates", Unreadable)
        columns = _named(span, rows)
    else:
        columns = check_relations(span, rows, where)
    spanned = independent(columns)
    require(spanned, f"{where}: the samples are not shown to span {len(columns)} dimensions")
    return len(columns)


def check_ranks(cert: Any, samples: Samples, where: str = "") -> str:
    """Check r_+, r_- and r, and say whether Assumption 3 holds."""
    chosen = {"positive": samples.of(1), "negative": samples.of(-1)}
    chosen["all"] = list(range(len(samples.rows)))
    plus, minus, r = (
        check_rank(cert[name], [samples.rows[i] for i in rows], where + name)
        for name, rows in chosen.items()
    )
    return f"{'holds' if r > max(plus, minus) else 'fails'}: r_+ = {plus}, r_- = {minus}, r = {r}"


def check_independent_parts(cert: Any, samples: Samples) -> str:
    """Check that each part is independent modulo the other class's span."""
    most = 0
    for name, sign in (("positive", 1), ("negative", -1)):
        other, parts = cert[name]["other"], cert[name]["parts"]
        rows = [samples.rows[i] for i in samples.of(-sign)]
        covered = sorted(i for part in parts for i in part)
        require(covered == samples.of(sign), f"{name}.parts is not a partition of the class")
        if other["relations"]:
            check_relations(other, rows, f"{name}.other")
            beyond, basis = residuals(other, samples.rows, f"{name}.other"), []
        else:  # the other class's samples are independent themselves
            beyond, basis = samples.rows, rows
        for k, part in enumerate(parts):
            free = independent([*basis, *(beyond[i] for i in part)])
            require(free, f"{name}.parts[{k}] is not independent modulo the other class's span")
        most = max(most, len(parts))
    width = cert["width"]
    require(width > 2 * most, f"width is not an integer of at least {2 * most + 1}")
    return f"holds: {most} independent parts suffice, so width {width} does"


def quadratic_values(cert: Any, where: str, samples: Samples) -> tuple[list[int], bool]:
    """Return q(x_i) up to one positive factor, and whether Z is non-zero on the samples."""
    d = len(samples.rows[0])
    size(cert["rows"], len(cert["weights"]), d, f"{where}.rows")
    size([cert["linear"]], 1, d, f"{where}.linear")
    require(min(cert["weights"], default=0) >= 0, f"{where}.weights has an entry below zero")
    squared = [integers(row) for row in cert["rows"]]  # v = numbers / c, x = row / samples.scale
    linear, c = integers(cert["linear"])
    factors = [w / scale**2 for w, (_, scale) in zip(cert["weights"], squared, strict=True)]
    (*factors, last), _ = integers([*factors, Q(samples.scale, c)])
    curved = [
        sum(f * inner(v, row) ** 2 for f, (v, _) in zip(factors, squared, strict=True))
        for row in samples.rows
    ]
    values = [v + last * inner(linear, row) for v, row in zip(curved, samples.rows, strict=True)]
    return values, any(curved)


def check_quadratics(cert: Any, samples: Samples) -> str:
    """Check that each class lies inside a convex quadratic that has the other outside."""
    strict = cert["claim"] == "proposition-12"
    for name, sign in (("positive", 1), ("negative", -1)):
        values, curved = quadratic_values(cert[name], name, samples)
        require(not strict or not any(cert[name]["linear"]), f"{name}.linear is not zero")
        inside = max(values[i] for i in samples.of(sign))
        outside = min(values[i] for i in samples.of(-sign))
        apart = inside < outside if strict else inside <= outside
        require(apart, f"{name}: the {name} samples are not on the inner side")
        require(curved, f"{name}: Z vanishes on every sample")
    what = "an ellipsoid" if strict else "a convex quadratic"
    return f"holds: {what} has each class inside and the other outside"


def parted(
    group: Sequence[int], sign: int, quadratic: Any, where: str, samples: Samples
) -> list[list[int]]:
    """Return the smaller groups that hold both classes; the group itself if q says nothing."""
    rows, labels = [samples.rows[i] for i in group], [samples.labels[i] for i in group]
    values, _ = quadratic_values(quadratic, where, Samples(rows, samples.scale, labels))
    level = max(v for v, label in zip(values, labels, strict=True) if label == sign)
    if level > min(v for v, label in zip(values, labels, strict=True) if label != sign):
        return [list(group)]
    pairs = zip(quadratic["rows"], quadratic["weights"], strict=True)
    forms = [integers(v)[0] for v, weight in pairs if weight]
    parts: dict[tuple[int, ...], list[int]] = {}
    for i, row, value in zip(group, rows, values, strict=True):
        if value == level:
            parts.setdefault(tuple(inner(form, row) for form in forms), []).append(i)
    return [part for part in parts.values() if len({samples.labels[i] for i in part}) == 2]


def check_nested_quadratics(cert: Any, samples: Samples) -> str:
    """Check that convex quadratics, one after the other, leave no group."""
    for name, sign in (("positive", 1), ("negative", -1)):
        groups = [list(range(len(samples.labels)))]
        for k, q in enumerate(cert[name]):
            require(groups, f"{name}[{k}]: no group is left for it to part")
            split = [parted(group, sign, q, f"{name}[{k}]", samples) for group in groups]
            groups = [part for parts in split for part in parts]
        require(not groups, f"{name}: samples{groups and groups[0][:5]} are left together")
    return "holds: nested convex quadratics tell the classes apart"


def differences(rows: Rows) -> Rows:
    """Return each row less the first."""
    return [[v - o for v, o in zip(row, rows[0], strict=True)] for row in rows]


def check_form(form: Any, weights: Sequence[Q], rows: Rows, where: str) -> None:
    """Check that sum_i weights[i] x_i x_i^T is positive semidefinite with the stated kernel.

    The form names the rows' span and, in its columns, the kernel; with none, it is to be definite
    on the span.
    """
    columns = check_relations(form, rows, "form")
    size(form["kernel"], min(len(form["kernel"]), len(columns)), len(columns), "form.kernel")
    kernel = [integers(k)[0] for k in form["kernel"]]
    whole, _ = integers(weights)
    named = [[row[a] for a in form["columns"]] for row in rows]
    for k in kernel:
        heights = [inner(k, row) for row in named]
        weighted = [w * height for w, height in zip(whole, heights, strict=True)]
        image = [inner(weighted, column) for column in columns]
        require(not any(image), f"{where}: S k is not zero for a vector of form.kernel")
    shown = definite(weights, columns, kernel)
    require(shown, f"{where}: S is not shown definite with the stated sign")


def check_weights(cert: Any, name: str, samples: Samples) -> list[Q]:
    """Check what Propositions 11 and 12 ask of lambda; return lambda_i y_i."""
    weights = cert[name]
    size([weights], 1, len(samples.rows), name)
    require(min(weights) >= 0, f"{name} has an entry below zero")
    signed = [w * y for w, y in zip(weights, samples.labels, strict=True)]
    require(sum(signed) == 0, f"{name}: the two classes' sums differ")
    require(any(signed), f"{name} is zero")
    if cert["claim"] != "proposition-12":
        for k, value in enumerate(samples.sum(signed)):
            require(not value, f"{name}: coordinate {k} of sum lambda y x is not zero")
        definite = f"form.kernel: {cert['claim']} needs a definite matrix"
        require(not cert["form"]["kernel"], definite)
    if cert["claim"] == "proposition-11":
        check_relations(cert["form"], samples.rows, "form")
    return signed


def check_definite_weights(cert: Any, samples: Samples) -> str:
    """Check lambda >= 0 with equal class sums and S of one sign."""
    weights, strict = cert["lambda"], cert["claim"] == "proposition-11"
    signed = check_weights(cert, "lambda", samples)
    require(not strict or cert["form"]["columns"], "form.columns: every sample is zero")
    # Semidefiniteness concerns the samples with lambda > 0 only; definiteness, the span of all.
    used = [i for i, w in enumerate(weights) if strict or w]
    turned = [cert["sign"] * signed[i] for i in used]
    rows: Rows = [samples.rows[i] for i in used]
    word = "positive" if cert["sign"] == 1 else "negative"
    if cert["claim"] == "ours-necessary":
        check_form(cert["form"], turned, differences(rows), "lambda")
        return f"fails: lambda makes S {word} definite on the directions of its {len(used)} samples"
    check_form(cert["form"], turned, rows, "lambda")
    kind = "definite" if strict else "semidefinite"
    where = " on the samples' span" if strict and cert["form"]["relations"] else ""
    return f"fails: lambda makes sum lambda y x x^T {word} {kind}{where}"


def check_contradiction(cert: Any, samples: Samples) -> str:
    """Check that two equal samples are labelled differently."""
    pair, n = cert["pair"], len(samples.rows)
    require(len(pair) == 2 and max(pair) < n, "pair is not two positions of samples", Unreadable)
    i, j = pair
    require(samples.rows[i] == samples.rows[j], "pair: the two samples differ")
    require(samples.labels[i] != samples.labels[j], "pair: the two labels agree")
    return f"fails: samples {i} and {j} are equal and labelled differently"
