"""Paper: pages of the built site in print, and the PDF edition of a site of two pages."""

import pytest

from scripts import pdf
from scripts.screenshots import served
from tests.test_pdf import ARTICLE

PAGE = "<html><head><title>{} &#8212; A book</title></head><body>{}</body></html>"
LONG = 'A page.<div style="height: 40cm"></div><a href="one.html#end">Onward</a>'


SHOWN = """selector => [...document.querySelectorAll(selector)]
    .filter(one => one.checkVisibility({visibilityProperty: true})).map(one => one.outerHTML)"""
WIDER = """() => [...document.querySelectorAll("article *")]
    .filter(one => one.checkVisibility({visibilityProperty: true}))
    .filter(one => !one.closest("mjx-assistive-mml"))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("page", ["theorems/theorem-1", "propositions/proposition-12", "notation"])
def test_a_printed_page_is_its_text_alone_and_fits_the_paper(page, browser, address):
    sheet = browser.new_page()
    sheet.set_viewport_size({"width": 640, "height": 900})  # A4 less its margins
    sheet.goto(f"{address}/book/{page}.html")
    sheet.emulate_media(media="print")
    assert sheet.evaluate(SHOWN, "article h1") != []
    assert sheet.evaluate(SHOWN, "nav, details.hide, button, .ls-controls") == []
    assert sheet.evaluate(WIDER) == []
    sheet.close()


def test_a_dark_screen_prints_on_white_paper(browser, address):
    sheet = browser.new_page()
    sheet.emulate_media(color_scheme="dark")
    sheet.goto(f"{address}/book/notation.html")
    sheet.evaluate("""() => addEventListener("beforeprint", () => {
        window.printed = getComputedStyle(document.body).backgroundColor })""")
    sheet.pdf()
    assert sheet.evaluate("window.printed") == "rgb(255, 255, 255)"
    assert sheet.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    sheet.close()


def test_a_book_has_sheets_outline_and_links(tmp_path, browser):
    (tmp_path / "_config.yml").write_text("title: A book\nauthor: nobody\nhtml: {extra_footer: ''}")
    (tmp_path / "_toc.yml").write_text(
        "root: book/index\nparts: [{caption: A part, chapters: [{file: book/one}]}]"
    )
    (tmp_path / "CITATION.cff").write_bytes((pdf.ROOT / "CITATION.cff").read_bytes())
    (tmp_path / "book").mkdir()
    for name, words in (("index", LONG), ("one", '<b id="end">The end.</b>')):
        text = PAGE.format(f"Page {name}", ARTICLE.format(words))
        (tmp_path / "book" / f"{name}.html").write_text(text)

    with served(tmp_path) as address:
        made = pdf.printed(pdf.book(tmp_path, tmp_path), address, browser.new_page())

    sheets = [" ".join(sheet.extract_text().split()) for sheet in made.pages]
    assert "Understanding the Loss Surface" in sheets[0]
    assert sheets[1] == "2 Contents Page index 3 A part Page one 5"
    assert len(sheets) == 5
    assert ("A page." in sheets[2], "Onward" in sheets[3], "The end." in sheets[4]) == (True,) * 3
    *first, below = made.outline
    assert [entry["/Title"] for entry in first] == ["Contents", "Zero", "A part"]
    assert [entry["/Title"] for entry in below] == ["Zero"]
    links = [note.get_object() for note in made.pages[3]["/Annots"]]
    places = made.named_destinations
    assert [made.get_destination_page_number(places[link["/Dest"]]) for link in links] == [4]
