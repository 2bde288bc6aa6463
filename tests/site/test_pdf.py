"""The PDF edition, printed from a site of two pages and a title."""

from scripts import pdf
from scripts.screenshots import served
from tests.test_pdf import ARTICLE

PAGE = "<html><head><title>{} &#8212; A book</title></head><body>{}</body></html>"


def test_a_small_book_is_printed(tmp_path, browser):
    (tmp_path / "_config.yml").write_text("title: A book\nauthor: nobody\nhtml: {extra_footer: ''}")
    (tmp_path / "_toc.yml").write_text(
        "root: book/index\nparts: [{caption: Part, chapters: [{file: book/one}]}]"
    )
    (tmp_path / "CITATION.cff").write_text((pdf.ROOT / "CITATION.cff").read_text())
    (tmp_path / "book").mkdir()
    words = 'A long page<div style="height: 40cm"></div><a href="one.html#zero">onward</a>'
    for name, text in (("index", words), ("one", "The end.")):
        page = PAGE.format(f"Page {name}", ARTICLE.format(text))
        (tmp_path / "book" / f"{name}.html").write_text(page)

    with served(tmp_path) as address:
        made = pdf.printed(pdf.book(tmp_path, tmp_path), address, browser.new_page())

    texts = [" ".join(sheet.extract_text().split()) for sheet in made.pages]
    assert "Understanding the Loss Surface" in texts[0]
    assert texts[1].startswith("Contents Page index 3 Part Page one 5")
    assert "onward" in texts[3]
    assert "The end." in texts[4]
    ...
