"""The laboratory in a browser: the command's verdicts, nothing from elsewhere, never a hang."""

import json
import time

import pytest

from lossurface.claims.gallery import recipes
from lossurface.exact.checker.__main__ import WORDS, outcome

PAGE = "book/atlas/laboratory.html"
START = 120_000  # milliseconds that Python may take to start on a busy machine
HOSTILE = [
    "",
    "[" * 3_000_000,
    '{"a":' * 100_000 + "}" * 100_000,
    "9" * 1_000_000,
    '{"p": 1e999999999999}',
    '{"format": "lossurface/certificate", "version": 2, "kind": "<img src=x onerror=alert(1)>"}',
    '{"<script>alert(1)</script>": 1}',
    "\ufeff{}",
]


def opened(context, address):
    """Open the page; note what it asks for and what goes wrong."""
    page = context.new_page()
    page.asked, page.wrong = [], []
    context.on("request", lambda request: page.asked.append(request.url))  # the worker's too
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.wrong.append(said.text))
    page.goto(f"{address}/{PAGE}")
    page.locator("#laboratory-recheck .ls-panel").wait_for()
    return page


def verdict(page):
    """Wait for the verdict; return its word and its line."""
    page.locator("#verdict[data-status]").wait_for(timeout=START)
    word = page.locator("#verdict strong").inner_text()
    assert word == page.locator("#verdict").get_attribute("data-status")
    return word, page.locator("#verdict span").inner_text().removeprefix(": ")


@pytest.fixture(scope="module")
def laboratory(chrome, address):
    page = opened(chrome(), address)
    yield page
    page.context.close()


def ended(page):
    """Wait for the worker's end, of which the browser tells a little later."""
    for _ in range(100):
        if page.workers:
            page.wait_for_timeout(100)
    return page.workers == []


def check_text(page, text):
    page.locator("#certificate-text").evaluate("(box, text) => { box.value = text; }", text)
    page.locator("#certificate-check").click()
    return verdict(page)


def test_nothing_is_loaded_before_a_choice_and_then_what_is_stated(site, chrome, address):
    page = opened(chrome(), address)
    page.wait_for_timeout(500)
    assert [url for url in page.asked if "pyodide" in url or url.endswith((".zip", ".json"))] == []
    chosen = site / "_static" / "certificates" / recipes()[0].filename
    began = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(chosen)
    assert verdict(page) == ("VERIFIED", outcome(chosen)[1])
    print(f"first verdict after {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    assert check_text(page, chosen.read_text())[0] == "VERIFIED"
    assert time.perf_counter() - began < 10
    addresses = {url for url in page.asked if "/pyodide/" in url or url.endswith(".zip")}
    loaded = sum((site / url.removeprefix(f"{address}/")).stat().st_size for url in addresses)
    assert page.locator("#laboratory-size").inner_text() == f"{loaded / 1e6:.0f}"
    assert page.wrong == []
    page.context.close()


def test_the_gallery_has_the_verdicts_of_the_command_line(laboratory, site):
    for recipe in recipes():
        laboratory.locator("#certificate-name").select_option(recipe.filename)
        status, line = outcome(site / "_static" / "certificates" / recipe.filename)
        assert verdict(laboratory) == (WORDS[status], line) == ("VERIFIED", line)


def test_an_altered_certificate_is_refused(laboratory, site, tmp_path):
    for recipe in recipes()[::20]:
        fields = json.loads((site / "_static" / "certificates" / recipe.filename).read_text())
        for change in ({"training_error": "1/7"}, {"radius": "1000000"}, {"radius": "0.5"}):
            file = tmp_path / "altered.json"
            file.write_text(json.dumps({**fields, **change}))
            status, line = outcome(file)
            assert check_text(laboratory, file.read_text()) == (WORDS[status], line)


def test_what_is_broken_or_hostile_gets_one_line(laboratory):
    laboratory.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for text in HOSTILE:
        word, line = check_text(laboratory, text)
        assert word == "UNREADABLE"
        assert "\n" not in line
        assert 0 < len(line) < 400
    assert laboratory.locator("#verdict img, #verdict script").count() == 0
    assert laboratory.wrong == []


def test_keys_are_enough(laboratory, site):
    laboratory.locator("#certificate-name").focus()
    laboratory.keyboard.press("Home")
    laboratory.keyboard.press("ArrowDown")
    assert verdict(laboratory)[0] == "VERIFIED"
    laboratory.keyboard.press("Tab")
    laboratory.keyboard.press("Control+Home")
    laboratory.keyboard.type("x")
    assert laboratory.locator("#verdict").inner_text() == "altered: check the text"
    laboratory.keyboard.press("Tab")
    laboratory.keyboard.press("Enter")
    assert verdict(laboratory)[0] == "UNREADABLE"
    assert laboratory.locator("#verdict").get_attribute("role") == "status"  # so it is read out


def test_a_dropped_file_is_checked(laboratory, site):
    chosen = site / "_static" / "certificates" / recipes()[-1].filename
    laboratory.locator("#laboratory-recheck").evaluate(
        """(section, text) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "c.json"));
          section.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
        }""",
        chosen.read_text(),
    )
    assert verdict(laboratory) == ("VERIFIED", outcome(chosen)[1])


def test_page_and_worker_ask_this_site_alone(laboratory, address):
    assert verdict(laboratory)[0]
    assert [url for url in laboratory.asked if not url.startswith((address, "blob:"))] == []
    (worker,) = laboratory.workers
    for place in (laboratory, worker):
        refused = place.evaluate(
            """() => new Promise((resolve) => {
              self.addEventListener("securitypolicyviolation", (e) => resolve(e.blockedURI));
              fetch("http://127.0.0.1:9/elsewhere").catch(() => setTimeout(resolve, 2000, "asked"));
            })"""
        )
        assert refused.startswith("http://127.0.0.1:9/"), refused
    injected = "document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=injected=1>')"
    laboratory.evaluate(f"() => {{ {injected} }}")
    laboratory.wait_for_timeout(300)
    assert laboratory.evaluate("() => typeof injected") == "undefined"


def test_stop_and_the_time_limit_end_the_work_and_the_next_question_starts_anew(chrome, address):
    page = opened(chrome(), address)
    page.locator("#certificate-name").select_option(recipes()[0].filename)
    page.locator("#laboratory-stop").click()
    page.get_by_text("stopped", exact=True).wait_for()
    assert ended(page)
    assert not page.locator("#laboratory-stop").is_enabled()
    page.locator("#certificate-check").click()
    assert verdict(page)[0] == "VERIFIED"
    line = page.evaluate(
        """async () => {
          const { engine } = await import("../../_static/laboratory/laboratory.js");
          engine.seconds = 0.001;
          return engine.call("claims").catch((error) => error.message);
        }"""
    )
    assert line.startswith("no answer within 0.001 seconds")
    assert ended(page)
    page.context.close()


@pytest.mark.parametrize("lacking", ["scripts", "WebAssembly", "server"])
def test_what_is_missing_is_said_beside_the_static_example(chrome, address, site, lacking):
    context = chrome(java_script_enabled=lacking != "scripts")
    page = context.new_page()
    if lacking == "WebAssembly":
        page.add_init_script("delete globalThis.WebAssembly")
    page.goto(f"file://{site}/{PAGE}" if lacking == "server" else f"{address}/{PAGE}")
    assert page.locator("#laboratory-recheck .ls-missing").is_visible()
    assert not page.locator("#laboratory-recheck .ls-panel").is_visible()
    for word in WORDS.values():
        assert page.get_by_text(f"{word}: ").first.is_visible()
    context.close()
