"""Formats: hits → GeoJSON, a table for a terminal, a contact sheet."""

from geosearch.formats.contact_sheet import write_contact_sheet
from geosearch.formats.files import write_bytes, write_text
from geosearch.formats.geojson import feature_collection, geojson_text
from geosearch.formats.table import hits_table

__all__ = [
    "feature_collection",
    "geojson_text",
    "hits_table",
    "write_bytes",
    "write_contact_sheet",
    "write_text",
]
