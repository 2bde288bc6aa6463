"""Download and launch buttons: there when a repository is configured, absent when it is not."""

import shutil
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from scripts import book
from scripts.book import ROOT
from tests import extensions, notebooks

ADDRESS = "https://github.com/someone/loss"


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build a book of one notebook with the configuration of ours; return its page."""
    monkeypatch.delenv("LOSSURFACE_REPOSITORY", raising=False)
    source = tmp_path / "source"
    (source / "book").mkdir(parents=True)
    for folder in ("_ext", "_static"):
        shutil.copytree(ROOT / "book" / folder, source / "book" / folder)
    shutil.copyfile(ROOT / "book" / "references.bib", source / "book" / "references.bib")
    (source / "_toc.yml").write_text("format: jb-book\nroot: book/page\n")
    page = notebooks.write(source / "book" / "page.ipynb", "print(1)")
    titled = nbformat.read(page, as_version=4)
    titled.cells.insert(0, nbformat.v4.new_markdown_cell("# Page", id="title"))
    nbformat.write(titled, page)

    def build(address=""):
        config = yaml.safe_load((ROOT / "_config.yml").read_text())
        config["execute"] = {"execute_notebooks": "off"}
        config["repository"]["url"] = address
        (source / "_config.yml").write_text(yaml.safe_dump(config))
        assert book.build_site(source, tmp_path, "html") == 0
        page = tmp_path / "book" / "_build" / "html" / "book" / "page.html"
        return BeautifulSoup(page.read_text(), "html.parser")

    return build


def links(page, *words):
    everything = [str(link["href"]) for link in page.find_all("a", href=True)]
    return [link for link in everything if all(word in link for word in words)]


def check_buttons(page):
    assert links(page, "mybinder.org", "someone/loss", "book/page.ipynb")
    assert links(page, "colab.research.google.com", "someone/loss", "book/page.ipynb")
    assert links(page, ADDRESS)
    assert links(page, "page.ipynb", "_sources")


@pytest.mark.slow
def test_buttons_come_and_go_with_the_repository(build, monkeypatch):
    page = build()
    assert not links(page, "mybinder")
    assert not links(page, "colab")
    assert not page.select(".btn-download-source-button, .dropdown-launch-buttons")
    check_buttons(build(ADDRESS))  # in _config.yml
    monkeypatch.setenv("LOSSURFACE_REPOSITORY", ADDRESS + "/")
    check_buttons(build())


@pytest.mark.parametrize("where", ["environment", "configuration", "nowhere"])
def test_the_extension_takes_either_address(where, monkeypatch):
    monkeypatch.delenv("LOSSURFACE_REPOSITORY", raising=False)
    monkeypatch.delenv("LOSSURFACE_BRANCH", raising=False)
    add_repository = extensions.load("lossurface_book").add_repository

    class Config:
        html_theme_options: dict[str, object]

    config = Config()
    config.html_theme_options = {"repository_url": ADDRESS if where == "configuration" else ""}
    if where == "environment":
        monkeypatch.setenv("LOSSURFACE_REPOSITORY", ADDRESS + "/")
    add_repository(None, config)
    options = config.html_theme_options
    assert options["use_download_button"] == (where != "nowhere")
    assert ("launch_buttons" in options) == (where != "nowhere")
    assert options["repository_url"] == ("" if where == "nowhere" else ADDRESS)


def test_no_address_is_committed():
    config = yaml.safe_load((Path(ROOT) / "_config.yml").read_text())
    assert config["repository"]["url"] == ""
