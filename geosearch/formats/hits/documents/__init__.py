"""Hits as texts: GeoJSON, CSV, KML, STAC, JSON lines, a table for a terminal."""
