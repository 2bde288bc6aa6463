"""What the book asks of Sphinx beyond its configuration file.

- the figures' style sheet and script;
- theorems, propositions, examples and assumptions numbered as in the paper, whatever the order of
  the pages: the number is the one in the label (`:label: proposition-5`); `:enumerator: 5` says it
  to JupyterLab;
- a claim's page has the claim's number in its title, where tabs, neighbours and the search show it,
  and says below it by what evidence the claim is checked, and how long the page takes to read;
- exercises are numbered on each page, and no identifier is there twice;
- what touches a formula, a comma or a bracket, stays on its line;
- what a cell prints as lines `one | two | three` is a table, the first line its head;
- the words of evidence in a printed verdict lead to what they mean;
- the boxes of checklists are marks that a screen reader can name;
- a reference to a claim that has no page in this build is its name, not a broken link;
- the laboratory's page has a content policy, under which nothing comes from elsewhere;
- every page's notebook can be downloaded, with a first cell that installs the package; links to the
  sources and launch buttons are there when a repository is configured.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
from itertools import groupby
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import index, pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import exercise_enumerable_node, solution_node
from sphinx_proof.directive import ElementDirective

from lossurface.claims import CLAIMS

_WORDS_IN_A_MINUTE = 120  # of mathematics
_LABORATORY = "book/atlas/laboratory"
_LABEL = re.compile(r"(theorem|proposition|example|assumption)-(\d+)")
_EVIDENCE = re.compile(r"\b(exact|enclosed|sampled|undecided)\b")
_SHARED_ID = re.compile(
    r' id="(?:exercise|solution|proof)-content"|(?<=<p class="admonition-title") id="[^"]*"'
)
_STATED = re.compile(  # and not quoted
    rf"(?<![\w\"-])({'|'.join(CLAIMS)}|ours-[a-z-]+|assumption-\d|theorem-1-width"
    r"|affine-separability|increasing-neuron|monotone-neuron)(?![\w-])"
)


def number_as_in_the_paper(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give the paper's statements the paper's numbers, and number exercises on each page."""
    for kinds in env.toc_fignumbers.values():
        for kind, identifiers in kinds.items():
            for place, identifier in enumerate(identifiers, 1):
                if kind == "exercise":
                    identifiers[identifier] = (place,)
                found = _LABEL.fullmatch(identifier)
                if found:
                    identifiers[identifier] = (int(found[2]),)
    return []


class NameWithoutPage(SphinxPostTransform):
    """Replace references to the paper's claims that no page of this build states by their names."""

    default_priority = 5  # before the references are resolved (10)

    def run(self, **kwargs: Any) -> None:
        """Look at every `prf:ref` of the page."""
        stated = getattr(self.env, "proof_list", {})
        for node in list(self.document.findall(pending_xref)):
            found = _LABEL.fullmatch(node.get("reftarget", ""))
            if node.get("refdomain") == "prf" and found and found[0] not in stated:
                node.replace_self(nodes.inline("", f"{found[1].capitalize()} {found[2]}"))


class NameTheClaim(SphinxTransform):
    """Say in the title of a claim's page which claim it is, and below it how it is checked."""

    default_priority = 800  # before title and index are noted (850)

    def apply(self, **kwargs: Any) -> None:
        """Look at the page's first title and at the verdicts that it prints."""
        claim = next((c for c in CLAIMS.values() if self.env.docname.endswith(c.page)), None)
        title = next(iter(self.document.findall(nodes.title)), None)
        if claim is None or title is None:
            return
        line = nodes.paragraph(classes=["ls-claim"])
        line += nodes.strong("", "Ours" if claim.ours else "The paper's")
        line += nodes.Text(", not the paper's" if claim.ours else " claim")
        line += nodes.Text(". Proved below; checks: ")
        line += self._linked(", ".join(claim.evidence) + ".")
        line += nodes.Text(f" Reading time: about {self._minutes()} minutes.")
        title.parent.insert(title.parent.index(title) + 1, line)
        if not claim.ours:
            dot = nodes.inline("", " · ", classes=["ls-dot"])
            title.insert(0, nodes.inline("", claim.name, dot, classes=["ls-number"]))
            # An entry of the index that is just what was typed comes first in the search.
            entry = ("single", claim.name, title.parent["ids"][0], "main", None)
            title.parent.insert(title.parent.index(title) + 1, index(entries=[entry]))
        for output in list(self.document.findall(nodes.literal_block)):
            if output.astext().startswith(f"{claim.id}: "):
                said = output.astext().replace(claim.id, _name(claim.id), 1)
                output[:] = self._linked(said.replace(f"its page (book/{claim.page})", "this page"))
                output.rawsource = ""  # as in a parsed-literal block: what is in it is not code

    def _minutes(self) -> int:
        """Return how long the page's sentences take, in steps of five minutes."""
        words = 0
        for paragraph in self.document.findall(nodes.paragraph):
            node: nodes.Node | None = paragraph
            while node is not None and not isinstance(node, solution_node):
                node = node.parent
            words += len(paragraph.astext().split()) if node is None else 0
        return 5 * max(1, round(words / _WORDS_IN_A_MINUTE / 5))

    def _linked(self, text: str) -> list[nodes.Node]:
        """Return the text, each word of evidence leading to what it means."""
        words: list[nodes.Node] = []
        for part in _EVIDENCE.split(text):
            if _EVIDENCE.fullmatch(part):
                to = {"refdomain": "std", "reftype": "ref", "reftarget": "evidence-words"}
                word = nodes.inline("", part)
                words.append(
                    pending_xref("", word, refexplicit=True, refdoc=self.env.docname, **to)
                )
            else:
                words.append(nodes.Text(part))
        return words


def tick(app: Sphinx, doctree: nodes.document) -> None:
    """Draw the boxes of checklists as marks with a name: an unlabelled input keeps readers out."""
    for node in list(doctree.findall(nodes.raw)):
        if "task-list-item-checkbox" in node.astext():
            held = "checked" in node.astext()
            mark, word, kind = ("✓", "met", "yes") if held else ("✗", "not met", "no")
            text = f'<span class="ls-{kind}" role="img" aria-label="{word}">{mark}</span>'
            node.replace_self(nodes.raw("", text, format="html"))


def without_double_ids(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take out what all exercises, solutions and proofs share, and what a statement has already."""
    if "body" in context:
        context["body"] = _SHARED_ID.sub("", context["body"])


class DotTheTitle(SphinxPostTransform):
    """Write "Exercise 1 · A title" for "Exercise 1 (A title)"."""

    default_priority = 23  # after sphinx-exercise has put its titles together

    def run(self, **kwargs: Any) -> None:
        """Look at the title of each exercise."""
        for exercise in self.document.findall(exercise_enumerable_node):
            title = exercise[0]
            if len(title) > 2:
                title[0], title[-1] = nodes.Text("· "), nodes.Text("")


class KeepTogether(SphinxPostTransform):
    """Keep what touches a formula, such as a comma or a bracket, on its line."""

    default_priority = 950  # after the hints, which are links around formulas
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Look at the neighbours of each formula."""
        for formula in list(self.document.findall(nodes.math)):
            before = formula.previous_sibling() if formula.astext() == "\\square" else None
            if isinstance(before, nodes.Text):  # the end of a proof is not a line of its own
                formula.parent[formula.parent.index(before)] = nodes.Text(f"{before.rstrip()}\xa0")
            linked = isinstance(formula.parent, nodes.reference)
            whole = formula.parent if linked else formula
            at, siblings = whole.parent.index(whole), whole.parent.children
            kept = [whole]
            for place, touching in ((at + 1, r"\S+"), (at - 1, r"[^ \n]+$")):
                text = siblings[place] if 0 <= place < len(siblings) else None
                found = re.match if place > at else re.search
                if isinstance(text, nodes.Text) and (touch := found(touching, text)):
                    rest = text[: touch.start()] + text[touch.end() :]
                    whole.parent[place] = nodes.Text(rest)
                    kept.insert(len(kept) if place > at else 0, nodes.Text(touch[0]))
            if len(kept) > 1:
                whole.parent.replace(whole, nodes.inline("", "", *kept, classes=["ls-keep"]))


def tabulate(app: Sphinx, doctree: nodes.document) -> None:
    """Show as a table what a cell prints as lines `one | two | three`, a head and rows."""
    for output in list(doctree.findall(nodes.literal_block)):
        lines = output.astext().splitlines()
        groups = [(bars, list(run)) for bars, run in groupby(lines, lambda line: line.count(" | "))]
        if "stream" not in output["classes"] or not any(b and len(g) > 1 for b, g in groups):
            continue
        for bars, group in groups:
            if bars and len(group) > 1:
                shown: nodes.Element = _table([line.split(" | ") for line in group])
            else:
                shown = output.copy()
                shown.rawsource = "\n".join(group)
                shown += nodes.Text(shown.rawsource)
            output.parent.insert(output.parent.index(output), shown)
        output.parent.remove(output)


def _table(rows: list[list[str]]) -> nodes.table:
    """Return a table of these cells; an identifier of a statement gives way to its name."""
    group = nodes.tgroup(cols=len(rows[0]))
    group += [nodes.colspec(colwidth=1) for _ in rows[0]]
    for part, lines in ((nodes.thead(), rows[:1]), (nodes.tbody(), rows[1:])):
        for line in lines:
            cells = (_STATED.sub(lambda found: _name(found[0]), cell.strip()) for cell in line)
            part += nodes.row("", *(nodes.entry("", nodes.paragraph("", c)) for c in cells))
        group += part
    return nodes.table("", group, classes=["colwidths-auto"])


def _name(identifier: str) -> str:
    """Return what readers call a statement: Theorem 1, or Necessary (ours)."""
    own = identifier.removeprefix("ours-")
    name = own.replace("-", " ").capitalize()
    return name if own == identifier else f"{name} (ours)"


def without_thebe(app: Sphinx, config: Config) -> None:
    """Keep out sphinx-thebe, which jupyter-book always brings: its script names another host.

    Its style sheet stays: pages have been told of it already.
    """
    for event, listeners in app.events.listeners.items():
        if event != "builder-inited":
            listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_thebe"]


def add_repository(app: Sphinx, config: Config) -> None:
    """Show the buttons that need a repository: launch, source and issues; or none.

    Its address is in LOSSURFACE_REPOSITORY, or under `repository: url:` in _config.yml.
    """
    options: dict[str, Any] = config.html_theme_options
    given = os.environ.get("LOSSURFACE_REPOSITORY") or options.get("repository_url") or ""
    url = given.rstrip("/")
    options["repository_url"] = url
    options["use_download_button"] = True
    if url:
        branch = os.environ.get("LOSSURFACE_BRANCH") or options.get("repository_branch")
        options["repository_branch"] = branch or "main"
        options["use_repository_button"] = True
        options["use_issues_button"] = True
        options["launch_buttons"] = {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
        }
    where = "" if url else "In the folder of the sources:\n\n"
    config.myst_substitutions["install"] = f"{where}```sh\n{install(options)}\n```"


def install(options: dict[str, Any]) -> str:
    """Return the command that installs the package."""
    if options["repository_url"]:
        return f"pip install git+{options['repository_url']}@{options['repository_branch']}"
    return "pip install ."


def launch_what_installs(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let Colab open the notebook that is published with the site: its first cell installs.

    The site is expected on the branch LOSSURFACE_PAGES_BRANCH ("gh-pages") of the repository.
    """
    branch = os.environ.get("LOSSURFACE_PAGES_BRANCH") or "gh-pages"
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button["text"] == "Colab":
                start = button["url"].split("/blob/")[0]
                button["url"] = f"{start}/blob/{branch}/_sources/{context['sourcename']}"


def publish_notebooks(app: Sphinx, error: Exception | None) -> None:
    """Put a cell that installs the package first in every notebook that can be downloaded."""
    if error is not None or app.builder.format != "html":
        return
    options = app.config.html_theme_options
    url, branch = options["repository_url"], options.get("repository_branch")
    for page in app.env.found_docs:
        source = Path(app.env.doc2path(page))
        if source.suffix != ".ipynb":
            continue
        notebook = json.loads(source.read_text(encoding="utf-8"))
        cell = {"id": "install", "metadata": {}, "cell_type": "markdown"}
        text = f"The package *lossurface*, in its sources: `{install(options)}`"
        if url:
            cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
            text = f"%{install(options)}".replace("install", "install -q")
            if "_data/" in json.dumps([c["source"] for c in notebook["cells"]]):
                text += f"\n!git clone -q --depth 1 --branch {branch} {url} sources"
                text += f"\n%cd sources/{Path(page).parent}"
        notebook["cells"].insert(0, {**cell, "source": text.splitlines(keepends=True)})
        target = Path(app.outdir, "_sources", f"{page}.ipynb")
        target.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")


def add_plotly(app: Sphinx, error: Exception | None) -> None:
    """Serve plotly's script from the site itself, where the pipeline has not staged it already."""
    target = Path(app.outdir) / "_static" / "plotly.min.js"
    if error is None and app.builder.format == "html" and not target.exists():
        import plotly

        source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
        shutil.copyfile(source, target)


def add_style_of_laboratory(app: Sphinx, pagename: str, *_: object) -> None:
    """Load the laboratory's own style sheet on its page."""
    if pagename == _LABORATORY:
        app.add_css_file("laboratory/laboratory.css")


def add_content_policy(app: Sphinx, error: Exception | None) -> None:
    """Let the laboratory's page load and ask what is on this site alone.

    Scripts that the theme writes into the page are allowed by their hashes; no other inline script
    runs, whatever a link or a file holds.
    """
    page = Path(app.outdir) / f"{_LABORATORY}.html"
    if error is not None or app.builder.format != "html" or not page.is_file():
        return
    text = page.read_text(encoding="utf-8")
    if "Content-Security-Policy" in text:
        return
    parsed = BeautifulSoup(text, "html.parser")
    inline = [script.string or "" for script in parsed.find_all("script", src=False)]
    for tag in parsed.find_all():
        inline += [value for name, value in tag.attrs.items() if name.startswith("on")]
    hashes = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inline}
    allowed = " ".join(f"'sha256-{digest}'" for digest in sorted(hashes))
    policy = (
        f"default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-hashes' {allowed}; "
        "worker-src 'self' blob:; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
        "style-src 'self' 'unsafe-inline'; form-action 'self'; base-uri 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}" />'
    first = '<meta charset="utf-8" />'  # a browser looks for it in the first 1024 bytes alone
    page.write_text(text.replace(first, f"{first}\n    {meta}", 1), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_css_file("lossurface.css")
    app.add_css_file("print.css", media="print", priority=900)  # the last word on paper
    app.add_js_file("lossurface.js", loading_method="defer")
    ElementDirective.option_spec["enumerator"] = directives.unchanged
    app.add_transform(NameTheClaim)
    app.connect("doctree-read", tick)
    app.connect("html-page-context", without_double_ids)
    app.connect("doctree-read", tabulate)
    app.add_post_transform(DotTheTitle)
    app.add_post_transform(KeepTogether)
    app.add_post_transform(NameWithoutPage)
    app.connect("config-inited", add_repository)
    app.connect("config-inited", without_thebe)
    app.connect("build-finished", add_plotly)
    app.connect("build-finished", publish_notebooks)
    app.connect("html-page-context", launch_what_installs, priority=900)  # after the theme's own
    app.connect("html-page-context", add_style_of_laboratory)
    app.connect("build-finished", add_content_policy, priority=950)  # of the page as it ends up
    # After Sphinx's own collectors have given the running numbers (priority 500).
    app.connect("env-get-updated", number_as_in_the_paper, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
