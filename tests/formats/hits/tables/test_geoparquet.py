"""Hits as GeoParquet and as tables of other libraries."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from support.odd_hits import ACROSS, ODD_NAMES, PLAIN, answer, odd_hits

from geosearch.errors import UsageError

REASON = "the extra `test` brings GeoPandas"


def test_geopandas_reads_every_property_and_place(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason=REASON)
    answer(odd_hits()).to_parquet(tmp_path / "hits.parquet")
    frame = geopandas.read_parquet(tmp_path / "hits.parquet")
    assert frame.crs.to_string() == "OGC:CRS84"
    assert list(frame["scene"][:10]) == list(ODD_NAMES[:10])
    assert frame.geometry.iloc[0].equals(PLAIN)
    assert frame.geometry.iloc[-2].equals(ACROSS)
    assert frame["geosearch:where"].iloc[-2].bounds == (179.6, -17, 179.8, -16.5)
    assert list(frame["window"].iloc[0]) == [64, 32, 64, 64]
    assert str(frame["datetime"].dtype) == "datetime64[ms, UTC]"
    assert frame["datetime"].isna().tolist() == [False] * 13 + [True]


def test_the_covering_finds_what_meets_a_box(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason=REASON)
    answer(odd_hits()).to_parquet(tmp_path / "hits.parquet")
    found = geopandas.read_parquet(tmp_path / "hits.parquet", bbox=(-180, -17, -179.6, -16))
    assert found["scene"].tolist() == ["across.tif"]


def test_duckdb_reads_it(tmp_path: Path) -> None:
    answer(odd_hits()).to_parquet(tmp_path / "hits.parquet")
    table = duckdb.read_parquet(str(tmp_path / "hits.parquet"))
    read = table.select('"rank", scene, "geosearch:likely", bbox.xmin').fetchall()
    assert [row[1] for row in read[:12]] == list(ODD_NAMES)
    assert read[0] == (1, ODD_NAMES[0], 0.25, 10.0)
    assert read[-2][3] == -180


def test_no_hits_have_the_same_columns(tmp_path: Path) -> None:
    answer([]).to_parquet(tmp_path / "none.parquet")
    answer(odd_hits()[:1]).to_parquet(tmp_path / "one.parquet")
    assert pq.read_schema(tmp_path / "none.parquet") == pq.read_schema(tmp_path / "one.parquet")


def test_an_arrow_table_says_which_columns_are_geometries() -> None:
    table = answer(odd_hits()).to_arrow()
    assert isinstance(table, pa.Table)
    marks = {
        field.name: (field.metadata or {}).get(b"ARROW:extension:name") for field in table.schema
    }
    assert {name for name, mark in marks.items() if mark == b"geoarrow.wkb"} == {
        "geometry", "geosearch:where",
    }  # fmt: skip
    assert shapely.from_wkb(table["geometry"][-2].as_py()).equals(ACROSS)


def test_a_geodataframe_has_types_and_a_crs() -> None:
    pytest.importorskip("geopandas", reason=REASON)
    frame = answer(odd_hits()).to_geodataframe()
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.iloc[-2].equals(ACROSS)
    assert frame["rank"].tolist() == list(range(1, 15))
    assert len(answer([]).to_geodataframe()) == 0


def test_without_geopandas_an_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "geopandas", None)
    with pytest.raises(UsageError, match="not installed") as caught:
        answer(odd_hits()).to_geodataframe()
    assert "pip install geopandas" in caught.value.hint
