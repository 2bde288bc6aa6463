"""What recorded runs say: verdict lines, outcomes, and the tables of both."""

from dataclasses import replace

import pytest

from lossurface.exact import Verdict, undecided
from lossurface.reproduce import Outcome
from lossurface.reproduce.notebooks import printed_verdict
from lossurface.show.record import mark, outcomes_table, table

HELD = "x: holds. Proved on its page (book/x); checked here: 9 exact, 1,500 sampled. A; b."
FAILED = "x: fails. Checked here: some enclosed. a: fails; checked here: 1 exact."
OPEN = str(Verdict("x", [undecided("least eigenvalue", "too close")], 0.0))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (f"{HELD}\nx: holds. Two ellipses tell\nx: holds, they tell\n", ("holds", HELD)),
        (f"{HELD}\nx: holds\n{FAILED}\n", ("fails", FAILED)),
        (OPEN, ("undecided", OPEN)),
        (f"y: holds. Checked here: 1 exact. A\nprose about {HELD}\n", None),
        ("", None),
    ],
)
def test_the_last_verdict_line_on_the_claim_counts(text, verdict):
    kinds = {"holds": ["exact", "sampled"], "fails": ["enclosed"], "undecided": []}
    found = printed_verdict("x", text)
    assert found == (verdict and (verdict[0], kinds[verdict[0]], verdict[1]))


def test_a_table_has_its_cells_and_a_note_below_each_row():
    rows = [("a <b>", mark("holds")), ("c", mark("undecided"))]
    made = table(("Claim", "Verdict"), rows, "R < 1 & more", notes=["one", "two < 3"])
    assert repr(made) == "2 rows"
    held = '<td data-name="Verdict"><span class="ls-yes">holds</span></td>'
    assert f'<th scope="row">a &lt;b&gt;</th>{held}' in made.html
    assert '<td colspan="2">two &lt; 3</td>' in made.html
    assert "<caption>R &lt; 1 &amp; more</caption>" in made.html


MET = Outcome(
    "a", "theorem-2", "training: R = 0", False, 0, {"failures": 0, "of": 1000}, 1.0, "CPU <x>"
)


@pytest.mark.parametrize(
    ("unexplained", "told"),
    [
        (0, "3 stopped on a plateau, proved to hold no local minimum"),
        (2, "3 stopped on a plateau, 1 of them proved to hold no local minimum"),
    ],
)
def test_plateaus_that_no_proof_excludes_are_not_called_proved(unexplained, told):
    one = replace(MET, counts=dict(MET.counts) | {"plateaus": 3, "unexplained": unexplained})
    assert told in str(one)
    assert told in outcomes_table([one]).html


def test_outcomes_are_tabled_with_intervals_and_what_was_dropped():
    hits = dict(MET.counts) | {"hits": 20, "examined": 4, "proved": 3}
    lost = replace(MET, name="b", statement="some stop: M = 1", some=True, counts=hits)
    html = outcomes_table([lost, MET]).html
    assert html.index("R = 0") < html.index("M = 1")
    text = html.replace("\N{NO-BREAK SPACE}", " ")
    assert ">0 of 1,000</td>" in text
    assert ">20 of 1,000</td>" in text
    assert "3 of 4 examined" in html
    assert "CPU &lt;x&gt;" in html
