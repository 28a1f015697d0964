"""What a report is called in links, for as long as links are followed.

The record of ids, `identities.jsonl`, lies in the corpus and goes with it to any machine. It has
one line for each report that ever was, in the order of ids: a line is added or changed without
touching its neighbours, so that git merges two branches by keeping the lines of both (see
corpus/.gitattributes), and a person can read and mend it.
"""

from indexer.identity.likeness import SAME, alike, likeness, sketch
from indexer.identity.matching import Claim, Matching, content_key
from indexer.identity.naming import id_from_path, numbered, stem
from indexer.identity.record import FILE, Identities, Identity, Withdrawal, load, save

__all__ = [
    "FILE",
    "SAME",
    "Claim",
    "Identities",
    "Identity",
    "Matching",
    "Withdrawal",
    "alike",
    "content_key",
    "id_from_path",
    "likeness",
    "load",
    "numbered",
    "save",
    "sketch",
    "stem",
]
