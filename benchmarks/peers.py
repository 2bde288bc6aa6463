"""The libraries that we are measured against, imported when used and never required."""

from __future__ import annotations

import importlib
import importlib.metadata
import warnings
from types import ModuleType


class MissingPeer(Exception):
    """A peer is not installed: its line in the table says so."""


PACKAGES = {  # module: distribution
    "curvlinops": "curvlinops-for-pytorch",
    "loss_landscapes": "loss-landscapes",
    "pyhessian": "pyhessian",
}


def peer(module: str) -> ModuleType:
    """Import a peer.

    Raises:
        MissingPeer: it is not installed, or what it needs is not.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a peer imports may be deprecated
            return importlib.import_module(module)
    except ImportError as error:
        name = PACKAGES[module.partition(".")[0]]
        raise MissingPeer(f"{name} is not installed ({error}); `make bench` installs it") from None


def version(module: str) -> str | None:
    """Return the installed version of a peer's distribution, or None."""
    try:
        return importlib.metadata.version(PACKAGES.get(module, module))
    except importlib.metadata.PackageNotFoundError:
        return None


def named(module: str) -> str:
    """Return the peer's name with its version, for the table."""
    found = version(module)
    name = PACKAGES.get(module, module)
    return f"{name} {found}" if found else name
