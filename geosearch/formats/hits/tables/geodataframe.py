"""Hits as a table of GeoPandas."""

from typing import TYPE_CHECKING

from geosearch.errors import UsageError
from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.tables.arrow_table import arrow_table

if TYPE_CHECKING:
    import geopandas


def geodataframe(answers: Answers) -> "geopandas.GeoDataFrame":
    """Return a `geopandas.GeoDataFrame` of a row a hit, in EPSG:4326.

    Raises:
        UsageError: GeoPandas is not installed.
    """
    try:
        import geopandas
    except ImportError as error:
        raise UsageError(
            "`to_geodataframe` needs GeoPandas, which is not installed",
            hint="pip install geopandas; `to_arrow` and `to_geojson` do without",
        ) from error
    frame = geopandas.GeoDataFrame.from_arrow(arrow_table(answers), geometry="geometry")
    # the same as CRS84, under the name that other tables have
    return frame.set_crs("EPSG:4326", allow_override=True)
