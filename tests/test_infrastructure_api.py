"""The reference: every public name, in the package's order; docstrings as they were meant."""

import inspect
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from tests import extensions

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "book" / "api").glob("*.rst"))


@pytest.fixture(scope="module")
def api():
    return extensions.load("lossurface_api")


def package_of(page):
    lines = [line for line in page.read_text().splitlines() if ".. lossurface-api::" in line]
    return lines[0].split()[-1] if lines else None


def test_every_package_has_its_page_in_the_contents():
    packages = {package_of(page) for page in PAGES} - {None}
    folders = {p.parent.name for p in (ROOT / "lossurface").glob("*/__init__.py")}
    assert packages == {"lossurface"} | {f"lossurface.{name}" for name in folders}
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    (index,) = (
        chapter
        for part in toc["parts"]
        for chapter in part["chapters"]
        if chapter["file"] == "book/api/index"
    )
    assert {s["file"] for s in index["sections"]} == {f"book/api/{p.stem}" for p in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_each_value_is_and_leaves_no_name_out(api, page):
    if package_of(page) is None:
        return
    module = import_module(package_of(page))
    groups = api.groups(inspect.getsource(module))
    names = [name for _, group in groups for name in group]
    assert names == list(module.__all__)
    assert all(group for _, group in groups)
    values = {
        name
        for name in names
        if not isinstance(getattr(module, name), type)
        and not inspect.isroutine(getattr(module, name))
        and not inspect.ismodule(getattr(module, name))
    }
    body = page.read_text().split("lossurface-api::")[1].splitlines()[1:]
    told = {line.split(":")[0].strip() for line in body if line.startswith("   ")}
    assert told == values
    for name in set(names) - values:
        assert inspect.getdoc(getattr(module, name)), f"{module.__name__}.{name} has no docstring"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("x is `p/q` or `a|b`", "x is ``p/q`` or ``a|b``"),
        ("|theta - theta*| < radius", r"\|theta - theta\*\| < radius"),
        ("n_+ and W_, y_i f(x_i)", r"n\_+ and W\_, y_i f(x_i)"),
        ("already ``code``", "already ``code``"),
    ],
)
def test_a_docstring_means_what_it_says(api, said, written):
    assert api.plain(said) == written


def test_a_signature_holds_no_list(api):
    page = (
        '<dl class="py"><dt class="sig x">f(<dl>\n<dd><em>a</em></dd>\n</dl>)</dt><dd>w</dd></dl>'
    )
    assert api._SIGNATURE.sub(lambda found: api._spans(found[0]), page) == (
        '<dl class="py"><dt class="sig x">f(<span class="ls-parameters">\n'
        '<span class="ls-parameter"><em>a</em></span>\n</span>)</dt><dd>w</dd></dl>'
    )
