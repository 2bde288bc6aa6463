"""How to cite is written in several places, for people and for programs: all say the same."""

import re
from pathlib import Path

import pytest
import yaml

from lossurface import __version__

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "book" / "bibliography.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def cff():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def entry(kind):
    """Return the fields of the page's first BibTeX entry of a kind, line breaks taken out."""
    found = re.search(rf"@{kind}\{{\w+,\n(.*?)\n\}}", PAGE, re.DOTALL)
    assert found is not None
    text = re.sub(r"\s+", " ", found[1])
    return dict(re.findall(r"(\w+) = \{(.*?)\}(?:,| ?$)", text))


def test_the_paper(cff):
    paper, told = cff["preferred-citation"], entry("inproceedings")
    names = [f"{a['family-names']}, {a['given-names']}" for a in paper["authors"]]
    assert told["author"].split(" and ") == names
    assert told["title"] == paper["title"]
    assert told["booktitle"] == paper["collection-title"]
    assert told["pages"] == f"{paper['start']}--{paper['end']}"
    assert told["volume"] == str(paper["volume"])
    assert told["year"] == str(paper["year"])
    assert told["url"] == paper["url"]


def test_the_companion(cff):
    told = entry("software")
    assert told["title"].replace("`", "'") == cff["title"]
    assert told["author"].strip("{}") == cff["authors"][0]["name"]
    assert told["version"] == cff["version"] == __version__
