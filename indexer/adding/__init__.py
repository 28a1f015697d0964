"""What is known of a new document before it is one of the reports, and how does it become one?"""

from indexer.adding.drafting import Draft, Drafts
from indexer.adding.kinship import Kin
from indexer.adding.placing import Added, add
from indexer.adding.sidecar import assigned, checked, parsed, written
from indexer.adding.suggestion import Suggestion

__all__ = [
    "Added",
    "Draft",
    "Drafts",
    "Kin",
    "Suggestion",
    "add",
    "assigned",
    "checked",
    "parsed",
    "written",
]
