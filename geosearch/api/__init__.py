"""The Python API: what the command line calls and what a program would.

Rooms are imported where they are used, so that importing this costs nothing heavy.
"""

from geosearch.api.encoder_choice import EncoderChoice
from geosearch.api.folders import (
    DEFAULT_INDEXES,
    INDEX_VARIABLE,
    default_index,
    find_index,
    named_index,
)
from geosearch.api.hits import Hits
from geosearch.api.index import Index, open
from geosearch.api.indexing import IndexingJob, build, prepare
from geosearch.api.keeping import compact, remove, verify
from geosearch.api.vectors import export_vectors, import_vectors
from geosearch.chips import Chips

__all__ = [
    "DEFAULT_INDEXES",
    "INDEX_VARIABLE",
    "Chips",
    "EncoderChoice",
    "Hits",
    "Index",
    "IndexingJob",
    "build",
    "compact",
    "default_index",
    "export_vectors",
    "find_index",
    "import_vectors",
    "named_index",
    "open",
    "prepare",
    "remove",
    "verify",
]
