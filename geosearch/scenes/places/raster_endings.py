"""File name endings that rasters have."""

RASTER_ENDINGS = frozenset(
    {"tif", "tiff", "gtiff", "btf", "jp2", "j2k", "jpx", "vrt", "img", "nc", "gpkg", "ntf", "nitf"}
    | {"bil", "bsq", "bip", "mrf", "hgt", "dt0", "dt1", "dt2"}
)
"""File name endings that count as scenes in a folder; a file that is named is always tried."""
