"""Hover-overs: which words get a hint, and what it says."""

import pytest
from docutils import nodes
from sphinx import addnodes

from tests import extensions


@pytest.fixture(scope="module")
def terms():
    return extensions.load("lossurface_terms")


def entry(term, *definition):
    item = nodes.definition_list_item()
    item += nodes.term(term, term, ids=[f"term-{term}"])
    item += nodes.definition("", nodes.paragraph("", "", *definition))
    return item


def document(*children):
    return nodes.document(None, None, "", *children)


@pytest.fixture
def glossary(terms):
    items = (
        entry(
            "bad local minimum", nodes.Text("One with an error. In symbols "), nodes.math("", "R")
        ),
        entry("dead neuron", nodes.Text("A neuron that\nis silent.")),
    )
    return terms.glossary(document(addnodes.glossary("", nodes.definition_list("", *items))))


def test_the_hint_is_the_first_sentence_for_singular_and_plural(glossary):
    assert glossary["bad local minima"] == ("term-bad local minimum", "One with an error.")
    assert glossary["dead neurons"] == glossary["dead neuron"]
    assert glossary["dead neuron"] == ("term-dead neuron", "A neuron that is silent.")


def test_each_word_is_marked_once_whatever_its_form(terms, glossary):
    told: set[str] = set()
    marked = terms.Hints._marked
    pattern = terms._pattern(tuple(glossary))
    parts = list(marked("Dead\nneurons, and a dead neuron", pattern, glossary, told, "n.html"))
    links = [part for part in parts if isinstance(part, nodes.raw)]
    assert len(links) == 1
    assert 'href="n.html#term-dead neuron"' in links[0].astext()
    assert 'data-hint="A neuron that is silent."' in links[0].astext()
    assert "".join(p.astext() for p in parts if p not in links) == ", and a dead neuron"


def test_links_headings_code_and_tables_are_left_alone(terms):
    paragraph = nodes.paragraph("", "", nodes.Text("free "))
    paragraph += nodes.reference("", "linked")
    paragraph += nodes.literal("", "code")
    section = nodes.section("", nodes.title("", "heading"), paragraph)
    section += nodes.table("", nodes.paragraph("", "", nodes.Text("cell")))
    assert [text.astext() for text in terms._running_text(document(section))] == ["free "]


def test_a_symbol_is_known_with_and_without_its_argument_and_without_macros(terms):
    meaning = nodes.paragraph("", "", nodes.Text("loss & more, "), nodes.math("", "x"))
    symbols = nodes.paragraph("", "", nodes.math("", r"\loss(\theta),\ n=n_++n_-"))
    row = nodes.row("", nodes.entry("", symbols), nodes.entry("", meaning))
    found = terms.symbols(
        document(nodes.table("", nodes.tgroup("", nodes.tbody("", row)))), {"loss": "L_n"}
    )
    told = r'loss &amp; more, <span class="math notranslate nohighlight">\(x\)</span>'
    assert found == {r"L_n(\theta)": told, "L_n": told, "n": told}
