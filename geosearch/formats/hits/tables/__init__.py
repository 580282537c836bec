"""Hits as tables of typed columns: Arrow, GeoParquet, GeoPackage."""
