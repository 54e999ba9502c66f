"""Where the map phase runs, one adapter per file.

Contents:
    base   the contract: jobs, progress, outcomes
    local  a pool of processes on this machine
"""

from pipelines.engines.base import Engine, MapJob, Progress, Report, SplitOutcome
from pipelines.engines.local import LocalEngine

__all__ = ["Engine", "LocalEngine", "MapJob", "Progress", "Report", "SplitOutcome"]
