"""Download buttons are always there, launch buttons when a repository is configured."""

import json
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
    for folder in ("_ext", "_static", "_templates"):
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


@pytest.fixture
def published(build, tmp_path):
    """Return the first cell of the notebook that is published with the site."""

    def first():
        folder = tmp_path / "book" / "_build" / "html" / "_sources" / "book"
        return json.loads((folder / "page.ipynb").read_text())["cells"][0]

    return first


def links(page, *words):
    everything = [str(link["href"]) for link in page.find_all("a", href=True)]
    return [link for link in everything if all(word in link for word in words)]


def check_buttons(page):
    assert links(page, "mybinder.org", "someone/loss", "book/page.ipynb")
    assert links(page, "colab.research.google.com", "/loss/blob/gh-pages/_sources/book/page.ipynb")
    assert links(page, ADDRESS)
    assert "../_sources/book/page.ipynb" in links(page)


@pytest.mark.slow
def test_buttons_come_and_go_with_the_repository(build, published, monkeypatch):
    page = build()
    assert not links(page, "mybinder")
    assert not links(page, "colab")
    assert not page.select(".dropdown-launch-buttons")
    assert "../_sources/book/page.ipynb" in links(page)
    assert published()["cell_type"] == "markdown"
    check_buttons(build(ADDRESS))  # in _config.yml
    assert published()["source"] == [f"%pip install -q git+{ADDRESS}@main"]
    monkeypatch.setenv("LOSSURFACE_REPOSITORY", ADDRESS + "/")
    check_buttons(build())


@pytest.mark.slow
def test_with_an_address_of_its_own_the_site_names_its_picture_in_full(build, monkeypatch):
    def picture(page):
        return page.select_one("meta[property='og:image']")["content"]

    assert picture(build()) == "../_static/preview.png"
    monkeypatch.setenv("LOSSURFACE_BASEURL", "https://someone.github.io/loss")
    page = build()
    assert picture(page) == "https://someone.github.io/loss/_static/preview.png"
    url = page.select_one("meta[property='og:url']")["content"]
    assert url == "https://someone.github.io/loss/book/page.html"


@pytest.mark.parametrize("where", ["environment", "configuration", "nowhere"])
def test_the_extension_takes_either_address(where, monkeypatch):
    monkeypatch.delenv("LOSSURFACE_REPOSITORY", raising=False)
    monkeypatch.delenv("LOSSURFACE_BRANCH", raising=False)
    add_repository = extensions.load("lossurface_book").add_repository

    class Config:
        html_theme_options: dict[str, object]
        myst_substitutions: dict[str, str]

    config = Config()
    config.myst_substitutions = {}
    config.html_theme_options = {"repository_url": ADDRESS if where == "configuration" else ""}
    if where == "environment":
        monkeypatch.setenv("LOSSURFACE_REPOSITORY", ADDRESS + "/")
    add_repository(None, config)
    options = config.html_theme_options
    assert options["use_download_button"]
    assert ("launch_buttons" in options) == (where != "nowhere")
    assert options["repository_url"] == ("" if where == "nowhere" else ADDRESS)


def test_no_address_is_committed():
    config = yaml.safe_load((Path(ROOT) / "_config.yml").read_text())
    assert config["repository"]["url"] == ""
