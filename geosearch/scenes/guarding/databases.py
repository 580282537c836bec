"""Rasters in SQLite files: refused where a query might never end.

A view may be computed for ever, and so may a generated column be filled with gigabytes; SQLite's
readers, GDAL among them, ask for their tables by name and do not know what they get. OGC 12-128r19
wants tables there.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from geosearch.errors import SceneError
from geosearch.text import shown

_STEPS = 10_000
"""SQLite's instructions between two checks of their number."""
_MAX_STEPS = 50_000_000
"""Maximum number of SQLite's instructions: some seconds."""
_MAX_VALUE_BYTES = 1 << 24
_HINT = "make a raster of it that holds its own pixels: gdal_translate IN OUT.tif"
_MAX_TABLES = 100_000
_MBTILES = frozenset({"tiles", "metadata"})
"""Tables of MBTiles 1.3; those of a GeoPackage begin with gpkg_."""


def has_raster_table(geopackage: Path) -> bool:
    """Return whether a GeoPackage has a raster table (OGC 12-128r19, 2.2); True if in doubt."""
    query = (
        "SELECT 1 FROM gpkg_contents WHERE data_type IN ('tiles', '2d-gridded-coverage') LIMIT 1"
    )
    try:
        with _bounded_connection(geopackage) as database:
            if "gpkg_contents" in _computed_tables(database):
                return True
            return database.execute(query).fetchone() is not None
    except (sqlite3.Error, ValueError):
        return True  # opening it will say what is wrong


def require_tables(file: Path) -> None:
    """Refuse a database whose raster is a view, or a table that computes what it holds.

    Raises:
        SceneError: It is; or it cannot be read as SQLite.
    """
    name = shown(file.name)
    try:
        with _bounded_connection(file) as database:
            odd = _computed_tables(database)
            named = frozenset() if "gpkg_contents" in odd else _raster_tables(database)
    except (sqlite3.Error, ValueError) as error:
        raise SceneError(f"{name} cannot be read: {error}", hint=_HINT) from error
    views = sorted(one for one in odd if one.startswith("gpkg_") or one in named | _MBTILES)
    if views:
        raise SceneError(
            f"{name} has {shown(views[0])} as a view or a computed table: reading it may not end",
            hint=_HINT,
        )


@contextmanager
def _bounded_connection(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that is not trusted: read only, and so that every query ends."""
    # immutable: nothing that lies beside it is looked at
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        steps = iter(range(_MAX_STEPS // _STEPS))
        database.set_progress_handler(lambda: next(steps, None) is None, _STEPS)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
        database.execute("PRAGMA trusted_schema = OFF")
        yield database


def _computed_tables(database: sqlite3.Connection) -> frozenset[str]:
    """Return the names, in lower case, of views, virtual tables and tables that compute."""
    # the same order of tests as they cost: a view's columns are not asked for
    query = (
        "SELECT lower(name), type = 'view' OR rootpage = 0 FROM sqlite_master "
        "WHERE type = 'view' OR (type = 'table' AND (rootpage = 0 OR sql LIKE '%AS%(%'))"
    )
    columns = "SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3)"
    return frozenset(
        str(name)
        for name, is_odd in database.execute(query).fetchall()
        if is_odd or database.execute(columns, (name,)).fetchone() is not None
    )


def _raster_tables(database: sqlite3.Connection) -> frozenset[str]:
    """Return the names, in lower case, that a GeoPackage has for its contents."""
    known = database.execute("SELECT 1 FROM sqlite_master WHERE lower(name) = 'gpkg_contents'")
    if known.fetchone() is None:
        return frozenset()
    named = database.execute(f"SELECT lower(table_name) FROM gpkg_contents LIMIT {_MAX_TABLES}")
    return frozenset(str(name) for (name,) in named)
