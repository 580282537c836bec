"""Geography: where pixels lie on the Earth. The only door to pyproj.

A footprint is the true outline of a pixel rectangle as a polygon in EPSG:4326: its edges
have as many points as the projection's bend asks for, it is cut at 180 degrees, and it is
closed along the pole where one lies inside.
"""

from geosearch.geo.boxes import bbox_geometry, rfc7946_bbox
from geosearch.geo.footprint import footprint, footprints
from geosearch.geo.ground import box_sizes_m, ground_sizes_m
from geosearch.geo.projection import PixelToLonLat, ToLonLat, crs_to_lonlat

__all__ = [
    "PixelToLonLat",
    "ToLonLat",
    "bbox_geometry",
    "box_sizes_m",
    "crs_to_lonlat",
    "footprint",
    "footprints",
    "ground_sizes_m",
    "rfc7946_bbox",
]
