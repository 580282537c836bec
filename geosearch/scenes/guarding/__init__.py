"""What GDAL may open: formats, databases, virtual rasters, and what they lead to."""
