"""The committed notebooks, and that what checks them bites."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from lossurface.reproduce import defaults
from scripts import store_outputs
from tests import notebooks

ROOT = Path(__file__).resolve().parents[1]
PAGES = store_outputs.notebooks([ROOT / "book"])
NOUNS = {  # what a cell by hand may import from the package
    *("Certificate", "Dataset", "Enclosed", "Finding", "Loss", "Network", "Neuron", "Problem"),
    *("get_loss", "get_neuron", "logistic", "polynomial_hinge", "quadratic", "single_layer"),
    *("check", "less", "seal"),
}
LONGEST_CELL = 20  # lines
LONGEST_FOLDED_CELL = 30  # a figure's call, with its alt text and its caption


@pytest.fixture(params=PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def page(request):
    return request.param


@pytest.fixture
def code(page):
    return [c for c in nbformat.read(page, as_version=4).cells if c.cell_type == "code"]


def test_there_are_notebooks():
    assert PAGES


def test_a_page_has_checked_outputs_that_nbval_will_compare(code):
    checked = [cell for cell in code if store_outputs.checked(cell)]
    assert checked
    for cell in checked:
        assert cell.execution_count is not None  # nbval passes over a cell without one
        assert [(o.output_type, o.name) for o in cell.outputs] == [("stream", "stdout")]
        assert cell.outputs[0].text.strip()


def test_a_page_keeps_no_other_output(code):
    for cell in code:
        if not store_outputs.checked(cell):
            assert cell.outputs == []
            assert cell.execution_count is None


def test_a_page_is_stored_as_the_tool_writes_it(page):
    notebook = nbformat.read(page, as_version=4)
    fresh, _ = store_outputs.clean(notebook, notebook)
    assert page.read_text(encoding="utf-8") == store_outputs.serialise(fresh)


def tags(cell):
    return cell.metadata.get("tags", [])


def names(source):
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def test_a_page_has_one_folded_parameters_cell_and_before_it_only_a_picture(page, code):
    (place,) = [k for k, cell in enumerate(code) if "parameters" in tags(cell)]
    assert "hide-input" in tags(code[place])
    assert {"device", "seed"} <= set(defaults(page))
    for cell in code[:place]:
        assert "hide-input" in tags(cell)
        assert not names(cell.source) & set(defaults(page))


def test_the_profiles_of_a_page_set_parameters_that_it_has(page):
    metadata = nbformat.read(page, as_version=4).metadata.get("lossurface", {})
    profiles = metadata.get("profiles", {})
    assert set(profiles) <= {"quick", "full"}
    for values in profiles.values():
        assert set(values) <= set(defaults(page))


def test_a_page_asserts_something(code):
    nodes = [node for cell in code for node in ast.walk(ast.parse(cell.source))]
    assert any(isinstance(node, ast.Assert) for node in nodes)


def test_the_maths_of_a_page_needs_no_macro_of_the_book(page):
    """JupyterLab, Colab and GitHub do not read _config.yml: they would print a macro in red."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    macros = config["sphinx"]["config"]["mathjax3_config"]["tex"]["macros"]
    pattern = re.compile(rf"\\({'|'.join(macros)})(?![A-Za-z])")
    for cell in nbformat.read(page, as_version=4).cells:
        assert pattern.findall(cell.source) == [], cell.source


def test_the_cells_of_a_page_are_short(code):
    for cell in code:
        limit = LONGEST_FOLDED_CELL if "hide-input" in tags(cell) else LONGEST_CELL
        assert len(cell.source.splitlines()) <= limit, cell.source


CLAIMS = [page for page in PAGES if page.parent.name in ("theorems", "propositions", "examples")]


@pytest.mark.parametrize("page", CLAIMS, ids=lambda path: path.stem, indirect=True)
def test_a_claim_is_made_by_hand_from_nouns_alone(code):
    by_hand = [cell for cell in code if "by-hand" in tags(cell)]
    assert by_hand
    for cell in by_hand:
        assert len(cell.source.splitlines()) <= LONGEST_CELL
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "lossurface":
                assert {alias.name for alias in node.names} <= NOUNS
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("lossurface") for alias in node.names)


def nbval(path):
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), str(path)]
    command += ["--rootdir", str(path.parent), "-p", "no:cacheprovider", "--color=no"]
    command += ["--nbval-lax", "--nbval-current-env", "-q"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)
    return result.returncode, result.stdout + result.stderr


def test_nbval_catches_a_wrong_stored_output_and_a_failing_assert(tmp_path):
    source = '# NBVAL_CHECK_OUTPUT\nprint("proposition-0: holds (exact): 4 = 4")'
    right = notebooks.write(tmp_path / "right.ipynb", source, "print('not compared')")
    assert store_outputs.process(right, check=False) == []
    wrong = tmp_path / "wrong.ipynb"
    text = right.read_text()
    assert text.count("4 = 4\\n") == 1
    wrong.write_text(text.replace("4 = 4\\n", "4 = 5\\n"))
    broken = notebooks.write(tmp_path / "broken.ipynb", 'assert 1 == 2, "one is not two"')
    status, told = nbval(tmp_path)
    assert status == 1, told
    assert "wrong.ipynb::Cell 1 - Notebook cell" in told
    assert "broken.ipynb::Cell 1 - Notebook cell" in told
    assert "2 failed, 6 passed" in told, told
    assert "one is not two" in told
    assert broken.is_file()


def test_storing_is_repeatable_and_keeps_only_what_is_compared(tmp_path):
    drawing = "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()"
    path = notebooks.write(tmp_path / "page.ipynb", drawing, "# NBVAL_CHECK_OUTPUT\nprint(2 + 2)")
    assert store_outputs.process(path, check=True) == ["cell 3: no stored output"]
    assert store_outputs.process(path, check=False) == []
    first = path.read_bytes()
    assert b"image/png" not in first
    assert store_outputs.process(path, check=False) == []
    assert path.read_bytes() == first
    path.write_bytes(first.replace(b'"4\\n"', b'"5\\n"'))
    assert store_outputs.process(path, check=True) == ["cell 3: stored '5\\n', now '4\\n'"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = 1", "prints nothing"),
        ("import sys\nprint(1)\nprint(2, file=sys.stderr)", "also makes stderr"),
        ("print(1)\n2", "also makes text/plain"),
        ("raise ValueError('no')", "ValueError: no"),
    ],
)
def test_a_checked_cell_that_cannot_be_compared_is_refused(tmp_path, source, told):
    path = notebooks.write(tmp_path / "page.ipynb", f"# NBVAL_CHECK_OUTPUT\n{source}")
    before = path.read_bytes()
    (wrong,) = store_outputs.process(path, check=False)
    assert told in wrong
    assert path.read_bytes() == before
