"""What the product says, in a form that no change of the certificates' format touches.

`python -m tests.guard.said` compares all of it with `said.json`; `--write` writes that anew.

- verdicts: of `lossurface verify`; the long ones also with few trials.
- certificates: of `certify --all`, with digests of the data and of theta in the paper's order.
  An irrational theta is kept as balls, which those found must overlap. Radii are short binary
  fractions, so they are to be equal there too.
- checks: `check` on real and on known datasets, in full.
- drawn: `check` on seeded random datasets; of sentences a digest.
- recorded: the counts of the recorded experiments, the verdicts of the book's recorded run.

Left out: seconds, machines, digests and raw fields of certificates, margins in sentences, which
are floats, and what follows from weights that a search found: the radius of a counterexample of
`check`, and of those of Propositions 11 and 12 the training error.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from lossurface import claims
from lossurface.claims import real_data
from lossurface.claims.check import check
from lossurface.claims.gallery import recipes
from lossurface.exact import check as recheck
from lossurface.setting import NEURONS, Enclosed, from_certificate
from tests.conditions.samples import KNOWN

FILE = Path(__file__).with_name("said.json")
RECORDS = Path(__file__).parents[2] / "book" / "_data"
LONG = {"theorem-1": 8, "theorem-2": 8, "proposition-1": 8, "proposition-9": 6}  # few trials
TINY = Fraction(1, 10**20)
CHUNK = 20
Said = dict[str, Any]


def digest(value: object, size: int = 12) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:size]


def pick(row: Said, keys: str) -> Said:
    return {key: row[key] for key in keys.split()}


def verdict(claim: str, **options: int) -> Said:
    found = claims.get(claim).verify(**options).to_dict()
    return {"verdict": pick(found, "verdict evidence scope detail")} | {
        f"{k:02}": pick(finding, "statement status evidence count")
        for k, finding in enumerate(found["findings"])
    }


def number(value: object) -> str:
    if isinstance(value, Enclosed):
        return f"{round(value.mid / TINY)}e-20 +/- {float(value.rad + TINY):.1e}"
    return str(value)


def certificates(claim: str) -> Said:
    said = {}
    for recipe in (recipe for recipe in recipes() if recipe.claim == claim):
        certificate = recipe.build()
        problem, finding = from_certificate(certificate.data), recheck(certificate)
        shape, theta = problem.network.architecture, [*map(number, problem.network.theta)]
        said[f"{recipe.id}.json"] = {
            "claim": certificate.claim,
            "architecture": [shape.kind, shape.d, shape.width, shape.deep_widths],
            "neurons": [one and one.name for one in (shape.neuron, shape.deep_neuron)],
            "loss": [problem.loss.name, problem.loss.p],
            "n": problem.dataset.n,
            "data": digest(problem.dataset.to_dict()),
            "theta": theta if any("+/-" in value for value in theta) else digest(theta),
            **pick(certificate.data, "training_error radius"),
            "finding": [finding.statement, finding.status, finding.evidence],
        }
    return said


def asked(*data: Any, short: bool = False, **choices: Any) -> Said:
    """Return what `check` says, or its verdicts with digests of its sentences."""
    report = check(*data, **choices)
    found = report.to_dict()
    said: Said = pick(found, "network width advice counterexample")
    said["data"] = [*pick(found["data"], "n d n_plus r_plus r_minus r delta_r").values()]
    if bad := found["counterexample"]:
        searched = bad["claim"] in ("proposition-11", "proposition-12", "ours-necessary")
        said["counterexample"] = bad["claim"] if searched else [bad["claim"], bad["training_error"]]
    for row, one in zip(found["conditions"], report.conditions, strict=True):
        proved = one.finding and [one.finding.statement, one.finding.evidence]
        said[f"condition {row['id']}"] = [row["verdict"], row["why"], proved]
    for row in found["claims"]:
        said[f"claim {row['id']}"] = [row["applies"], *(row[k] for k in row if k != "applies")]
    floats = re.compile(r"(margin|within|found,|value is) -?[\d.]+(e[-+]\d+)?")
    said = json.loads(floats.sub(r"\1 #", json.dumps(said)))
    if not short:
        return said
    no = [said.pop(key) for key in [*said] if key.startswith("claim") and said[key][0] == "no"]
    said["claims not applying"] = no
    for key, value in said.items():
        if key.startswith(("condition", "claim ")):
            said[key] = f"{value[0]} {digest(value[1:], 4)}"
        elif key in ("claims not applying", "width", "advice"):
            said[key] = digest(value, 4)
    said["network"] = " ".join(map(str, said["network"].values()))
    return said


def pair(name: str) -> Said:
    X, y = real_data.pair(name)
    return asked(X, y, neuron="quadratic", width=X.shape[1] + 1)


def one_against_the_rest(name: str, label: int) -> Said:
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return asked(X, y == label)


def draw(k: int) -> tuple[list[list[float]], list[int]]:
    """Draw a small dataset; each kind meets another edge of the conditions."""
    rng = random.Random(k)
    n, d = rng.randint(4, 12), rng.randint(1, 4)
    y = [1, 0, *(rng.randint(0, 1) for _ in range(n - 2))]
    X = [[rng.randint(-256, 256) / 64 for _ in range(d)] for _ in y]
    if k % 8 == 1:  # duplicates, zeros and contradictions
        X = [[float(rng.randint(-1, 1)) for _ in row] for row in X]
    elif k % 8 == 2:  # two subspaces that share a coordinate, as in Assumption 3
        X = [[(label - i) * row[0] for i in (0, 1)] for row, label in zip(X, y, strict=True)]
        X = [[*row, 1 + rng.randint(0, 64) / 64] for row in X]
    elif k % 8 == 3:  # separable
        X = [[(2 * t - 1) * (abs(v) + 1 / 8), *r] for (v, *r), t in zip(X, y, strict=True)]
    elif k % 8 == 4:  # a constant coordinate
        X = [[*row, 1.0] for row in X]
    elif k % 8 == 5:  # one class inside the other
        X = [[v / 8 if t else v for v in row] for row, t in zip(X, y, strict=True)]
    elif k % 8 == 6:  # a sample twice, a zero sample
        X[0], X[1] = [0.0] * d, X[-1]
    elif k % 8 == 7:  # multiples of one sample
        X = [[row[0] * v for v in X[0]] for row in X]
    return X, y


PAPERS = [name for name in NEURONS if name != "cube"]  # one more would change every draw


def drawn(first: int) -> Said:
    said = {}
    for k in range(first, first + CHUNK):
        rng = random.Random(-1 - k)
        loss = rng.choice([*["hinge"] * 6, "logistic", "quadratic"])
        said[f"{k:03}"] = asked(
            *draw(k),
            short=True,
            neuron=rng.choice([*PAPERS, *["softplus", "quadratic", "relu"] * 4]),
            loss=loss,
            p=rng.choice([None, 2, 3, 6]) if loss == "hinge" else None,
            width=rng.choice([None, 1, 2, 5, 40]),
            architecture=rng.choice([*["shortcut", "single"] * 3, "feedforward", "identity"]),
        )
    return said


def experiments() -> Said:
    outcomes = json.loads((RECORDS / "experiments.json").read_text(encoding="utf-8"))["outcomes"]
    return {one["name"]: pick(one, "claim statement some seed counts") for one in outcomes}


def book() -> Said:
    records = json.loads((RECORDS / "summary.json").read_text(encoding="utf-8"))["records"]
    return {one["id"]: pick(one, "verdict evidence detail seed error") for one in records}


PARTS = {
    "verdicts": {claim: partial(verdict, claim) for claim in claims.CLAIMS}
    | {f"{claim}, {n} trials": partial(verdict, claim, trials=n) for claim, n in LONG.items()},
    "certificates": {c: partial(certificates, c) for c in sorted({r.claim for r in recipes()})},
    "checks": {name: partial(pair, name) for name in real_data.PAIRS}
    | {k: partial(asked, *v[:2], neuron="quadratic", width=2) for k, v in KNOWN.items()}
    | {f"{s} {k}": partial(one_against_the_rest, s, k) for s in ("iris", "wine") for k in range(3)},
    "drawn": {f"from {first:03}": partial(drawn, first) for first in range(0, 300, CHUNK)},
    "recorded": {"experiments": experiments, "book": book},
}


def same(old: Any, new: Any) -> bool:
    """Compare what was said; balls are the same where they are thin and overlap."""
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if isinstance(old, str) and isinstance(new, str) and "e-20 +/-" in old:
        (x, r), (z, s) = ([*map(Fraction, f"{t} +/- 0".split(" +/- ")[:2])] for t in (old, new))
        return abs(x - z) <= r + s and s < Fraction(1, 10**9)
    return bool(old == new)


def differences(old: Said, new: Said) -> list[str]:
    """Say each entry that is not as it was."""
    new = json.loads(json.dumps(new))  # tuples are lists
    return [
        f"{name}\n    was {json.dumps(old.get(name))}\n    is  {json.dumps(new.get(name))}"
        for name in sorted(old.keys() | new.keys())
        if name not in old or name not in new or not same(old[name], new[name])
    ]


def written(said: Any, depth: int = 3) -> str:
    """Return JSON text with one entry a line: part, what was asked, entry."""
    if not depth:
        return json.dumps(said, sort_keys=True)
    lines = (f"{json.dumps(k)}: {written(v, depth - 1)}" for k, v in sorted(said.items()))
    return "{\n" + ",\n".join(lines) + "\n}"


if __name__ == "__main__":
    found = {part: {name: ask() for name, ask in asks.items()} for part, asks in PARTS.items()}
    if "--write" in sys.argv:
        FILE.write_text(written(found) + "\n", encoding="utf-8")
    else:
        kept = json.loads(FILE.read_text(encoding="utf-8"))
        every = ((kept[part][name], found[part][name]) for part in PARTS for name in PARTS[part])
        sys.exit("\n".join(line for old, new in every for line in differences(old, new)) or None)
