"""Keep constraints.txt and environment.yml in step with pyproject.toml.

    python scripts/pins.py freeze   # constraints.txt from what is installed beside this Python
    python scripts/pins.py conda    # environment.yml from pyproject.toml and constraints.txt
    python scripts/pins.py check    # name every disagreement; exit 1 if there is one

pyproject.toml states what works (ranges), constraints.txt what was tested (one version each).
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
OWN = "lossurface"
INSTALLERS = {"pip", "wheel", OWN}  # not part of what is tested
HEADER = """\
# The versions that were tested, one for each package; made by scripts/pins.py.
# torch: ask pip for this very version first; a range may bring gigabytes of CUDA.
"""


def direct(
    root: Path = ROOT, extras: tuple[str, ...] = ("book", "test", "dev")
) -> list[Requirement]:
    """Return what pyproject.toml asks for: the dependencies and those of `extras`."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [r for r in map(Requirement, lines) if canonicalize_name(r.name) != OWN]


def pins(root: Path = ROOT) -> dict[str, str]:
    """Return the version that constraints.txt gives each package (canonical name)."""
    found = {}
    for number, line in enumerate((root / "constraints.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s+;@]+)", line)
        if match is None:
            raise SystemExit(f'constraints.txt:{number}: "{line}" is not "name==version"')
        found[canonicalize_name(match[1])] = match[2]
    return found


def freeze() -> str:
    """Return constraints.txt for what is installed: public versions, peers of the bench kept."""
    versions = {
        canonicalize_name(d.name): (d.name, Version(d.version).public)
        for d in importlib.metadata.distributions()
        if canonicalize_name(d.name) not in INSTALLERS
    }
    for peer in direct(extras=("bench",)):
        for spec in peer.specifier:
            if spec.operator == "==":
                versions.setdefault(canonicalize_name(peer.name), (peer.name, spec.version))
    lines = sorted((f"{name}=={version}" for name, version in versions.values()), key=str.lower)
    return HEADER + "\n".join(lines) + "\n"


def conda(root: Path = ROOT) -> str:
    """Return environment.yml: Python from conda, all packages through pip (the same builds)."""
    versions = pins(root)
    named = {canonicalize_name(r.name): r.name for r in direct(root)}
    torch = named.pop("torch")
    listed = [f"{torch}=={versions['torch']}"]
    listed += [f"{named[key]}=={versions[key]}" for key in sorted(named)]
    lines = "\n".join(f"      - {entry}" for entry in listed)
    return f"""\
# conda env create -f environment.yml   (in the checkout's root; made by scripts/pins.py)
# All but Python comes through pip: the same builds as `make install`, the ones that are tested.
name: lossurface
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - make
  - pip:
      - --constraint constraints.txt
{lines}
      - --editable .
"""


def disagreements(root: Path = ROOT) -> list[str]:
    """Return one line for each way in which the three files contradict each other."""
    versions = pins(root)
    wrong = []
    for requirement in direct(root) + direct(root, extras=("bench",)):
        version = versions.get(canonicalize_name(requirement.name))
        if version is None:
            wrong.append(f"constraints.txt does not pin {requirement.name}")
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append(
                f"constraints.txt pins {requirement.name}=={version}, outside {requirement}"
            )
    environment = root / "environment.yml"
    entries = yaml.safe_load(environment.read_text())["dependencies"]
    listed = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    given = {}
    for entry in listed:
        if not entry.startswith("--"):
            name, _, version = entry.partition("==")
            given[canonicalize_name(name)] = version
    wanted = {
        canonicalize_name(r.name): versions.get(canonicalize_name(r.name)) for r in direct(root)
    }
    for name in sorted(given.keys() | wanted.keys()):
        if given.get(name) != wanted.get(name):
            wrong.append(
                f"environment.yml gives {name} {given.get(name, 'nothing')}, "
                f"constraints.txt {wanted.get(name, 'nothing')}"
            )
    return wrong


def main(arguments: list[str]) -> int:
    """Run one of the three commands in the docstring."""
    match arguments:
        case ["freeze"]:
            (ROOT / "constraints.txt").write_text(freeze())
        case ["conda"]:
            (ROOT / "environment.yml").write_text(conda())
        case ["check"]:
            wrong = disagreements()
            print("\n".join(wrong) or "pyproject.toml, constraints.txt and environment.yml agree")
            return 1 if wrong else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
