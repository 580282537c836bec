"""Scenes and STAC in S3, from a store on this machine."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
from support.scenes_making import values, write_band
from support.scenes_web import Web

from geosearch.scenes import Discovery, SceneFile, SceneState, find_scenes, open_scene, scene_state
from geosearch.scenes.places.buckets import object_size_and_mtime


@pytest.fixture
def bucket(web: Web, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A bucket, as GDAL's variables name it; the web server does not look at signatures."""
    variables = {
        "AWS_S3_ENDPOINT": web.url.removeprefix("http://"),
        "AWS_HTTPS": "NO",
        "AWS_VIRTUAL_HOSTING": "FALSE",
        "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    folder = web.folder / "bucket"
    folder.mkdir()
    with rasterio.Env():  # an outermost one leaves in GDAL what the environment says
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield folder


def found(path: str) -> Discovery:
    return find_scenes([path])


def item(href: str) -> dict[str, object]:
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": "one", "geometry": None, "links": [],
        "properties": {"datetime": "2021-02-03T04:05:06Z"},
        "assets": {"visual": {"href": href, "type": "image/tiff", "roles": ["visual"]}},
    }  # fmt: skip


def state_of(href: str) -> SceneState:
    return scene_state(SceneFile(href, "x"))


def test_the_size_and_date_of_an_object_are_those_of_its_file(bucket: Path) -> None:
    path = write_band(bucket / "a" / "x.tif", values(0))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    (file,) = found("s3://bucket/a/x.tif").files
    size_and_mtime = object_size_and_mtime(file.href)
    assert size_and_mtime == (path.stat().st_size, 1_600_000_000 * 10**9)
    state = open_scene(file).state
    assert state.size_bytes == path.stat().st_size
    assert state_of("/vsis3/bucket/a/x.tif") == state


def test_a_changed_object_is_seen_without_opening_it(bucket: Path) -> None:
    path = write_band(bucket / "x.tif", values(0))
    before = state_of("s3://bucket/x.tif")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert state_of("s3://bucket/x.tif") != before


def test_an_object_that_is_not_there_has_no_state(bucket: Path) -> None:
    assert state_of("s3://bucket/gone.tif").size_bytes == 0
    with pytest.raises(OSError, match=r"gone\.tif"):
        object_size_and_mtime("s3://bucket/gone.tif")


def test_a_catalog_in_a_bucket_leads_to_its_scenes(bucket: Path) -> None:
    write_band(bucket / "c" / "x.tif", values(0))
    links = [{"rel": "item", "href": "./c/i.json"}]
    (bucket / "catalog.json").write_text(json.dumps({"type": "Catalog", "links": links}))
    (bucket / "c" / "i.json").write_text(json.dumps(item("x.tif")))
    (file,) = found("s3://bucket/catalog.json").files
    assert file.href == "s3://bucket/c/x.tif"
    scene = open_scene(file)
    assert (scene.width_px, scene.datetime) == (96, "2021-02-03T04:05:06Z")


def test_a_catalog_in_a_bucket_leads_to_no_local_file(bucket: Path, tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(0))
    (bucket / "i.json").write_text(json.dumps(item(f"file://{path}")))
    got = found("s3://bucket/i.json")
    assert got.files == ()
    assert "leads from a catalog on the web to a local file" in got.refused[0].reason


def test_a_table_of_items_in_a_bucket_is_read(bucket: Path) -> None:
    assets = [{"visual": {"href": "data/x.tif", "roles": ["visual"]}}]
    pq.write_table(pa.table({"id": ["one"], "assets": assets}), bucket / "items.parquet")
    (file,) = found("s3://bucket/items.parquet").files
    assert file.href == "s3://bucket/data/x.tif"


def test_a_document_that_is_not_there_is_refused(bucket: Path) -> None:
    (refused,) = found("s3://bucket/gone.json").refused
    assert "it cannot be read" in refused.reason
    assert "hush" not in refused.reason


def test_pixels_of_a_bucket_are_those_of_the_file(bucket: Path) -> None:
    path = write_band(bucket / "x.tif", np.stack([values(n) for n in range(3)]))
    here, there = (open_scene(found(name).files[0]) for name in (str(path), "s3://bucket/x.tif"))
    assert there.stretch == here.stretch
    assert there.outline.equals(here.outline)
