"""Interactive figures: the page scrolls over them, they play once, each has a picture."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.site.test_links import parsed

SURFACE = "book/theorems/theorem-1.html"
PANELS = "book/propositions/proposition-12.html"  # samples beside a surface
EYE = "plot => Object.values(plot._fullLayout.scene._scene.getCamera().eye)"
SHOWN = """stage => {
    const images = Array.from(stage.querySelectorAll("img"))
        .filter(image => getComputedStyle(image).visibility === "visible" && image.clientWidth);
    return images.map(image => image.naturalWidth);
}"""
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "no-preference",
}


def opened(context, address, name=SURFACE):
    """Open a page with its figures drawn and its first surface in the middle of the screen."""
    page = context.new_page()
    page.goto(f"{address}/{name}")
    page.evaluate("() => window.lossurface.startAll()")
    centre = "stage => stage.scrollIntoView({block: 'center', behavior: 'instant'})"
    page.locator(".ls-deep").first.evaluate(centre)
    page.wait_for_timeout(300)
    return page


def seen(page):
    """Return where the page is and where the surface is looked at from."""
    return page.evaluate("scrollY"), page.locator(".ls-deep .ls-plot").first.evaluate(EYE)


def middle(page):
    box = page.locator(".ls-deep").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def finger(page, across, down):
    """Put a finger on the surface, move it, lift it."""
    session = page.context.new_cdp_session(page)
    x, y = middle(page)

    def send(kind, *at):
        points = [{"x": a, "y": b} for a, b in at]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", (x, y))
    for step in range(1, 11):
        send("touchMove", (x + across * step / 10, y + down * step / 10))
        page.wait_for_timeout(20)
    send("touchEnd")
    page.wait_for_timeout(400)


def test_the_wheel_scrolls_the_page_over_a_surface(browser, address):
    page = opened(browser, address)
    page.mouse.move(*middle(page))
    for pressed in (False, True):  # and after a click, too
        if pressed:
            page.mouse.click(*middle(page))
        before, eye = seen(page)
        page.mouse.wheel(0, 120)
        page.wait_for_timeout(300)
        after, same = seen(page)
        assert after == pytest.approx(before + 120, abs=2)
        assert same == eye
    page.close()


def test_a_mouse_turns_a_surface_and_a_button_turns_it_back(browser, address):
    page = opened(browser, address)
    _, start = seen(page)
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y, steps=8)
    page.mouse.up()
    page.wait_for_timeout(200)
    assert seen(page)[1] != pytest.approx(start, abs=0.05)
    page.locator(".ls-reset").first.click()
    page.wait_for_timeout(200)
    assert seen(page)[1] == pytest.approx(start, abs=1e-6)
    page.close()


def test_a_finger_scrolls_the_page_and_turns_the_surface_after_a_tap(chrome, address):
    context = chrome(**PHONE)
    page = opened(context, address)
    before, eye = seen(page)
    finger(page, 0, -150)
    after, same = seen(page)
    assert after > before + 80
    assert same == eye
    page.touchscreen.tap(*middle(page))
    page.wait_for_timeout(400)
    before, eye = seen(page)
    finger(page, 120, -40)
    after, turned = seen(page)
    assert after == before
    assert turned != pytest.approx(eye, abs=0.05)
    page.locator("figure:has(.ls-deep) figcaption").first.tap()
    page.wait_for_timeout(300)
    before, eye = seen(page)
    finger(page, 0, -150)
    assert seen(page)[0] > before + 80
    assert seen(page)[1] == eye
    context.close()


PLAY = """async ([figure, start, pauseAt]) => {
    const button = figure.querySelector(".ls-play"), slider = figure.querySelector("input");
    slider.value = start;
    slider.dispatchEvent(new Event("input"));
    await window.lossurface.settled();
    const shown = [];
    const watch = new MutationObserver(() => {
        shown.push(Number(figure.dataset.frame));
        if (shown.length === pauseAt) button.click();
    });
    watch.observe(figure, {attributes: true, attributeFilter: ["data-frame"]});
    button.click();
    const word = button.textContent;
    while (button.textContent === "Pause") await new Promise(done => setTimeout(done, 50));
    await new Promise(done => setTimeout(done, 500));
    watch.disconnect();
    return [word, shown];
}"""


def test_play_goes_to_the_end_once_and_can_be_paused(chrome, address):
    context = chrome(reduced_motion="no-preference")
    page = opened(context, address)
    figure = page.locator(".ls-explore").first.element_handle()
    last = int(page.locator(".ls-explore input").first.get_attribute("max"))
    assert page.evaluate(PLAY, [figure, 4, 0]) == ["Pause", list(range(5, last + 1))]
    assert page.evaluate(PLAY, [figure, last, 0]) == ["Pause", list(range(last + 1))]
    assert page.evaluate(PLAY, [figure, 0, 3]) == ["Pause", [1, 2, 3]]
    context.close()


def test_each_panel_has_a_picture_with_words(name, site):
    for stage in parsed(site / name).select(".ls-stage"):
        images = stage.find_all("img")
        assert [image["class"][0] for image in images] == ["ls-light", "ls-dark"]
        for image in images:
            assert image["alt"]
            assert image["loading"] == "lazy"
            assert ((site / name).parent / image["src"]).is_file()


@pytest.mark.parametrize("page_name", [SURFACE, PANELS])
def test_pictures_need_no_script(chrome, address, page_name):
    context = chrome(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{page_name}")
    for stage in page.locator(".ls-stage").all():
        stage.scroll_into_view_if_needed()
        stage.locator("img.ls-light").wait_for(state="visible")
        box = stage.locator("img.ls-light").bounding_box()
        assert min(box["width"], box["height"]) > 100
    assert not page.locator(".ls-controls").first.is_visible()
    assert not page.locator(".ls-menu").first.is_visible()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_print_shows_the_pictures(browser, address, theme):
    page = opened(browser, address, PANELS)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.emulate_media(media="print")
    for stage in page.locator(".ls-stage").all():
        stage.scroll_into_view_if_needed()
        page.wait_for_timeout(200)
        (width,) = stage.evaluate(SHOWN)
        assert width > 0
        assert not stage.locator(".ls-plot").is_visible()
    assert not page.locator(".ls-controls").first.is_visible()
    page.close()


def test_without_webgl_the_picture_stays(browser, address):
    page = browser.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page.goto(f"{address}/{PANELS}")
    page.evaluate("() => window.lossurface.startAll()")
    stage = page.locator(".ls-deep").first
    stage.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    assert stage.evaluate(SHOWN) != []
    figure = page.locator(".ls-explore").first
    assert "WebGL" in figure.locator(".ls-controls").inner_text()
    assert figure.locator("input, button").count() == 0
    page.close()


def test_the_menu_gives_files_and_code(browser, address):
    page = opened(browser, address, PANELS)
    menu = page.locator("figure:has(.ls-explore) .ls-menu").first
    menu.locator("summary").press("Enter")
    got = {}
    for kind in ("PNG", "SVG", "Data (JSON)"):
        with page.expect_download() as download:
            menu.get_by_role("button", name=kind).press("Enter")
        got[kind] = Path(download.value.path()).read_bytes()
    assert got["PNG"].startswith(b"\x89PNG")
    ElementTree.fromstring(got["SVG"].decode())
    frames = json.loads(got["Data (JSON)"])
    assert len(frames) == int(page.locator(".ls-explore input").first.get_attribute("max")) + 1
    surface = frames[0]["panels"][1]["traces"][0]
    assert len(surface["z"]) == len(surface["y"])
    assert len(surface["z"][0]) == len(surface["x"])
    menu.get_by_role("button", name="Code").press("Enter")
    cell = page.locator(".cell", has=menu)
    assert cell.locator(".cell_input pre").is_visible()
    page.close()
