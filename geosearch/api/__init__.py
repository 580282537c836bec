"""The Python API: what the command line calls and what a program would.

Rooms are imported where they are used, so that importing this costs nothing heavy.
"""

from geosearch.api.default_paths import (
    DEFAULT_INDEXES,
    INDEX_VARIABLE,
    default_index,
    find_index,
    named_index,
)
from geosearch.api.encoder_choice import REFERENCE_PRECISION, EncoderChoice
from geosearch.api.hits import Hits
from geosearch.api.index import Index, open
from geosearch.api.indexing import IndexingJob, build, prepare
from geosearch.api.maintenance import compact, remove, verify
from geosearch.api.texts import Texts, read_queries, read_texts
from geosearch.api.vectors import export_vectors, import_vectors
from geosearch.chips import Chips

__all__ = [
    "DEFAULT_INDEXES",
    "INDEX_VARIABLE",
    "REFERENCE_PRECISION",
    "Chips",
    "EncoderChoice",
    "Hits",
    "Index",
    "IndexingJob",
    "Texts",
    "build",
    "compact",
    "default_index",
    "export_vectors",
    "find_index",
    "import_vectors",
    "named_index",
    "open",
    "prepare",
    "read_queries",
    "read_texts",
    "remove",
    "verify",
]
