"""The command line: what it prints, and its exit status 0, 1 or 2."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lossurface import cli
from lossurface.claims import CLAIMS
from lossurface.exact import load
from lossurface.setting import NEURONS
from tests.exact.mutations import resealed


@pytest.fixture
def run(capsys):
    """Run the command line in this process; return status, output and errors."""

    def call(*arguments):
        status = 0
        try:
            cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = stop.code or 0
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def certificate(run, tmp_path):
    """Return the path of Proposition 5's certificate."""
    path = tmp_path / "c.json"
    assert run("certify", "proposition-5", "-o", path)[0] == 0
    return path


ROOT = Path(__file__).parents[1]
OURS = "Ours, not the paper's:"


def test_list_names_every_claim(run):
    status, out, _ = run("list")
    assert status == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines if line != OURS] == list(CLAIMS)
    assert lines[lines.index(OURS) + 1].startswith("ours-")
    rows = json.loads(run("list", "--json")[1])
    assert [row["id"] for row in rows] == list(CLAIMS)
    assert set(rows[0]) == {"id", "title", "evidence", "page", "certificate", "proved"}
    pages = [line.split()[1] for line in lines if line != OURS]
    assert all((ROOT / page).is_file() for page in pages)


def test_help_is_whole_and_lists_choices_and_exit_statuses(run):
    status, out, err = run()
    assert (status, err) == (0, "")
    assert out == run("--help")[1]
    assert "..." not in out.replace("[ARGS]...", "")
    for name in cli.cli.commands:
        status, out, _ = run(name, "--help")
        assert status == 0
        assert "Exit status: 0" in out or name == "list"
    shown = " ".join(run("check", "--help")[1].split())
    assert all(name in shown for name in [*NEURONS, "logistic", "identity", "quadratic"])


def test_ids_forgive_case(run):
    told = run("verify", "Proposition 5", "EXAMPLE-1", "--trials", 1)[1]
    assert [line.split(":")[0] for line in told.splitlines()[:-1]] == ["proposition-5", "example-1"]


def test_a_certificate_goes_to_standard_output(run, certificate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("certify", "proposition-5", "-o", "-") == (0, certificate.read_text(), "")
    assert list(tmp_path.iterdir()) == [certificate]


def test_findings_in_json_name_neuron_p_and_width(run):
    for claim in ("proposition-2", "proposition-5", "proposition-6"):
        (row,) = json.loads(run("verify", claim, "--json")[1])
        width = "" if claim == "proposition-6" else r", M = \d+"
        network = re.compile(rf"({'|'.join(NEURONS)}), p = \d{width}; certificate sha256:\w+")
        found = [one for one in row["findings"] if one["statement"].startswith("certificate of")]
        assert found
        assert all(network.fullmatch(one["detail"]) for one in found)


def test_quiet_tells_only_what_does_not_hold(run, certificate, tmp_path, monkeypatch):
    from lossurface.claims import example_1
    from lossurface.exact import equal

    assert run("verify", "proposition-5", "example-3", "-q", "--trials", 1) == (0, "", "")
    assert run("recheck", "-q", certificate) == (0, "", "")
    assert run("certify", "proposition-5", "-q", "-o", tmp_path / "d.json") == (0, "", "")
    monkeypatch.setattr(example_1, "findings", lambda: [equal("0 = 1", 0, 1)])
    status, out, _ = run("verify", "example-1", "-q")
    assert (status, out.count("\n")) == (1, 1)
    assert out.startswith("example-1: fails.")
    resealed(load(certificate).data, ("radius",), "2").save(tmp_path / "e.json")
    status, out, _ = run("recheck", "-q", tmp_path)
    assert (status, out.count("\n")) == (1, 1)
    assert out.startswith(f"{tmp_path / 'e.json'}: NOT VERIFIED: ")


def test_check_says_its_verdict_first_and_where_it_wrote(run, tmp_path):
    (tmp_path / "d.csv").write_text("a,b,y\n2,1,\x1b[31m\n1,2,\x1b[31m\n-1,0,no\n0,-1,no\n")
    asked = ("check", tmp_path / "d.csv", "--label", "y", "--positive", "\x1b[31m")
    status, out, err = run(*asked, "--out", tmp_path / "report")
    assert (status, err) == (0, "")
    first, *_, last = out.splitlines()
    assert first.startswith("guaranteed by Theorem 2 and Monotone (ours): every local minimum")
    assert last.startswith(f"{tmp_path / 'report'}: written")
    assert "4 samples in 2 dimensions, 2 positive (\\x1b[31m), 2 negative (no)" in out
    assert (tmp_path / "report" / "report.html").is_file()
    assert run(*asked, "-q")[1] == "\n".join(out.splitlines()[:3]) + "\n"
    status, out, err = run(*asked, "--out", tmp_path / "report", "--json")
    assert json.loads(out)["source"] == str(tmp_path / "d.csv")
    assert err == f"{last}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="opens a pseudo-terminal")
@pytest.mark.parametrize(
    ("plain", "asked", "first", "coloured"),
    [
        ("", ["verify", "proposition-5"], "[1/1] proposition-5", True),
        ("1", ["verify", "proposition-5"], "[1/1] proposition-5", False),
        ("", ["list"], "theorem-1", False),  # "fails" begins a line of a title that is wrapped
    ],
)
def test_a_terminal_gets_colour_and_its_own_width(plain, asked, first, coloured):
    import pty

    leader, terminal = pty.openpty()
    environment = os.environ | {"NO_COLOR": plain, "COLUMNS": "60"}
    program = f"from lossurface.cli import main; main({asked})"
    subprocess.run(
        [sys.executable, "-c", program], stdout=terminal, stderr=terminal, env=environment
    )
    os.close(terminal)
    told = os.read(leader, 10_000).decode()
    os.close(leader)
    assert ("\x1b[" in told) == ("\x1b[32mholds" in told) == coloured
    lines = re.sub(r"\x1b\[\d*m", "", told).splitlines()
    assert lines[0].startswith(first)
    assert len(lines) > 2
    assert max(map(len, lines)) <= 60


def test_a_shell_completes_commands_and_ids():
    def completed(words):
        environment = os.environ | {
            "_LOSSURFACE_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        program = "from lossurface.cli import main; main()"
        told = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=environment
        )
        return [line.removeprefix("plain,") for line in told.stdout.splitlines()]

    assert completed("lossurface re") == ["recheck", "reproduce"]
    assert completed("lossurface verify Theorem") == ["theorem-1", "theorem-2"]
    assert completed("lossurface certify ours-") == ["ours-width", "ours-necessary"]


def test_a_label_that_the_terminal_cannot_show_is_escaped(tmp_path):
    (tmp_path / "d.csv").write_text("a,y\n2,∞\n-1,no\n", encoding="utf-8")
    program = "import sys; from lossurface.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", program, "check", "d.csv", "--label", "y"]
    ended = subprocess.run(
        [*command, "--positive", "∞"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "1 positive (\\u221e), 1 negative (no)" in ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a shell that closes streams")
def test_streams_may_be_closed():
    program = "from lossurface.cli import main; main(['verify', 'example-3', 'proposition-5'])"
    command = f"{sys.executable} -c \"if __name__ == '__main__': {program}\" >&- 2>&-"
    assert subprocess.run(command, shell=True).returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="writes to a full device")
def test_output_that_cannot_be_written_is_one_line_and_status_2():
    with Path("/dev/full").open("w") as full:
        program = "from lossurface.cli import main; main(['list'])"
        ended = subprocess.run(
            [sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert ended.returncode == 2
    assert ended.stderr == "lossurface: [Errno 28] No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="closes a pipe")
@pytest.mark.parametrize("command", ["list", "recheck"])
def test_where_nobody_reads_on_it_ends_quietly_and_not_with_1(certificate, command):
    asked = [command, *([str(certificate)] if command == "recheck" else [])]
    reader, writer = os.pipe()
    os.close(reader)
    program = f"from lossurface.cli import main; main({asked})"
    ended = subprocess.run([sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_verify_prints_one_line_a_claim(run):
    status, out, err = run("verify", "proposition-5", "example-1", "--trials", 5)
    assert (status, err) == (0, "")
    first, second, summary = out.splitlines()
    page = "book/propositions/proposition-5"
    assert first.startswith(f"proposition-5: holds. Proved on its page ({page}), and by each cert")
    assert "; checked here: 9 exact, 5 sampled. The unique minimiser" in second
    assert re.fullmatch(r"2 claims: 2 hold  \[\d+\.\d s\]", summary)


def test_several_claims_and_one_alone_say_the_same(run):
    ids = ["example-3", "proposition-5", "example-1"]
    rows = json.loads(run("verify", *ids, "--trials", 5, "--json")[1])
    alone = [json.loads(run("verify", one, "--trials", 5, "--json")[1])[0] for one in ids]
    for row in [*rows, *alone]:
        assert row.pop("seconds") > 0
    assert rows == alone
    row = rows[1]
    assert {"id", "verdict", "evidence", "detail"} <= set(row)
    assert (row["id"], row["verdict"], row["evidence"]) == ("proposition-5", "holds", ["exact"])
    assert row["scope"]["checked"] == {"exact": len(row["findings"])}


def test_an_option_is_for_the_claims_that_take_it(run):
    status, out, err = run("verify", "proposition-5", "--trials", 3)
    assert (status, out.count("\n")) == (0, 1)
    assert err == "lossurface: --trials is not used: proposition-5 takes no trials\n"
    assert run("verify", "proposition-5", "example-1", "--trials", 3)[2] == ""


def test_a_summary_counts_what_does_not_hold(run, monkeypatch):
    from lossurface.claims import example_1, example_3
    from lossurface.exact import equal, undecided

    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # a process of its own sees no such change
    monkeypatch.setattr(example_1, "findings", lambda: [equal("0 = 1", 0, 1)])
    monkeypatch.setattr(example_3, "findings", lambda: [undecided("0 = x", "no x")])
    status, out, _ = run("verify", "example-1", "proposition-5", "example-3")
    assert status == 1
    assert out.splitlines()[-1].startswith("3 claims: 1 hold, 1 fail, 1 undecided  [")


VERIFY = "from lossurface.cli import main\nif __name__ == '__main__':\n    main(['verify'])\n"


def children(pid):
    """Return the processes that a process started and that still run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(entry.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("ending", ["interrupted", "killed", "a worker killed"])
def test_no_process_outlives_a_verification(tmp_path, ending):
    (tmp_path / "program.py").write_text(VERIFY)
    started = subprocess.Popen(
        [sys.executable, tmp_path / "program.py"], stderr=subprocess.PIPE, text=True
    )
    while len(workers := children(started.pid)) < 3:  # two, and the tracker of their semaphores
        assert started.poll() is None
        time.sleep(0.05)
    time.sleep(2)  # until they are at work
    if ending == "a worker killed":
        os.kill(max(workers), signal.SIGKILL)
    else:
        started.send_signal(signal.SIGINT if ending == "interrupted" else signal.SIGKILL)
    _, errors = started.communicate(timeout=60)
    if ending == "interrupted":
        assert (started.returncode, errors) == (130, "\nlossurface: interrupted\n")
    if ending == "a worker killed":
        assert (started.returncode, errors.count("\n")) == (2, 1)
        assert errors.startswith("lossurface: a process that verified claims was killed")
    end = time.monotonic() + 60
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("told", ["", "2"])
def test_the_command_takes_one_thread_unless_told_otherwise(told):
    program = (
        "import os\n"
        "names = ['OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OPENBLAS_NUM_THREADS']\n"
        "from lossurface import cli\n"
        "print([os.environ.get(name) for name in names])\n"
        "cli.main(['list', '--json'])\n"
        "import torch\n"
        "print(torch.get_num_threads(), [os.environ[name] for name in names])\n"
    )
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=environment | dict.fromkeys(names if told else (), told),
    )
    imported, *_, ran = ended.stdout.splitlines()
    assert imported == str([told or None] * 3)
    assert ran == f"{told or 1} {[told or '1'] * 3}"


def test_a_recheck_is_told_in_lines_or_as_json(run, certificate, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    deep = '{"format": "lossurface/certificate", "kind": "farkas", "mu": %s1%s}'
    for depth in (900, 985, 995, 100_000):
        (folder / f"a{depth}.json").write_text(deep % ("[" * depth, "]" * depth))
    (folder / "b.json").write_text(" " * 5_000_000)
    os.mkfifo(folder / "fifo.json")
    (folder / "folder.json").mkdir()
    resealed(load(certificate).data, ("radius",), "2").save(folder / "y.json")
    (folder / "z.json").write_bytes(certificate.read_bytes())
    status, out, err = run("recheck", folder)
    assert (status, err) == (2, "")
    words = [*["UNREADABLE"] * 7, "NOT VERIFIED", "VERIFIED"]
    files = [str(path) for path in sorted(folder.iterdir())]
    told = [line.split(": ")[:2] for line in out.splitlines()[:-1]]
    assert told == [[*pair] for pair in zip(files, words, strict=True)]
    assert out.splitlines()[-1] == "9 certificates: 1 verified, 1 not verified, 7 unreadable"
    status, out, _ = run("recheck", folder, "--json")
    assert status == 2
    kinds = {"UNREADABLE": "unreadable", "NOT VERIFIED": "fails", "VERIFIED": "holds"}
    assert [(row["file"], row["status"]) for row in json.loads(out)] == [
        (file, kinds[word]) for file, word in zip(files, words, strict=True)
    ]
    for name, status in (("y", 1), ("z", 0)):
        assert run("recheck", folder / f"{name}.json")[0] == status
        assert run("recheck", folder / f"{name}.json", "--json")[0] == status


@pytest.mark.parametrize(
    ("name", "written"),
    [("a\nb", r"a\nb"), ("a\x1b[31mb", r"a\x1b[31mb"), ("a\udcffb", r"a\udcffb")],
    ids=["a line end", "an escape sequence", "not UTF-8"],
)
def test_file_names_are_written_escaped(run, tmp_path, name, written):
    path = tmp_path / f"{name}.json"
    status, out, _ = run("certify", "proposition-5", "-o", path)
    assert (status, out.count("\n")) == (0, 1)
    for arguments in ([path], [tmp_path]):
        status, out, err = run("recheck", *arguments)
        assert (status, err, out.count("\n")) == (0, "", 2)
        assert out.startswith(f"{tmp_path / written}.json: VERIFIED: ")
    assert json.loads(run("recheck", path, "--json")[1])[0]["file"] == str(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("verify", "theorem-99"), "'theorem-99' is not a claim; did you mean theorem-"),
        (("verify", "lemma"), "'lemma' is not a claim; known are theorem-1, theorem-2, "),
        (("verify", "--trials", "0"), "Invalid value for '--trials'"),
        (("verify", "--seed", "-1"), "seed is -1; give a whole number from 0"),
        (("verify", "proposition-5", "--device", "gpu9"), "device is 'gpu9'; use cpu, cuda or"),
        (("certify", "example-1", "-o", "x.json"), "example-1 has no certificate"),
        (("certify", "proposition-5", "-o", "x.json", "--p", "1"), "p is 1; Proposition 5 needs"),
        (
            ("certify", "proposition-5", "-o", "x.json", "--neuron", "relu"),
            "neuron is 'relu'; Proposition 5 needs a strongly convex neuron",
        ),
        (("certify", "proposition-5", "-o", "x.json", "--width", "0"), "width is 0; Proposition 5"),
        (("certify", "proposition-5"), "Missing option '-o'"),
        (("certify", "--all", "-o", ""), "--output is empty; name a file"),
        (("certify", "--all", "-o", "-"), "--all writes a folder, and - is standard output"),
        (("no-such-command",), "(`lossurface -h` shows the choices)"),
        (("check", "x.csv"), "Missing option '--label'. (`lossurface check -h` shows the"),
        (("reproduce", "--count", "3"), "give --trials-of NAME"),
        (("reproduce", "--trials-of", "separability", "theorem-1"), "give no ID and no -p"),
        (("reproduce", "--workers", "2", "--scheduler", "tcp://x:1"), "exclude each other"),
        (("reproduce", "--scheduler", "foo"), "scheduler foo: no port; write tcp://HOST"),
        (("reproduce", "theorem-1", "-p", "trails", "3"), "unknown parameter 'trails'"),
        (("reproduce", "--out", ""), "the folder to write to has no name"),
        (("check", "no.csv", "--label", "y", "--out", ""), "the folder to write to has no name"),
        (("check", "a\n\x1b[31m.csv", "--label", "y"), r"a\n\x1b[31m.csv"),
    ],
)
def test_bad_input_is_one_line_and_status_2(run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.startswith("lossurface: ")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_too_few_trials_are_one_line_and_status_2(run, monkeypatch):
    from lossurface.claims import proposition_10

    monkeypatch.setattr(proposition_10, "critical_points", lambda trials, seed: [])
    status, out, err = run("verify", "proposition-10", "--trials", 2)
    assert (status, out) == (2, "")
    assert "trials is 2: of 4 trained networks none came to a critical point" in err


def test_help_and_recheck_load_nothing_heavy(certificate):
    program = (
        "import sys\n"
        "from lossurface.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    pass\n"
        "heavy = {'torch', 'numpy', 'scipy', 'matplotlib', 'plotly', 'dask', 'flint'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    for arguments in (["--help"], ["list"], ["recheck", str(certificate)]):
        start = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
        )
        assert ended.stderr.strip() == "[]", arguments
        assert time.perf_counter() - start < 5  # well under a second when the machine is idle


def test_a_reproduction_that_broke_off_ends_with_3_and_resumes(run, tmp_path, monkeypatch):
    from lossurface.reproduce import records

    def full(path, text):
        raise OSError(28, "No space left on device")

    arguments = ("reproduce", "--trials-of", "separability", "--count", "2", "--chunk", "1")
    arguments += ("--out", str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(records, "write_atomically", full)
        status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (3, "", 1)
    assert "No space left on device" in err
    assert "it resumes" in err
    status, out, _ = run(*arguments)
    assert status == 0
    assert out.startswith("proposition-3: holds.")
