"""Formats: hits → GeoJSON, JSON, a table for a terminal, a contact sheet; files → vectors."""

from geosearch.formats.answer import answer_line
from geosearch.formats.contact_sheet import write_contact_sheet
from geosearch.formats.files import write_bytes, write_text
from geosearch.formats.geojson import feature_collection, geojson_text
from geosearch.formats.table import hits_table
from geosearch.formats.vectors import read_vectors

__all__ = [
    "answer_line",
    "feature_collection",
    "geojson_text",
    "hits_table",
    "read_vectors",
    "write_bytes",
    "write_contact_sheet",
    "write_text",
]
