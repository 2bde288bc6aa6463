"""The checker as one file that runs in any Python, `lossurface-check.pyz`; zip files like it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from lossurface.exact import checker
from lossurface.exact.checker.format import VERSION

__all__ = ["archive", "zipped"]

# Not zipapp's own entry point, which drops what main returns: every exit status would be 0.
_MAIN = f'''"""Check certificates of format {VERSION}: lossurface {version("lossurface")}."""

import sys

from checker.__main__ import main

sys.exit(main(sys.argv[1:]))
'''


def archive() -> bytes:
    """Return the bytes of a zip file that Python runs; the same source gives the same bytes.

    It holds the folder `lossurface.exact.checker`, whole and unchanged, and what starts it.
    """
    folder = Path(checker.__file__).parent
    files = {f"checker/{path.name}": path.read_bytes() for path in folder.glob("*.py")}
    files["__main__.py"] = _MAIN.encode()
    return zipped(files)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a zip file that holds these, by name; the same bytes wherever made."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as target:  # stored: compression differs between versions
        for name, source in sorted(files.items()):
            entry = zipfile.ZipInfo(name)  # of 1 January 1980
            entry.create_system = 3  # as on Unix, wherever it is made
            target.writestr(entry, source)
    return content.getvalue()
