"""Reproduction: parameters, profiles, failures and the summary, on a small registry."""

import json
from types import SimpleNamespace

import pytest

from lossurface import InputError, reproduce
from lossurface.reproduce.notebooks import check_parameters, execute
from tests import notebooks

GOOD = 'print(f"good: holds. Checked here: 9 exact, {trials} sampled. Seed {seed}, {device}")'
LIAR = 'print("good: holds. Checked here: 1 exact.\\nanother: holds. Checked here: 1 exact.")'
BAD = 'print("bad: holds. Checked here: 1 exact.")\nassert 1 == 2, "one is not two"'
FALSE = 'print("false: fails. Checked here: 1 exact. 1 < 2")'
PROFILES = {"quick": {"trials": 3}, "full": {"trials": 1000}}


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "book"
    notebooks.write(folder / "good.ipynb", GOOD, profiles=PROFILES)
    notebooks.write(folder / "bad.ipynb", BAD)
    notebooks.write(folder / "silent.ipynb", LIAR)
    notebooks.write(folder / "false.ipynb", FALSE, profiles={"quick": {"trails": 3}})
    return folder


@pytest.fixture
def registry(monkeypatch):
    claims = {
        name: SimpleNamespace(id=name, title=name.title(), page=name, evidence=("exact",))
        for name in ("bad", "good", "silent", "false")
    }
    monkeypatch.setattr("lossurface.claims.CLAIMS", claims)
    return claims


@pytest.fixture(autouse=True)
def _unchanged(monkeypatch):
    """Take the package as it was when the test began, whoever edits the checkout meanwhile."""
    monkeypatch.setattr(reproduce.notebooks, "package", lambda: {"key": "one"})


def run(book, registry, *ids, **options):
    lines: list[str] = []
    options = {"device": "cpu", "out": book.parent / "out", "echo": lines.append} | options
    return reproduce.run(ids, book=book, **options), lines


def test_every_claim_gets_its_record_whatever_the_others_do(book, registry):
    summary, lines = run(book, registry)
    verdicts = {record.id: record.verdict for record in summary.records}
    assert verdicts == {"bad": "error", "good": "holds", "silent": "undecided", "false": "fails"}
    assert not summary.ok
    by_id = {record.id: record for record in summary.records}
    assert "AssertionError: one is not two" in by_id["bad"].error
    assert by_id["silent"].error == "the notebook printed no verdict line"
    assert by_id["good"].evidence == ["exact", "sampled"]
    assert by_id["good"].detail == "good: holds. Checked here: 9 exact, 10 sampled. Seed 0, cpu"
    assert [line.split(" ")[0] for line in lines] == [f"[{k}/4]" for k in (1, 2, 3, 4)]
    out = book.parent / "out"
    written = json.loads((out / "summary.json").read_text())
    assert written == summary.to_dict()
    record = written["records"][1]
    assert record["seed"] == 0
    assert record["device"].startswith("CPU")
    assert record["versions"]["torch"]
    assert record["seconds"] > 0
    table = summary.table()
    assert (out / "summary.txt").read_text() == table + "\n"
    assert "1 of 4 hold" in table
    assert "bad: AssertionError: one is not two" in table
    written = {path.name for path in out.iterdir()} - {"records", "summary.json", "summary.txt"}
    assert written == {f"{name}.ipynb" for name in registry}


def test_a_rerun_repeats_nothing_but_what_broke_off(book, registry):
    first, _ = run(book, registry)
    out = book.parent / "out"
    written = (out / "good.ipynb").read_bytes()
    (out / "good.ipynb").unlink()
    second, lines = run(book, registry, pool=reproduce.Pool(2))
    assert lines[0] == "2 of 4 kept from earlier runs"
    assert {line.split()[1] for line in lines[1:]} == {"bad:", "silent:"}
    assert (out / "good.ipynb").read_bytes() == written
    for one, two in zip(first.records, second.records, strict=True):
        assert (one.verdict, one.detail) == (two.verdict, two.detail)
        assert one.parameters == two.parameters
    # An executed notebook that was altered is no record of anything.
    for record in (out / "records").glob("*.json"):
        record.write_text(record.read_text().replace("9 exact", "8 exact"))
    third, lines = run(book, registry, "good")
    assert third.ok
    assert not any("kept" in line for line in lines)
    # Neither is one whose notebook has changed since.
    notebooks.write(book / "good.ipynb", GOOD, "print(1)", profiles=PROFILES)
    assert not any("kept" in line for line in run(book, registry, "good")[1])


def test_a_run_that_lost_its_gpu_keeps_what_it_recorded_there(book, registry, monkeypatch):
    def device(name):
        def picked(pool, asked):
            return (asked, asked) if asked != "auto" else (name, name)

        monkeypatch.setattr(reproduce.Pool, "pick_device", picked)

    device("cuda")
    first, _ = run(book, registry, "good", device="auto")
    assert first.records[0].detail.endswith("cuda")
    device("cpu")
    again, lines = run(book, registry, "good", "false", device="auto")
    assert [record.device for record in again.records] == ["cuda", "cpu"]
    assert lines[0] == "1 of 2 kept from earlier runs"
    named, lines = run(book, registry, "good", device="cpu")  # asked for by name: run there
    assert named.records[0].detail.endswith("cpu")
    assert not any("kept" in line for line in lines)


def test_profile_and_seed_reach_the_notebook(book, registry):
    summary, _ = run(book, registry, "good", profile="quick", seed=7, parameters={"trials": 1000})
    assert summary.ok
    (record,) = summary.records
    assert record.detail == "good: holds. Checked here: 9 exact, 1000 sampled. Seed 7, cpu"
    assert (record.seed, record.parameters) == (7, {"device": "cpu", "seed": 7, "trials": 1000})
    assert "papermill" not in (book.parent / "out" / "good.ipynb").read_text()


@pytest.mark.parametrize(("profile", "trials"), [("quick", 3), ("book", 10), ("full", 1000)])
def test_the_profile_sets_the_parameters(book, profile, trials):
    assert check_parameters(book / "good.ipynb", {}, profile)[1]["trials"] == trials


@pytest.mark.parametrize(
    ("ids", "options", "told"),
    [
        (["none"], {}, "'none' is not a claim"),
        (["good"], {"device": "tpu"}, "device is 'tpu'; use cpu, cuda or auto"),
        (["good"], {"profile": "slow"}, "profile 'slow': not one of"),
        (["good"], {"parameters": {"trails": 1}}, "good.ipynb: unknown parameter 'trails'"),
        (
            ["good"],
            {"parameters": {"trials": "ten"}},
            "trials is 'ten'; give a whole number from 1",
        ),
        (["good"], {"parameters": {"device": "gpu9"}}, "device is 'gpu9'; use cpu, cuda or auto"),
        (["good"], {"seed": -1}, "seed is -1; give a whole number from 0"),
        (["false"], {"profile": "quick"}, "false.ipynb: unknown parameter 'trails'; it has device"),
    ],
)
def test_bad_requests_are_one_line_and_run_nothing(book, registry, ids, options, told):
    with pytest.raises(InputError) as caught:
        run(book, registry, *ids, **options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (book.parent / "out").exists()


def test_a_missing_or_unreadable_notebook_is_one_line(book, registry):
    (book / "good.ipynb").write_text('{"cells": ')
    with pytest.raises(InputError, match="not a notebook"):
        run(book, registry, "good")
    (book / "good.ipynb").unlink()
    with pytest.raises(InputError, match="no such notebook"):
        run(book, registry, "good")


def test_a_kernel_that_dies_is_a_record(book, registry):
    notebooks.write(book / "good.ipynb", "import os\nos._exit(3)")
    summary, _ = run(book, registry, "good")
    (record,) = summary.records
    assert record.verdict == "error"
    assert "DeadKernelError" in record.error


def test_where_the_kernel_cut_a_stream_is_forgotten(tmp_path):
    page = tmp_path / "page.ipynb"
    flushing = "import sys\nfor word in 'abcd':\n    print(word, flush=True)"
    notebooks.write(page, f"{flushing}\n    print(word, file=sys.stderr, flush=True)")
    done = execute(page, {})
    outputs = json.loads(done.notebook)["cells"][1]["outputs"]
    assert sorted(output["name"] for output in outputs) == ["stderr", "stdout"]
    assert done.printed == "a\nb\nc\nd\n"


def test_a_kernel_that_dies_before_it_is_born_is_started_again(monkeypatch, tmp_path):
    from nbclient import NotebookClient

    page, starts, real = tmp_path / "page.ipynb", [], NotebookClient.start_new_kernel
    notebooks.write(page, "print('ran')")

    def taken(client, **options):
        starts.append(options)
        if len(starts) == 1:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return real(client, **options)

    monkeypatch.setattr(NotebookClient, "start_new_kernel", taken)
    done = execute(page, {})
    assert (len(starts), done.error, done.printed.strip()) == (2, None, "ran")
