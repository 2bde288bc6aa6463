"""The laboratory's questions, answered in JSON by the standard library alone.

The page `atlas/laboratory` asks them of this file in a browser, where Pyodide runs it together with
`setting`, `exact`, `conditions` and `claims` as they are. What checks and builds is theirs; what is
here says how much a reader may ask for, so that an answer is a matter of seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lossurface import claims
from lossurface.claims.construction import signed
from lossurface.conditions.tables import NUMBER, read_file
from lossurface.errors import InputError, shown
from lossurface.exact import seal
from lossurface.exact.checker import printable
from lossurface.exact.checker.__main__ import WORDS, outcome
from lossurface.exact.checker.format import EVEN, IDENTITY, ODD, POWER, ZERO
from lossurface.exact.simplex import separate
from lossurface.setting import Dataset, exact_number

__all__ = ["LIMITS", "answer"]

LIMITS = {
    "samples": 40,
    "coordinates": 6,  # of a sample
    "digits": 20,  # of a numerator or denominator
    "characters": 20_000,  # of a table
    "width": 20,  # neurons in a layer
    "depth": 4,  # hidden layers
    "nesting": 50,  # of lists and objects in a certificate, where the format has less than ten
}

_NEURONS = {
    "proposition-2": ZERO,
    "proposition-3": IDENTITY,
    "proposition-4": ODD,
    "proposition-5": set(EVEN),
    "proposition-6": ZERO,
    "proposition-7": {"relu"},
}
_DATA = {  # whose data the samples may be said to be, where there is a choice
    "proposition-2": ("theorem-1", "theorem-2"),
    "proposition-6": ("none", "theorem-1", "theorem-2"),
}
_DATASETS = {  # name, and the module and name of its value
    "four samples on a line": ("proposition_5", "LINE"),
    "six samples in the plane": ("proposition_5", "PLANE"),
    "two rays": ("proposition_2", "RAYS"),
    "a half-plane, separable": ("proposition_2", "HALF_PLANE"),
    "a cross, balanced": ("proposition_4", "CROSS"),
    "exclusive or": ("proposition_6", "XOR"),
}
_MEANING = {
    "VERIFIED": "Whatever the file states was computed anew, in exact arithmetic, and is true.",
    "NOT VERIFIED": "The file is a certificate, and what it states is false or does not follow "
    "from it. The line names the field and what is wrong with it.",
    "UNREADABLE": "The file is not a certificate in the published format; nothing was checked.",
}
_EXACT = re.compile(rf"{NUMBER.pattern}|[+-]?\d+/\d+", re.ASCII)


def answer(op: str, arguments: str) -> str:
    """Return the answer to a question, as JSON text.

    Args:
        op: one of `recheck`, `claims`, `build`, `parse`, `datasets` and `separate`.
        arguments: a JSON object with the arguments of the function of that name.

    Returns:
        {"ok": true, "result": ...}, or {"ok": false, "line": ...} with the line of an `InputError`.
    """
    try:
        result = _OPERATIONS[op](**json.loads(arguments))
    except InputError as error:
        return json.dumps({"ok": False, "line": printable(error)})
    return json.dumps({"ok": True, "result": result})


def _recheck(text: str) -> dict[str, str]:
    """Check a certificate's text, as the command `lossurface recheck` checks a file."""
    if _nested(text) > LIMITS["nesting"]:  # a browser's stack ends without a RecursionError
        line = f"lists and objects are nested more than {LIMITS['nesting']} deep"
        return {"status": WORDS[2], "line": line, "statement": _MEANING[WORDS[2]]}
    with TemporaryDirectory() as folder:
        file = Path(folder, "certificate.json")
        file.write_bytes(text.encode(errors="surrogatepass"))  # the checker says that it is no text
        status, line = outcome(file)
    return {"status": WORDS[status], "line": printable(line), "statement": _MEANING[WORDS[status]]}


def _nested(text: str) -> int:
    """Return how deep brackets are nested, those in strings too, up to one more than allowed."""
    depth = deepest = 0
    for bracket in re.finditer(r"[][{}]", text):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
        if deepest > LIMITS["nesting"]:
            break
    return deepest


def _claims() -> list[dict[str, Any]]:
    """Describe Propositions 2 to 7: what may be chosen, and what is chosen by default."""
    return [_described(claim_id) for claim_id in _NEURONS]


def _described(claim_id: str) -> dict[str, Any]:
    claim = claims.get(claim_id)
    certify = import_module(f"lossurface.claims.{claim_id.replace('-', '_')}").certify
    defaults = {
        name: str(one.default) if isinstance(one.default, Fraction) else one.default
        for name, one in signature(certify).parameters.items()
        if name not in ("dataset", "W", "widths", "seed", "n")
    }
    usual = claim.certify().data
    return {
        "id": claim.id,
        "name": claim.name,
        "title": claim.title,
        "page": claim.page,
        "neurons": sorted(_NEURONS[claim_id]),
        "p": [POWER[0], POWER[-1]],
        "width": [1, LIMITS["width"]],
        "depth": [1, LIMITS["depth"]] if "depth" in defaults else None,
        "data": _DATA.get(claim_id),
        "deep_neurons": sorted(ZERO) if "deep" in defaults else None,
        "defaults": defaults,
        "samples": _listed(usual["samples"], usual["labels"]),
    }


def _build(
    claim: str, samples: Sequence[Mapping[str, Any]] | None = None, **choices: Any
) -> dict[str, str]:
    """Have a claim's builder make its certificate, and say how to make the same elsewhere.

    Args:
        claim: its id.
        samples: as `_dataset` takes them; the claim's own by default.
        choices: of its builder, but for `dataset`; those that are None are left out.
    """
    if claim not in tuple(_NEURONS):
        raise InputError(f"claim is {shown(claim)}; the laboratory builds {', '.join(_NEURONS)}")
    given = {name: value for name, value in choices.items() if value is not None}
    for name in ("dataset", "W", "seed", "n"):
        if name in given:
            raise InputError(
                f"{name} is not a choice in the laboratory; give the samples themselves"
            )
    for name in ("deep", "widths"):
        if isinstance(given.get(name), list):
            _within(f"hidden layers in {name}", len(given[name]), LIMITS["depth"])
            for width in given[name]:
                _within(f"width in {name}", width, LIMITS["width"])
    for name in ("width", "depth"):
        _within(name, given.get(name), LIMITS[name])
    if "scale" in given:
        given["scale"] = _number(given["scale"], "scale")
    dataset = None if samples is None else _dataset(samples)
    certificate = claims.get(claim).certify(dataset=dataset, **given)
    text = certificate.to_json()
    return {
        "certificate": text,
        **_recheck(text),
        "radius": certificate.data["radius"],
        "training_error": certificate.data["training_error"],
        "python": _python(claim, dataset, given),
        "command": _command(claim, dataset, given),
    }


def _python(claim: str, dataset: Dataset | None, choices: Mapping[str, Any]) -> str:
    """Return the program that builds the same certificate."""
    given = [f"{name}={_literal(value)}" for name, value in choices.items()]
    imports = ["from lossurface.claims import get", "from lossurface.exact import check"]
    if "scale" in choices:
        imports = ["from fractions import Fraction", "", *imports]
    samples = []
    if dataset is not None:
        imports += ["from lossurface.setting import Dataset"]
        rows = [f"    ({', '.join(_literal(str(value)) for value in row)},)," for row in dataset.x]
        samples = ["", "samples = [", *rows, "]", f"labels = {list(dataset.y)}"]
        given = ["dataset=Dataset.of(samples, labels)", *given]
    made = f'certificate = get("{claim}").certify({", ".join(given)})'
    ends = ['certificate.save("certificate.json")', "print(check(certificate))"]
    return "\n".join([*imports, *samples, "", made, *ends, ""])


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _command(claim: str, dataset: Dataset | None, choices: Mapping[str, Any]) -> str:
    """Return the command lines: `certify`, if it can make the same certificate, and `recheck`."""
    recheck = "lossurface recheck certificate.json\n"
    if dataset is not None or not set(choices) <= {"neuron", "p", "width"}:
        return recheck
    given = "".join(f" --{name} {value}" for name, value in choices.items())
    return f"lossurface certify {claim}{given} -o certificate.json\n{recheck}"


def _parse(text: str) -> list[dict[str, Any]]:
    """Read a table as the command `lossurface check` does: its last column holds the labels."""
    _within("characters of the table", len(text), LIMITS["characters"])
    header = text.lstrip("\ufeff").partition("\n")[0].strip()
    if all(_EXACT.fullmatch(cell.strip(' "')) for cell in re.split("[,;\t]", header)):
        line = "the table's first line holds numbers; put names there, such as x1,x2,label"
        raise InputError(line)
    label = header[1 + max(header.rfind(mark) for mark in ",;\t") :].strip()
    with TemporaryDirectory() as folder:
        file = Path(folder, "table.csv")
        file.write_bytes(text.encode(errors="surrogatepass"))
        try:
            dataset = read_file(file, label).dataset
        except InputError as error:
            told = str(error).replace(str(file), "the table")
            raise InputError(told.replace("add --positive VALUE", "call them 1 and -1")) from None
    rows = dataset.to_dict()
    return _listed(*_bounded(rows["samples"], rows["labels"]).to_dict().values())


def _datasets() -> list[dict[str, Any]]:
    """Return the small datasets of the book, on a line or in the plane."""
    found = []
    for name, (module, constant) in _DATASETS.items():
        dataset = getattr(import_module(f"lossurface.claims.{module}"), constant)
        found.append({"name": name, "samples": _listed(*dataset.to_dict().values())})
    return found


def _separate(samples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the hyperplane w^T x + b = 0 between the classes, or the weights that show none.

    Either comes with its certificate, checked.
    """
    dataset = _dataset(samples)
    separable, (*first, last) = separate(signed(dataset, affine=True))
    own = {"w": first, "b": last} if separable else {"mu": [*first, last]}
    kind = "separator" if separable else "farkas"
    fields = {"kind": kind, "claim": "affine-separability", **dataset.to_dict(), **own}
    text = seal(fields).to_json()
    told = {name: json.loads(text)[name] for name in own}
    return {"separable": separable, **told, "certificate": text, **_recheck(text)}


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "recheck": _recheck,
    "claims": _claims,
    "build": _build,
    "parse": _parse,
    "datasets": _datasets,
    "separate": _separate,
}


# Samples: {"x": ["1/2", ...], "y": 1 or -1}


def _listed(samples: Sequence[Sequence[str]], labels: Sequence[int]) -> list[dict[str, Any]]:
    return [{"x": list(x), "y": y} for x, y in zip(samples, labels, strict=True)]


def _dataset(samples: Sequence[Mapping[str, Any]]) -> Dataset:
    """Return the dataset that samples stand for, within the limits."""
    if not isinstance(samples, list) or any(
        not isinstance(one, dict) or not isinstance(one.get("x"), list) or "y" not in one
        for one in samples
    ):
        raise InputError('samples are not a list of {"x": ["1/2", ...], "y": 1}; give such')
    return _bounded([one["x"] for one in samples], [one["y"] for one in samples])


def _bounded(samples: Sequence[Sequence[Any]], labels: Sequence[Any]) -> Dataset:
    _within("samples", len(samples), LIMITS["samples"])
    rows = []
    for index, row in enumerate(samples):
        _within(f"coordinates of samples[{index}]", len(row), LIMITS["coordinates"])
        rows.append([_number(value, f"samples[{index}]") for value in row])
    signs = []
    for index, label in enumerate(labels):
        if type(label) is not int:
            raise InputError(f"labels[{index}] is {shown(label)}; labels must be -1 or +1")
        signs.append(label)
    return Dataset.of(rows, signs)


def _number(value: Any, name: str) -> Fraction:
    """Return the number that a text gives exactly; 1e999999999 would fill the memory."""
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > 2 * LIMITS["digits"] + 2 or not _EXACT.fullmatch(text):
        raise InputError(f"{name} is {shown(value)}; give a number such as -3, 1/2 or 0.25")
    number = exact_number(text, name)
    if max(abs(number.numerator), number.denominator) >= 10 ** LIMITS["digits"]:
        raise InputError(f"{name} is {shown(value)}, of more than {LIMITS['digits']} digits; round")
    return number


def _within(name: str, value: Any, most: int) -> None:
    if isinstance(value, int) and value > most:
        raise InputError(f"{name}: {shown(value)}; the laboratory takes at most {most}")
