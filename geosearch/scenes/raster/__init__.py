"""Rasters: GDAL, its settings and its errors, blocks, pixels, and their stretch to 8 bits."""
