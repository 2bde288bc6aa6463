"""The command line. Exit status: 0 all holds, 1 a claim fails or is undecided, 2 bad input.

`reproduce` ends with 3 where it could not go on (a full disk, a lost scheduler); a rerun resumes.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lossurface.errors import InputError, checked_folder
from lossurface.exact.checker import printable

if TYPE_CHECKING:
    from lossurface.claims import Claim
    from lossurface.exact import Verdict

__all__ = ["cli", "main"]

_STATUSES = {"holds": "hold", "fails": "fail", "undecided": "undecided"}
_CHECKED = {"holds": "verified", "fails": "not verified", "unreadable": "unreadable"}
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lossurface", prog_name="lossurface")
def cli() -> None:
    """Companion to Liang, Sun, Li and Srikant (ICML 2018): search in floats, check exactly."""


@cli.command("list")
@_JSON
def list_claims(as_json: bool) -> None:
    """List the claims: the evidence of their checks, and the page that proves them."""
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
    for claim in CLAIMS.values():
        if claim.id == "ours-width":
            click.echo("Ours, not the paper's:")
        checks = f"checks {', '.join(claim.evidence)}"
        click.echo(f"{claim.id:21}{checks:33}{claim.title}; {claim.proved}")


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--seed", type=int, help="Seed of everything sampled; 0 unless given.")
@click.option("--trials", type=click.IntRange(1), help="Trials of each sampled experiment.")
@click.option("--device", help="Where networks are trained: cpu (unless given), cuda or auto.")
@_JSON
def verify(ids: tuple[str, ...], as_json: bool, **choices: Any) -> None:
    """Verify claims (all by default); exit status 0 only when every one holds.

    Each claim gets those of the options that it takes; one that no claim named takes is said.
    Several are verified in two processes.
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
            _progress(f"[{position}/{len(claims)}] {claim.id} ...")
            verdict = next(coming)
            verdicts.append(verdict)
            if not as_json:
                click.echo(f"{verdict}  [{verdict.seconds:.1f} s]")
    if as_json:
        _print_json([verdict.to_dict() for verdict in verdicts])
    elif len(verdicts) > 1:
        told = _counted((verdict.status for verdict in verdicts), "claim", _STATUSES)
        click.echo(f"{told}  [{time.perf_counter() - start:.1f} s]")
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
            why = "a process that verified claims was killed, for want of memory perhaps"
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
@click.argument("claim_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Write the whole gallery to a folder.")
@click.option("-o", "--output", required=True, help="File, or folder.")
@click.option("--neuron", help="A neuron of the claim's class.")
@click.option("--p", type=int, help="Power of the polynomial hinge.")
@click.option("--width", type=int, help="Number of neurons M.")
@click.option("--family", help="Of the claim ours-width: recursion, small or fixed-fd.")
def certify(claim_id: str | None, everything: bool, output: str, **choices: Any) -> None:
    """Write the certificate of a claim's counterexample, or with --all those of the gallery."""
    if not output:
        raise InputError("--output is empty; name a file, or with --all a folder")
    given = {name: value for name, value in choices.items() if value is not None}
    if everything:
        if claim_id is not None or given:
            raise InputError("--all writes the whole gallery; give no claim and no choice with it")
        _certify_all(Path(output))
        return
    if claim_id is None:
        raise InputError("no claim is named; name one, such as proposition-5, or give --all")
    from lossurface.claims import get

    certificate = get(claim_id).certify(**given)
    certificate.save(output)
    data = certificate.data
    click.echo(
        f"{printable(output)}: {claim_id}, training error {data['training_error']}, "
        f"radius {data['radius']}"
    )


def _certify_all(folder: Path) -> None:
    from lossurface.claims.gallery import certificates

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        name = printable(folder)
        raise InputError(f"{name}: no folder ({error.strerror}); choose another place") from None
    for name, shows, certificate in certificates():
        path = certificate.save(folder / name)
        data = certificate.data
        click.echo(
            f"{printable(path)}: {shows}; training error {data['training_error']}, "
            f"radius {data['radius']}"
        )


@cli.command()
@click.argument("path", type=click.Path())
@_JSON
def recheck(path: str, as_json: bool) -> None:
    """Check a certificate, or every one in a folder, believing nothing that it says."""
    from lossurface.exact.checker.__main__ import main, outcomes

    if not as_json:
        sys.exit(main([path]))
    words = ("holds", "fails", "unreadable")
    found = list(outcomes([path]))
    _print_json([{"file": file, "status": words[k], "detail": line} for file, k, line in found])
    sys.exit(max(status for _, status, _ in found))


@cli.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--label", required=True, metavar="COLUMN", help="Column with the labels.")
@click.option("--positive", metavar="VALUE", help="The label to be called +1.")
@click.option("--neuron", default="softplus", show_default=True, help="Neuron of the network.")
@click.option("--loss", default="hinge", show_default=True, help="hinge, logistic or quadratic.")
@click.option("--p", type=int, help="Power of the polynomial hinge; 6 unless given.")
@click.option("--width", type=int, help="Number of neurons M of f_S, if known.")
@click.option(
    "--architecture",
    default="shortcut",
    show_default=True,
    help="shortcut, single, feedforward or identity.",
)
@click.option("--out", help="Folder for the report.")
@_JSON
def check(path: Path, out: str | None, as_json: bool, **choices: Any) -> None:
    """Say which guarantee holds on a dataset (CSV, Parquet or NPZ), with exact certificates."""
    from lossurface.claims.check import check_file

    if out is None:
        report = check_file(path, **choices)
    else:
        from lossurface.show.dataset_report import checked_place, write

        folder = checked_place(out)
        report = check_file(path, **choices)
        write(report, folder)
    click.echo(json.dumps(report.to_dict(), indent=2) if as_json else str(report))


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
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
@click.option("--scheduler", metavar="ADDRESS", help="A dask cluster that there is: tcp://...")
@click.option("--trials-of", metavar="NAME", help="Run experiments instead.")
@click.option("--count", type=click.IntRange(1), help="Trials of each.")
@click.option("--chunk", type=click.IntRange(1), help="Trials in a task.")
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
    as_json: bool,
    device: str,
) -> None:
    """Run the notebooks of claims (all by default) and summarise their verdicts.

    What a run finishes is recorded below --out and not run again. With --trials-of, run
    experiments instead: those of theorem-1, theorem-2 or proposition-1 (planted points, trained
    starts, an assumption dropped), all, or one of them by its name.
    """
    from lossurface.reproduce import BrokenOff, Pool, run

    checked_folder(out)
    common: dict[str, Any] = {"device": device, "out": out, "pool": Pool(workers, scheduler)}
    common["echo"] = partial(click.echo, err=True)
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
    try:
        cli.main(args=arguments, prog_name="lossurface", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        click.echo("lossurface: interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"lossurface: {printable(error.format_message())}", err=True)
        sys.exit(2)
    except InputError as error:
        click.echo(f"lossurface: {printable(error)}", err=True)
        sys.exit(2)
