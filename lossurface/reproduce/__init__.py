"""Run the notebooks of the registry's claims and record what each one found."""

from lossurface.reproduce.experiments import (
    EXPERIMENTS,
    Experiment,
    Outcome,
    read_outcomes,
    run_experiment,
    select_experiments,
)
from lossurface.reproduce.notebooks import (
    PROFILES,
    Execution,
    Record,
    Summary,
    defaults,
    execute,
    run,
)
from lossurface.reproduce.pool import BrokenOff, Pool

__all__ = [
    # notebooks
    "PROFILES",
    "Execution",
    "Record",
    "Summary",
    "defaults",
    "execute",
    "run",
    # experiments
    "EXPERIMENTS",
    "Experiment",
    "Outcome",
    "read_outcomes",
    "run_experiment",
    "select_experiments",
    # where they run
    "BrokenOff",
    "Pool",
]
