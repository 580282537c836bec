"""Formats: hits → GeoJSON, JSON, a table for a terminal, a contact sheet; vectors ↔ GeoParquet.

What needs Arrow or Pillow is imported when it is first used: a query must not wait for it.
"""

from typing import TYPE_CHECKING

from geosearch.formats.hits.answer_line import answer_line
from geosearch.formats.hits.geojson import geojson_text
from geosearch.formats.hits.table import hits_table
from geosearch.formats.vectors.numpy_files import read_vectors
from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.formats.hits.contact_sheet import write_contact_sheet
    from geosearch.formats.vectors.exporting import export_vectors
    from geosearch.formats.vectors.importing import VectorImport, agreed_spec, import_vectors
    from geosearch.formats.vectors.parquet_reader import VectorFile

__all__ = [
    "VectorFile",
    "VectorImport",
    "agreed_spec",
    "answer_line",
    "export_vectors",
    "geojson_text",
    "hits_table",
    "import_vectors",
    "read_vectors",
    "write_contact_sheet",
]

_HOME = {
    "VectorFile": "vectors.parquet_reader",
    "VectorImport": "vectors.importing",
    "write_contact_sheet": "hits.contact_sheet",
    "export_vectors": "vectors.exporting",
    "import_vectors": "vectors.importing",
    "agreed_spec": "vectors.importing",
}

__getattr__ = lazy_names(__name__, _HOME)
