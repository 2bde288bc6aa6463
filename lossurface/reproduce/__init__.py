"""Run the notebooks of the registry's claims and record what each one found."""

from lossurface.reproduce.notebook import Execution, defaults, execute
from lossurface.reproduce.record import read_summary
from lossurface.reproduce.runner import PROFILES, Task, plan, run
from lossurface.reproduce.summary import Record, Summary, versions

__all__ = [
    "PROFILES",
    "Execution",
    "Record",
    "Summary",
    "Task",
    "defaults",
    "execute",
    "plan",
    "read_summary",
    "run",
    "versions",
]
