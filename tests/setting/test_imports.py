"""The vocabulary loads quickly: nothing heavy is imported with it, and its list is true."""

import subprocess
import sys

import lossurface.setting


def test_importing_the_setting_loads_nothing_heavy() -> None:
    heavy = ("torch", "scipy", "flint", "numpy", "matplotlib")
    code = (
        "import sys, lossurface.setting as s; s.get_neuron('relu'); s.polynomial_hinge(3); "
        "s.Dataset.of([1, -1], [1, -1]); s.proposition_3(); "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"


def test_all_is_true_and_complete() -> None:
    names = lossurface.setting.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(lossurface.setting, name) for name in names)
