"""Wrong shapes and wrong types, at every depth of certificates of every kind: none is accepted.

The digests are taken anew, so that only the checkers' own reading can notice.
"""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from lossurface.conditions.bad_minimum import bad_minimum
from lossurface.conditions.definiteness import proposition_12
from lossurface.counterexamples import proposition_3, proposition_7
from lossurface.errors import InputError
from lossurface.exact import Certificate, check, schema
from tests.conditions.samples import KNOWN, space
from tests.counterexamples.test_enclosed_linear import ONE
from tests.exact import test_dataset, test_staircase
from tests.exact.mutations import altered, redigested, wrong_shapes, wrong_types
from tests.exact.test_rational import CERTIFICATES


def contradicted():
    """Return a staircase whose levels are all rational."""
    prepared = space(*KNOWN["contradiction"][:2])
    return dict(bad_minimum(prepared, proposition_12(prepared), width=1).data)


RATIONAL = ("curved, ball", "dead", "dead, separable", "deep", "paired", "linear", "identity")
OF = {
    **{name: lambda name=name: dict(CERTIFICATES[name].data) for name in RATIONAL},
    "enclosed": lambda: dict(proposition_3(width=1, dataset=ONE).data),
    "enclosed, identity": lambda: dict(proposition_7(p=6, seed=0, n=16, widths=(2,)).data),
    "staircase": lambda: test_staircase.minimum(width=1),
    "staircase, contradicted": contradicted,
    **{n: lambda name=n: test_dataset.certificate(name) for n in test_dataset.NAMES},
}


def harmless(data, path, value):
    """Say whether the certificate still states what is true.

    A larger width than needed is one; a vector of the kernel may be given twice; an empty part
    makes a class need no more; and relations are not asked for where the samples are independent.
    Where all dual weights are equal, theta* is a local minimum for every p.
    """
    last = path[-1]
    return (
        (last == "width" and value == 5)
        or (last == "kernel" and len(value) > len(data["kernel"]))
        or (last in ("relations", "other_relations") and value == [])
        or (last == "p" and value == 5 and data["reason"] == "curved" and data["columns"] == [0])
    )


def schema_of(data):
    """Return a validator of this certificate's kind alone: of all kinds it takes much longer."""
    published = schema()
    ones = [
        Draft202012Validator({**one, "$defs": published["$defs"]}) for one in published["oneOf"]
    ]
    (its_own,) = [one for one in ones if one.is_valid(data)]
    return its_own


@pytest.mark.parametrize("name", OF)
def test_no_wrong_shape_or_type_is_accepted(name):
    data = json.loads(json.dumps(OF[name]()))
    assert check(Certificate(data)).status == "holds"
    validator = schema_of(data)
    for path, value in [*wrong_shapes(data), *wrong_types(data)]:
        changed = altered(data, path, value)
        if path[0] != "digest":
            changed = redigested(changed)
        try:
            status = check(Certificate(changed)).status
        except InputError:
            status = "unreadable"
        assert status != "holds" or harmless(data, path, value), (path, value)
        if path[0] != "digest" and not validator.is_valid(changed):
            assert status == "unreadable", (path, value)
