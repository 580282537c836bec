"""Which of GDAL's drivers may open what: a list of those that may, since GDAL gets new ones.

A driver may read what no user named: tiles of a web map, another machine's database, files that a
document lists. What is here reads the pixels of the file that was named, or of files beside it.
"""

NOT_RECOGNIZED = "not recognized"
"""Part of what GDAL says where no driver recognizes a file."""

SELF_CONTAINED = (
    "GTiff",
    "COG",
    "JP2OpenJPEG",
    "JP2KAK",
    "JP2ECW",
    "JP2MrSID",
    "ECW",
    "MrSID",
    "JPEG",
    "JPEGXL",
    "PNG",
    "WEBP",
    "HFA",
    "NITF",
)
"""Formats that hold their own pixels: what a stranger serves must not name other files."""

ARCHIVED = (
    *SELF_CONTAINED,
    "AAIGrid",
    "BMP",
    "DTED",
    "EHdr",
    "ENVI",
    "GIF",
    "GRIB",
    "SRTMHGT",
    "USGSDEM",
)
"""What is read inside of zip and tar files: no format there that leads out of them."""

LOCAL = (
    *ARCHIVED,
    "VRT",  # its sources are looked at before it is opened
    "MRF",  # likewise
    "GPKG",  # its tables are
    "MBTiles",
    "netCDF",
    "HDF4",
    "HDF4Image",
    "HDF5",
    "HDF5Image",
    "BAG",
    "ACE2",
    "AIG",
    "ADRG",
    "BLX",
    "BSB",
    "BT",
    "BYN",
    "CEOS",
    "COSAR",
    "CTable2",
    "CTG",
    "DOQ1",
    "DOQ2",
    "ELAS",
    "ESAT",
    "FIT",
    "GFF",
    "GS7BG",
    "GSAG",
    "GSBG",
    "GTX",
    "GXF",
    "HF2",
    "IRIS",
    "ISCE",
    "JAXAPALSAR",
    "JDEM",
    "KRO",
    "L1B",
    "LAN",
    "LCP",
    "MFF",
    "MFF2",
    "MSGN",
    "NTv2",
    "NWT_GRC",
    "NWT_GRD",
    "PCRaster",
    "PNM",
    "R",
    "RIK",
    "RMF",
    "ROI_PAC",
    "RRASTER",
    "RST",
    "SAGA",
    "SAR_CEOS",
    "SIGDEM",
    "Terragen",
    "VICAR",
    "XYZ",
    "ZMap",
)
"""What is read of local files. Not among them is what asks another machine (WMS, WMTS, WCS, HTTP,
EEDAI, PLMOSAIC, DAAS, STACIT, STACTA), what lists files or statements of its own (GTI, ESRIC,
Rasterlite, GDAL's tile indexes, catalogues of NITF frames), what opens files that its own
text names (DIMAP, ERS, TIL, PRF, RS2, TSX, SAFE, SENTINEL2, PCIDSK with all drivers; FAST, NDF,
ILWIS, PAux, SNODAS, EIR as bytes), drawings (CALS), and what is of other planets."""

_NAMING = (
    (b"<dimap_document", "a DIMAP document"),
    (b"<phr_dimap_document", "a DIMAP document"),
    (b"datasetheader begin", "an ERS header"),
    (b"begin_group = tile_", "a list of tiles (TIL)"),
    (b"<level1product", "a TerraSAR-X document"),
    (b"schemas/rs2", "a RADARSAT-2 document"),
    (b"<xfdu:xfdu", "a SAFE manifest"),
    (b":level-1b_user_product", "a Sentinel-2 document"),
    (b":level-1c_user_product", "a Sentinel-2 document"),
    (b":level-2a_user_product", "a Sentinel-2 document"),
    (b":level-1c_tile_id", "a Sentinel-2 document"),
    (b":level-2a_tile_id", "a Sentinel-2 document"),
    (b"auxilarytarget", "a PCI .aux header"),
    (b"[ilwis]", "an ILWIS header"),
)
"""What is in the first bytes, in lower case, of formats that name other files."""


def names_other_files(head: bytes) -> str | None:
    """Return which format that opens other files a file is of, by its first bytes; None if none."""
    if head.startswith(b"PCIDSK  "):
        return "a PCIDSK file"
    if b"\0" in head:  # a raster with such a text among its tags
        return None
    lower = head.lower()
    return next((what for known, what in _NAMING if known in lower), None)
