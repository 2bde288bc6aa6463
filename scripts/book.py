"""Build the book: execute the notebooks, stage the sources, build the site, warnings being errors.

    python -m scripts.book [--builder html|linkcheck] [--jobs 2]

_build/executed/   notebooks as they ran, each with the key of what it was made from
_build/source/     what Sphinx reads: _config.yml, _toc.yml and book/, executed notebooks in place
_build/book/       what Sphinx writes; the site is _build/book/_build/html

A notebook runs again only if it, the package, or a pinned version changed. The staged files are
touched only where their content changed, so that Sphinx, too, does only what is needed.

Hooks: every scripts/stage.d/*.py is run after staging, in order of name, with the staged folder as
its argument. It may add files there, or change _config.yml; it writes only what changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import yaml

from lossurface.reproduce import execute
from lossurface.reproduce.pool import package
from lossurface.reproduce.records import write_atomically
from scripts.store_outputs import notebooks

ROOT = Path(__file__).resolve().parents[1]
CELL_TIMEOUT = 600  # seconds
IGNORED = {".ipynb_checkpoints", "__pycache__", "_build"}


def package_key(root: Path) -> str:
    """Return a hash of what every notebook rests on: the package and the pinned versions."""
    key = package(root / "lossurface")["key"]
    return hashlib.sha256(key.encode() + (root / "constraints.txt").read_bytes()).hexdigest()


def notebook_key(path: Path, package: str) -> str:
    """Return the key under which the notebook's run is kept: with the records that it names."""
    content = path.read_bytes()
    digest = hashlib.sha256(package.encode() + b"\0" + content)
    # A page reads `_data/` beside it or, as `../_data/`, beside a folder that holds it.
    for folder in path.parents:
        for record in sorted((folder / "_data").glob("*")):
            if f"_data/{record.name}".encode() in content:
                digest.update(b"\0" + record.read_bytes())
    return digest.hexdigest()


def _run(path: Path, out: Path, key: str) -> tuple[str | None, float]:
    """Execute one notebook into `out`; its key is written last, and only if nothing failed."""
    stamp = out.with_suffix(".key")
    stamp.unlink(missing_ok=True)
    result = execute(path, {}, timeout=CELL_TIMEOUT)
    write_atomically(out, result.notebook)
    if result.error is None:
        write_atomically(stamp, f"{key} {result.seconds:.1f}\n")
    return result.error, result.seconds


def _kept(out: Path) -> tuple[str, float]:
    """Return the key and the seconds of the run that is kept; ("", inf) if none is."""
    stamp = out.with_suffix(".key")
    words = stamp.read_text().split() if out.is_file() and stamp.is_file() else []
    return (words[0], float(words[1])) if len(words) == 2 else ("", float("inf"))


def execute_all(root: Path, build: Path, jobs: int = 2) -> list[str]:
    """Execute what changed; return a line for each notebook that failed, having tried all."""
    package = package_key(root)
    waiting, expected = {}, {}
    paths = notebooks([root / "book"])
    for path in paths:
        out = build / "executed" / path.relative_to(root)
        key = notebook_key(path, package)
        kept, seconds = _kept(out)
        if kept != key:
            waiting[path] = (out, key)
            expected[path] = seconds
    print(f"{len(waiting)} of {len(paths)} notebooks to execute", flush=True)
    failures = []
    with ProcessPoolExecutor(jobs) as pool:
        # The longest first, so that no core is left with a long one at the end.
        order = sorted(waiting, key=expected.__getitem__, reverse=True)
        futures = {pool.submit(_run, path, *waiting[path]): path for path in order}
        for count, future in enumerate(as_completed(futures), 1):
            path = futures[future].relative_to(root)
            try:
                error, seconds = future.result()
            except Exception as failure:  # a killed worker must not hide the other notebooks
                error, seconds = f"{type(failure).__name__}: {failure}", 0.0
            outcome = "FAILED" if error else f"{seconds:.1f} s"
            print(f"[{count}/{len(waiting)}] {path}: {outcome}", flush=True)
            if error:
                failures.append(f"{path}: {error}")
    return sorted(failures)


def stage(root: Path, build: Path) -> Path:
    """Bring _build/source in step with the tree; return it. Unchanged files stay as they are."""
    source = build / "source"
    wanted: dict[str, bytes] = {
        "_config.yml": _config(root),
        "_toc.yml": (root / "_toc.yml").read_bytes(),
    }
    for path in sorted((root / "book").rglob("*")):
        if path.is_file() and not IGNORED & set(path.relative_to(root).parts):
            name = path.relative_to(root)
            executed = build / "executed" / name
            made = path.suffix == ".ipynb" and executed.is_file()
            wanted[name.as_posix()] = (executed if made else path).read_bytes()
    manifest = build / "staged.json"
    before = json.loads(manifest.read_text()) if manifest.is_file() else []
    for name in set(before) - set(wanted):
        (source / name).unlink(missing_ok=True)
    for name, content in wanted.items():
        replace(source / name, content)
    write_atomically(manifest, json.dumps(sorted(wanted), indent=0))
    _add_plotly(source)
    for hook in sorted((root / "scripts" / "stage.d").glob("*.py")):
        if subprocess.run([sys.executable, str(hook), str(source)], cwd=root).returncode:
            raise SystemExit(f"the book was not built: {hook.name} failed, see above")
    return source


def replace(path: Path, content: bytes) -> None:
    """Write the file unless it already is so: an untouched file is not built again."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _config(root: Path) -> bytes:
    """Return _config.yml with the execution taken out: the staged notebooks have been run."""
    config: dict[str, Any] = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    config.setdefault("execute", {})["execute_notebooks"] = "off"
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True).encode()


def _add_plotly(source: Path) -> None:
    """Put plotly's own script where the site serves it from: the first static folder."""
    import plotly

    config = yaml.safe_load((source / "_config.yml").read_text(encoding="utf-8"))
    static = config.get("sphinx", {}).get("config", {}).get("html_static_path") or ["_static"]
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    replace(source / static[0] / script.name, script.read_bytes())


def build_site(source: Path, build: Path, builder: str) -> int:
    """Run jupyter-book, every warning an error; return its exit status."""
    output = build / ("book" if builder == "html" else builder)
    unfinished = build / f"{output.name}.unfinished"
    if unfinished.exists():
        # Sphinx keeps the pages that it has read: their warnings would not come up again, and a
        # second build would pass. After a build that failed or was killed, read everything anew.
        shutil.rmtree(output, ignore_errors=True)
    unfinished.touch()
    # Not the jupyter-book script: its first line breaks where the environment's path is long.
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    command += ["build", "-W", "-n", "--keep-going", "-q", "--builder", builder]
    command += [str(source), "--path-output", str(output)]
    status = subprocess.run(command, check=False).returncode
    if builder == "html" and not (output / "_build" / "html" / "index.html").is_file():
        status = status or 1  # never take silence for a site
    if status == 0:
        unfinished.unlink()
    return status


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line in the docstring; 0 only if every notebook ran and the site is built."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builder", default="html", choices=("html", "linkcheck"))
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args(arguments)
    build = root / "_build"
    build.mkdir(exist_ok=True)
    clock = time.perf_counter()
    failures = execute_all(root, build, chosen.jobs)
    executed = time.perf_counter() - clock
    if failures:
        print(f"\n{len(failures)} notebooks failed; the book was not built:", file=sys.stderr)
        print("\n".join(f"  {line}" for line in failures), file=sys.stderr)
        return 1
    status = build_site(stage(root, build), build, chosen.builder)
    total = time.perf_counter() - clock
    print(f"notebooks {executed:.0f} s, site {total - executed:.0f} s")
    if status:
        print("the book was not built: see the warnings above", file=sys.stderr)
        return 1
    if chosen.builder == "html":
        print(build / "book" / "_build" / "html" / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
