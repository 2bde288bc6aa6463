"""The pages that axe judges in `make test`: every kind of element is on one of them."""

import pytest

from scripts.screenshots import pages
from tests.site.kinds import cover, representatives


def _site(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(f"<main>{text}</main>", encoding="utf-8")
    return folder


def test_a_page_with_nothing_new_is_left_out(tmp_path):
    site = _site(tmp_path, a="<p>a</p>", b="<p>b</p><p>c</p>", c="<p>d</p><ul><li>e</li></ul>")
    assert representatives(site) == ["c.html"]


@pytest.mark.parametrize(
    "new",
    [
        "<b>b</b>",
        "<p class='new'>b</p>",
        "<p style='color: grey'>b</p>",
        "<p role='note'>b</p>",
        "<div><p>b</p></div>",
        "<br><p>b</p><section><p>b</p></section>",
        """<script class="ls-frames">[{"layout": {"scene": {}}}]</script>""",
    ],
)
def test_a_new_kind_brings_its_page_in(tmp_path, new):
    old = '<br><p>a</p><script class="ls-frames">[{}]</script><div>c</div><section>s</section>'
    site = _site(tmp_path, a=old, b=f"<p>a</p>{new}")
    assert "b.html" in representatives(site)


def test_what_the_others_have_is_dropped_again():
    # The greed takes the large one first; the two that are needed anyway leave it nothing.
    kinds = {
        "large": frozenset([(1,), (2,), (3,), (4,)]),
        "left": frozenset([(1,), (2,), (5,)]),
        "right": frozenset([(3,), (4,), (6,)]),
    }
    assert cover(kinds, dict.fromkeys(kinds, 1)) == ["left", "right"]


def test_some_pages_are_enough(site):
    """Were a kind to name each page, `make test` would judge them all, and take its time."""
    assert 0 < len(representatives(site)) <= len(pages(site)) // 2
