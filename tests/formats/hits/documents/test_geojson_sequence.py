"""GeoJSON sequences: a Feature a line, or RFC 8142."""

import json
from pathlib import Path

import pytest
from support.odd_hits import ACROSS, answer, odd_hits

from geosearch.formats.hits.documents.geojson import geojson_text


@pytest.mark.parametrize(("ending", "first"), [("geojsonl", "{"), ("geojsons", "\x1e")])
def test_features_are_those_of_geojson(tmp_path: Path, ending: str, first: str) -> None:
    path = tmp_path / f"hits.{ending}"
    answer(odd_hits()).write(path)
    lines = path.read_bytes().decode().split("\n")[:-1]  # str.splitlines ends lines at \x1e, too
    assert {line[0] for line in lines} == {first}
    features = [json.loads(line.removeprefix("\x1e")) for line in lines]
    assert features == json.loads(geojson_text(odd_hits()))["features"]


@pytest.mark.parametrize("ending", ["geojsonl", "geojsons"])
def test_gdal_reads_it(tmp_path: Path, ending: str) -> None:
    geopandas = pytest.importorskip("geopandas", reason="the extra `test` brings GeoPandas")
    path = tmp_path / f"hits.{ending}"
    answer(odd_hits()).write(path)
    frame = geopandas.read_file(path)
    assert len(frame) == len(odd_hits())
    assert frame.geometry.iloc[-2].equals(ACROSS)


def test_no_hits_are_an_empty_file(tmp_path: Path) -> None:
    answer([]).write(tmp_path / "hits.geojsonl")
    assert (tmp_path / "hits.geojsonl").read_bytes() == b""
