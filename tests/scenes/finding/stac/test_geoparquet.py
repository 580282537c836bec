"""STAC Items in GeoParquet, as its writers lay them out: structs, maps and JSON."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from support.scenes_making import values, write_band
from support.scenes_web import Web

from geosearch.scenes import Discovery, find_scenes, open_scene
from geosearch.scenes.finding.stac import geoparquet as geoparquet_module

WHEN = datetime(2021, 2, 3, 4, 5, 6, 700_000, tzinfo=UTC)


def asset(href: str, **more: Any) -> dict[str, Any]:
    return {"href": href, "type": "image/tiff; application=geotiff", "roles": ["data"]} | more


def row(name: str, assets: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "geometry": shapely.to_wkb(shapely.box(11, 46, 12, 47)),
        "bbox": {"xmin": 11.0, "ymin": 46.0, "xmax": 12.0, "ymax": 47.0},
        "links": [{"rel": "self", "href": f"https://h/{name}.json"}],
        "assets": assets,
        "datetime": WHEN,
        "proj:shape": [96, 96],
    } | more


def write(path: Path, rows: list[dict[str, Any]], types: dict[str, Any] | None = None) -> Path:
    names = dict.fromkeys(name for one in rows for name in one)
    columns = {
        name: pa.array([one.get(name) for one in rows], type=(types or {}).get(name))
        for name in names
    }
    pq.write_table(pa.table(columns), path, row_group_size=2)
    return path


def found(path: Path) -> Discovery:
    return find_scenes([str(path)])


def test_each_row_is_a_scene_relative_to_the_file(tmp_path: Path) -> None:
    write_band(tmp_path / "data" / "a.tif", values(1))
    rows = [row(name, {"data": asset(f"./data/{name}.tif")}, collection="c") for name in "abc"]
    got = found(write(tmp_path / "items.parquet", rows))
    assert {file.id: file.href for file in got.files} == {
        f"c/{name}": str(tmp_path / "data" / f"{name}.tif") for name in "abc"
    }
    scene = open_scene(got.files[0])
    assert (scene.datetime, scene.datetime_source) == ("2021-02-03T04:05:06Z", "STAC")


def test_assets_are_chosen_as_those_of_json_items(tmp_path: Path) -> None:
    bands = {c: [{"name": c[0], "common_name": c}] for c in ("red", "green", "blue", "nir")}
    rows = [
        # what one Item has and another has not is null in a struct
        row("visual", {"visual": asset("v.tif", roles=["visual"]), "thumb": asset("t.tif")}),
        row("bands", {c: asset(f"{c[0]}.tif", **{"eo:bands": b}) for c, b in bands.items()}),
        row("data", {"analytic": asset("x.tif", **{"eo:bands": [b[0] for b in bands.values()]})}),
    ]
    files = {file.id: file for file in found(write(tmp_path / "items.geoparquet", rows)).files}
    assert files["visual"].href == str(tmp_path / "v.tif")
    assert files["bands"].href == f"{tmp_path}/{{r,g,b}}.tif"
    assert files["data"].href == str(tmp_path / "x.tif")
    assert files["data"].band_names == ("red", "green", "blue", "nir")


def test_assets_may_be_a_map_or_json(tmp_path: Path) -> None:
    fields = {"href": pa.string(), "type": pa.string(), "roles": pa.list_(pa.string())}
    fields |= {"raster:nodata": pa.int64()}
    mapped = pa.map_(pa.string(), pa.struct(list(fields.items())))
    assets = {"a": asset("x.tif", roles=["thumbnail"]), "b": asset("y.tif")}
    as_map = write(tmp_path / "m.parquet", [row("m", list(assets.items()))], {"assets": mapped})
    as_json = write(tmp_path / "j.parquet", [row("j", json.dumps(assets))])
    for path in (as_map, as_json):
        assert [file.href for file in found(path).files] == [str(tmp_path / "y.tif")]


@pytest.mark.parametrize(
    ("more", "types", "expected"),
    [
        ({}, {"datetime": pa.timestamp("ns", "UTC")}, "2021-02-03T04:05:06Z"),
        ({"datetime": "2020-01-02T03:04:05.6Z"}, {}, "2020-01-02T03:04:05Z"),
        ({"datetime": None, "start_datetime": WHEN}, {}, "2021-02-03T04:05:06Z"),
        ({"datetime": datetime(2021, 2, 3)}, {}, "2021-02-03T00:00:00Z"),
    ],
)
def test_times_are_timestamps_or_texts(
    more: dict[str, Any], types: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    rows = [row("a", {"data": asset("a.tif")}, **more)]
    (file,) = found(write(tmp_path / "i.parquet", rows, types)).files
    assert file.moment is not None
    assert file.moment.datetime == expected


def test_the_platform_is_read(tmp_path: Path) -> None:
    rows = [row("a", {"data": asset("a.tif")}, platform="landsat-8", instruments=["oli", "tirs"])]
    (file,) = found(write(tmp_path / "i.parquet", rows)).files
    assert file.platform == "landsat-8 oli tirs"


def test_an_item_without_a_raster_is_refused_and_the_rest_is_taken(tmp_path: Path) -> None:
    rows = [row("a", {"data": asset("a.tif")}), row("b", {"meta": asset("b.xml", type="text/xml")})]
    got = found(write(tmp_path / "i.parquet", rows))
    assert [file.id for file in got.files] == ["a"]
    assert [(one.input, "none of its assets" in one.reason) for one in got.refused] == [("b", True)]


def test_parquet_of_other_things_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"geometry": [b"x"], "id": ["a"]}), tmp_path / "x.parquet")
    (tmp_path / "y.parquet").write_bytes(b"PAR1 no more")
    for name, reason in (("x", "no STAC Items: it has no column assets"), ("y", "as Parquet")):
        got = found(tmp_path / f"{name}.parquet")
        assert got.files == ()
        assert reason in got.refused[0].reason
        assert got.refused[0].hint


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "i.parquet", [row("a", {"data": asset("a.tif")})] * 4)
    monkeypatch.setattr(geoparquet_module, "_MAX_ROWS", 3)
    assert "holds 4 Items, more than 3" in found(path).refused[0].reason
    monkeypatch.undo()
    monkeypatch.setattr(geoparquet_module, "_MAX_GROUP_BYTES", 10)
    assert "a row group of it takes" in found(path).refused[0].reason


def test_a_table_in_a_folder_is_taken_only_if_it_is_named(tmp_path: Path) -> None:
    write(tmp_path / "i.parquet", [row("a", {"data": asset("/elsewhere/a.tif")})])
    write_band(tmp_path / "b.tif", values(1))
    assert [file.id for file in find_scenes([tmp_path]).files] == ["b.tif"]


def test_a_table_on_the_web_is_read_and_leads_to_what_lies_beside_it(web: Web) -> None:
    rows = [row("a", {"data": asset("./data/a.tif")}), row("b", {"data": asset("/etc/b.tif")})]
    write(web.folder / "items.parquet", rows)
    found_there = find_scenes([f"{web.url}/items.parquet?sig=secret"])
    assert [file.href for file in found_there.files] == [
        f"{web.url}/data/a.tif", f"{web.url}/etc/b.tif"
    ]  # fmt: skip


def test_a_table_that_is_too_large_to_fetch_is_refused(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(web.folder / "items.parquet", [row("a", {"data": asset("a.tif")})])
    monkeypatch.setattr(geoparquet_module, "_MAX_FETCHED_BYTES", 100)
    (refused,) = find_scenes([f"{web.url}/items.parquet"]).refused
    assert "larger than" in refused.reason


def test_a_server_that_is_not_there_is_said_without_the_secret() -> None:
    (refused,) = find_scenes(["https://h.invalid/i.parquet?sig=x"]).refused
    assert "cannot be read" in refused.reason
    assert "x" not in refused.input.partition("sig=")[2].replace("...", "")
