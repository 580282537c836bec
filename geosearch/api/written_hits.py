"""Hits in other forms: files, texts, tables of other libraries, what a notebook shows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from geosearch.arguments import checked
from geosearch.errors import Refusal
from geosearch.paths import PathLike
from geosearch.reporting import warn_refused

if TYPE_CHECKING:
    import geopandas

    from geosearch.formats import Answers
    from geosearch.search import Asked, Explanation, Hit


class WrittenHits(Sequence["Hit"]):
    """Hits that can be written, and shown."""

    asked: Asked
    any: float | None
    says: str | None
    explanation: Explanation

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> WrittenHits: ...
    @abstractmethod
    def __getitem__(self, index: int | slice) -> Hit | WrittenHits: ...

    @abstractmethod
    def scene_crs(self, scene: str) -> str | None:
        """Return the CRS of a scene as the index has it; None where that is not known."""

    @checked
    def write(self, path: PathLike, format: str | None = None) -> tuple[Refusal, ...]:
        """Write a file whose ending says what it holds, as `geosearch query` does.

        Args:
            path: The file; one in ``/`` is a folder of chips.
            format: ``table``, ``geojson``, ``geojsonl``, ``geojsons``, ``json``, ``csv``,
                ``parquet``, ``gpkg``, ``kml``, ``stac``, ``html``, ``png`` or ``chips``; None for
                what the ending says.

        Returns:
            Scenes that can no longer be read, and why: formats that show pixels read them again.

        Raises:
            UsageError: No format has that ending or name, or the file cannot be written.
        """
        from geosearch.formats import write_hits

        refused = write_hits(path, self._answers(), format)
        warn_refused(__name__, refused)
        return refused

    def to_geojson(self, path: PathLike | None = None) -> str:
        """Return the hits as RFC 7946 GeoJSON text, and write it to a file if one is given.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.geojson`` or ``.json``.
        """
        return self._text("geojson", path)

    def to_geojson_lines(self, path: PathLike | None = None) -> str:
        """Return the hits as a GeoJSON Feature a line, and write that to a ``.geojsonl`` file.

        Raises:
            UsageError: The file cannot be written, or has another ending.
        """
        return self._text("geojsonl", path)

    def to_csv(self, path: PathLike | None = None) -> str:
        """Return the hits as comma-separated values, and write them to a file if one is given.

        Texts that a spreadsheet would compute have a ``'`` before them. A file begins with a byte
        order mark, without which spreadsheets misread it.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.csv``.
        """
        return self._text("csv", path)

    def to_kml(self, path: PathLike | None = None) -> str:
        """Return the hits as KML 2.2, and write it to a file if one is given.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.kml``.
        """
        return self._text("kml", path)

    def to_stac(self, path: PathLike | None = None) -> str:
        """Return the hits as a STAC ItemCollection, and write it to a file if one is given.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.json`` or ``.geojson``.
        """
        return self._text("stac", path)

    def to_json(self) -> str:
        """Return query, hits and explanation as a line of JSON."""
        return self._text("json", None)

    def to_parquet(self, path: PathLike) -> None:
        """Write the hits as GeoParquet 1.1.

        Raises:
            UsageError: The file cannot be written, or does not end as such files do.
        """
        self.write(path, "parquet")

    def to_gpkg(self, path: PathLike) -> tuple[Refusal, ...]:
        """Write a GeoPackage with pictures of the hits, which QGIS shows as map tips.

        Returns:
            Scenes that can no longer be read, and why; their hits have no picture.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.gpkg``.
        """
        return self.write(path, "gpkg")

    def to_html(self, path: PathLike) -> tuple[Refusal, ...]:
        """Write a page with pictures of the hits: one file, no script, and nothing is fetched.

        Returns:
            Scenes that can no longer be read, and why; their hits show it.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.html``.
        """
        return self.write(path, "html")

    def to_chips(self, path: PathLike) -> tuple[Refusal, ...]:
        """Write the scenes' own pixels under each hit as Cloud Optimized GeoTIFFs.

        Args:
            path: A folder, which is made if it is not there; or a file that ends in ``.zip``.

        Returns:
            Scenes that can no longer be read, and why.

        Raises:
            UsageError: The folder or the file cannot be written.
        """
        return self.write(path, "chips")

    @checked
    def to_contact_sheet(self, path: PathLike, title: str = "") -> tuple[Refusal, ...]:
        """Write a PNG that shows the hits' pixels, read again from their scenes.

        Returns:
            Scenes that can no longer be read, and why; their frames show it.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.png``.
        """
        from geosearch.formats import write_contact_sheet

        refused = write_contact_sheet(path, self, title)
        warn_refused(__name__, refused)
        return refused

    def to_arrow(self) -> Any:
        """Return a `pyarrow.Table`, whose ``geometry`` says that it is one (GeoArrow, WKB)."""
        from geosearch.formats import arrow_table

        return arrow_table(self._answers())

    def to_geodataframe(self) -> geopandas.GeoDataFrame:
        """Return a `geopandas.GeoDataFrame` in EPSG:4326.

        Raises:
            UsageError: GeoPandas is not installed.
        """
        from geosearch.formats import geodataframe

        return geodataframe(self._answers())

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """The hits as a GeoJSON FeatureCollection, for libraries that draw or compute."""
        from geosearch.formats import feature_collection

        return feature_collection(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first hits with their pictures."""
        from geosearch.formats import notebook_html

        return notebook_html(self)

    def _text(self, format: str, path: PathLike | None) -> str:
        from geosearch.formats import hits_bytes

        if path is not None:
            self.write(path, format)
        data, _ = hits_bytes(self._answers(), format)
        return data.decode()

    def _answers(self) -> Answers:
        from geosearch.formats import Answers

        return Answers.of(self)
