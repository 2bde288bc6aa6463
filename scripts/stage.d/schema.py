"""Publish the certificate's JSON Schema and its standalone checker: in the site's static folder."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ("certificate.schema.json", "rational.py")


def main(source: Path) -> None:
    """Copy them into the staged sources, where they differ."""
    for name in PUBLISHED:
        content = (ROOT / "lossurface" / "exact" / name).read_bytes()
        target = source / "book" / "_static" / name
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
