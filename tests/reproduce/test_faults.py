"""Faults: what is killed, filled or corrupted is made good by a rerun, and nothing done twice."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lossurface import InputError, reproduce
from lossurface.reproduce import BrokenOff, Pool, records
from lossurface.reproduce.experiments import map_trials
from lossurface.reproduce.records import Store, Task
from tests.reproduce import tiny

CHECKOUT = Path(__file__).resolve().parents[2]
ABOUT = {"claim": "x", "seed": 0}


@pytest.fixture(scope="module", autouse=True)
def tree(tmp_path_factory):
    """A copy of the package for the processes: no edit in the checkout changes their keys."""
    root = tmp_path_factory.mktemp("tree")
    unwanted = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(CHECKOUT / "lossurface", root / "lossurface", ignore=unwanted)
    (root / "tests" / "reproduce").mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/reproduce/__init__.py", "tests/reproduce/tiny.py"):
        shutil.copyfile(CHECKOUT / name, root / name)
    return root


@contextlib.contextmanager
def told(kind, match):
    """Expect an error of one line."""
    with pytest.raises(kind, match=match) as caught:
        yield
    assert "\n" not in str(caught.value)


@pytest.fixture
def start(tmp_path, tree):
    """Start a run of tiny trials in a process group of its own."""

    def call(count, *, seconds=0.0, workers=1, deadly="", scheduler=""):
        words = (tmp_path / "out", tmp_path / "log", count, seconds, workers, deadly, scheduler)
        return subprocess.Popen(
            [sys.executable, "-m", "tests.reproduce.tiny", *map(str, words)],
            cwd=tree,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return call


def finish(process, count=None):
    """Return all that a run printed; `count` trials are to be done."""
    text, _ = process.communicate(timeout=200)
    if count is not None:
        assert (process.returncode, text.splitlines()[-1]) == (0, f"done {count}"), text
    return text


def names(tmp_path):
    return {path.name for path in (tmp_path / "out" / "records").glob("*.json")}


def began(tmp_path):
    """Return the trials that began, one for each execution."""
    log = tmp_path / "log"
    return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []


def values(tmp_path):
    texts = [(tmp_path / "out" / "records" / name).read_text() for name in names(tmp_path)]
    return [json.loads(text)["result"]["values"][0]["value"] for text in texts]


def until(condition, process, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.01)


def kill_group(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_thousand_tasks_killed_three_times_are_a_thousand_records(tmp_path, start):
    executed = 0
    for goal in (200, 450, 700):
        process = start(1000)
        until(lambda goal=goal: len(names(tmp_path)) >= goal, process)
        kill_group(process)
        kept = set(map(str, values(tmp_path)))
        assert goal <= len(kept) < 1000
        # Each kill may have met one trial between its beginning and its record.
        assert len(began(tmp_path)) - executed <= len(kept) + 1
        executed = len(began(tmp_path)) - len(kept)
        assert executed <= 3
    finish(start(1000), 1000)
    found = values(tmp_path)
    assert len(found) == len(set(found)) == len(names(tmp_path)) == 1000
    assert 1000 <= len(began(tmp_path)) <= 1003
    children = np.random.SeedSequence(0).spawn(1000)
    expected = {int(np.random.default_rng(child).integers(2**40)) for child in children}
    assert set(found) == expected
    assert {path.name for path in (tmp_path / "out" / "records").glob(".*")} == set()


def test_a_killed_worker_loses_nothing(tmp_path, start):
    deadly = str(tmp_path / "deadly")
    finish(start(8, seconds=0.1, workers=2, deadly=deadly), 8)
    assert len(set(values(tmp_path))) == 8
    assert len(began(tmp_path)) <= 10  # what the dead worker held ran again, nothing else
    executions = len(began(tmp_path))
    # With other workers, too, nothing is left to run.
    finish(start(8, seconds=0.1, deadly=deadly), 8)
    assert len(began(tmp_path)) == executions


@pytest.fixture
def cluster(tmp_path, tree):
    """A scheduler and a worker as processes; returns the address and the scheduler."""
    started = []

    def command(*words):
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
            cwd=tree,
            env=os.environ | {"PYTHONPATH": str(tree)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(process)
        return process

    file = tmp_path / "scheduler.json"

    def begin():
        file.unlink(missing_ok=True)
        scheduler = command(
            "dask_scheduler", "--scheduler-file", str(file), "--port", "0", "--no-dashboard",
            "--host", "127.0.0.1",
        )  # fmt: skip
        until(file.exists, scheduler)
        time.sleep(0.2)
        command(
            "dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard",
            "--host", "127.0.0.1", "--death-timeout", "30",
        )  # fmt: skip
        return json.loads(file.read_text())["address"], scheduler

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.slow
def test_a_killed_scheduler_is_one_line_and_a_rerun_resumes(tmp_path, start, cluster):
    address, scheduler = cluster()
    process = start(40, seconds=0.2, scheduler=address)
    until(lambda: len(names(tmp_path)) >= 5, process)
    os.killpg(scheduler.pid, signal.SIGKILL)
    text = finish(process)
    assert process.returncode == 1
    assert text.splitlines()[-1].startswith("broken off: the scheduler was lost; run the same")
    assert text.count("broken off") == 1
    assert "Traceback" not in text
    kept = set(values(tmp_path))
    before = len(began(tmp_path))
    address, _ = cluster()
    finish(start(40, seconds=0.2, scheduler=address), 40)
    assert len(values(tmp_path)) == len(set(values(tmp_path))) == 40
    later = [int(value) for value in began(tmp_path)[before:]]
    assert not kept & set(later)
    assert len(later) == len(set(later))


@pytest.mark.slow
def test_many_workers_killed_whole_then_resumed(tmp_path, start):
    process = start(60, seconds=0.1, workers=2)
    until(lambda: len(names(tmp_path)) >= 10, process)
    kill_group(process)
    time.sleep(1)  # the workers see that their nanny is gone
    kept, before = set(values(tmp_path)), len(began(tmp_path))
    finish(start(60, seconds=0.1, workers=2), 60)
    assert len(values(tmp_path)) == len(set(values(tmp_path))) == 60
    assert not kept & {int(value) for value in began(tmp_path)[before:]}


@pytest.mark.slow
def test_a_task_that_kills_every_worker_is_named(start):
    text = finish(start(2, workers=2, deadly="always"))
    assert text.splitlines()[-1].startswith("broken off: trials 0 to 0, trials 1 to 1: every")
    assert "Traceback" not in text


def test_no_scheduler_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce.pool, "PATIENCE", 1)
    with told(InputError, "scheduler tcp://127.0.0.1:9: not reached"):
        list(Pool(scheduler="tcp://127.0.0.1:9").run(abs, {"a": 1, "b": 2}))


@pytest.mark.filterwarnings("error")
def test_a_cluster_asks_for_no_port_that_another_may_hold():
    """Dask's own default is 8787, and a warning where it is taken."""
    with socket.socket() as taken:
        with contextlib.suppress(OSError):  # somebody holds it already
            taken.bind(("", 8787))
            taken.listen()
        assert dict(Pool(2).run(abs, {"a": -1, "b": 2})) == {"a": 1, "b": 2}


@pytest.mark.slow
def test_workers_of_many_threads_are_refused_in_one_line(tmp_path):
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=True,
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
    ) as cluster:
        pool = Pool(scheduler=cluster.scheduler_address)
        with told(InputError, "has 2 threads; start workers with --nthreads 1"):
            list(pool.run(abs, {"a": 1, "b": 2}))


def test_a_worker_that_does_not_see_the_folder_is_told_and_writes_nothing(tmp_path):
    folder = tmp_path / "out" / "records"
    task = Task(tiny.trial, (None, str(tmp_path / "log")), ABOUT)
    with told(BrokenOff, "a worker does not see it"):
        records._perform((task, Store(folder)))
    assert not folder.exists()
    assert began(tmp_path) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(tmp_path, monkeypatch, number):
    log = str(tmp_path / "log")
    real, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) == 4:
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    given = {"claim": "tiny", "options": {"log": log}, "out": tmp_path / "out", "chunk": 1}
    with told(BrokenOff, "cannot be written .*make room there"):
        map_trials(tiny.trial, 10, **given, echo=lambda _: None)
    left = {path.name for path in (tmp_path / "out" / "records").iterdir()}
    assert len(left) == 4
    assert left == names(tmp_path) | {"lock"}
    assert len(map_trials(tiny.trial, 10, **given, echo=lambda _: None)) == 10
    assert len(names(tmp_path)) == 10
    assert len(began(tmp_path)) == 11  # the one whose record found no room, again


def test_a_corrupt_record_is_made_anew(tmp_path):
    store = Store(tmp_path)
    result = {"values": [1, 2.5, "three"]}
    assert store.put(ABOUT, result) == store.get(ABOUT) == result
    path = store.path(ABOUT)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(300):
        broken = bytearray(whole)
        at = int(rng.integers(len(whole)))
        if rng.random() < 0.3:
            del broken[at:]
        else:
            broken[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(broken)
        assert store.get(ABOUT) in (None, result)  # white space may change without harm
    path.write_bytes(whole.replace(b'"three"', b'"four"'))
    assert store.get(ABOUT) is None
    path.write_bytes(b"[" * 100_000)
    assert store.get(ABOUT) is None
    other = Store(tmp_path / "other")
    other.put({"claim": "y"}, {"values": [4]})
    path.write_bytes(other.path({"claim": "y"}).read_bytes())  # a record under another's name
    assert store.get(ABOUT) is None


@pytest.mark.parametrize("change", [{"claim": "y"}, {"seed": 1}, {"package": {"key": "b"}}])
def test_the_key_hangs_on_everything_a_result_hangs_on(change):
    store, base = Store(Path()), ABOUT | {"package": {"key": "a"}}
    assert store.path(base | change) != store.path(base)
    assert store.path(dict(reversed(base.items()))) == store.path(base)


def test_two_runs_do_not_share_a_folder(tmp_path):
    store = Store(tmp_path)
    with (
        store.alone(),
        pytest.raises(InputError, match="another run is writing there"),
        Store(tmp_path).alone(),
    ):
        pass
    with store.alone():  # free again
        pass


def test_chunks_and_counts_enter_no_result(tmp_path):
    def run(count, chunk, out):
        options = {"log": str(tmp_path / "log")}
        return map_trials(
            tiny.trial, count, claim="x", seed=5, options=options, out=tmp_path / out, chunk=chunk,
            echo=lambda _: None,
        )  # fmt: skip

    assert run(7, 1, "a.out") == run(7, 3, "b.out") == run(20, 20, "c.out")[:7]


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: map_trials(tiny.trial, 0, claim="x"), "at least 1"),
        (lambda: Pool(0), "at least 1"),
        (lambda: Pool(2, "tcp://x:1"), "exclude each other"),
        (lambda: reproduce.run_experiment("none", 1), "experiment 'none': unknown"),
    ],
)
def test_bad_requests_are_one_line(call, line):
    with told(InputError, line):
        call()


def test_a_lost_gpu_is_told_and_auto_falls_back(tmp_path, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="torch finds no GPU; use cpu or auto"):
        reproduce.run_experiment("theorem-1-training", 1, device="cuda", out=tmp_path)
    assert Pool().pick_device("auto")[0] == "cpu"


def test_a_gpu_lost_among_the_trials_is_one_line_and_the_rest_runs_without(tmp_path):
    def run(asked, picked):
        options = {"log": str(tmp_path / "log"), "most": 3}
        return map_trials(
            tiny.on_device, 6, claim="x", options=options, device=(asked, picked),
            out=tmp_path / "out", chunk=1, echo=lambda _: None,
        )  # fmt: skip

    with told(BrokenOff, "trial 3 of seed 0: RuntimeError: CUDA error.*run the same command again"):
        run("auto", "cuda")
    assert len(names(tmp_path)) == 3
    found = run("auto", "cpu")
    assert [trial["device"] for trial in found] == ["cuda"] * 3 + ["cpu"] * 3
    assert len(began(tmp_path)) == 7  # the one that broke off, again
    # Who names a device gets that one.
    assert {trial["device"] for trial in run("cpu", "cpu")} == {"cpu"}


@pytest.mark.parametrize(
    ("asked", "there", "picked"),
    [("auto", False, "cpu"), ("auto", True, "cuda"), ("cpu", True, "cpu"), ("cuda", True, "cuda")],
)
def test_auto_takes_the_gpu_where_there_is_one(monkeypatch, asked, there, picked):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    assert Pool().pick_device(asked)[0] == picked
    assert Pool(scheduler="tcp://x:1").pick_device(asked)[0] == asked
