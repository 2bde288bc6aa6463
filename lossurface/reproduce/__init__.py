"""Run the notebooks of the registry's claims and record what each one found."""

from lossurface.reproduce.experiments import (
    EXPERIMENTS,
    Experiment,
    Outcome,
    read_outcomes,
    run_experiment,
    select_experiments,
)
from lossurface.reproduce.notebook import Execution, defaults, execute
from lossurface.reproduce.pool import BrokenOff, Pool
from lossurface.reproduce.summary import PROFILES, Record, Summary, read_summary, run
from lossurface.reproduce.trials import map_trials

__all__ = [
    # notebooks
    "PROFILES",
    "Execution",
    "Record",
    "Summary",
    "defaults",
    "execute",
    "read_summary",
    "run",
    # experiments
    "EXPERIMENTS",
    "Experiment",
    "Outcome",
    "map_trials",
    "read_outcomes",
    "run_experiment",
    "select_experiments",
    # where they run
    "BrokenOff",
    "Pool",
]
