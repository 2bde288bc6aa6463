"""The laboratory's bench in a browser: traps opened and closed by hand, by keys and by links."""

import json
import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from lossurface import claims
from lossurface.laboratory import LIMITS
from lossurface.setting import Dataset
from tests.site.visit import axe

PAGE = "book/atlas/laboratory.html"
CLAIMS = [f"proposition-{k}" for k in range(2, 8)]
PLANE = "x=2,2;2,-2;3,0;-1/2,{};-1/2,-1/2;-1,0&y=1,1,1,-1,-1,-1"
MOST = LIMITS["samples"]
POINTS = "#laboratory-build .lab-point"
VERDICT = "#laboratory-build .lab-verdict"
_TWO_FRAMES = """() => new Promise(
    done => requestAnimationFrame(() => requestAnimationFrame(done)))"""
PATIENCE = 60_000  # milliseconds: Python may still be loading


class Bench:
    """The page as a reader uses it; it is opened once, and set by links."""

    def __init__(self, context, address):
        self.address, self.elsewhere, self.errors = address, [], []
        self.page = page = context.new_page()
        page.on("request", lambda request: self._watch(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))

    def _watch(self, url):
        if not url.startswith((self.address, "data:", "blob:")):
            self.elsewhere.append(url)

    def open(self, state):
        """Follow a link of the laboratory; its answer has come when this returns."""
        self.page.goto(f"{self.address}/{PAGE}#{state}")  # another fragment: no page is loaded anew
        return self.answer()

    def answer(self):
        """Return the verdict's kind: `holds` or `fails`."""
        self.page.evaluate(_TWO_FRAMES)  # what is to be answered has been painted then
        settled = f"{VERDICT}:is([data-kind=holds], [data-kind=fails])"
        self.page.wait_for_selector(settled, timeout=PATIENCE)
        return self.page.locator(VERDICT).get_attribute("data-kind")

    def at_rest(self):
        """Wait until the address carries the state; return it."""
        self.answer()
        self.page.wait_for_timeout(600)
        return urlsplit(self.page.url).fragment

    def dataset(self):
        """Return the samples of the table, exactly."""
        self.page.evaluate(_TWO_FRAMES)
        rows = self.page.evaluate(
            """() => Array.from(document.querySelectorAll(".lab-rows tbody tr")).map(row => [
                Array.from(row.querySelectorAll("input"), input => input.value),
                row.querySelector(".lab-label").textContent === "+1" ? 1 : -1])"""
        )
        return Dataset.of(*zip(*rows, strict=True))

    def certificate(self):
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Download the certificate").click()
        return json.loads(download.value.path().read_text(encoding="utf-8"))

    def center(self, point):
        place = self.page.locator(POINTS).nth(point)
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, point, up, steps=24):
        """Drag a sample straight up by coordinates of the plane, of which 8 are to be seen."""
        box = self.page.locator("#laboratory-build .lab-plane svg").bounding_box()
        x, y = self.center(point)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for step in range(1, steps + 1):
            self.page.mouse.move(x, y - up * box["height"] / 8 * step / steps)
            self.page.wait_for_timeout(20)
        self.page.mouse.up()

    def descended(self):
        told = self.page.locator("#laboratory-see [role=status]", has_text="Descent")
        told.wait_for(timeout=PATIENCE)

    def tab_to(self, selector, steps=200):
        """Press Tab until the focus is there."""
        for _ in range(steps):
            if self.page.evaluate("where => document.activeElement.matches(where)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")


@pytest.fixture(scope="module")
def bench(browser, address):
    made = Bench(browser, address)
    made.open("claim=proposition-5")
    yield made
    made.page.close()


def test_dragging_a_sample_opens_the_trap_and_closes_it(bench):
    assert bench.open("claim=proposition-5&" + PLANE.format("3")) == "fails"
    told = bench.page.locator(VERDICT).inner_text()
    assert "indefinite" in told
    assert "one class further from the origin" in told
    bench.drag(3, up=-5 / 2)
    assert bench.answer() == "holds"
    dataset = bench.dataset()
    assert str(dataset.x[3][1]) == "1/2"
    made = claims.get("proposition-5").certify(dataset=dataset)
    assert bench.certificate() == dict(made.data)
    told = bench.page.locator(VERDICT).inner_text()
    assert f"certified radius {made.data['radius']}" in told
    bench.drag(3, up=5 / 2)
    assert bench.answer() == "fails"
    assert bench.page.get_by_role("link", name="Download the certificate").count() == 0
    bench.page.get_by_role("button", name="Undo").click()  # a drag is one step
    assert bench.answer() == "holds"
    assert bench.dataset() == dataset


def test_a_drag_leaves_time_for_thirty_frames_a_second(bench):
    """Processor time of the page's own thread, whatever else the machine does."""
    bench.open("claim=proposition-5&" + PLANE.format("1/2"))
    session = bench.page.context.new_cdp_session(bench.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy():
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    bench.page.evaluate("""() => {
      window.paints = 0;
      const plane = document.querySelector("#laboratory-build .lab-plane svg");
      const count = new MutationObserver(() => { window.paints += 1; });
      count.observe(plane, { childList: true, subtree: true });
    }""")
    before = busy()
    bench.drag(3, up=5 / 2)
    bench.drag(3, up=-5 / 2)
    paints = bench.page.evaluate("window.paints")
    assert paints >= 24
    assert (busy() - before) / paints < 1 / 30


def test_keys_alone_open_and_close_the_trap(browser, address):
    bench = Bench(browser, address)
    keys = bench.page.keyboard
    bench.page.goto(f"{address}/{PAGE}")
    bench.tab_to("#laboratory-build .lab-start button")
    keys.press("Enter")
    bench.page.wait_for_selector(POINTS, timeout=PATIENCE)
    bench.tab_to("#laboratory-build .lab-fields select")
    keys.type("Proposition 5")
    assert bench.answer() == "holds"
    bench.tab_to(POINTS)
    usual = bench.dataset()
    keys.press("Shift+ArrowLeft")  # the positive sample from 2 to 1
    keys.press("ArrowRight")
    assert str(bench.dataset().x[0][0]) == "5/4"
    assert bench.answer() == "holds"
    keys.press("l")
    assert bench.dataset().y[0] == -1
    assert bench.answer() == "fails"
    keys.press("Control+z")
    keys.press("Control+z")
    assert bench.dataset() == usual
    keys.press("n")
    assert bench.dataset().n == 5
    bench.tab_to(POINTS)
    keys.press("Delete")
    assert bench.dataset().n == 4
    bench.answer()
    said = bench.page.locator("#laboratory-build [role=status]")
    said.filter(has_text="removed").wait_for(state="attached", timeout=PATIENCE)
    bench.tab_to("#laboratory-see canvas")
    keys.press("ArrowRight")
    keys.press("Enter")
    bench.descended()
    assert bench.errors == []
    bench.page.close()


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claims_page_links_to_its_own_instance(bench, site, claim):
    page = BeautifulSoup((site / f"book/propositions/{claim}.html").read_text(), "html.parser")
    (link,) = (a["href"] for a in page.find_all("a", href=True) if "laboratory.html#" in a["href"])
    assert (site / "book/propositions" / urlsplit(link).path).resolve() == (site / PAGE).resolve()
    assert bench.open(urlsplit(link).fragment) == "holds"
    made = claims.get(claim).certify()
    assert bench.certificate() == dict(made.data)


def test_a_link_carries_the_whole_state(bench):
    state = (
        "claim=proposition-2&neuron=requ&p=4&width=3&data=theorem-2&deep=2,1&deep_neuron=threshold"
        "&x=1,2;1/3,1;2,1;3,1.5&y=1,1,-1,-1"
    )
    assert bench.open(state) == "holds"
    written = bench.at_rest()
    assert written == state
    first = bench.certificate()
    assert first["p"] == 4
    assert first["network"]["neuron"] == "requ"
    assert first["samples"][1] == ["1/3", "1"]
    bench.open("claim=proposition-4")
    assert bench.open(written) == "holds"
    assert bench.certificate() == first
    bench.page.get_by_role("button", name="Reset").click()
    bench.at_rest()
    assert bench.certificate() == dict(claims.get("proposition-2").certify().data)


HOSTILE = {
    "a number beyond all": "claim=proposition-5&x=9e999999999;1&y=1,-1",
    "a number of many digits": f"claim=proposition-5&x={'9' * 3000};1&y=1,-1",
    "thousands of samples": f"claim=proposition-5&x={';'.join('1' * 4000)}&y=1",
    "one sample too many": f"claim=proposition-5&x=-1{';1' * MOST}&y=-1{',1' * MOST}",
    "markup as a neuron": "claim=proposition-5&neuron=<img src=x onerror=window.hacked=1>",
    "markup as a choice": "claim=proposition-5&<b onclick=hacked=1>=1",
    "markup as a number": "claim=proposition-5&x=%3Cscript%3Ewindow.hacked=1%3C/script%3E;1&y=1,-1",
    "no claim": "claim=__proto__",
    "a choice of all objects": "claim=proposition-5&constructor=1",
    "a large power": "claim=proposition-5&p=1000000000",
    "a large width": "claim=proposition-5&width=100000",
    "many layers": "claim=proposition-5&deep=9,9,9,9,9,9",
    "labels that are missing": "claim=proposition-5&x=1;2;3&y=1,-1",
    "labels that are none": "claim=proposition-5&x=1;2&y=1,NaN",
    "a division by zero": "claim=proposition-5&x=1/0;2&y=1,-1",
    "rows of unequal length": "claim=proposition-5&x=1,2;2&y=1,-1",
    "a broken escape": "claim=proposition-5&x=%E0%A4%A;2&y=1,-1",
}


@pytest.mark.parametrize("state", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_link_gets_one_line(bench, state):
    assert bench.open("claim=proposition-5") == "holds"
    bench.at_rest()
    before = bench.dataset()
    bench.open(state)
    note = bench.page.locator("#laboratory-build [role=alert]").inner_text()
    assert re.fullmatch(r"This link was not loaded: .{5,160}\.", note), note
    assert bench.dataset() == before
    assert bench.answer() == "holds"
    host = bench.page.locator(".ls-laboratory")
    assert host.locator("img, script").count() == 0
    assert bench.page.evaluate("window.hacked") is None


def test_as_many_samples_as_the_page_says_are_answered(bench):
    rest = MOST - 1
    state = f"claim=proposition-5&x=-1{';2' * rest}&y=-1{',1' * rest}"
    assert bench.open(state) == "holds"
    assert bench.dataset().n == MOST


def test_samples_are_typed_and_refused_in_one_line(bench):
    bench.open("claim=proposition-5")
    cell = bench.page.get_by_label("Coordinate 1 of sample 2")
    cell.fill("22/7")
    cell.press("Tab")
    assert bench.answer() == "holds"
    assert str(bench.dataset().x[1][0]) == "22/7"
    before = bench.at_rest()
    cell.fill("<b>1</b>")
    cell.press("Tab")
    note = bench.page.locator("#laboratory-build [role=alert]").inner_text()
    assert note.startswith('Coordinate 1 of sample 2 is "<b>1</b>"; write a fraction such as -1/2')
    assert bench.at_rest() == before


def test_a_file_and_a_dataset_are_loaded(bench, tmp_path):
    bench.open("claim=proposition-5")
    file = tmp_path / "samples.csv"
    file.write_text("x,label\n2,1\n2.5,1\n-0.5,-1\n")
    chosen = bench.page.locator("#laboratory-build input[type=file]")
    chosen.set_input_files(file)
    bench.page.wait_for_function(
        "() => document.querySelectorAll('.lab-rows tbody tr').length === 3", timeout=PATIENCE
    )
    assert bench.answer() == "holds"
    assert bench.dataset() == Dataset.of([2, "5/2", "-1/2"], [1, 1, -1])
    file.write_text("x,label\n2,1\nNaN,-1\n")
    chosen.set_input_files(file)
    note = bench.page.locator("#laboratory-build [role=alert]")
    note.filter(has_text="not loaded").wait_for(timeout=PATIENCE)
    assert "\n" not in note.inner_text()
    bench.page.get_by_label("Load a dataset of the book").select_option("six samples in the plane")
    assert bench.answer() == "holds"
    assert bench.dataset().d == 2


def test_the_pictures_follow_the_reader(bench):
    """Directions, zoom and descent change the surface; the separating line is the exact one."""
    page = bench.page
    bench.open("claim=proposition-5&" + PLANE.format("1/2"))
    canvas = page.locator("#laboratory-see .lab-surface canvas")
    canvas.scroll_into_view_if_needed()

    def picture():
        return canvas.evaluate("canvas => canvas.toDataURL()")

    def changes(act):
        before = picture()
        act()
        page.wait_for_function(
            """before => document.querySelector("#laboratory-see .lab-surface canvas")
                .toDataURL() !== before""",
            arg=before,
            timeout=PATIENCE,
        )

    changes(lambda: page.get_by_label("Across").select_option("random"))
    changes(page.get_by_role("button", name="Zoom into the surface").click)
    changes(page.get_by_role("button", name="Other random directions").click)
    size = canvas.bounding_box()["width"]
    changes(lambda: canvas.click(position={"x": 0.7 * size, "y": 0.3 * size}))
    bench.descended()
    told = page.get_by_text("separates the classes")
    told.wait_for(timeout=PATIENCE)
    found = re.search(r"w = \((.*)\) and b = (.*)\.$", told.inner_text().replace("\u2212", "-"))
    assert found is not None
    w, b = (Dataset.of([part.split(", ")], [1]).x[0] for part in found.groups())
    dataset = bench.dataset()
    assert all(
        y * (sum(u * v for u, v in zip(w, x, strict=True)) + b[0]) > 0
        for x, y in zip(dataset.x, dataset.y, strict=True)
    )


@pytest.mark.parametrize("where", ["light", "dark", "phone"])
def test_nothing_at_the_bench_keeps_a_reader_out(bench, where):
    page = bench.page
    bench.open("claim=proposition-5&" + PLANE.format("1/2"))
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", where)
    if where == "phone":
        page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert axe(page, where, "#laboratory-build") + axe(page, where, "#laboratory-see") == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.dataset.theme = 'light'")


def test_a_finger_drags_and_adds(chrome, address):
    context = chrome(has_touch=True)
    bench = Bench(context, address)
    bench.page.set_viewport_size({"width": 390, "height": 844})
    bench.open("claim=proposition-5&" + PLANE.format("3"))
    touch = context.new_cdp_session(bench.page)
    x, y = bench.center(3)
    scale = bench.page.locator("#laboratory-build .lab-plane svg").bounding_box()["height"] / 8

    def send(kind, *points):
        places = [{"x": a, "y": b} for a, b in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    send("touchStart", (x, y))
    for step in range(1, 13):
        send("touchMove", (x, y + 5 / 2 * scale * step / 12))
    send("touchEnd")
    assert bench.answer() == "holds"
    assert str(bench.dataset().x[3][1]) == "1/2"
    box = bench.page.locator("#laboratory-build .lab-plane svg").bounding_box()
    bench.page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.4)
    assert bench.dataset().n == 7
    context.close()


def test_no_request_leaves_the_site(bench):
    assert bench.elsewhere == []
    assert bench.errors == []
