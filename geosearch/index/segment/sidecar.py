"""The sidecar: a DuckDB file that holds all that is known of chips and scenes.

Tables ``chips`` (in row order: ``row`` is the number of the vector) and ``scenes``.
Anyone can query it with DuckDB; docs/reference/format.md has an example. No extension is used.
"""

import os
from collections.abc import Sequence, Set
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError, first_line
from geosearch.index.files.faults import (
    damaged,
    means_too_many_files,
    occupied,
    too_many_files,
)
from geosearch.index.files.hrefs import Hrefs
from geosearch.index.files.own_files import file_size
from geosearch.index.records import UNKNOWN_TIME, SceneRecord, time_ms_of
from geosearch.text import shown

_SCHEMA = """
CREATE TABLE scenes (
    scene_no INTEGER PRIMARY KEY, id VARCHAR NOT NULL, href VARCHAR NOT NULL,
    size_bytes BIGINT, state VARCHAR NOT NULL, width_px INTEGER, height_px INTEGER,
    crs VARCHAR, gsd_m DOUBLE, datetime VARCHAR, datetime_source VARCHAR,
    bands INTEGER[], stretch DOUBLE[][], outline BLOB, chips_skipped INTEGER, sha256 VARCHAR,
    pixel_m DOUBLE[],
    band_reason VARCHAR, placement_note VARCHAR, refers_to VARCHAR[] NOT NULL,
    item VARCHAR, kind VARCHAR NOT NULL, kind_reason VARCHAR, collar VARCHAR
);
CREATE TABLE chips (
    row BIGINT, scene_no INTEGER NOT NULL,
    col_px INTEGER, row_px INTEGER, width_px INTEGER, height_px INTEGER,
    width_m FLOAT, height_m FLOAT, valid FLOAT,
    west DOUBLE, south DOUBLE, east DOUBLE, north DOUBLE, footprint BLOB,
    cloud FLOAT, gsd_m FLOAT, id VARCHAR, time_ms BIGINT
);
"""

_INSERT_CHIPS = """
INSERT INTO chips
SELECT row, scene_no, col_px, row_px, width_px, height_px, width_m, height_m, valid,
    west, south, east, north, footprint, CASE WHEN isnan(cloud) THEN NULL ELSE cloud END, gsd_m,
    nullif(id, ''), nullif(time_ms, -9223372036854775808)
FROM columns
"""

_SELECT_TABLES = """
SELECT table_name FROM duckdb_tables()
WHERE table_name IN ('chips', 'scenes') AND NOT contains(upper(sql), 'GENERATED')
"""

_WINDOW_COLUMNS = ("col_px", "row_px", "width_px", "height_px")
_SIZE_COLUMNS = ("width_m", "height_m")
_BOUNDS_COLUMNS = ("west", "south", "east", "north")
_SELECT_ROWS = f"""
SELECT row, scene_no, valid, coalesce(cloud, 'nan') AS cloud, footprint, coalesce(id, '') AS id,
    coalesce(time_ms, {UNKNOWN_TIME}) AS time_ms, gsd_m,
    {", ".join(_BOUNDS_COLUMNS + _WINDOW_COLUMNS + _SIZE_COLUMNS)}
FROM chips ORDER BY row
"""
_SELECT_TWINS = """
SELECT count(*) FROM (
    SELECT 1 FROM chips GROUP BY scene_no, col_px, row_px, width_px, height_px HAVING count(*) > 1
    UNION ALL
    SELECT 1 FROM chips WHERE id IS NOT NULL GROUP BY scene_no, id HAVING count(*) > 1
)
"""

_SCENE_COLUMNS = tuple(field.name for field in fields(SceneRecord))
_ADDED = frozenset({"kind", "kind_reason", "collar"})
"""Columns that an index may lack: what they say is unknown there."""
_INSERT_SCENE = f"INSERT INTO scenes VALUES (?{', ?' * len(_SCENE_COLUMNS)})"
_SELECT_SCENES = "SELECT * FROM scenes ORDER BY scene_no"
_SELECT_SOME_SCENES = "SELECT * FROM scenes WHERE scene_no IN (SELECT unnest(?::INTEGER[]))"


class SidecarWriter:
    """Writes a new sidecar: scenes once, chips in row order, part by part."""

    def __init__(self, path: Path) -> None:
        import duckdb

        self._hrefs = _hrefs_of(path)
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
        if isinstance(error, duckdb.Error):  # a full disk, say: DuckDB's errors are not OSErrors
            raise OSError(first_line(error)) from error

    def add_scenes(self, scenes: Sequence[SceneRecord]) -> None:
        """Add scenes, numbered from 0 in their order."""
        rows = [[number, *_scene_values(scene, self._hrefs)] for number, scene in enumerate(scenes)]
        if rows:
            self._connection.begin()  # else each row is flushed to the disk by itself
            self._connection.executemany(_INSERT_SCENE, rows)
            self._connection.commit()

    def add_chips(self, columns: dict[str, NDArray[Any]]) -> None:
        """Add chips in row order, a column of `chips` a key."""
        self._connection.register("columns", columns)
        self._connection.execute(_INSERT_CHIPS)
        self._connection.unregister("columns")


def _scene_values(scene: SceneRecord, hrefs: Hrefs) -> list[Any]:
    named = {name: getattr(scene, name) for name in _SCENE_COLUMNS}
    named["href"] = hrefs.stored(scene.href)
    named["bands"] = list(scene.bands)
    named["stretch"] = None if scene.stretch is None else [list(pair) for pair in scene.stretch]
    named["pixel_m"] = None if scene.pixel_m is None else list(scene.pixel_m)
    named["outline"] = shapely.to_wkb(scene.outline)
    named["refers_to"] = list(scene.refers_to)
    return list(named.values())


class Sidecar:
    """An open sidecar, read-only."""

    def __init__(self, path: Path) -> None:
        import duckdb

        self._path = path
        self._hrefs = _hrefs_of(path)
        file_size(path)  # DuckDB would follow a link, and wait for a pipe
        try:
            self._connection: duckdb.DuckDBPyConnection = duckdb.connect(
                str(path), read_only=True, config=_CONFINED
            )
        except duckdb.Error as error:
            raise self._fault(error) from error
        # what DuckDB keeps beside a file that is written: it reads that as part of the file
        log = path.with_name(f"{path.name}.wal")
        if os.path.lexists(log):
            self._connection.close()
            raise occupied(log, f"it is a log of changes that another program made to {path.name}")
        self._require_tables()

    def _require_tables(self) -> None:
        """Refuse a stranger's views and computed columns: asking for one may never end."""
        _, found = self._select(_SELECT_TABLES)
        if sorted(found) != [("chips",), ("scenes",)]:
            self._connection.close()
            raise damaged(self._path, "it does not hold the tables `chips` and `scenes`")

    def _fault(self, error: Exception) -> IndexFolderError:
        """Return the error for what DuckDB says of the file."""
        if means_too_many_files(error):
            return too_many_files(self._path)
        if any(said in str(error) for said in _IN_USE):
            return IndexFolderError(
                f"{shown(self._path)} is in use by another process, or by this one",
                hint="close it there, or open it with read_only=True; nothing is damaged",
            )
        return damaged(self._path, shown(first_line(error)))

    def scenes(self) -> list[SceneRecord]:
        """Return all scenes, in the order of their numbers."""
        return list(self._scenes(_SELECT_SCENES).values())

    def some_scenes(self, numbers: Set[int]) -> dict[int, SceneRecord]:
        """Return scenes by their numbers.

        Raises:
            IndexFolderError: It has not got all of them.
        """
        found = self._scenes(_SELECT_SOME_SCENES, [sorted(numbers)])
        if missing := numbers - found.keys():
            raise damaged(self._path, f"it has no scene {min(missing)}")
        return found

    def _scenes(self, query: str, values: list[Any] | None = None) -> dict[int, SceneRecord]:
        try:
            names, found = self._select(query, values)
            return {row[names.index("scene_no")]: _scene(names, row, self._hrefs) for row in found}
        except (KeyError, TypeError, ValueError, shapely.errors.GEOSException) as error:
            raise damaged(self._path, f"{type(error).__name__}: {error}") from error

    def kinds(self) -> dict[int, str]:
        """Return of each scene's number what the scene is."""
        names, _ = self._select("SELECT * FROM scenes LIMIT 0")
        if "kind" not in names:
            return {}
        _, found = self._select("SELECT scene_no, kind FROM scenes ORDER BY scene_no")
        return dict(found)

    def rows(self, count: int) -> dict[str, NDArray[Any]]:
        """Return what ``rows`` holds of each chip, in row order.

        Returns:
            scene_no int32 [n], valid float32 [n], bounds float64 [n, 4], time_ms int64 [n],
            footprint [n] as WKB, id [n] (empty where its window makes it), cloud float32 [n],
            windows int32 [n, 4] in pixels of the scene, size_m float32 [n, 2] in metres, gsd_m
            float32 [n] in metres per pixel of the chip.

        Raises:
            IndexFolderError: It cannot be read, its rows are not 0 to ``count`` - 1, or two of
                its chips have one id.
        """
        import duckdb

        try:
            found = self._connection.execute(_SELECT_ROWS).fetchnumpy()
            ((twins,),) = self._connection.execute(_SELECT_TWINS).fetchall()
        except duckdb.Error as error:
            raise self._fault(error) from error
        if not np.array_equal(found["row"], np.arange(count)):
            raise damaged(self._path, f"its rows are not those of {count} vectors")
        if twins:
            raise damaged(self._path, f"{twins} chip ids are used by several chips")
        if missing := [name for name, column in found.items() if np.ma.is_masked(column)]:
            raise damaged(self._path, f"some chips have no {missing[0]}")
        try:
            columns = {
                "scene_no": self._scene_numbers(found["scene_no"]),
                "valid": found["valid"].astype(np.float32),
                "bounds": _joined(found, _BOUNDS_COLUMNS).astype(np.float64),
                "footprint": np.array([bytes(one) for one in found["footprint"]], dtype=object),
                "id": found["id"],
                "time_ms": found["time_ms"].astype(np.int64),
                "cloud": found["cloud"].astype(np.float32),
                "windows": _joined(found, _WINDOW_COLUMNS).astype(np.int32),
                "size_m": _joined(found, _SIZE_COLUMNS).astype(np.float32),
                "gsd_m": found["gsd_m"].astype(np.float32),
            }
        except (TypeError, ValueError) as error:  # columns of other types
            raise damaged(self._path, f"{type(error).__name__}: {error}") from error
        known = np.array([time_ms_of(one.datetime) for one in self.scenes()], dtype=np.int64)
        of_scene = known[columns["scene_no"]]
        columns["time_ms"] = np.where(of_scene == UNKNOWN_TIME, columns["time_ms"], of_scene)
        return columns

    def _scene_numbers(self, stored: NDArray[Any]) -> NDArray[np.int32]:
        numbers, scenes = stored.astype(np.int32), len(self.scenes())
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < scenes):
            raise damaged(self._path, "chips belong to scenes that it does not have")
        return numbers

    def _select(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the names of the columns, and the rows."""
        import duckdb

        try:
            # a cursor of its own: several threads may ask
            with self._connection.cursor() as cursor:
                found = cursor.execute(query, values).fetchall()
                return [str(column[0]) for column in cursor.description or ()], found
        except duckdb.Error as error:
            raise self._fault(error) from error


_IN_USE = (
    "Conflicting lock is held",  # another process has it open for writing
    "being used by another process",  # the same on Windows
    "with a different configuration",  # this process has it open by itself
)
"""How DuckDB says that a file is open already, in a way that it cannot share."""

# it would take most of the machine's memory, and each thread its own part
_SMALL: dict[str, Any] = {"memory_limit": "256MB", "threads": "1"}
# a stranger's file may hold views that read other files: it may not
_CONFINED: dict[str, Any] = {"enable_external_access": "false", "threads": "1"}


def _joined(found: dict[str, NDArray[Any]], names: Sequence[str]) -> NDArray[Any]:
    return np.stack([found[name] for name in names], axis=1)


def _hrefs_of(path: Path) -> Hrefs:
    """Return the hrefs of the index that a sidecar, ``INDEX/segments/ID/NAME``, belongs to."""
    return Hrefs(path.absolute().parents[2])


def _scene(names: Sequence[str], values: tuple[Any, ...], hrefs: Hrefs) -> SceneRecord:
    named = dict(zip(names, values, strict=True))
    named["href"] = hrefs.opened(named["href"])
    wanted = [name for name in _SCENE_COLUMNS if name in named or name not in _ADDED]
    return SceneRecord.from_plain({name: named[name] for name in wanted})
