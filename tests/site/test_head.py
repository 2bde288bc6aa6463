"""What tabs, shared links and lost readers get: titles, tags, notebooks, the 404 page."""

import json
from urllib.parse import unquote

from lossurface.claims import CLAIMS
from scripts.screenshots import served
from tests.site.test_links import parsed

OURS = [claim for claim in CLAIMS.values() if claim.ours]
PAPERS = [claim for claim in CLAIMS.values() if not claim.ours]


def test_a_claims_title_begins_with_its_number(site):
    for claim in PAPERS:
        page = parsed(site / "book" / f"{claim.page}.html")
        assert page.title.text.startswith(f"{claim.name} · ")
        assert page.select_one("article h1").text.startswith(f"{claim.name} · ")
        following = page.select_one("a.right-next[href]")["href"]
        after = parsed((site / "book" / f"{claim.page}.html").parent / following)
        assert after.select_one("a.left-prev .prev-next-title").text.startswith(f"{claim.name} · ")
    for claim in OURS:  # only the paper's claims have numbers
        assert " · " not in parsed(site / "book" / f"{claim.page}.html").title.text


def test_says_what_it_is_about(name, site):
    if name in ("404.html", "py-modindex.html"):
        return  # no texts of ours
    page = parsed(site / name)
    tags = {
        tag.get("property") or tag.get("name"): tag["content"]
        for tag in page.select("meta[content]")
    }
    assert page.title.text.startswith(tags["og:title"])
    assert tags["og:title"]
    assert tags["description"] == tags["og:description"]
    assert 20 <= len(tags["description"]) <= 200
    assert "\\" not in tags["description"], "a formula"
    assert "<" not in tags["description"], "a tag"
    picture = (site / name).parent / tags["og:image"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_descriptions_differ(site):
    found = {}
    for claim in CLAIMS.values():
        page = parsed(site / "book" / f"{claim.page}.html")
        words = page.select_one("meta[name=description]")["content"]
        assert words not in found, f"{claim.id} and {found.get(words)}"
        found[words] = claim.id


def test_the_notebook_can_be_downloaded(name, site):
    link = parsed(site / name).select_one("a.btn-download-source-button[href$='.ipynb']")
    if not (site / "_sources" / name).with_suffix(".ipynb").is_file():
        assert link is None
        return
    notebook = json.loads(((site / name).parent / unquote(link["href"])).read_text("utf-8"))
    assert "pip install" in "".join(notebook["cells"][0]["source"])
    assert any(cell["cell_type"] == "code" for cell in notebook["cells"][1:])


def test_the_words_of_evidence_in_a_verdict_lead_to_what_they_mean(site):
    for claim in CLAIMS.values():
        page = parsed(site / "book" / f"{claim.page}.html")
        verdict = next(p for p in page.select("pre") if "Proved on this page" in p.text)
        linked = {link.text for link in verdict.select("a[href$='#evidence-words']")}
        assert linked, claim.id
        assert linked <= {"exact", "enclosed", "sampled", "undecided"}


def test_a_lost_reader_finds_the_book(browser, site, tmp_path):
    """A static host shows 404.html at any depth; here it lies where there is nothing."""
    lost = tmp_path / "site"
    lost.mkdir()
    for part in site.iterdir():
        (lost / part.name).symlink_to(part)
    (lost / "no" / "such").mkdir(parents=True)
    (lost / "no" / "such" / "page.html").write_bytes((site / "404.html").read_bytes())
    with served(lost) as address:
        page = browser.new_page()
        missed = []
        page.on("response", lambda r: r.status >= 400 and missed.append(r.url))
        page.goto(f"{address}/no/such/page.html")
        page.get_by_role("article").get_by_role("link", name="first page").click()
        assert page.url == f"{address}/book/index.html"
        page.close()
    assert missed == []
