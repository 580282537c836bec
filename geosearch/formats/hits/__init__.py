"""Hits as files and texts: GeoJSON, JSON lines, a table for a terminal, a contact sheet."""
