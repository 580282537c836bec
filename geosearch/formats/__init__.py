"""Formats: hits → files, texts and tables of other libraries; vectors ↔ GeoParquet.

All is imported when it is first used: a query must not wait for formats that it does not write.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.formats.hits.answers import Answers, hits_of
    from geosearch.formats.hits.documents.geojson import feature_collection
    from geosearch.formats.hits.documents.table import table_lines
    from geosearch.formats.hits.files import hits_bytes, write_hits
    from geosearch.formats.hits.pictures.contact_sheet import write_contact_sheet
    from geosearch.formats.hits.pictures.notebook import notebook_html
    from geosearch.formats.hits.tables.arrow_table import arrow_table
    from geosearch.formats.hits.tables.geodataframe import geodataframe
    from geosearch.formats.vectors.exporting import export_vectors
    from geosearch.formats.vectors.importing import VectorImport, agreed_spec, import_vectors
    from geosearch.formats.vectors.numpy_files import read_vectors
    from geosearch.formats.vectors.parquet_reader import VectorFile

__all__ = [
    "Answers",
    "VectorFile",
    "VectorImport",
    "agreed_spec",
    "arrow_table",
    "export_vectors",
    "feature_collection",
    "geodataframe",
    "hits_bytes",
    "hits_of",
    "import_vectors",
    "notebook_html",
    "read_vectors",
    "table_lines",
    "write_contact_sheet",
    "write_hits",
]

_HOME = {
    "Answers": "hits.answers",
    "VectorFile": "vectors.parquet_reader",
    "VectorImport": "vectors.importing",
    "agreed_spec": "vectors.importing",
    "arrow_table": "hits.tables.arrow_table",
    "export_vectors": "vectors.exporting",
    "feature_collection": "hits.documents.geojson",
    "geodataframe": "hits.tables.geodataframe",
    "hits_bytes": "hits.files",
    "hits_of": "hits.answers",
    "import_vectors": "vectors.importing",
    "notebook_html": "hits.pictures.notebook",
    "read_vectors": "vectors.numpy_files",
    "table_lines": "hits.documents.table",
    "write_contact_sheet": "hits.pictures.contact_sheet",
    "write_hits": "hits.files",
}

__getattr__ = lazy_names(__name__, _HOME)
