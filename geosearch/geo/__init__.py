"""Geography: where pixels lie on the Earth. The only door to pyproj.

A footprint is the true outline of a pixel rectangle as a polygon in EPSG:4326: its edges
have as many points as the projection's bend asks for, it is cut at 180 degrees, and it is
closed along the pole where one lies inside. Shapes that documents hand us, in whatever CRS, are
brought to the same.
"""

from typing import TYPE_CHECKING

from geosearch.geo.footprint import footprint, footprints
from geosearch.geo.projection import PixelToLonLat, crs_to_lonlat
from geosearch.geo.windows import PixelWindow
from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.geo.boxes import bbox_geometry, rfc7946_bbox
    from geosearch.geo.cutting import united
    from geosearch.geo.ground import box_sizes_m, ground_sizes_m
    from geosearch.geo.reprojection import CHIP_FRACTION, have_long_edges, shapes_to_lonlat
    from geosearch.geo.stated_crs import StatedCrs, read_crs, same_crs
    from geosearch.geo.wrapping import MAX_LON, ROUNDING_DEG

__all__ = [
    "CHIP_FRACTION",
    "MAX_LON",
    "ROUNDING_DEG",
    "PixelToLonLat",
    "PixelWindow",
    "StatedCrs",
    "bbox_geometry",
    "box_sizes_m",
    "crs_to_lonlat",
    "footprint",
    "footprints",
    "ground_sizes_m",
    "have_long_edges",
    "read_crs",
    "rfc7946_bbox",
    "same_crs",
    "shapes_to_lonlat",
    "united",
]

_HOME = {
    "CHIP_FRACTION": "reprojection",
    "MAX_LON": "wrapping",
    "ROUNDING_DEG": "wrapping",
    "StatedCrs": "stated_crs",
    "bbox_geometry": "boxes",
    "box_sizes_m": "ground",
    "ground_sizes_m": "ground",
    "have_long_edges": "reprojection",
    "read_crs": "stated_crs",
    "rfc7946_bbox": "boxes",
    "same_crs": "stated_crs",
    "shapes_to_lonlat": "reprojection",
    "united": "cutting",
}

__getattr__ = lazy_names(__name__, _HOME)
