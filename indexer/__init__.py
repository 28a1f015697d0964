"""Search crime prevention evidence to the page, in English and French: the library.

These names are its public face; everything else may change.
"""

from indexer.catalogue import Catalogue, Status
from indexer.config import Config, load as load_config
from indexer.errors import IndexerError
from indexer.models import Passage, Report
from indexer.query import Query, Results

__version__ = "0.1.0"

__all__ = [
    "Catalogue",
    "Config",
    "IndexerError",
    "Passage",
    "Query",
    "Report",
    "Results",
    "Status",
    "load_config",
]
