"""Rasters in SQLite files: asking a hostile one ends."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from geosearch.errors import SceneError
from geosearch.scenes.guarding.databases import has_raster_table, require_tables
from geosearch.scenes.raster.gdal import open_raster

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
VIEWS = {
    "endless contents": [
        "ALTER TABLE gpkg_contents RENAME TO other",
        f"CREATE VIEW gpkg_contents AS {ENDLESS} SELECT 'x' AS table_name, "
        "'attributes' AS data_type, i FROM n",
    ],
    "endless in capitals": [
        "ALTER TABLE gpkg_contents RENAME TO other",
        f"CREATE VIEW GPKG_Contents AS {ENDLESS} SELECT 'x' AS table_name, 'f' AS data_type FROM n",
    ],
    "endless matrices": [
        "ALTER TABLE gpkg_tile_matrix RENAME TO other",
        f"CREATE VIEW gpkg_tile_matrix AS {ENDLESS} SELECT o.* FROM other o, n",
    ],
    "product of tables": [
        "ALTER TABLE gpkg_extensions RENAME TO other",
        "CREATE VIEW gpkg_extensions AS SELECT a.* FROM other a, other b, other c, other d",
    ],
    "computed column": [
        "DROP TABLE gpkg_extensions",
        "CREATE TABLE gpkg_extensions (table_name, column_name, extension_name, definition, "
        "scope AS (hex(zeroblob(500000000))))",
    ],
}


@pytest.fixture
def geopackage(tmp_path: Path, shared_data: Path) -> Path:
    path = tmp_path / "x.gpkg"
    shutil.copy(shared_data / "pathological" / "raster.gpkg", path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name, column_name, "
                         "extension_name, definition, scope)")  # fmt: skip
    return path


def change(path: Path, statements: list[str]) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA legacy_alter_table = ON")
        for statement in statements:
            database.execute(statement)
        database.commit()


def test_a_raster_in_a_geopackage_is_known_and_read(geopackage: Path) -> None:
    assert has_raster_table(geopackage)
    require_tables(geopackage)
    with open_raster(str(geopackage)) as dataset:
        assert dataset.count


def test_a_geopackage_of_features_is_not_a_scene(geopackage: Path) -> None:
    change(geopackage, ["UPDATE gpkg_contents SET data_type = 'features'"])
    assert not has_raster_table(geopackage)


def test_views_of_features_are_nobodys_concern(geopackage: Path) -> None:
    change(geopackage, [f"CREATE VIEW mine AS {ENDLESS} SELECT i FROM n"])
    require_tables(geopackage)


@pytest.mark.parametrize("kind", VIEWS)
def test_a_view_instead_of_a_table_is_refused(kind: str, geopackage: Path) -> None:
    """In a process of its own, which would not end."""
    change(geopackage, VIEWS[kind])
    script = (
        "import sys; from geosearch.errors import SceneError\n"
        "from geosearch.scenes import find_scenes, open_scene\n"
        "(file,) = find_scenes([sys.argv[1]]).files\n"
        "try: open_scene(file)\n"
        "except SceneError as error: print(error.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(geopackage.parent)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "reading it may not end" in done.stdout


def test_tiles_that_are_a_view_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.mbtiles"
    change(path, ["CREATE TABLE metadata (name, value)",
                  f"CREATE VIEW tiles AS {ENDLESS} SELECT i FROM n"])  # fmt: skip
    with pytest.raises(SceneError, match="tiles as a view"):
        require_tables(path)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 4096, b"junk"])
def test_what_is_not_a_database_is_left_to_say_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(content)
    assert has_raster_table(path)
    with pytest.raises(SceneError):
        open_raster(str(path))
