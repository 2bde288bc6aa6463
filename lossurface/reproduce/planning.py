"""What to run: a task for each claim, every parameter checked, before anything is run."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lossurface import InputError
from lossurface.reproduce.notebook import check_parameters
from lossurface.reproduce.pool import Pool

__all__ = ["PROFILES", "Task", "elsewhere", "moved", "pick_device", "plan"]

PROFILES = ("quick", "book", "full")


@dataclass(frozen=True)
class Task:
    """One notebook to run, for one claim.

    Attributes:
        path: The notebook.
        out: Where the executed notebook goes.
        given: Parameters to pass.
        parameters: All its parameters: the defaults, overridden by `given`.
    """

    id: str
    title: str
    page: str
    path: Path
    out: Path
    given: Mapping[str, Any]
    parameters: Mapping[str, Any]


def plan(
    ids: Iterable[str],
    *,
    device: str,
    profile: str,
    out: Path,
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    registry: Mapping[str, Any] | None = None,
    book: Path | None = None,
) -> list[Task]:
    """Return the tasks for the claims, every parameter checked; runs nothing.

    Raises:
        InputError: as for `run`.
    """
    if profile not in PROFILES:
        raise InputError(f"profile {profile!r}: not one of {', '.join(PROFILES)}")
    claims = _registry() if registry is None else registry
    chosen = list(ids) or list(claims)
    for claim in chosen:
        if claim not in claims:
            raise InputError(f"claim {claim!r}: unknown; `lossurface list` names them all")
    pages = book or _book()
    tasks = []
    for claim in (name for name in claims if name in set(chosen)):
        entry = claims[claim]
        path = pages / f"{entry.page}.ipynb"
        given = _profile(path, profile) | {"device": device}
        given |= {} if seed is None else {"seed": seed}
        given |= dict(parameters or {})
        complete = check_parameters(path, given)
        tasks.append(
            Task(claim, entry.title, entry.page, path, out / f"{claim}.ipynb", given, complete)
        )
    return tasks


def moved(task: Task, device: str) -> Task:
    """Return the task as it would be on another device."""
    there = {"device": device}
    return replace(task, given={**task.given, **there}, parameters={**task.parameters, **there})


def _profile(path: Path, profile: str) -> dict[str, Any]:
    """Return what the notebook's metadata (lossurface.profiles) sets for a profile.

    "book" is the page's own defaults, so it sets nothing; so does a profile that is not given.
    """
    if profile == "book":
        return {}
    if not path.is_file():
        raise InputError(f"{path}: no such notebook; run from a checkout of the book")
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a notebook ({error})") from error
    return dict(metadata.get("lossurface", {}).get("profiles", {}).get(profile, {}))


def _registry() -> Mapping[str, Any]:
    # Late: the registry knows every module of the package.
    from lossurface import claims

    return claims.CLAIMS


def _book() -> Path:
    """Return the folder of the pages: that of the package's checkout, or of the current folder."""
    candidates = [Path(__file__).resolve().parents[2] / "book", Path.cwd() / "book"]
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise InputError("book/: not found; the notebooks are in the checkout, run it there")


def elsewhere(asked: str, picked: str) -> list[str]:
    """Return the devices whose records are as good: none if one was asked for by its name."""
    return [name for name in ("cpu", "cuda", "auto") if asked == "auto" and name != picked]


def pick_device(device: str, pool: Pool | None = None) -> tuple[str, str]:
    """Return ("cpu" | "cuda", the device's name); an existing cluster's devices are its own affair.

    Raises:
        InputError: not one of the three, or "cuda" without one.
    """
    if device not in ("cpu", "cuda", "auto"):
        raise InputError(f"device {device!r}: not one of cpu, cuda, auto")
    if pool is not None and pool.scheduler is not None:
        return device, f"workers of {pool.scheduler}"
    if device != "cpu":
        import torch

        if torch.cuda.is_available():
            return "cuda", torch.cuda.get_device_name()
        if device == "cuda":
            raise InputError("device 'cuda': torch finds none here; use --device cpu or auto")
    return "cpu", f"CPU ({platform.machine()})"
