"""The Python API: what the command line calls and what a program would.

Its modules and the rooms below are imported where they are used: the start of a command must not
wait for them.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.api.encoder_choice import REFERENCE_PRECISION, EncoderChoice
    from geosearch.api.hits import Hits
    from geosearch.api.index import Index, open
    from geosearch.api.indexing import IndexingJob, IndexingOptions, build, prepare
    from geosearch.api.maintenance import compact, remove, verify
    from geosearch.api.texts import Texts, read_queries, read_texts
    from geosearch.api.vectors import export_vectors, import_vectors
    from geosearch.api.where import localize

__all__ = [
    "REFERENCE_PRECISION",
    "EncoderChoice",
    "Hits",
    "Index",
    "IndexingJob",
    "IndexingOptions",
    "Texts",
    "build",
    "compact",
    "export_vectors",
    "import_vectors",
    "localize",
    "open",
    "prepare",
    "read_queries",
    "read_texts",
    "remove",
    "verify",
]

_HOME = {
    "EncoderChoice": "encoder_choice",
    "Hits": "hits",
    "Index": "index",
    "IndexingJob": "indexing",
    "IndexingOptions": "indexing",
    "REFERENCE_PRECISION": "encoder_choice",
    "Texts": "texts",
    "build": "indexing",
    "compact": "maintenance",
    "export_vectors": "vectors",
    "import_vectors": "vectors",
    "localize": "where",
    "open": "index",
    "prepare": "indexing",
    "read_queries": "texts",
    "read_texts": "texts",
    "remove": "maintenance",
    "verify": "maintenance",
}

__getattr__ = lazy_names(__name__, _HOME)
