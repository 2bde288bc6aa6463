"""Execute notebooks and keep in them only what nbval compares.

    python -m scripts.store_outputs book             # every notebook below book/
    python -m scripts.store_outputs --check book     # say what is missing or stale, write nothing

A cell with nbval's tag `nbval-check-output`, or its comment NBVAL_CHECK_OUTPUT, keeps its standard
output and an execution count (nbval passes over cells without one). All other outputs, figures
first, stay out of git.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from lossurface.reproduce import execute
from lossurface.reproduce.records import write_atomically

TAG, COMMENT = "nbval-check-output", "# NBVAL_CHECK_OUTPUT"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT_CELL_METADATA = ("tags", "mystnb", "editable")
KEPT_METADATA = ("lossurface", "mystnb", "thebe-kernel")


def checked(cell: Any) -> bool:
    """Say whether nbval compares this cell's output."""
    tagged = TAG in cell.metadata.get("tags", [])
    return cell.cell_type == "code" and (tagged or cell.source.startswith(COMMENT))


def clean(notebook: Any, executed: Any | None = None) -> tuple[Any, list[str]]:
    """Return the notebook as it belongs in git, and what is wrong with its checked cells.

    Args:
        notebook: As it stands in the tree.
        executed: The same notebook after a run; without it no output is stored.
    """
    wrong = []
    cells = []
    count = 0
    for index, cell in enumerate(notebook.cells):
        kept = {k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA}
        fresh = {"id": cell.get("id") or f"cell-{index}", "cell_type": cell.cell_type}
        fresh |= {"metadata": kept, "source": cell.source.rstrip("\n")}
        if cell.cell_type == "code":
            count += 1
            fresh |= {"outputs": [], "execution_count": None}
            if checked(cell) and executed is not None:
                text, others = _text(executed.cells[index].outputs)
                if others:
                    wrong.append(f"cell {count} is checked but also makes {', '.join(others)}")
                if not text.strip():
                    wrong.append(f"cell {count} is checked but prints nothing")
                fresh["execution_count"] = count
                fresh["outputs"] = [nbformat.v4.new_output("stream", name="stdout", text=text)]
        cells.append(nbformat.from_dict(fresh))
    metadata = {k: v for k, v in notebook.metadata.items() if k in KEPT_METADATA}
    metadata |= {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    fresh_notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    fresh_notebook.nbformat_minor = 5
    return fresh_notebook, wrong


def _text(outputs: list[Any]) -> tuple[str, list[str]]:
    """Split outputs into the text of stdout and the names of everything else."""
    text = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stdout")
    others = sorted(
        {
            o.get("name", "")
            if o.output_type == "stream"
            else " and ".join(sorted(o.get("data", {})))
            for o in outputs
            if not (o.output_type == "stream" and o.name == "stdout")
        }
    )
    return text, others


def serialise(notebook: Any) -> str:
    """Return the notebook's file: the same text for the same notebook, on every machine."""
    return nbformat.writes(notebook, version=4) + "\n"


def differences(old: Any, new: Any) -> list[str]:
    """Return one line for each checked cell whose stored output is missing or stale."""
    found = []
    for count, (before, after) in enumerate(
        zip(_code(old), _code(new), strict=True),
        1,
    ):
        if not checked(after):
            if before.outputs:
                found.append(f"cell {count} keeps outputs, but is not checked")
        elif not before.outputs or before.execution_count is None:
            found.append(f"cell {count}: no stored output")
        elif _text(before.outputs) != _text(after.outputs):
            then, now = _text(before.outputs)[0], _text(after.outputs)[0]
            found.append(f"cell {count}: stored {then!r}, now {now!r}")
    return found


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def process(path: Path, *, check: bool) -> list[str]:
    """Execute one notebook; store its checked outputs, or with `check` only compare them.

    Returns:
        What is wrong: an error of the run, a bad checked cell, or (with `check`) a stale output.
    """
    notebook = nbformat.read(path, as_version=4)
    execution = execute(path, {}, timeout=600)
    if execution.error is not None:
        return [execution.error]
    fresh, wrong = clean(notebook, nbformat.reads(execution.notebook, as_version=4))
    if check:
        return wrong + differences(notebook, fresh)
    if not wrong:
        text = serialise(fresh)
        if text != path.read_text(encoding="utf-8"):
            write_atomically(path, text)
    return wrong


def notebooks(places: list[Path]) -> list[Path]:
    """Return the notebooks that are, or lie below, the given places; checkpoints are not ours."""
    found = []
    for place in places:
        found += [place] if place.suffix == ".ipynb" else sorted(place.rglob("*.ipynb"))
    return [path for path in found if ".ipynb_checkpoints" not in path.parts]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line in the docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("places", nargs="*", type=Path, default=[Path("book")])
    parser.add_argument("--check", action="store_true", help="write nothing")
    chosen = parser.parse_args(arguments)
    paths = notebooks(chosen.places)
    failed = 0
    with ProcessPoolExecutor(2) as pool:
        results = pool.map(partial(process, check=chosen.check), paths)
        for path, wrong in zip(paths, results, strict=True):
            print(f"{path}: {'ok' if not wrong else 'WRONG'}", flush=True)
            for line in wrong:
                print(f"  {line}", flush=True)
            failed += bool(wrong)
    print(f"{len(paths) - failed} of {len(paths)} notebooks in order")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
