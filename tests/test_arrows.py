"""What the packages of lossurface import from each other."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(path.parent for path in (ROOT / "lossurface").glob("*/__init__.py"))


def imported(text):
    """Every module or name that a file imports, at its top or later."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):  # relative ones, the checker's, stay in its folder
            names += [f"{node.module}.{alias.name}" for alias in node.names if node.level == 0]
            assert node.level <= 1
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return names


def private(name, package):
    """Whether that is private to another package of lossurface."""
    root, owner, *rest = [*name.split("."), "", ""]
    hidden = any(part.startswith("_") and not part.startswith("__") for part in rest)
    return root == "lossurface" and owner != package and hidden


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_no_package_imports_what_is_private_to_another(package):
    for path in package.rglob("*.py"):
        names = imported(path.read_text(encoding="utf-8"))
        found = [name for name in names if private(name, package.name)]
        assert found == [], path.name


ROOMS = ("exact", "setting", "enclosed", "landscape", "conditions", "claims")
OUTSIDE = {"show", "reproduce", "cli", "laboratory"}


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_from_one_above_it(room):
    above = OUTSIDE | set(ROOMS[ROOMS.index(room) + 1 :])
    for path in (ROOT / "lossurface" / room).rglob("*.py"):
        for name in imported(path.read_text(encoding="utf-8")):
            root, owner, *_ = [*name.split("."), ""]
            assert root != "lossurface" or owner not in above, f"{path.name}: {name}"


def test_an_import_of_something_private_is_seen():
    text = "def f():\n    from lossurface.exact._sums import whole\nimport lossurface.setting._laws"
    whole, laws = sorted(imported(text))
    assert private(whole, "conditions")
    assert not private(whole, "exact")
    assert private(laws, "exact")
    assert private("lossurface.exact.findings._compared", "claims")
    assert not private("lossurface.exact.__version__", "claims")
    assert not private("lossurface.exact", "claims")
