"""Publish the gallery's certificates: one JSON file each, in the site's static folder.

They are built anew only when the package has changed since they were last written.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lossurface.claims.gallery import certificates  # noqa: E402
from scripts.book import package_key, replace  # noqa: E402


def main(source: Path) -> None:
    """Write them below the staged sources, and remove those that the gallery no longer holds."""
    folder = source / "book" / "_static" / "certificates"
    stamp = source.parent / "certificates.key"
    key = package_key(ROOT)
    if folder.is_dir() and stamp.is_file() and stamp.read_text() == key:
        return
    stamp.unlink(missing_ok=True)
    wanted = {name: made.to_json().encode() for name, _, made in certificates()}
    for name, content in wanted.items():
        replace(folder / name, content)
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    stamp.write_text(key)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
