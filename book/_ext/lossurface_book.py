"""What the book asks of Sphinx beyond its configuration file.

- the figures' style sheet and script;
- theorems, propositions, examples and assumptions numbered as in the paper, whatever the order of
  the pages: the number is the one in the label (`:label: proposition-5`);
- a claim's page says under its title which claim it is;
- the boxes of checklists are marks that a screen reader can name;
- a reference to a claim that has no page in this build is its name, not a broken link;
- the laboratory's page has a content policy, under which nothing comes from elsewhere;
- links to the sources, launch and download buttons when a repository is configured, none otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from lossurface.claims import CLAIMS

_LABORATORY = "book/atlas/laboratory"
_LABEL = re.compile(r"(theorem|proposition|example|assumption)-(\d+)")


def number_as_in_the_paper(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Replace the running numbers of the paper's statements by the paper's."""
    for kinds in env.toc_fignumbers.values():
        for identifiers in kinds.values():
            for identifier in identifiers:
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


def name_the_claim(app: Sphinx, doctree: nodes.document) -> None:
    """Say under the title of a claim's page which claim it is, and by what evidence it is checked.

    The running number of a statement is set when the page is written, too late for the search.
    """
    claim = next((c for c in CLAIMS.values() if app.env.docname.endswith(c.page)), None)
    title = next(iter(doctree.findall(nodes.title)), None)
    if claim is None or title is None:
        return
    line = nodes.paragraph(classes=["ls-claim"])
    whose, rest = ("Ours", ", not the paper's") if claim.ours else (claim.name, " of the paper")
    line += nodes.strong("", whose)
    line += nodes.Text(f"{rest}. Proved below; checks: {', '.join(claim.evidence)}.")
    title.parent.insert(title.parent.index(title) + 1, line)


def tick(app: Sphinx, doctree: nodes.document) -> None:
    """Draw the boxes of checklists as marks with a name: an unlabelled input keeps readers out."""
    for node in list(doctree.findall(nodes.raw)):
        if "task-list-item-checkbox" in node.astext():
            held = "checked" in node.astext()
            mark, word, kind = ("✓", "met", "yes") if held else ("✗", "not met", "no")
            text = f'<span class="ls-{kind}" role="img" aria-label="{word}">{mark}</span>'
            node.replace_self(nodes.raw("", text, format="html"))


def without_thebe(app: Sphinx, config: Config) -> None:
    """Keep out sphinx-thebe, which jupyter-book always brings: its script names another host.

    Its style sheet stays: pages have been told of it already.
    """
    for event, listeners in app.events.listeners.items():
        if event != "builder-inited":
            listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_thebe"]


def add_repository(app: Sphinx, config: Config) -> None:
    """Show the buttons that need a repository: download, launch, source and issues; or none.

    Its address is in LOSSURFACE_REPOSITORY, or under `repository: url:` in _config.yml.
    """
    options: dict[str, Any] = config.html_theme_options
    given = os.environ.get("LOSSURFACE_REPOSITORY") or options.get("repository_url") or ""
    url = given.rstrip("/")
    options["repository_url"] = url
    options["use_download_button"] = bool(url)
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
    app.add_js_file("lossurface.js", loading_method="defer")
    app.connect("doctree-read", name_the_claim)
    app.connect("doctree-read", tick)
    app.add_post_transform(NameWithoutPage)
    app.connect("config-inited", add_repository)
    app.connect("config-inited", without_thebe)
    app.connect("build-finished", add_plotly)
    app.connect("html-page-context", add_style_of_laboratory)
    app.connect("build-finished", add_content_policy)
    # After Sphinx's own collectors have given the running numbers (priority 500).
    app.connect("env-get-updated", number_as_in_the_paper, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
