"""The gallery's cards: a picture of the surface around theta*, what fails, and links."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.claims import get
from lossurface.show.around import Slice, around, radius_of
from lossurface.show.figure import Fragment, sentence

if TYPE_CHECKING:
    from lossurface.claims.gallery import Entry

__all__ = ["cards", "filters", "slice_of", "thumbnail"]

# The plane of parameters in which each claim's minimum is best seen.
_PLANES = {
    "proposition-2": ("W[0,0]", "W[1,0]"),
    "proposition-3": ("W[0,0]", "W[1,0]"),
    "proposition-4": ("a[0]", "W[0,0]"),
    "proposition-5": ("a[0]", "W[0,0]"),
    "proposition-7": ("a[0]", "a[2]"),
}
_CSS = """<style>
.ls-cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(11rem,45%),1fr));gap:1rem;
margin:1rem 0;padding:0;list-style:none}
.ls-cards li{border:1px solid var(--ls-grid,#d8dee4);border-radius:.4rem;overflow:hidden;
margin:0;font-size:.85rem;line-height:1.35;display:flex;flex-direction:column}
.ls-cards img{display:block;width:100%;height:auto;margin:0}
.ls-cards p{margin:.45rem .6rem 0}
div.cell_output .text_html:has(.ls-cards,.ls-filter){background:none!important;
color:inherit!important;padding:0!important}
.ls-cards p:last-child{margin:auto .6rem .6rem;padding-top:.4rem}
.ls-cards li[hidden],.ls-filter[hidden]{display:none}
.ls-filter{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;margin:1rem 0}
.ls-filter label{display:flex;flex-direction:column;margin:0;font-size:.85rem}
.ls-filter select,.ls-filter button{font:inherit;color:var(--ls-ink,#1f2328);
background:var(--ls-paper,#fff);border:1px solid var(--ls-muted,#57606a);border-radius:.3rem;
padding:.1rem .5rem;min-height:1.9rem;max-width:14rem}
.ls-filter output{min-height:1.9rem}
</style>"""
# What a card is filtered by: the attribute of the recipe, what the reader sees, its order.
_KEYS = (
    ("claim", "Claim"),
    ("neuron", "Neuron"),
    ("architecture", "Network"),
    ("data", "Data of"),
    ("p", "Power p"),
)
# No kernel and no other file: the filter works wherever the notebook is shown. It is hidden until
# its script runs, so that it is never dead; sections that have no card left are hidden too.
_SCRIPT = """<script>
(function () {
  const form = document.currentScript.previousElementSibling;
  const selects = Array.from(form.querySelectorAll("select"));
  function apply() {
    let shown = 0;
    const cards = Array.from(document.querySelectorAll(".ls-cards > li"));
    for (const card of cards) {
      card.hidden = selects.some(s => s.value && card.dataset[s.name] !== s.value);
      shown += !card.hidden;
    }
    for (const list of document.querySelectorAll(".ls-cards")) {
      const part = list.closest("section");
      const empty = !list.querySelector("li:not([hidden])");
      if (part && part.querySelectorAll(".ls-cards").length === 1) { part.hidden = empty; }
    }
    form.querySelector("output").textContent = shown + " of " + cards.length + " shown";
  }
  form.addEventListener("change", apply);
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.hidden = false;
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", apply);
  } else {
    apply();
  }
})();
</script>"""


def slice_of(entry: Entry) -> Slice:
    """Evaluate the loss on the plane in which the entry is shown."""
    claim, data = entry.recipe.claim, entry.certificate.data
    if claim in _PLANES:
        plane = _PLANES[claim]
    else:
        last = len(data["network"]["deep"]["layers"]) - 1  # the last hidden layer
        plane = (f"b{last}[0]", f"W{last}[0,0]")
    span = None
    if claim in ("proposition-2", "proposition-6"):  # far enough to see where the plateau ends
        span = max(2.6, 2.5 * radius_of(entry.certificate))
    return around(entry.certificate, plane, span=span)


def thumbnail(surface: Slice) -> str:
    """Return a small contour picture with theta* and the certified circle, as base64 of a PNG."""
    import numpy as np
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    size = (1.9, 1.4)
    figure = Figure(figsize=size, dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    low, high = _heights(surface)
    steps = low + (high - low) * np.linspace(0, 1, 13) ** 2
    ax.contourf(surface.u, surface.v, surface.loss, levels=steps, extend="both", cmap="cividis",
                norm=PowerNorm(0.5, vmin=low, vmax=high))  # fmt: skip
    angle = np.linspace(0, 2 * np.pi, 73)
    if np.isfinite(surface.radius):
        x, y = surface.radius * np.cos(angle), surface.radius * np.sin(angle)
        ax.plot(x, y, color="white", linewidth=3)
        ax.plot(x, y, color="#b0417f", linewidth=1.6)
    ax.plot(0, 0, "*", color="#e69f00", markersize=11, markeredgecolor="#1f2328")
    span = float(surface.u[-1])
    height = span * size[1] / size[0]  # one scale on both axes: the ball is a circle
    ax.set(xlim=(-span, span), ylim=(-height, height))
    ax.set_axis_off()
    stream = io.BytesIO()
    figure.savefig(stream, format="png", metadata={"Software": None})
    return base64.b64encode(stream.getvalue()).decode()


def _heights(surface: Slice) -> tuple[float, float]:
    """Return the lowest and the highest loss drawn: most of the slice lies between."""
    import numpy as np

    low, most = float(surface.loss.min()), float(np.quantile(surface.loss, 0.55))
    if surface.loss.max() - low <= 1e-9 * surface.least:  # flat: a colour from the middle
        return 0.5 * surface.least, 2 * surface.least
    if most <= surface.least * (1 + 1e-6):  # a plateau: show what rises from it
        return low, min(float(surface.loss.max()), 2.2 * surface.least)
    return low, min(most, 12 * surface.least)


def cards(entries: Iterable[Entry]) -> Fragment:
    """Return one card for each entry.

    Args:
        entries: of `lossurface.claims.gallery`.
    """
    items = [_card(entry) for entry in entries]
    return Fragment(f'{_CSS}<ul class="ls-cards">{"".join(items)}</ul>', f"{len(items)} cards")


def filters(entries: Iterable[Entry]) -> Fragment:
    """Return the controls that leave only some of the cards of the page.

    Args:
        entries: all those that the page shows.
    """
    recipes = [entry.recipe for entry in entries]
    rows = []
    for key, label in _KEYS:
        values = sorted({getattr(recipe, key) for recipe in recipes})
        choices = "".join(
            f'<option value="{html.escape(str(value))}">{html.escape(_readable(value))}</option>'
            for value in values
        )
        rows.append(
            f'<label>{label}<select name="{key}"><option value="">all</option>{choices}</select>'
            "</label>"
        )
    form = (
        '<form class="ls-filter" aria-label="Filter the cards" hidden>'
        f'{"".join(rows)}<button type="reset">Show all</button>'
        '<output aria-live="polite"></output></form>'
    )
    return Fragment(f"{_CSS}{form}{_SCRIPT}", f"{len(recipes)} cards")


def _readable(value: object) -> str:
    text = str(value)
    for kind in ("theorem", "proposition"):
        if text.startswith(f"{kind}-"):
            return text.replace("-", " ").capitalize()
    return "no theorem" if text == "none" else text.replace("-", " ")


def _card(entry: Entry) -> str:
    recipe, data = entry.recipe, entry.certificate.data
    claim = get(recipe.claim)
    radius = "everywhere" if data["radius"] == "inf" else f"radius {_short(data['radius'])}"
    width = len(data["network"].get("a", ())) if "neuron" in data["network"] else 0
    facts = [f"p = {recipe.p}", f"{len(data['labels'])} samples"]
    facts += [f"M = {width}"] if width else []
    facts += [f"error {data['training_error']}", radius]
    ball = "it is global" if radius == "everywhere" else "its certified ball is drawn"
    alt = f"Contours of the loss: {recipe.shows}; theta star is in the middle, {ball}."
    picture = thumbnail(slice_of(entry))
    return (
        f"<li {_marks(entry)}>"
        f'<img class="dark-light" alt="{html.escape(alt)}" src="data:image/png;base64,{picture}">'
        f"<p><strong>{html.escape(sentence(recipe.shows))}</strong></p>"
        f"<p>{html.escape(', '.join(facts))}</p>"
        f'<p><a href="../../book/{claim.page}.html">{claim.name}</a> · '
        f'<a href="../../_static/certificates/{entry.filename}" download '
        f'aria-label="Certificate of {html.escape(recipe.id)}">certificate</a></p></li>'
    )


def _marks(entry: Entry) -> str:
    return " ".join(
        f'data-{key}="{html.escape(str(getattr(entry.recipe, key)))}"' for key, _ in _KEYS
    )


def _short(radius: str) -> str:
    return radius if len(radius) <= 9 else f"{float(Fraction(radius)):.2g}"
