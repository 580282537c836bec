"""Formats: hits → GeoJSON, JSON, a table for a terminal, a contact sheet; vectors ↔ GeoParquet.

What needs Arrow is imported when it is first used: a query must not wait for it.
"""

from typing import TYPE_CHECKING

from geosearch.formats.answer import answer_line
from geosearch.formats.contact_sheet import write_contact_sheet
from geosearch.formats.geojson import feature_collection, geojson_text
from geosearch.formats.table import hits_table
from geosearch.formats.vectors import read_vectors
from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.formats.vector_export import export_vectors
    from geosearch.formats.vector_import import VectorImport, agreed_spec, import_vectors
    from geosearch.formats.vector_table import VectorFile

__all__ = [
    "VectorFile",
    "VectorImport",
    "agreed_spec",
    "answer_line",
    "export_vectors",
    "feature_collection",
    "geojson_text",
    "hits_table",
    "import_vectors",
    "read_vectors",
    "write_contact_sheet",
]

_HOME = {
    "VectorFile": "vector_table",
    "VectorImport": "vector_import",
    "export_vectors": "vector_export",
    "import_vectors": "vector_import",
    "agreed_spec": "vector_import",
}

__getattr__ = lazy_names(__name__, _HOME)
