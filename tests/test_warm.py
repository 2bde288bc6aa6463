"""Warm kernels give what cold ones give: the same results, the same failures, nothing shared."""

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec

from lossurface._warm import PRELOADED, WarmProvisioner
from lossurface.reproduce.notebook import execute

SCRIPT = """
import sys
import time
from pathlib import Path

if __name__ == "__main__":  # a kernel's process imports this file, too
    from lossurface.reproduce.notebook import execute

    for name in sys.argv[1:]:
        found = execute(Path(name), {}, Path(name).with_suffix(".out.ipynb"))
        print(found.error, found.text, sep="\\n", end="")
"""


STARTER = """
import time

if __name__ == "__main__":
    from jupyter_client import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    print(manager.provisioner.pid, flush=True)
    time.sleep(600)
"""


def notebook(path, *cells):
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


def test_a_kernel_is_warm_alone_and_of_its_own_folder(tmp_path):
    """Large libraries are loaded; ours, the checkout and the last kernel's variables are not.

    In a process of its own: a server that another test has started would not be warm.
    """
    first = notebook(
        tmp_path / "first.ipynb",
        "import sys, os\nleft = 1\nos.environ['LEFT'] = '1'",
        "print('torch' in sys.modules, 'lossurface.setting' in sys.modules, os.getcwd())",
        f"print([p for p in sys.path if os.path.realpath(p) == {os.path.realpath('.')!r}])",
        "import multiprocessing as m\n"
        "child = m.get_context('fork').Process(target=print)\nchild.start()\nchild.join()\n"
        "print(child.exitcode)",
    )
    second = notebook(
        tmp_path / "second.ipynb", "import os\nprint('left' in globals(), 'LEFT' in os.environ)"
    )
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    told = subprocess.run(
        [sys.executable, str(script), str(first), str(second)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": "lossurface-warm"},
    ).stdout
    assert told.split() == [
        *("None", "True", "False", str(tmp_path), "[]", "0"),
        *("None", "False", "False"),
    ]


def alive(pid):
    """Whether a process runs; one that waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_kernel_ends_with_whoever_started_it_even_if_killed(tmp_path):
    if not Path("/proc/self/stat").is_file():
        pytest.skip("processes are looked up in /proc")
    script = tmp_path / "script.py"
    script.write_text(STARTER)
    warm = {**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": "lossurface-warm"}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=warm
    ) as starter:
        first = starter.stdout.readline()
        starter.kill()
    kernel = int(first)  # the first that is said: a kernel's own notes are for no terminal
    until = time.monotonic() + 15
    while alive(kernel) and time.monotonic() < until:
        time.sleep(0.1)
    assert not alive(kernel)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Execute cells in a warm kernel."""
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "lossurface-warm")

    def run(*cells, timeout=60):
        path = notebook(tmp_path / "cells.ipynb", *cells)
        return execute(path, {}, tmp_path / "out.ipynb", timeout=timeout)

    return run


def test_failures_are_told_as_ever(run):
    failed = run("torch")
    assert "NameError" in str(failed.error)  # imported beforehand, not by the notebook
    died = run("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert "DeadKernelError" in str(died.error)
    late = run("while True: pass", timeout=1)
    assert late.error is not None
    assert "CellTimeoutError" in late.error


def test_another_interpreter_starts_cold(monkeypatch):
    import asyncio

    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

    started = []

    async def cold(self, cmd, **kwargs):
        started.append(cmd)

    monkeypatch.setattr(LocalProvisioner, "launch_kernel", cold)
    provisioner = WarmProvisioner(kernel_id="", kernel_spec=KernelSpec())
    for cmd in (["julia", "kernel.jl"], [sys.executable, "-m", "xeus"]):
        asyncio.run(provisioner.launch_kernel(cmd))
        assert started.pop() == cmd


def test_what_is_preloaded_starts_no_thread():
    """A fork takes only one thread along."""
    code = (
        "import importlib, os, sys\n"
        f"for name in {PRELOADED!r}: importlib.import_module(name)\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    if not Path("/proc/self/task").is_dir():
        pytest.skip("threads are counted through /proc")
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=alone
    )
    assert found.stdout == "1\n"
