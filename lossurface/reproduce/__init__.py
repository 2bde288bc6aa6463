"""Run the notebooks of the registry's claims and record what each one found."""

from lossurface.reproduce.experiments import (
    EXPERIMENTS,
    Experiment,
    run_experiment,
    select_experiments,
)
from lossurface.reproduce.notebook import Execution, defaults, execute
from lossurface.reproduce.outcomes import Outcome, read_outcomes
from lossurface.reproduce.planning import PROFILES, Task, plan
from lossurface.reproduce.pool import Pool
from lossurface.reproduce.record import read_summary
from lossurface.reproduce.runner import run
from lossurface.reproduce.store import BrokenOff, Store
from lossurface.reproduce.summary import Record, Summary, versions
from lossurface.reproduce.trials import map_trials

__all__ = [
    # notebooks
    "PROFILES",
    "Execution",
    "Task",
    "defaults",
    "execute",
    "plan",
    "run",
    # experiments
    "EXPERIMENTS",
    "Experiment",
    "Outcome",
    "map_trials",
    "read_outcomes",
    "run_experiment",
    "select_experiments",
    # where they run, what they found
    "BrokenOff",
    "Pool",
    "Record",
    "Store",
    "Summary",
    "read_summary",
    "versions",
]
