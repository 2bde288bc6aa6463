"""The reference: pages written from the package's own docstrings and from the commands' own help.

`.. lossurface-api:: PACKAGE` writes what the package's `__all__` lists, in its order and under the
headings that its comments give. Values have no docstrings; the directive's content says what they
are, a line `NAME: words` for each. `.. lossurface-commands::` writes every command and its options.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import EnumType
from importlib import import_module
from typing import Any

import click
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.domains.python import PyObject
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

from lossurface.cli import cli

_QUOTED = re.compile(r"(``.+?``|`[^`]+`)")
_OPTION = re.compile(r"(--[a-z][a-z-]*)")
_SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', re.DOTALL)
# What reStructuredText would take for a mark-up: stars, bars, a trailing underscore.
_MARKS = re.compile(r"([*|\\]|(?<=\w)_(?!\w))")
_LETTER = re.compile(r"(?<=\b\w)\.$", re.MULTILINE)  # the l of "loss: l." numbers no list
_DEFAULT = re.compile(r"= <[^<>]*>")  # such as <factory>: no Python, so the rest would not be read
_TOKEN = re.compile(r'<span class="(?:pre|p)">([^<]*)</span>')


def groups(source: str) -> list[tuple[str, list[str]]]:
    """Return the (heading, names) of a module's `__all__`; the comments in it are the headings."""
    listed = re.search(r"^__all__ = \[(.*?)\]", source, flags=re.MULTILINE | re.DOTALL)
    found: list[tuple[str, list[str]]] = []
    for word in re.findall(r'#.*|"\w+"', listed[1] if listed else ""):
        if word.startswith("#"):
            found.append((word.lstrip("# "), []))
            continue
        if not found:
            found.append(("", []))
        found[-1][1].append(word.strip('"'))
    return found


def plain(text: str) -> str:
    """Return a docstring's text as reStructuredText that says the same, `x` being code."""
    parts = _QUOTED.split(text)
    parts[::2] = [_LETTER.sub(r"\\.", _MARKS.sub(r"\\\1", part)) for part in parts[::2]]
    parts[1::2] = [f"``{part.strip('`')}``" for part in parts[1::2]]
    return "".join(parts)


def escape(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Rewrite every docstring before napoleon reads its sections."""
    lines[:] = plain("\n".join(lines)).split("\n")
    if lines[0].startswith("Alias for field number"):  # of a named tuple, which says no more
        lines.clear()
    if what in ("attribute", "data", "property"):
        lines[:0] = ["..", ""]  # or napoleon takes the words before a colon for a type


def readable(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str | None, returns: str
) -> tuple[str | None, str]:
    """Write a default that is no expression as three dots; leave out what Python makes up."""
    if isinstance(obj, EnumType) or signature == "(*args, **kwargs)":
        return "", ""
    return signature and _DEFAULT.sub("= ...", signature), returns


class Api(SphinxDirective):
    """Everything public in a package."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Write the page's reStructuredText and have it parsed."""
        module = import_module(self.arguments[0])
        words = dict(line.split(": ", 1) for line in self.content if line.strip())
        text = [f".. currentmodule:: {module.__name__}", ""]
        text += plain(inspect.getdoc(module) or "").split("\n")
        for heading, names in groups(inspect.getsource(module)):
            if heading:
                title = heading[0].upper() + heading[1:]
                text += ["", title, "-" * len(title)]
            for name in names:
                text += ["", *self._entry(module, name, words)]
        if words:
            raise self.error(f"{module.__name__} lists no {', '.join(words)}; leave it out")
        section = nodes.section()
        section.document = self.state.document
        nested_parse_with_titles(self.state, StringList(text, module.__file__ or ""), section)
        return section.children

    def _entry(self, module: Any, name: str, words: dict[str, str]) -> list[str]:
        """Return the lines for one name."""
        value, path = getattr(module, name), f"{module.__name__}.{name}"
        if inspect.ismodule(value):
            return [f".. automodule:: {value.__name__}", "   :members:"]
        if isinstance(value, type) and issubclass(value, BaseException):
            return [f".. autoexception:: {path}"]
        if isinstance(value, type):
            return [f".. autoclass:: {path}", "   :members:"]
        if inspect.isroutine(value):
            return [f".. autofunction:: {path}"]
        if name not in words:
            raise self.error(f"{path}: a value; say here what it is")
        return [
            f".. py:data:: {name}",
            f"   :module: {module.__name__}",
            "",
            f"   {words.pop(name)}",
        ]


class Commands(SphinxDirective):
    """Every command, its arguments and its options, from its own help."""

    def run(self) -> list[nodes.Node]:
        """Write a section for each command."""
        sections: list[nodes.Node] = []
        for name, command in sorted(cli.commands.items()):
            section = nodes.section(ids=[f"command-{name}"], names=[f"command-{name}"])
            self.state.document.note_explicit_target(section)
            section += nodes.title("", f"lossurface {name}")
            section += list(_described(name, command))
            sections.append(section)
        return sections


def _described(name: str, command: click.Command) -> Iterator[nodes.Node]:
    """Yield usage, words and options of a command."""
    context = click.Context(command, info_name=f"lossurface {name}")
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield nodes.paragraph("", "", nodes.literal(usage, usage))
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield nodes.paragraph("", "", *_words(" ".join(paragraph.split())))
    options = nodes.definition_list(classes=["ls-options"])
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option) and parameter.name != "help":
            term = nodes.term("", "", nodes.literal(record[0], record[0]))
            told = nodes.definition("", nodes.paragraph("", "", *_words(record[1])))
            options += nodes.definition_list_item("", term, told)
    if options.children:
        yield options


def _words(text: str) -> Iterator[nodes.Node]:
    """Yield a sentence with its options as code: --out is no dash."""
    for part in _OPTION.split(text):
        yield nodes.literal(part, part) if _OPTION.fullmatch(part) else nodes.Text(part)


def spans(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Make the parameters of a signature spans: a list inside a term is no list to a reader.

    Spans that no style asks for are left out; a page has thousands.
    """
    body = context.get("body", "")
    if "sig-object" in body:
        context["body"] = _SIGNATURE.sub(lambda found: _spans(found[0]), body)


def _spans(signature: str) -> str:
    signature = _TOKEN.sub(r"\1", _TOKEN.sub(r"\1", signature))  # one within the other
    for tag, name in (("dl", "ls-parameters"), ("dd", "ls-parameter")):
        signature = signature.replace(f"<{tag}>", f'<span class="{name}">')
        signature = signature.replace(f"</{tag}>", "</span>")
    return signature


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_css_file("api.css")
    for kind in PyObject.doc_field_types:
        if kind.name == "variable":
            kind.label = "Attributes"
    app.add_directive("lossurface-api", Api)
    app.add_directive("lossurface-commands", Commands)
    app.connect("html-page-context", spans)
    app.connect("autodoc-process-signature", readable)
    app.connect("autodoc-process-docstring", escape, priority=400)  # napoleon's is 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
