"""Small notebooks for the tests of what runs notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4

PARAMETERS = 'device = "auto"\nseed = 0\ntrials = 10'


def write(path: Path, *sources: str, profiles: dict[str, Any] | None = None) -> Path:
    """Write a notebook: the parameters cell, then one code cell for each source."""
    cells = [v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="parameters")]
    cells += [v4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "lossurface": {"profiles": profiles or {}}}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(v4.new_notebook(cells=cells, metadata=metadata), path)
    return path
