"""Certificates: sealing, saving whole or not at all, loading without belief."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from fractions import Fraction

import pytest

from lossurface import InputError
from lossurface.claims import proposition_5
from lossurface.exact import Certificate, check, load, seal
from tests.exact.certificates import CERTIFICATES
from tests.exact.mutations import resealed


def test_sealing_refuses_floats():
    with pytest.raises(TypeError, match="float"):
        seal({"radius": 0.5})


def test_sealing_is_deterministic_and_adds_format_and_version():
    assert proposition_5.certify().to_json() == proposition_5.certify().to_json()
    sealed = seal({"radius": Fraction(2, 4), "b": ["1 +/- 1/2", 3]})
    head = {"format": "lossurface/certificate", "version": 2}
    assert sealed.data == {**head, "radius": "1/2", "b": ["1 +/- 1/2", 3]}


def test_a_certificate_survives_its_file(tmp_path):
    certificate = CERTIFICATES["dead, ball"]
    path = certificate.save(tmp_path / "c.json")
    assert load(path) == certificate
    assert list(tmp_path.iterdir()) == [path]


def test_a_save_that_cannot_be_is_one_line_and_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="cannot be written") as raised:
        proposition_5.certify().save(tmp_path / "missing" / "c.json")
    assert "\n" not in str(raised.value)
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError):
        proposition_5.certify().save(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_a_saved_file_has_the_mode_that_the_umask_leaves(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        for _ in ("new", "replaced"):
            path = proposition_5.certify().save(tmp_path / "c.json")
            assert stat.S_IMODE(path.stat().st_mode) == mode
            path.chmod(0o666)
    finally:
        os.umask(before)


def test_a_finding_says_which_certificate_was_checked():
    built = proposition_5.certify()
    for certificate in (built, resealed(built.data, ("radius",), "9")):
        canonical = json.dumps(certificate.data, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        assert check(certificate).detail.endswith(f"certificate sha256:{digest}")


@pytest.mark.parametrize("entry", [float, {"kind": "farkas", 1: 2}, Fraction(1, 2)])
def test_what_is_not_json_is_bad_input(entry):
    with pytest.raises(InputError, match="not JSON"):
        check(Certificate({**proposition_5.certify().data, "labels": entry}))


def test_what_nests_too_deeply_is_bad_input():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    for field in ("kind", "claim", "labels"):
        with pytest.raises(InputError, match="nested too deeply"):
            check(Certificate({**proposition_5.certify().data, field: nested}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON, or truncated"),
        (b"\xff\xfe", "not text"),
        (b"{}", "not a lossurface certificate"),
        (b"[1]", "not a lossurface certificate"),
        (b" " * 20_000_001, "larger than"),
        (b"[" * 50_000, "not JSON"),
    ],
)
def test_bad_files_are_one_line_naming_the_file(tmp_path, content, message):
    path = tmp_path / "c.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        load(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_unknown_kind_is_bad_input():
    with pytest.raises(InputError, match="kind is 'miracle', not one of contradiction"):
        check(resealed(proposition_5.certify().data, ("kind",), "miracle"))


def test_saving_replaces_files_only(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="not a regular file"):
        seal({"kind": "separator"}).save(pipe)
    assert pipe.is_fifo()
