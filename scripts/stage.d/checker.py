"""Publish the checker as one file, and the JSON Schema of certificates: in the static folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lossurface.exact.archive import archive  # noqa: E402
from lossurface.exact.schema import schema  # noqa: E402
from scripts.book import replace  # noqa: E402

if __name__ == "__main__":
    static = Path(sys.argv[1], "book", "_static")
    replace(static / "lossurface-check.pyz", archive())
    text = json.dumps(schema(), indent=1) + "\n"
    replace(static / "certificate.schema.json", text.encode())
