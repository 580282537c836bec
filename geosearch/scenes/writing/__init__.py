"""Rasters that are written: pictures that are drawn, maps of scenes, windows of them."""
