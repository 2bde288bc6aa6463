"""Hover-overs: where a page first uses a word or a symbol of the notation, say what it means.

The hint of a word is the first sentence of its entry in the glossary; that of a symbol, a formula
which is one of those in the notation's first table, what the table says. It shows on hover and on
keyboard focus, and leads to the notation, so that a reader with neither loses nothing. A page need
not mark its words and symbols.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

NOTATION = "book/notation"
_SKIPPED = (
    nodes.reference,
    nodes.literal,
    nodes.raw,
    nodes.title,
    nodes.caption,
    nodes.citation,
    nodes.table,
    nodes.math,
    addnodes.pending_xref,
    addnodes.glossary,
)
_ARGUMENT = re.compile(r"\(\\?\w+\)$")  # f_S(x) is f_S as well
_REUSED = {"L", r"\rho"}  # letters that some page takes for something else
_LOG = logging.getLogger(__name__)


def glossary(doctree: nodes.document) -> dict[str, tuple[str, str]]:
    """Return the anchor and the hint, a plain sentence, of each form of each term (lower case)."""
    found = {}
    for entry in doctree.findall(nodes.definition_list_item):
        if not isinstance(entry.parent.parent, addnodes.glossary):
            continue
        names = [term for term in entry.children if isinstance(term, nodes.term)]
        hint, plain = _first_sentence(next(iter(entry.findall(nodes.definition))).children[0])
        if not plain:
            _LOG.warning("the hint of %r needs words, not maths", names[0].astext())
        for term in names:
            for form in _forms(term.astext().lower()):
                found[form] = (term["ids"][0], hint)
    return found


def _forms(term: str) -> tuple[str, ...]:
    """Return the singular, as the glossary has it, and the plural."""
    many = term.replace("minimum", "minima")
    return (term, many if many != term else f"{term}s")


def _first_sentence(paragraph: nodes.Node) -> tuple[str, bool]:
    """Return the first sentence, and whether it has no formula in it."""
    text, plain = "", True
    for child in paragraph.children:
        text += child.astext().replace("\n", " ")
        head, stop, _ = text.partition(". ")
        if stop:
            return f"{head}.", plain
        plain = plain and not isinstance(child, nodes.math)
    return text, plain


def symbols(doctree: nodes.document, macros: dict[str, str]) -> dict[str, str]:
    """Return what each symbol of the first table, in TeX without macros, means: HTML with TeX."""
    found = {}
    for row in next(iter(doctree.findall(nodes.tbody))).children:
        names, meaning = row.children[:2]
        told = "".join(map(_with_formulas, meaning[0].children))
        for formula in names.findall(nodes.math):
            for name in formula.astext().partition("=")[0].split(",\\ "):
                for macro, tex in macros.items():
                    name = re.sub(rf"\\{macro}(?![A-Za-z])", lambda _, tex=tex: tex, name)
                found[_bare(name)] = found[_ARGUMENT.sub("", _bare(name))] = told
    return found


def _bare(tex: str) -> str:
    return re.sub(r"[\s{}]", "", tex)


def _with_formulas(node: nodes.Node) -> str:
    text = html.escape(node.astext())
    if isinstance(node, nodes.math):
        return f'<span class="math notranslate nohighlight">\\({text}\\)</span>'
    return re.sub(r"\bassumption-(?=\d)", "Assumption ", text)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    spaced = (re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)  # lines break there
    return re.compile(rf"\b({'|'.join(spaced)})\b", re.IGNORECASE)


class Hints(SphinxPostTransform):
    """Give a page's first use of each term its hint."""

    default_priority = 900  # after references are resolved
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Go through the page's running text."""
        if self.env.docname == NOTATION or NOTATION not in self.env.found_docs:
            return
        terms = glossary(self.env.get_doctree(NOTATION))
        if not terms:
            return
        page = self.app.builder.get_relative_uri(self.env.docname, NOTATION)
        pattern, told = _pattern(tuple(terms)), set[str]()
        for text in list(_running_text(self.document)):
            fresh = list(self._marked(text.astext(), pattern, terms, told, page))
            if len(fresh) > 1:
                text.parent.replace(text, fresh)
        self._mark_symbols(page)

    def _mark_symbols(self, page: str) -> None:
        macros = self.config.mathjax3_config["tex"]["macros"]
        meanings = symbols(self.env.get_doctree(NOTATION), macros)
        told = set[str]()
        for formula in list(_running_text(self.document, nodes.math)):
            meaning = meanings.get(_bare(formula.astext()))
            if meaning is None or meaning in told or formula.astext() in _REUSED:
                continue
            told.add(meaning)
            hint = nodes.raw("", f'<span class="ls-hint">: {meaning}</span>', format="html")
            link = nodes.reference("", "", refuri=page, classes=["ls-term", "ls-symbol"])
            formula.parent.replace(formula, link)
            link += [formula, hint]

    @staticmethod
    def _marked(
        text: str,
        pattern: re.Pattern[str],
        terms: dict[str, tuple[str, str]],
        told: set[str],
        page: str,
    ) -> Iterator[nodes.Node]:
        end = 0
        for match in pattern.finditer(text):
            anchor, hint = terms[" ".join(match[0].lower().split())]
            if hint in told:  # other forms of the word have the same
                continue
            told.add(hint)
            yield nodes.Text(text[end : match.start()])
            link = (
                f'<a class="ls-term" href="{page}#{anchor}" '
                f'data-hint="{html.escape(hint)}">{html.escape(match[0])}</a>'
            )
            yield nodes.raw("", link, format="html")
            end = match.end()
        yield nodes.Text(text[end:])


def _running_text(document: nodes.document, kind: Any = nodes.Text) -> Iterator[Any]:
    """Yield the texts, or the nodes of another kind, in the page's running text."""
    for paragraph in document.findall(nodes.paragraph):
        for node in paragraph.findall(kind):
            above: nodes.Node | None = node.parent
            while above is not None and not isinstance(above, _SKIPPED):
                above = above.parent
            if above is None:
                yield node


def read_all_anew(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Build every page again when the glossary has changed: the hints are in all of them."""
    return sorted(env.found_docs) if NOTATION in added | changed else []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_css_file("terms.css")
    app.add_post_transform(Hints)
    app.connect("env-get-outdated", read_all_anew)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
