"""The Python API: what the command line calls and what a program would.

Its modules and the rooms below are imported where they are used: the start of a command must not
wait for them.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names

if TYPE_CHECKING:
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
    from geosearch.api.indexing import IndexingJob, IndexingOptions, build, prepare
    from geosearch.api.maintenance import compact, remove, verify
    from geosearch.api.texts import Texts, read_queries, read_texts
    from geosearch.api.vectors import export_vectors, import_vectors
    from geosearch.api.where import localize

__all__ = [
    "DEFAULT_INDEXES",
    "INDEX_VARIABLE",
    "REFERENCE_PRECISION",
    "EncoderChoice",
    "Hits",
    "Index",
    "IndexingJob",
    "IndexingOptions",
    "Texts",
    "build",
    "compact",
    "default_index",
    "export_vectors",
    "find_index",
    "import_vectors",
    "localize",
    "named_index",
    "open",
    "prepare",
    "read_queries",
    "read_texts",
    "remove",
    "verify",
]

_HOME = {
    "DEFAULT_INDEXES": "default_paths",
    "EncoderChoice": "encoder_choice",
    "Hits": "hits",
    "INDEX_VARIABLE": "default_paths",
    "Index": "index",
    "IndexingJob": "indexing",
    "IndexingOptions": "indexing",
    "REFERENCE_PRECISION": "encoder_choice",
    "Texts": "texts",
    "build": "indexing",
    "compact": "maintenance",
    "default_index": "default_paths",
    "export_vectors": "vectors",
    "find_index": "default_paths",
    "import_vectors": "vectors",
    "localize": "where",
    "named_index": "default_paths",
    "open": "index",
    "prepare": "indexing",
    "read_queries": "texts",
    "read_texts": "texts",
    "remove": "maintenance",
    "verify": "maintenance",
}

__getattr__ = lazy_names(__name__, _HOME)
