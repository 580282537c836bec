"""The sidecar: a DuckDB file that holds all that is known of chips and scenes.

Tables ``chips`` (in row order: ``row`` is the number of the vector) and ``scenes``.
Anyone can query it with DuckDB; docs/format.md has an example. No extension is used.
"""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.errors import first_line
from geosearch.index.mapped import damaged
from geosearch.index.records import ChipRecord, SceneRecord, chip_id, stretch_ranges

_SCHEMA = """
CREATE TABLE scenes (
    scene_no INTEGER PRIMARY KEY, id VARCHAR NOT NULL, href VARCHAR NOT NULL,
    size_bytes BIGINT, mtime_ns BIGINT, width_px INTEGER, height_px INTEGER,
    crs VARCHAR, gsd_m DOUBLE, datetime VARCHAR, datetime_source VARCHAR,
    bands INTEGER[], stretch DOUBLE[][], outline BLOB, chips_skipped INTEGER, sha256 VARCHAR
);
CREATE TABLE chips (
    row BIGINT, scene_no INTEGER NOT NULL,
    col_px INTEGER, row_px INTEGER, width_px INTEGER, height_px INTEGER,
    width_m FLOAT, height_m FLOAT, valid FLOAT,
    west DOUBLE, south DOUBLE, east DOUBLE, north DOUBLE, footprint BLOB,
    cloud FLOAT, gsd_m FLOAT
);
"""

_INSERT_CHIPS = """
INSERT INTO chips
SELECT row, scene_no, col_px, row_px, width_px, height_px, width_m, height_m, valid,
    west, south, east, north, footprint, CASE WHEN isnan(cloud) THEN NULL ELSE cloud END, gsd_m
FROM columns
"""

# formats 1 and 2 have no cloud, and know the ground resolution of scenes only
_CHIPS_BEFORE_FORMAT_3 = "(SELECT *, NULL::FLOAT AS cloud, NULL::FLOAT AS gsd_m FROM chips)"
_SELECT_NAMES = "SELECT column_name FROM information_schema.columns WHERE table_name = 'chips'"

_SELECT_CHIPS = """
SELECT c.row, s.id, s.href, c.col_px, c.row_px, c.width_px, c.height_px, c.width_m, c.height_m,
    c.valid, c.cloud, s.datetime, coalesce(c.gsd_m, s.gsd_m), s.bands, s.stretch
FROM {chips} c JOIN scenes s USING (scene_no)
WHERE c.row IN (SELECT unnest(?::BIGINT[]))
"""

_WINDOW_COLUMNS = ("col_px", "row_px", "width_px", "height_px")
_SIZE_COLUMNS = ("width_m", "height_m")
_SELECT_CUTS = f"""
SELECT {", ".join(f"c.{name}" for name in _WINDOW_COLUMNS + _SIZE_COLUMNS)},
    coalesce(c.gsd_m, s.gsd_m) AS gsd_m
FROM {{chips}} c JOIN scenes s USING (scene_no) ORDER BY c.row
"""

_BOUNDS_COLUMNS = ("west", "south", "east", "north")
_SELECT_ROWS = f"""
SELECT row, scene_no, valid, coalesce(cloud, 'nan') AS cloud, footprint,
    {", ".join(_BOUNDS_COLUMNS)}
FROM {{chips}} ORDER BY row
"""
_SELECT_TWINS = """
SELECT count(*) FROM (
    SELECT 1 FROM chips GROUP BY scene_no, col_px, row_px, width_px, height_px HAVING count(*) > 1
)
"""

_SCENE_COLUMNS = tuple(field.name for field in fields(SceneRecord))
_INSERT_SCENE = f"INSERT INTO scenes VALUES (?{', ?' * len(_SCENE_COLUMNS)})"
_SELECT_SCENES = "SELECT * FROM scenes ORDER BY scene_no"  # format 1 has no sha256


class SidecarWriter:
    """Writes a new sidecar: scenes once, chips in row order, part by part."""

    def __init__(self, path: Path) -> None:
        import duckdb

        try:
            self._connection = duckdb.connect(str(path), config=_SMALL)
            self._connection.execute(_SCHEMA)
        except duckdb.Error as error:
            raise OSError(first_line(error)) from error

    def __enter__(self) -> "SidecarWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        import duckdb

        try:
            if error is None:
                self._connection.execute("CHECKPOINT")  # everything into the one file
            self._connection.close()
        except duckdb.Error as failure:
            error = error or failure
        if isinstance(error, duckdb.Error):  # a full disk, say: DuckDB's errors are no OSErrors
            raise OSError(first_line(error)) from error

    def add_scenes(self, scenes: Sequence[SceneRecord]) -> None:
        """Add scenes, numbered from 0 in their order."""
        rows = [[number, *_scene_values(scene)] for number, scene in enumerate(scenes)]
        if rows:
            self._connection.executemany(_INSERT_SCENE, rows)

    def add_chips(self, columns: dict[str, NDArray[Any]]) -> None:
        """Add chips in row order, a column of `chips` a key."""
        self._connection.register("columns", columns)
        self._connection.execute(_INSERT_CHIPS)
        self._connection.unregister("columns")


def _scene_values(scene: SceneRecord) -> list[Any]:
    named = {name: getattr(scene, name) for name in _SCENE_COLUMNS}
    named["bands"] = list(scene.bands)
    named["stretch"] = None if scene.stretch is None else [list(pair) for pair in scene.stretch]
    named["outline"] = shapely.to_wkb(scene.outline)
    return list(named.values())


class Sidecar:
    """An open sidecar, read-only."""

    def __init__(self, path: Path) -> None:
        import duckdb

        self._path = path
        try:
            self._connection: duckdb.DuckDBPyConnection = duckdb.connect(
                str(path), read_only=True, config=_CONFINED
            )
            names = {name for (name,) in self._connection.execute(_SELECT_NAMES).fetchall()}
        except duckdb.Error as error:
            raise damaged(path, first_line(error)) from error
        self.has_cloud = "cloud" in names
        """Whether it has the columns of format 3."""
        self._chips = "chips" if self.has_cloud else _CHIPS_BEFORE_FORMAT_3

    def chips(self, rows: NDArray[np.int64]) -> list[ChipRecord]:
        """Return the chips of some rows, in the order asked."""
        if not len(rows):
            return []
        found = self._select(_SELECT_CHIPS.format(chips=self._chips), [rows.tolist()])
        try:
            by_row = {values[0]: _chip(values[1:]) for values in found}
            return [by_row[row] for row in rows.tolist()]
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(self._path, f"{type(error).__name__}: {error}") from error

    def scenes(self) -> list[SceneRecord]:
        """Return all scenes, in the order of their numbers."""
        try:
            found = self._select(_SELECT_SCENES)
            names = [str(column[0]) for column in self._connection.description or ()]
            return [_scene(names, values) for values in found]
        except (KeyError, TypeError, ValueError, shapely.errors.GEOSException) as error:
            raise damaged(self._path, f"{type(error).__name__}: {error}") from error

    def cuts(self, rows: int) -> dict[str, NDArray[Any]]:
        """Return how chips were cut, in row order.

        Returns:
            windows int32 [rows, 4] in pixels of the scene; size_m float32 [rows, 2] in metres;
            gsd_m float32 [rows] in metres a pixel of the chip.
        """
        import duckdb

        try:
            found = self._connection.execute(_SELECT_CUTS.format(chips=self._chips)).fetchnumpy()
        except duckdb.Error as error:
            raise damaged(self._path, first_line(error)) from error
        windows = np.stack([found[name] for name in _WINDOW_COLUMNS], axis=1)
        sizes = np.stack([found[name] for name in _SIZE_COLUMNS], axis=1)
        if len(windows) != rows:
            raise damaged(self._path, f"it has {len(windows)} chips and should have {rows}")
        return {
            "windows": windows.astype(np.int32),
            "size_m": sizes.astype(np.float32),
            "gsd_m": found["gsd_m"].astype(np.float32),
        }

    def rows(self, count: int) -> dict[str, NDArray[Any]]:
        """Return what ``rows`` holds of each chip but its time, in row order.

        Returns:
            scene_no int32 [n], valid float32 [n], bounds float64 [n, 4], footprint [n] as WKB;
            cloud float32 [n] where it has it.

        Raises:
            IndexFolderError: It cannot be read, its rows are not 0 to ``count`` - 1, or two of
                its chips have one id.
        """
        import duckdb

        try:
            query = _SELECT_ROWS.format(chips=self._chips)
            found = self._connection.execute(query).fetchnumpy()
            twins = self._connection.execute(_SELECT_TWINS).fetchall()[0][0]
        except duckdb.Error as error:
            raise damaged(self._path, first_line(error)) from error
        if not np.array_equal(found["row"], np.arange(count)):
            raise damaged(self._path, f"its rows are not those of {count} vectors")
        if twins:
            raise damaged(self._path, f"{twins} chip ids stand for several chips")
        try:
            columns = {
                "scene_no": found["scene_no"].astype(np.int32),
                "valid": found["valid"].astype(np.float32),
                "bounds": np.stack([found[name] for name in _BOUNDS_COLUMNS], axis=1),
                "footprint": np.array([bytes(one) for one in found["footprint"]], dtype=object),
            }
        except (TypeError, ValueError) as error:  # values that are missing
            raise damaged(self._path, f"{type(error).__name__}: {error}") from error
        if self.has_cloud:
            columns["cloud"] = found["cloud"].astype(np.float32)
        return columns

    def _select(self, query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            return self._connection.execute(query, values).fetchall()
        except duckdb.Error as error:
            raise damaged(self._path, first_line(error)) from error


# it would take most of the machine's memory, and each thread its own part
_SMALL: dict[str, Any] = {"memory_limit": "256MB", "threads": "1"}
# a stranger's file may hold views that read other files: it may not
_CONFINED: dict[str, Any] = {"enable_external_access": "false", "threads": "1"}


def _chip(values: tuple[Any, ...]) -> ChipRecord:
    scene, href, col, row, width, height, width_m, height_m, valid, *rest = values
    cloud, datetime, gsd_m, bands, stretch = rest
    window = (col, row, width, height)
    return ChipRecord(
        id=chip_id(scene, window),
        scene=scene,
        href=href,
        window=window,
        size_m=(width_m, height_m),
        valid=valid,
        cloud=cloud,
        datetime=datetime,
        gsd_m=gsd_m,
        bands=tuple(bands),
        stretch=stretch_ranges(stretch),
    )


def _scene(names: Sequence[str], values: tuple[Any, ...]) -> SceneRecord:
    named = dict(zip(names, values, strict=True))
    return SceneRecord.from_plain({name: named[name] for name in _SCENE_COLUMNS if name in named})
