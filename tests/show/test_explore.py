"""Interactive figures: frames that say what was drawn, controls that are never dead."""

import base64
import json
import math

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from nbclient import NotebookClient

from lossurface import InputError
from lossurface.show import explore, scene
from lossurface.show.figure import MIME
from lossurface.show.frames_html import PICTURE, to_json
from lossurface.show.poster import hill, poster
from lossurface.show.style import DARK, LIGHT

WORDS = {
    "name": "fig-test-parabola",
    "alt": "A parabola that opens upwards",
    "caption": "The parabola widens as $c$ falls.",
}
X = np.linspace(-2, 2, 41)


def parabola(c, kind="up"):
    return scene.curves(X, {"q": c * X**2 * (1 if kind == "up" else -1)})


def decoded(value):
    """Read an array of a frame as a browser does."""
    if isinstance(value, dict) and "bdata" in value:
        array = np.frombuffer(base64.b64decode(value["bdata"]), "<" + value["dtype"])
        shape = [int(n) for n in value.get("shape", str(array.size)).split(",")]
        return array.reshape(shape)
    return np.asarray(value)


def test_each_frame_is_what_was_drawn():
    figure = explore(parabola, c=[1, 2, 3], kind=["up", "down"], **WORDS)
    (panel,) = figure.spec().values()
    grid = [(c, kind) for c in (1, 2, 3) for kind in ("up", "down")]  # the last varies fastest
    assert len(panel["frames"]) == len(grid)
    for (c, kind), frame in zip(grid, panel["frames"], strict=True):
        trace = panel["base"]["data"][0] | frame["data"][0]
        drawn = c * X**2 * (1 if kind == "up" else -1)
        np.testing.assert_allclose(decoded(trace["y"]), drawn, rtol=2**-23)
        np.testing.assert_allclose(decoded(trace["x"]), X, rtol=2**-23)


def test_what_frames_share_is_stored_once():
    (panel,) = explore(parabola, c=[1, 2, 3], **WORDS).spec().values()
    assert "x" in panel["base"]["data"][0]
    assert all(set(frame["data"][0]) == {"y"} for frame in panel["frames"])
    assert all(frame["layout"] == {} for frame in panel["frames"])


def test_surfaces_keep_their_shape_and_21_frames_are_light():
    u, v = np.linspace(-1, 1, 41), np.linspace(0, 1, 31)
    powers = np.linspace(1, 4, 21)

    def heights(p):
        return np.abs(u) ** p + v[:, None] ** 2

    figure = explore(
        lambda p: scene.surface(u, v, heights(p), floor=0, ceiling=2), p=powers, **WORDS
    )
    (panel,) = figure.spec().values()
    for p, frame in zip(powers, panel["frames"], strict=True):
        np.testing.assert_allclose(decoded(frame["data"][0]["z"]), heights(p), atol=1e-7)
    assert len(figure.to_html()) < 400_000


@pytest.mark.parametrize("y", [[1.0, math.nan], np.array([math.inf, 1.0]), np.full(50, math.nan)])
def test_a_number_that_is_not_finite_is_refused(y):
    figure = explore(lambda c: go.Figure(go.Scatter(x=[0, c], y=y)), c=[1, 2], **WORDS)
    for use in (figure.spec, figure.widget):
        with pytest.raises(InputError, match=r"fig-test-parabola .* not finite"):
            use()


def test_frames_cannot_end_their_script():
    name = "</script><script>alert(1)</script>"
    figure = explore(lambda c: go.Figure(go.Scatter(x=[c], y=[0], name=name)), c=[1, 2], **WORDS)
    assert "</script" not in to_json(figure.spec())


def test_controls_are_native_labelled_and_asleep():
    figure = explore(
        parabola, c=[-1, 0.5, 2], kind=["up", "down"], labels={"c": "Curvature <c>"}, **WORDS
    )
    page = BeautifulSoup(figure.to_html(), "html.parser")
    slider, choice = page.select("input[type=range], select")
    for control in (slider, choice):
        assert control.has_attr("disabled")  # lossurface.js wakes them: none is ever dead
        assert page.find("label", attrs={"for": control["id"]}) is not None
    assert slider["data-values"].split("|") == ["−1", "0.5", "2"]
    assert slider["aria-valuetext"] == "0.5"  # starts in the middle
    assert page.find("label").text == "Curvature <c>"
    assert [option.text for option in choice.find_all("option")] == ["up", "down"]
    assert page.select_one(".ls-panels")["aria-label"] == WORDS["alt"]


def test_panels_side_by_side():
    figure = explore(lambda c: {"One": parabola(c), "Two": parabola(-c)}, c=[1, 2], **WORDS)
    page = BeautifulSoup(figure.to_html(), "html.parser")
    assert [title.text for title in page.select(".ls-title")] == ["One", "Two"]
    assert len(json.loads(page.find("script").text)) == 2


def test_outside_a_kernel_it_is_static():
    bundle = explore(parabola, c=[1, 2], **WORDS)._repr_mimebundle_()
    assert bundle[MIME]["name"] == WORDS["name"]
    assert "application/vnd.jupyter.widget-view+json" not in bundle
    (picture,) = bundle[MIME]["pictures"]
    assert picture["alt"] == WORDS["alt"]
    assert bundle[MIME]["html"].count(PICTURE) == 1


def test_pictures_are_left_out_where_figures_are(monkeypatch):
    monkeypatch.setenv("LOSSURFACE_DRAW", "0")
    assert explore(parabola, c=[1, 2], **WORDS)._repr_mimebundle_()[MIME]["pictures"] == []


def test_a_picture_has_the_same_numbers():
    """Of a curve and its mark, of samples over their regions, and of a surface cut off."""
    figure = explore(parabola, c=[1, 2], **WORDS)
    drawn = Figure()
    poster(figure.panels(c=2)[""])(drawn, LIGHT)
    np.testing.assert_allclose(drawn.axes[0].lines[0].get_xydata(), np.column_stack([X, 2 * X**2]))

    regions = explore(
        lambda c: scene.plane([[c, 1], [0, -1]], [1, -1], X, X, X + X[:, None]), c=[1, 2], **WORDS
    )
    drawn = Figure()
    poster(regions.panels(c=1.5)[""])(drawn, DARK)
    (ax,) = drawn.axes
    offsets = [one.get_offsets().tolist() for one in ax.collections if len(one.get_offsets()) == 1]
    assert [[1.5, 1.0]] in offsets
    assert [[0.0, -1.0]] in offsets
    assert [text.get_text() for text in ax.get_legend().texts] == ["label +1", "label −1"]

    bowl = scene.surface(X, X, X**2 + X[:, None] ** 2, floor=0, ceiling=1)
    panel = explore(lambda c: bowl, c=[1, 2], **WORDS).panels(c=1)[""]
    drawn = Figure()
    poster(panel)(drawn, LIGHT)
    assert drawn.axes[0].get_zlabel() == "loss"
    corners = np.concatenate(hill(panel["data"][0])[0])
    assert corners[:, 2].max() == 1  # cut where the scene cuts it, not at the next point
    np.testing.assert_allclose((corners[:, :2] ** 2).sum(axis=1), corners[:, 2], atol=0.006)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Parabola"}, "label"),
        ({"alt": ""}, "alt of fig-test-parabola"),
        ({"caption": "Look"}, "caption of"),
        ({"caption": "No full stop at the end"}, "full stop"),
        ({"c": [1]}, "two or more"),
        ({"c": [2, 1]}, "not increasing"),
        ({"c": [1, "two"]}, "mixes"),
        ({"c": [True, False]}, "numbers or words"),
        ({"start": {"c": 7}}, "not among its values"),
        ({"start": {"d": 1}}, "no control 'd'"),
        ({"labels": {"d": "D"}}, "no control 'd'"),
        ({"c": range(401)}, "401 frames"),
        ({"d": [1, 2], "e": [1, 2]}, "3 controls"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(InputError, match=message) as caught:
        explore(parabola, **{**WORDS, "c": [1, 2], **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda n: n, "returned int"),
        (lambda n: go.Figure([go.Scatter(x=[0], y=[0])] * n), "same traces"),
    ],
)
def test_a_drawing_must_be_a_figure_with_the_same_traces_always(draw, message):
    with pytest.raises(InputError, match=message):
        explore(draw, n=[1, 2], **WORDS).spec()


def test_the_live_figure_moves_to_any_value():
    box = explore(parabola, c=[0.5, 1.0, 2.0], kind=["up", "down"], **WORDS).widget()
    (figure,) = box.figures.values()
    box.controls["c"].value = 0.75  # not among the values of the static page
    np.testing.assert_allclose(figure.data[0].y, 0.75 * X**2, rtol=1e-12)
    box.controls["kind"].value = "down"
    np.testing.assert_allclose(figure.data[0].y, -0.75 * X**2, rtol=1e-12)


def test_the_live_slider_starts_on_one_of_its_steps():
    """Else the browser moves it to the next one."""
    values = [1, 2, 3, 3.5, 7]
    for start in values:
        box = explore(parabola, c=values, start={"c": start}, **WORDS).widget()
        slider = box.controls["c"]
        assert slider.value == start
        steps = (start - slider.min) / slider.step
        assert steps == pytest.approx(round(steps), abs=1e-9)


def test_a_live_surface_is_far_enough_away_for_its_axes_titles():
    def bowl(c):
        return scene.surface(X, X, c * X[:, None] ** 2 + X**2, floor=0.0, ceiling=8.0)

    panels = explore(bowl, c=[1, 2], height=500, **WORDS)
    near = next(iter(panels.spec().values()))["base"]["layout"]["scene"]["camera"]["eye"]
    box = panels.widget()
    (figure,) = box.figures.values()
    far = figure.layout.scene.camera.eye.to_plotly_json()
    ratio = 1.45 * 500 / figure.layout.width
    assert ratio > 1
    assert far == {axis: pytest.approx(ratio * near[axis]) for axis in "xyz"}
    box.controls["c"].value = 2  # and stays where it was turned
    assert figure.layout.scene.camera.eye.to_plotly_json() == far


def test_whole_numbers_stay_whole_when_live():
    drawn = []

    def draw(p):
        drawn.append(p)
        return parabola(p)

    box = explore(draw, p=[1, 3, 7], **WORDS).widget()
    box.controls["p"].value = 4
    assert drawn[-1] == 4
    assert all(isinstance(p, int) for p in drawn)


_LIVE_CELLS = [
    "import numpy as np; from lossurface import show\nx = np.linspace(0, 1, 50)",
    "figure = show.explore(lambda c: show.scene.curves(x, {'q': c * x}), c=[0.0, 1.0, 2.0],\n"
    "    name='fig-live', alt='a straight line through zero', caption='The line turns.')\nfigure",
    "box = figure.widget(); box.controls['c'].value = 0.3\n"
    "print(float(next(iter(box.figures.values())).data[0].y[-1]))",
]


@pytest.mark.parametrize("static", ["", "1"])
def test_in_a_kernel(static, monkeypatch):
    """A kernel shows widgets, unless it records for others to read."""
    monkeypatch.setenv("LOSSURFACE_STATIC", static)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in _LIVE_CELLS])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = notebook.cells[1].outputs[-1].data
    widget = "application/vnd.jupyter.widget-view+json"
    assert (widget in shown, MIME in shown) == ((False, True) if static else (True, False))
    assert float(notebook.cells[2].outputs[0].text) == pytest.approx(0.3)
