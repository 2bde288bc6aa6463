"""One visit to a page: everything that the tests judge is looked at here, in the browser."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe

# The drawn marks of a figure, without the identifiers that plotly makes up afresh.
_FINGERPRINT = """element => Array.from(element.querySelectorAll(".ls-plot")).map(plot => {
    const numbers = plot._fullData.map(trace => ["x", "y", "z"].map(
        axis => Array.from(trace[axis] || [], String).join()));
    const cameras = Object.keys(plot._fullLayout).filter(key => /^scene\\d*$/.test(key))
        .map(key => plot._fullLayout[key].camera.eye);
    const marks = Array.from(plot.querySelectorAll("svg.main-svg path, svg.main-svg text"))
        .map(mark => (mark.getAttribute("d") || mark.textContent));
    return JSON.stringify([numbers, cameras, marks]);
}).join()"""

_MATHS = """() => {
    const formulas = Array.from(document.querySelectorAll(".math"));
    return {
        count: formulas.length,
        bare: formulas.filter(f => !f.querySelector("mjx-container")).map(f => f.textContent),
        // An unknown command is no error to MathJax, which prints it in red.
        errors: Array.from(document.querySelectorAll(
            "mjx-merror, [data-mjx-error], mjx-container [style*='color: red']"))
            .map(f => f.getAttribute("data-mjx-error") || f.textContent),
    };
}"""

_FILL = """() => {
    const text = document.querySelector(".ls-plot svg text");
    return text && getComputedStyle(text).fill;
}"""

_LARGEST_PAINT = """() => new Promise(resolve => {
    new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true});
    setTimeout(() => resolve(null), 2000);
})"""

# Elements that stick out to the right of a phone's screen and are not inside a scrolling box.
_STICKING_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    Array.from(document.querySelectorAll("main *"))
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""

# On a phone: boxes that scroll and show it by no shadow, formulas cut off at the edge.
_UNSHOWN = """() => Array.from(document.querySelectorAll("article *:not(.ls-plot *)"))
    .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
        && /auto|scroll/.test(getComputedStyle(e).overflowX)
        && !getComputedStyle(e).backgroundImage.includes("gradient"))
    .concat(Array.from(document.querySelectorAll("article span.math > mjx-container > mjx-math"))
        .filter(f => f.getBoundingClientRect().right
            > f.closest("span.math").getBoundingClientRect().right + 1))
    .map(e => e.outerHTML.slice(0, 120))"""

# Lines that begin with what ends a sentence or a bracket, after a formula.
_STRAY = """() => Array.from(document.querySelectorAll("article span.math")).map(formula => {
    const next = formula.nextSibling, text = next && next.nodeType === 3 ? next.data : "";
    if (!/^[,.;:!?)\\]]/.test(text)) return "";
    const range = document.createRange();
    range.setStart(next, 0);
    range.setEnd(next, 1);
    const [mark, before] = [range.getBoundingClientRect(), formula.getBoundingClientRect()];
    return mark.left < before.right - 3 && mark.top > before.top + 8 ? text.slice(0, 40) : "";
}).filter(Boolean)"""

# While axe runs, a formula is an empty box of its size (it comes with its own speech, and is
# excluded below), and of the many words of code that look alike two of each kind are left, the rest
# being plain text: axe goes through every element, and would find the same thing again.
_BRIEF = """() => {
    window.kept = [];
    const formulas = Array.from(document.querySelectorAll("mjx-container"));
    const sizes = formulas.map(formula => formula.getBoundingClientRect());  // one layout for all
    for (const [k, formula] of formulas.entries()) {
        const {width, height} = sizes[k];
        kept.push([formula, Array.from(formula.childNodes), formula.style.cssText]);
        formula.style.cssText += `;display:inline-block;width:${width}px;height:${height}px`;
        formula.replaceChildren();
    }
    const seen = new Map();
    for (const code of document.querySelectorAll("pre, dt.sig, code, .field-list p")) {
        kept.push([code, Array.from(code.childNodes), code.style.cssText]);
        const copy = code.cloneNode(true);
        for (const word of Array.from(copy.querySelectorAll("span, em")).reverse()) {
            const kind = `${code.localName} ${word.parentElement.className} ${word.className}`;
            seen.set(kind, (seen.get(kind) || 0) + 1);
            if (seen.get(kind) > 2) word.replaceWith(...word.childNodes);
        }
        code.replaceChildren(...copy.childNodes);
    }
}"""
_WHOLE = """() => { for (const [element, children, style] of kept.reverse()) {
    element.replaceChildren(...children);
    element.style.cssText = style;
} }"""

# No preload: axe would fetch style sheets by itself, at wrong addresses.
_COMMON = {"resultTypes": ["violations"], "preload": False, "iframes": False}
# The theme lets a reader reach what scrolls, a moment after the window has changed.
_TAB_STOPS = """() => Array.from(document.querySelectorAll("pre"))
    .every(pre => pre.tabIndex === 0 || pre.scrollWidth <= pre.clientWidth)"""
_RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "dark": ["color-contrast"],
    # The first passes over a box where a tab stop is within (a link, a formula, which MathJax gives
    # one), where nothing but empty space is out of sight, and where the theme has added a tab stop
    # since: it gives one to every pre and output that scrolls, whatever the page's source says.
    "phone": ["scrollable-region-focusable", "target-size", "meta-viewport"],
}


PLAIN = "* { transition: none !important; }"  # colours arrive at once


@dataclass
class Control:
    """What happened when a reader used a control of a figure."""

    figure: str
    label: str
    changed: bool


@dataclass
class Visit:
    """What one visit to a page showed."""

    errors: list[str] = field(default_factory=list)  # console errors, failed requests
    elsewhere: list[str] = field(default_factory=list)  # requests to other hosts
    figures: int = 0
    controls: list[Control] = field(default_factory=list)
    pixels_changed: bool | None = None  # of the first figure; None without one
    maths: dict[str, Any] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)  # by theme and width
    figure_text: dict[str, str] = field(default_factory=dict)  # colour of a figure's text, by theme
    sticking_out: list[str] = field(default_factory=list)
    too_wide: int = 0  # pixels of horizontal scroll on a phone
    unshown: list[str] = field(default_factory=list)  # what goes on out of sight, on a phone
    stray: list[str] = field(default_factory=list)  # lines that begin with a comma, on a phone
    doubled: list[str] = field(default_factory=list)  # identifiers that several elements have
    largest_paint: float | None = None  # milliseconds


def visit(context: Any, address: str, name: str, *, judge: bool = True) -> Visit:
    """Load the page once and look at everything: light and dark, desk and phone.

    Without `judge`, there are no violations in what is returned, not even empty ones.
    """
    seen = Visit()
    page = context.new_page()
    page.on("console", lambda m: m.type == "error" and seen.errors.append(m.text))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("response", lambda r: r.status >= 400 and seen.errors.append(f"{r.status} {r.url}"))

    def watch(request: Any) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            seen.elsewhere.append(request.url)

    page.on("request", watch)
    seen.largest_paint = largest_paint(page, f"{address}/{name}")
    page.add_style_tag(content=PLAIN)
    page.evaluate("() => window.lossurface.startAll()")
    page.evaluate("() => window.MathJax && MathJax.startup ? MathJax.startup.promise : null")
    seen.maths = page.evaluate(_MATHS)
    _use_controls(page, seen)
    if judge:
        seen.violations["light"] = axe(page, "light")
    _theme(page, seen, "light")
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    page.evaluate("() => window.lossurface.settled()")
    if judge:
        seen.violations["dark"] = axe(page, "dark")
    _theme(page, seen, "dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(100)
    seen.too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    seen.sticking_out = page.evaluate(_STICKING_OUT)
    seen.unshown = page.evaluate(_UNSHOWN)
    seen.stray = page.evaluate(_STRAY)
    ids = page.evaluate("Array.from(document.querySelectorAll('main [id]')).map(e => e.id)")
    seen.doubled = sorted({name for name in ids if ids.count(name) > 1})
    if judge:
        with contextlib.suppress(Exception):  # what is still wrong after that, axe will name
            page.wait_for_function(_TAB_STOPS, timeout=4000)
        seen.violations["phone"] = axe(page, "phone")
    page.close()
    return seen


def largest_paint(page: Any, url: str) -> float | None:
    """Load a page; return its largest contentful paint in milliseconds, None if it has none."""
    page.goto(url, wait_until="load")
    found: float | None = page.evaluate(_LARGEST_PAINT)
    return found


def axe(page: Any, where: str, within: str = "html") -> list[str]:
    """Return the serious and critical violations below a selector, a line each."""
    # A plot is one image.
    context = {"include": [[within]], "exclude": [["mjx-container"], [".ls-plot"]]}
    options = {**_COMMON, "runOnly": _RULES[where]}
    page.evaluate(_BRIEF)
    found = Axe().run(page, context=context, options=options).response["violations"]
    page.evaluate(_WHOLE)
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:160]} (and {len(v['nodes']) - 1} more)"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def _theme(page: Any, seen: Visit, theme: str) -> None:
    fill = page.evaluate(_FILL)  # found and read in one go: a figure may be drawing itself anew
    if fill is not None:
        seen.figure_text[theme] = fill


def _use_controls(page: Any, seen: Visit) -> None:
    """Use every control as a reader would, with the keyboard, and play every figure."""
    for figure in page.query_selector_all("div.ls-explore"):
        seen.figures += 1
        name = figure.get_attribute("id")
        if seen.pixels_changed is None:
            before = figure.query_selector(".ls-panels").screenshot()
        for control in figure.query_selector_all("input, select"):
            label = control.evaluate("c => c.labels[0].textContent")
            earlier = figure.evaluate(_FINGERPRINT)
            if control.evaluate("c => c.tagName") == "SELECT":
                here = control.evaluate("c => c.selectedIndex")
                control.select_option(index=1 if here == 0 else 0)
            else:
                last = control.evaluate("c => Number(c.value) === Number(c.max)")
                control.press("ArrowLeft" if last else "ArrowRight")
            page.evaluate("() => window.lossurface.settled()")
            page.wait_for_timeout(30)
            changed = figure.evaluate(_FINGERPRINT) != earlier
            seen.controls.append(Control(name, label, changed))
        if seen.pixels_changed is None:
            page.wait_for_timeout(200)  # the frame after the last change
            seen.pixels_changed = figure.query_selector(".ls-panels").screenshot() != before
        for button in figure.query_selector_all(".ls-play"):
            earlier = figure.get_attribute("data-frame")
            button.click()
            # Looked at in the page, as a figure may have only two frames and come back.
            moved = page.wait_for_function(
                "([figure, earlier]) => figure.dataset.frame !== earlier",
                arg=[figure, earlier],
                polling=20,
                timeout=5000,
            )
            button.click()
            page.evaluate("() => window.lossurface.settled()")
            label = button.get_attribute("aria-label")
            seen.controls.append(Control(name, label, bool(moved.json_value())))
