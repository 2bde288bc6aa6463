"""The PDF edition, before it is printed: what becomes of a page's headings, links and folds."""

from bs4 import BeautifulSoup

from scripts import pdf

ARTICLE = """<article class="bd-article"><section id="zero"><h1>Zero<a class="headerlink"
href="#zero">#</a></h1><p>{}</p></section></article>"""


def chapter(tmp_path, words, base=""):
    folder = tmp_path / "book" / "part"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "zero.html").write_text(f"<body>{ARTICLE.format(words)}</body>")
    return pdf.chapter(tmp_path, "book/part/zero", {"book/part/zero", "book/one"}, base)


def test_links_lead_within_the_book_or_to_the_site(tmp_path):
    links = {
        "#lemma-2": "#book/part/zero:lemma-2",
        "../one.html": "#book/one",
        "../one.html#notes": "#book/one:notes",
        "../api/exact.html#check": "https://a.site/sub/book/api/exact.html#check",
        "https://elsewhere.org/x#y": "https://elsewhere.org/x#y",
    }
    words = "".join(f'<a href="{address}">x</a>' for address in links)
    made = chapter(tmp_path, f'<b id="lemma-2">Two</b>{words}', "https://a.site/sub/")
    assert [link["href"] for link in made.find_all("a")] == list(links.values())
    assert made.b["id"] == "book/part/zero:lemma-2"


def test_a_link_to_a_page_that_is_not_printed_is_its_words_where_no_site_is_known(tmp_path):
    made = chapter(tmp_path, 'see <a href="../api/exact.html">the reference</a>')
    assert made.p.decode_contents() == "see <span>the reference</span>"


def test_code_that_draws_is_left_out_and_a_solution_is_not(tmp_path):
    made = chapter(
        tmp_path,
        '<details class="admonition hide above-input"><pre>draw()</pre></details>'
        '<img src="../a.svg" loading="lazy">'
        '<div class="solution dropdown admonition"><pre>assert True</pre></div>',
    )
    assert [code.text for code in made.find_all("pre")] == ["assert True"]
    assert made.img.attrs == {"src": "/book/a.svg"}


def test_a_heading_is_one_level_down(tmp_path):
    made = chapter(tmp_path, "<h2>Notes</h2>")
    assert [heading.name for heading in made.find_all(["h1", "h2", "h3"])] == ["h2", "h3"]
    assert made.h2.text == "Zero"


def test_the_contents_tell_parts_pages_and_sheets():
    listed = {"": ["book/index"], "A part & more": ["book/one"]}
    made = pdf.contents(listed, {"book/index": "First", "book/one": "One"}, {"book/one": 7})
    lines = BeautifulSoup(made, "html.parser").find_all("li")
    assert [" ".join(line.stripped_strings) for line in lines] == [
        "First",
        "A part & more",
        "One 7",
    ]


def test_what_is_left_out_is_in_the_table_of_contents():
    pages = [page for part in pdf.parts(pdf.ROOT).values() for page in part]
    assert set(pdf.LEFT_OUT) < set(pages)
