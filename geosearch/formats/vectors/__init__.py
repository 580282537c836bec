"""Vectors from and to files: GeoParquet of chips, and arrays of NumPy."""
