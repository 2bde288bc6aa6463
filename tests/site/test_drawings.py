"""The drawn figures as a browser shows them: no text is cut, covered or too small on a phone."""

import pytest

PHONE = 358  # CSS pixels for a figure on a screen of 390
SMALLEST = 9
FAULTS = """([phone, smallest]) => {
    const canvas = document.documentElement.getBoundingClientRect(), found = [];
    const box = text => text.getBoundingClientRect();
    const name = text => {
        const told = Array.from(text.childNodes).find(one => one.nodeType === Node.COMMENT_NODE);
        return told ? told.data.trim() : text.id;
    };
    for (const text of document.querySelectorAll("g[id^=text_]")) {
        const {left, right, top, bottom} = box(text);
        if (left < canvas.left - 1 || right > canvas.right + 1 ||
            top < canvas.top - 1 || bottom > canvas.bottom + 1) found.push(name(text) + ": cut");
        const scaled = text.innerHTML.match(/ scale\\(([0-9.]+)/);
        const high = scaled ? scaled[1] * 100 * 96 / 72 * Math.min(1, phone / canvas.width) : 99;
        if (high < smallest) found.push(name(text) + ": " + high.toFixed(1) + " pixels");
    }
    for (const axis of document.querySelectorAll("g[id^=matplotlib\\\\.axis]")) {
        const labels = Array.from(axis.querySelectorAll("g[id*=tick_] > g[id^=text_]"));
        const boxes = labels.map(box);
        boxes.forEach((a, i) => boxes.slice(0, i).forEach((b, k) => {
            if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                found.push(name(labels[k]) + " and " + name(labels[i]) + ": on each other");
        }));
    }
    return found;
}"""


@pytest.fixture(scope="module")
def tab(browser):
    page = browser.new_page()
    yield page
    page.close()


def test_every_text_of_a_drawing_can_be_read(site, address, tab):
    faults = {}
    drawings = sorted((site / "_images").glob("fig-*-light-*.svg"))
    assert drawings
    for path in drawings:
        tab.goto(f"{address}/_images/{path.name}")
        found = tab.evaluate(FAULTS, [PHONE, SMALLEST])
        if found:
            faults[path.name] = found
    assert faults == {}


def test_a_fault_is_found(tab):
    text = '<g id="text_{}"><g transform="translate({} 20) scale(0.1 -0.1)"><rect {}/></g></g>'
    size = 'width="300" height="80"'
    ticks = "".join(
        f'<g id="xtick_{k}">{text.format(k, at, size)}</g>' for k, at in ((1, 20), (2, 40))
    )
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="60">'
        f'<g id="matplotlib.axis_1">{ticks}</g>{text.format(3, 590, size)}</svg>'
    )
    tab.goto(f"data:image/svg+xml,{drawing.replace('#', '%23')}")
    assert tab.evaluate(FAULTS, [PHONE, SMALLEST]) == [
        "text_1: 8.0 pixels",
        "text_2: 8.0 pixels",
        "text_3: cut",
        "text_3: 8.0 pixels",
        "text_1 and text_2: on each other",
    ]
