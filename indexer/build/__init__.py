"""What changed in the corpus, and what became of it? Brings an index up to date.

The index is the only ledger: what it says that it holds is subtracted from what the corpus holds,
so no manifest can disagree with it after a crash.
"""

from indexer.build.planning import Plan, is_stale, plan
from indexer.build.progress import Progress
from indexer.build.reporting import BuildReport, BuildWarning, Taken, last_report
from indexer.build.running import run

__all__ = [
    "BuildReport",
    "BuildWarning",
    "Plan",
    "Progress",
    "Taken",
    "is_stale",
    "last_report",
    "plan",
    "run",
]
