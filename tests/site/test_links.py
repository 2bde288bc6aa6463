"""The files of the site: links, words of figures, weight. No browser needed."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pydata_sphinx_theme
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from lossurface.claims import CLAIMS
from scripts.screenshots import pages

# The numbers of interactive figures: most of a page, and no part of its structure.
_FRAMES = re.compile(r'(<script[^>]*class="ls-frames">).*?(</script>)', re.DOTALL)
HEAVIEST = 3_000_000  # bytes of a page and its pictures


@cache
def parsed(path):
    text = path.read_text(encoding="utf-8")
    return BeautifulSoup(_FRAMES.sub(r"\1\2", text), "html.parser")


@cache
def anchors(path):
    return frozenset(tag["id"] for tag in parsed(path).find_all(id=True))


def test_internal_links_and_anchors_resolve(name, site):
    broken = []
    for link in parsed(site / name).find_all("a", href=True):
        parts = urlsplit(link["href"])
        if parts.scheme or parts.netloc or link["href"] in ("#", ""):
            continue
        target = (site / name).parent / unquote(parts.path) if parts.path else site / name
        if target.is_dir():
            target = target / "index.html"
        missing = not target.is_file()
        # What the laboratory is to load; its own tests follow these.
        state = target.name == "laboratory.html" and parts.fragment.startswith("claim=")
        if not missing and parts.fragment and target.suffix == ".html" and not state:
            missing = unquote(parts.fragment) not in anchors(target.resolve())
        if missing:
            broken.append(link["href"])
    assert broken == []


def test_no_link_to_a_placeholder(name, site):
    assert "doc:" not in {
        urlsplit(link["href"]).scheme + ":" for link in parsed(site / name).find_all(href=True)
    }


def test_every_figure_has_words(name, site):
    main = parsed(site / name).find("main")
    assert main is not None
    assert [str(image)[:120] for image in main.find_all("img") if not image.get("alt")] == []
    for figure in main.find_all("figure"):
        assert figure.find("figcaption") is not None, figure.get("id")
    for plot in main.select(".ls-panels"):
        assert len(plot.get("aria-label", "").split()) >= 3


def test_no_formula_is_left_as_its_source(name, site):
    """In prose a dollar sign is a formula that was not understood."""
    found = parsed(site / name).find("main").find_all(string=re.compile(r"\$"))
    code = ["pre", "code", "script", "dt", "textarea"]
    assert [text for text in found if not text.find_parent(code)] == []


def test_a_published_control_has_its_frames(name, site):
    """No widget without a kernel behind it: only our own controls, each with its frames."""
    page = parsed(site / name)
    for figure in page.select("div.ls-explore"):
        assert len(figure.select("script.ls-frames")) == 1
    assert page.select("script[type^='application/vnd.jupyter.widget']") == []
    main = page.find("main")
    assert main is not None
    # The filter of the gallery and the laboratory need no frames.
    ours = {"class_": ["ls-explore", "ls-filter", "ls-laboratory"]}
    loose = [c for c in main.find_all(["input", "select"]) if not c.find_parent(**ours)]
    article = [c for c in loose if c.find_parent("article")]
    assert article == []


def test_is_light(name, site):
    weight = (site / name).stat().st_size
    for image in parsed(site / name).find_all("img", src=True):
        if image["src"].startswith("data:"):
            continue  # its bytes are the page's own
        source = (site / name).parent / unquote(urlsplit(image["src"]).path)
        weight += source.stat().st_size if source.is_file() else 0
    assert weight < HEAVIEST, f"{weight:,} bytes"


def test_has_one_title(name, site):
    assert len(parsed(site / name).select("article h1")) == 1


def test_claims_have_their_pages(site):
    """Every claim of the registry is a page with an interactive figure."""
    existing = set(pages(site))
    for claim in CLAIMS.values():
        name = f"book/{claim.page}.html"
        assert name in existing, f"{claim.id} has no page {name}"
        assert parsed(site / name).select("div.ls-explore"), f"{name} has no interactive figure"


def test_figures_have_different_names(site):
    """A name is a label for the whole book."""
    names: dict[str, str] = {}
    for page in pages(site):
        for figure in parsed(site / page).select("figure[id]"):
            ident = str(figure["id"])
            if ident.startswith("fig-"):
                assert ident not in names, f"{ident} is on {names.get(ident)} and on {page}"
                names[ident] = page


def test_every_icon_is_in_the_fonts(site):
    # The icons' names and code points are the theme's; the site's fonts hold a part of them.
    assets = next(site.glob("_static/vendor/fontawesome/*"))
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
    sheet = next(theme.glob("vendor/fontawesome/*/css/all.min.css")).read_text(encoding="utf-8")
    held = {
        point for font in assets.glob("webfonts/*.woff2") for point in TTFont(font).getBestCmap()
    }
    texts = [(site / page).read_text(encoding="utf-8") for page in pages(site)]
    used = set(re.findall(r"\bfa-[a-z0-9-]+", " ".join(texts)))
    used &= set(re.findall(r"\.(fa-[a-z0-9-]+):before", sheet))
    assert {"fa-bars", "fa-magnifying-glass"} <= used
    for name in used:
        code = re.search(rf'\.{name}:before[^{{]*{{content:"\\(\w+)"', sheet)
        assert int(code[1], 16) in held, name
    assert (assets / "webfonts/fa-solid-900.woff2").stat().st_size < 20_000
