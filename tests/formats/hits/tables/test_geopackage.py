"""Hits as a GeoPackage, read by GDAL and by SQLite."""

import io
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from support.odd_hits import ACROSS, ODD_NAMES, PIXELS, PLAIN, answer, hit, odd_hits, written_scene

REASON = "the extra `test` brings GeoPandas and pyogrio"


def asked(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    answer(odd_hits()).to_gpkg(tmp_path / "hits.gpkg")
    return tmp_path / "hits.gpkg"


def test_gdal_reads_every_property_and_place(package: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason=REASON)
    frame = geopandas.read_file(package, layer="hits")
    assert frame.crs.to_epsg() == 4326
    assert frame["scene"].tolist()[:12] == list(ODD_NAMES)
    assert frame["rank"].tolist() == list(range(1, 15))
    assert str(frame["datetime"].dtype) == "datetime64[ms, UTC]"
    assert frame["datetime"].isna().tolist() == [False] * 13 + [True]
    assert frame.geometry.iloc[0].equals(PLAIN)
    assert frame.geometry.iloc[-2].equals(ACROSS)


def test_the_r_tree_finds_what_meets_a_box(package: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason=REASON)
    found = geopandas.read_file(package, layer="hits", bbox=(-180, -17, -179.6, -16))
    assert found["scene"].tolist() == ["across.tif"]


def test_gdal_may_add_rows_and_the_r_tree_has_them(package: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason=REASON)
    frame = geopandas.read_file(package, layer="hits")
    frame.iloc[-2:-1].to_file(package, layer="hits", driver="GPKG", mode="a")
    assert asked(package, "SELECT count(*) FROM rtree_hits_geom") == [(15,)]


def test_the_triggers_are_those_that_gdal_writes(package: Path, tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason=REASON)
    frame = geopandas.GeoDataFrame({"n": [1]}, geometry=[PLAIN], crs=4326)
    frame.to_file(tmp_path / "gdal.gpkg", layer="hits", driver="GPKG")

    def triggers(path: Path) -> dict[str, str]:
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rtree%'"
        return {name: re.sub(r'[\s"()]', "", text).lower() for name, text in asked(path, sql)}

    assert triggers(package) == triggers(tmp_path / "gdal.gpkg")


def test_sqlite_finds_it_whole(package: Path) -> None:
    assert asked(package, "PRAGMA integrity_check") == [("ok",)]
    assert asked(package, "PRAGMA foreign_key_check") == []
    assert asked(package, "PRAGMA application_id") == [(0x47504B47,)]
    assert asked(
        package, "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents LIMIT 1 OFFSET 1"
    ) == [(-180.0, -17.0, 180.0, 50.1)]


def test_pictures_are_the_pixels_of_the_hits(tmp_path: Path) -> None:
    href = written_scene(tmp_path / "a.tif")
    one = replace(hit(1, "a.tif", href), stretch=None)
    refused = answer([one, hit(2, "gone.tif")]).to_gpkg(tmp_path / "hits.gpkg")
    assert [refusal.input for refusal in refused] == ["gone.tif"]
    (picture,), (none,) = asked(
        tmp_path / "hits.gpkg", 'SELECT thumbnail FROM hits ORDER BY "rank"'
    )
    assert none is None
    shown = np.asarray(Image.open(io.BytesIO(picture)).resize((8, 8), Image.Resampling.BOX), float)
    there = PIXELS[32:96, 64:128].reshape(8, 8, 8, 8, 3).mean(axis=(1, 3))
    assert np.abs(shown - there).mean() < 10


def test_qgis_gets_a_style_whose_tip_shows_the_picture(package: Path) -> None:
    ((table, column, qml, default),) = asked(
        package, "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
    )
    assert (table, column, default) == ("hits", "geom", 1)
    root = ElementTree.fromstring(qml)
    tip = root.findtext("mapTip") or ""
    assert 'to_base64("thumbnail")' in tip
    named = set(re.findall(r'"([a-z:_]+)"', tip)) - {"image"}
    columns = {row[1] for row in asked(package, "PRAGMA table_info(hits)")}
    assert named <= columns


def test_no_hits_are_a_layer_without_rows(tmp_path: Path) -> None:
    answer([]).to_gpkg(tmp_path / "none.gpkg")
    assert asked(tmp_path / "none.gpkg", "SELECT count(*) FROM hits") == [(0,)]
    geopandas = pytest.importorskip("geopandas", reason=REASON)
    frame = geopandas.read_file(tmp_path / "none.gpkg", layer="hits")
    assert len(frame) == 0
    assert "geosearch:likely" in frame.columns
