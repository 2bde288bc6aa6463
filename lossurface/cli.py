"""The command line."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lossurface.errors import InputError, checked_folder
from lossurface.exact.checker import printable
from lossurface.setting.neurons import NEURONS

if TYPE_CHECKING:
    from lossurface.claims import Claim
    from lossurface.exact import Verdict

__all__ = ["cli", "main"]

_STATUSES = {"holds": "hold", "fails": "fail", "undecided": "undecided"}
_COLOURS = {"holds": "green", "guaranteed": "green", "fails": "red", "undecided": "yellow"}
_COLOURS |= {"no guarantee applies": "red", "certified": "red", "warning": "red"}
_TOLD = re.compile(rf"^( *|[a-z0-9-]+: )({'|'.join(_COLOURS)})\b")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_quiet = partial(click.option, "-q", "--quiet", is_flag=True)
_NEURONS = ", ".join(NEURONS)


def _ids(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Complete an id in the shell."""
    from lossurface.claims import CLAIMS

    certify = context.command.name == "certify"
    asked = (claim.id for claim in CLAIMS.values() if claim.certifies or not certify)
    return [id_ for id_ in asked if id_.startswith(begun.lower())]


class _Command(click.Command):
    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the help's first sentence, however long; click would cut it."""
        return super().get_short_help_str(1000)


class _Group(click.Group):
    command_class = _Command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; where nobody reads on (`| head -1`), end as a shell's own commands do."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _say_no_more()
            sys.exit(141)  # 128 + SIGPIPE: not 1, which would say that something does not hold


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lossurface", prog_name="lossurface")
def cli() -> None:
    """Companion to Liang, Sun, Li and Srikant (ICML 2018): search in floats, check exactly.

    Begin with `lossurface list`. `lossurface COMMAND -h` shows what a command takes.

    Exit status: 0 if everything holds, 1 if something does not, 2 for bad input, 3 if `reproduce`
    could not go on.
    """


@cli.command("list")
@_JSON
def list_claims(as_json: bool) -> None:
    """List the claims, the pages that prove them and the evidence of their checks."""
    from lossurface.claims import CLAIMS

    rows = [
        {
            "id": claim.id,
            "title": claim.title,
            "evidence": list(claim.evidence),
            "page": claim.page,
            "certificate": claim.certifies,
            "proved": claim.proved,
        }
        for claim in CLAIMS.values()
    ]
    if as_json:
        _print_json(rows)
        return
    first = next(claim for claim in CLAIMS.values() if claim.ours)
    for claim in CLAIMS.values():
        if claim is first:
            _say("Ours, not the paper's:")
        page = f"book/{claim.page}.ipynb"
        _say(f"{claim.id:21}{page:40}{claim.title} (checks: {', '.join(claim.evidence)})")


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=_ids)
@click.option("--seed", type=int, help="Seed of everything sampled; 0 unless given.")
@click.option("--trials", type=click.IntRange(1), help="Trials of each sampled experiment.")
@click.option("--device", help="Where networks are trained: cpu (unless given), cuda or auto.")
@_quiet(help="Print only what does not hold.")
@_JSON
def verify(ids: tuple[str, ...], quiet: bool, as_json: bool, **choices: Any) -> None:
    """Verify claims, all by default.

    Each claim gets those options that it takes; an option that none of the claims takes is
    reported. Several claims are verified in two processes.

    Exit status: 0 if every claim holds, 1 if one fails or is undecided, 2 for bad input.
    """
    from lossurface.claims import check_options, select

    claims = select(ids)
    given = {name: value for name, value in choices.items() if value is not None}
    check_options(given)
    for name in given:
        if not any(name in claim.options for claim in claims):
            named = ", ".join(claim.id for claim in claims)
            click.echo(f"lossurface: --{name} is not used: {named} takes no {name}", err=True)
    start, verdicts = time.perf_counter(), []
    with _verifying(claims, given) as coming:
        for position, claim in enumerate(claims, 1):
            if not quiet:
                _progress(f"[{position}/{len(claims)}] {claim.id} ...")
            verdict = next(coming)
            verdicts.append(verdict)
            if not (as_json or (quiet and verdict.status == "holds")):
                _say(f"{verdict}  [{verdict.seconds:.1f} s]")
    if as_json:
        _print_json([verdict.to_dict() for verdict in verdicts])
    elif len(verdicts) > 1 and not quiet:
        told = _counted((verdict.status for verdict in verdicts), "claim", _STATUSES)
        _say(f"{told}  [{time.perf_counter() - start:.1f} s]")
    if any(verdict.status != "holds" for verdict in verdicts):
        sys.exit(1)


@contextmanager
def _verifying(claims: Sequence[Claim], given: dict[str, Any]) -> Iterator[Iterator[Verdict]]:
    """Give the verdicts in order: several come from two processes, which end with the block."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    tasks = [
        (claim, {name: given[name] for name in given if name in claim.options}) for claim in claims
    ]
    if len(tasks) == 1 or os.cpu_count() == 1:
        yield map(_verdict, tasks)
        return
    fresh = multiprocessing.get_context("spawn")  # a fork would inherit locks of threads
    with ProcessPoolExecutor(2, mp_context=fresh, initializer=_end_with_starter) as pool:
        try:
            usual = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the processes inherit it
            coming = [pool.submit(_verdict, task) for task in tasks]
            signal.signal(signal.SIGINT, usual)
            yield (verdict.result() for verdict in coming)
        except BrokenProcessPool:
            why = "a process that verified claims was killed, perhaps because memory ran out"
            raise click.ClickException(f"{why}; name fewer claims at a time") from None
        except BaseException:  # the rest would still be verified
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def _verdict(task: tuple[Claim, dict[str, Any]]) -> Verdict:
    claim, options = task
    return claim.verify(**options)


def _end_with_starter() -> None:
    """End when the starting process is gone, which the pool's processes do not by themselves."""
    starter = multiprocessing.parent_process()
    assert starter is not None

    def watch() -> None:
        starter.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@cli.command()
@click.argument("claim_id", metavar="[ID]", required=False, shell_complete=_ids)
@click.option("--all", "everything", is_flag=True, help="Write the whole gallery to a folder.")
@click.option("-o", "--output", required=True, help="File (- is standard output), or folder.")
@click.option("--neuron", metavar="NAME", help=f"A neuron that the claim is about, of {_NEURONS}.")
@click.option("--p", type=int, help="Power of the polynomial hinge.")
@click.option("--width", type=int, help="Number of neurons M.")
@click.option("--family", help="For ours-width: recursion, small or fixed-fd.")
@_quiet(help="Do not report what is written.")
def certify(
    claim_id: str | None, everything: bool, output: str, quiet: bool, **choices: Any
) -> None:
    """Write the certificate of a claim's counterexample, or with --all those of the gallery.

    Exit status: 0 if it is written, 2 for bad input.
    """
    if not output:
        raise InputError("--output is empty; name a file, or with --all a folder")
    if everything and output == "-":
        raise InputError("--all writes a folder, and - is standard output; name a folder")
    given = {name: value for name, value in choices.items() if value is not None}
    tell = _silent if quiet else click.echo
    if everything:
        if claim_id is not None or given:
            raise InputError("--all writes the whole gallery; give no claim and no choice with it")
        _certify_all(Path(output), tell)
        return
    if claim_id is None:
        raise InputError("no claim is named; name one, such as proposition-5, or give --all")
    from lossurface.claims import get

    claim = get(claim_id)
    certificate = claim.certify(**given)
    if output == "-":
        click.echo(certificate.to_json(), nl=False)
        return
    certificate.save(output)
    data = certificate.data
    tell(
        f"{printable(output)}: {claim.id}, training error {data['training_error']}, "
        f"radius {data['radius']}"
    )


def _silent(line: str) -> None:
    pass


def _certify_all(folder: Path, tell: Callable[[str], None]) -> None:
    from lossurface.claims.gallery import certificates

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        name = printable(folder)
        raise InputError(f"{name}: no folder ({error.strerror}); choose another place") from None
    for name, shows, certificate in certificates():
        path = certificate.save(folder / name)
        data = certificate.data
        tell(
            f"{printable(path)}: {shows}; training error {data['training_error']}, "
            f"radius {data['radius']}"
        )


@cli.command()
@click.argument("paths", metavar="FILE|DIR...", nargs=-1, required=True, type=click.Path())
@_quiet(help="Print only what is not verified.")
@_JSON
def recheck(paths: tuple[str, ...], quiet: bool, as_json: bool) -> None:
    """Check certificates, or all in a folder, relying on nothing that they say.

    Exit status: 0 if all are verified, 1 if one is false, 2 if one is unreadable.
    """
    from lossurface.exact.checker.__main__ import WORDS, outcomes

    statuses, found = ("holds", "fails", "unreadable"), []
    for file, k, line in outcomes(paths):
        found.append((k, {"file": file, "status": statuses[k], "detail": line}))
        if not as_json and (k or not quiet):
            click.echo(f"{printable(file)}: {WORDS[k]}: {line}")
    if as_json:
        _print_json([row for _, row in found])
    elif not quiet:
        words = {statuses[k]: word.lower() for k, word in WORDS.items()}
        click.echo(_counted((statuses[k] for k, _ in found), "certificate", words))
    sys.exit(max(k for k, _ in found))


@cli.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--label", required=True, metavar="COLUMN", help="Column with the labels.")
@click.option("--positive", metavar="VALUE", help="The label to be called +1.")
@click.option(
    "--neuron", metavar="NAME", default="softplus", show_default=True, help=f"One of {_NEURONS}."
)
@click.option("--loss", default="hinge", show_default=True, help="hinge, logistic or quadratic.")
@click.option("--p", type=int, help="Power of the polynomial hinge; 6 unless given.")
@click.option("--width", type=int, help="Number of neurons M of f_S, if known.")
@click.option(
    "--architecture",
    default="shortcut",
    show_default=True,
    help="shortcut, single, feedforward or identity.",
)
@click.option("--out", help="Folder for the report: a page, JSON, certificates.")
@_quiet(help="Print the verdict alone.")
@_JSON
def check(path: Path, out: str | None, quiet: bool, as_json: bool, **choices: Any) -> None:
    """Say which guarantee applies to a dataset (CSV, Parquet or NPZ), with exact certificates.

    Exit status: 0 if it reports, whatever the verdict; 2 for bad input.
    """
    from lossurface.claims.check import check_file

    if out is None:
        report = check_file(path, **choices)
    else:
        from lossurface.show.dataset_report import checked_place, write

        folder = checked_place(out)
        report = check_file(path, **choices)
        write(report, folder)
    if as_json:
        click.echo(json.dumps(report.to_dict(), indent=2))
    else:
        _say("\n".join(map(printable, report.verdict if quiet else report.lines())))
    if out is not None and not quiet:
        written = f"{printable(out)}: written, with report.html, report.json and certificates"
        click.echo(written, err=as_json)


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=_ids)
@click.option("--device", default="auto", show_default=True, help="cpu, cuda or auto.")
@click.option("--profile", default="book", show_default=True, help="quick, book or full.")
@click.option("--out", default="reproduced", show_default=True, help="Folder for the results.")
@click.option("--seed", type=int, help="Replaces every notebook's seed.")
@click.option(
    "-p",
    "--parameter",
    "given",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Sets a parameter of every notebook named.",
)
@click.option("--workers", default=1, show_default=True, help="Processes, one thread each.")
@click.option("--scheduler", metavar="ADDRESS", help="A running dask cluster: tcp://...")
@click.option("--trials-of", metavar="NAME", help="Run experiments instead.")
@click.option("--count", type=click.IntRange(1), help="Trials of each.")
@click.option("--chunk", type=click.IntRange(1), help="Trials in a task.")
@_quiet(help="Do not report progress.")
@_JSON
def reproduce(
    ids: tuple[str, ...],
    out: str,
    profile: str,
    seed: int | None,
    given: tuple[tuple[str, str], ...],
    workers: int,
    scheduler: str | None,
    trials_of: str | None,
    count: int | None,
    chunk: int | None,
    quiet: bool,
    as_json: bool,
    device: str,
) -> None:
    """Run the notebooks of claims (all by default) and summarise their verdicts.

    What has finished is recorded below --out and is not run again. With --trials-of, run
    experiments instead: those of theorem-1, theorem-2 or proposition-1 (planted points, trained
    starts, an assumption dropped), all, or one of them by its name.

    Exit status: 0 if all hold, 1 if something does not, 2 for bad input, 3 if it could not go
    on; the same command then resumes it.
    """
    from lossurface.reproduce import BrokenOff, Pool, run

    checked_folder(out)
    common: dict[str, Any] = {"device": device, "out": out, "pool": Pool(workers, scheduler)}
    common["echo"] = _silent if quiet else partial(click.echo, err=True)
    try:
        if trials_of is not None:
            if ids or given:
                raise InputError(
                    "--trials-of names its claim and options; give no ID and no -p with it"
                )
            held = _run_trials(
                trials_of, as_json, count=count, chunk=chunk, seed=seed or 0, **common
            )
        else:
            if count is not None or chunk is not None:
                raise InputError("--count and --chunk are for trials; give --trials-of NAME too")
            values = {name: _parsed(text) for name, text in given}
            summary = run(ids, profile=profile, seed=seed, parameters=values, **common)
            click.echo(json.dumps(summary.to_dict(), indent=2) if as_json else summary.table())
            held = summary.ok
    except BrokenOff as error:
        click.echo(f"lossurface: {error}", err=True)
        sys.exit(3)
    sys.exit(0 if held else 1)


def _run_trials(name: str, as_json: bool, **options: Any) -> bool:
    """Run the experiments of that name, claim by claim; return whether all hold."""
    from lossurface.reproduce import EXPERIMENTS, run_experiment, select_experiments

    claims = list(dict.fromkeys(EXPERIMENTS[one].claim for one in select_experiments(name)))
    verdicts = []
    for one in [name] if len(claims) == 1 else claims:
        verdicts.append(run_experiment(one, **options))
        if not as_json:
            click.echo(str(verdicts[-1]))
    if as_json:
        rows = [verdict.to_dict() for verdict in verdicts]
        click.echo(json.dumps(rows if len(rows) > 1 else rows[0], indent=2))
    return all(verdict.status == "holds" for verdict in verdicts)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _counted(statuses: Iterable[str], noun: str, words: dict[str, str]) -> str:
    """Return a line such as "17 claims: 16 hold, 1 fails"."""
    found = Counter(statuses)
    counts = ", ".join(f"{found[status]} {word}" for status, word in words.items() if found[status])
    return f"{found.total()} {noun}{'s' * (found.total() != 1)}: {counts}"


def _print_json(rows: Sequence[dict[str, Any]]) -> None:
    click.echo(json.dumps(list(rows), indent=2))


def _say(text: str) -> None:
    """Print lines; to a terminal, wrapped to its width and with the verdicts in colour."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        fill = partial(textwrap.fill, width=width, break_long_words=False, break_on_hyphens=False)
        lines = [
            fill(line, subsequent_indent=" " * (12 if line.startswith("  ") else 4))
            for line in text.split("\n")
        ]
        if not os.environ.get("NO_COLOR"):
            lines = [
                _TOLD.sub(lambda m: m[1] + click.style(m[2], fg=_COLOURS[m[2]]), line)
                for line in lines
            ]
        text = "\n".join(lines)
    click.echo(text)


def _say_no_more() -> None:
    """Drop what could not be written, which Python would try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _progress(message: str) -> None:
    if sys.stderr.isatty():
        click.echo(message, err=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; bad input is one line and exit status 2, never a traceback.

    Where numpy and torch are not loaded yet they get one thread each, unless the environment says
    otherwise: theirs fight over the cores, and what they compute would hang on the machine.
    """
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the shell closed it
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # a label that the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else [*arguments]
    try:
        cli.main(args=given or ["--help"], prog_name="lossurface", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        click.echo("lossurface: interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        told = printable(error.format_message())
        if isinstance(error, click.UsageError) and error.ctx is not None:
            told += f" (`{error.ctx.command_path} -h` shows the choices)"
        click.echo(f"lossurface: {told}", err=True)
        sys.exit(2)
    except InputError as error:
        click.echo(f"lossurface: {printable(error)}", err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"lossurface: {printable(error)}", err=True)
        _say_no_more()
        sys.exit(2)
