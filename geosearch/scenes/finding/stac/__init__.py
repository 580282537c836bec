"""Scenes that STAC documents name: Items, Catalogs, and GeoParquet tables of Items."""
