"""What is opened is a regular file: scenes that are pipes or devices, or lead to some.

Each is tried in a process of its own, since the failure is one that does not end.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.scenes_making import values, write_band

SIDE = 64
SECONDS = 100
_SCRIPT = """
import json, sys
from geosearch.errors import GeosearchError
from geosearch.scenes import *
found = find_scenes(sys.argv[1:])
told = {one.input: [one.reason, one.hint] for one in found.refused}
for file in found.files:
    try:
        scene = open_scene(file)
        windows = chip_windows(scene.width_px, scene.height_px, size_px=64, stride_px=64)
        list(read_chips(scene, windows, size_px=64))
        told[file.id] = ["read", ""]
    except GeosearchError as error:
        told[file.id] = [error.message, error.hint]
print(json.dumps(told))
"""


def outcomes(*paths: Path | str) -> dict[str, list[str]]:
    """Return, for each scene or path, what became of it."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *map(str, paths)],
        capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.PIPE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    told: dict[str, list[str]] = json.loads(done.stdout)
    return told


def vrt(source: str) -> str:
    return f"""<VRTDataset rasterXSize="{SIDE}" rasterYSize="{SIDE}"><SRS>EPSG:32632</SRS>
      <GeoTransform>600000, 10, 0, 5100000, 0, -10</GeoTransform>
      <VRTRasterBand dataType="UInt16" band="1"><SimpleSource><SourceFilename relativeToVRT="1"
      >{source}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""


def test_pipes_named_as_scenes_cost_themselves_only(tmp_path: Path) -> None:
    write_band(tmp_path / "good.tif", values(0, SIDE))
    names = [f"x.{ending}" for ending in ("tif", "vrt", "gpkg", "nc", "jp2", "img")]
    for name in names:
        os.mkfifo(tmp_path / name)
    os.mkfifo(tmp_path / "B04.tif")
    for band in ("B03", "B02"):
        write_band(tmp_path / f"{band}.tif", values(1, SIDE))
    told = outcomes(tmp_path)
    assert told["good.tif"][0] == "read"
    for name in names:
        assert told[name][0] == f"{name} cannot be read: a named pipe, not a file"
        assert "pipe" in told[name][1]


def test_pipes_and_devices_that_are_named_are_refused(tmp_path: Path) -> None:
    named = [tmp_path / name for name in ("x.tif", "x.json", "x.geojson", "items.parquet")]
    for path in named:
        os.mkfifo(path)
    told = outcomes(*named, "/dev/zero", "/dev/stdin")
    assert len(told) == len(named) + 2
    assert all("not a file" in reason for reason, _ in told.values())


@pytest.mark.parametrize("source", ["pipe.tif", "/dev/zero", "/dev/stdin", "inner.vrt", "x.zip"])
def test_a_virtual_raster_of_a_pipe_is_refused(source: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tif")
    os.mkfifo(tmp_path / "x.zip")
    (tmp_path / "inner.vrt").write_text(vrt("pipe.tif"))
    name = f"/vsizip/{tmp_path}/x.zip/a.tif" if source == "x.zip" else source
    (tmp_path / "x.vrt").write_text(vrt(name))
    told = outcomes(tmp_path / "x.vrt")
    assert "not a file" in told["x.vrt"][0]


@pytest.mark.parametrize(
    "name",
    [
        *("x.tif.aux.xml", "x.tif.ovr", "x.tif.msk", "x.tfw", "x.prj", "x_rpc.txt", "x.rpb"),
        *("x_metadata.txt", "x.imd", "x.tif.msk.ovr", "LC08_X_MTL.txt"),
    ],
)
def test_a_pipe_beside_a_scene_is_not_waited_for(name: str, tmp_path: Path) -> None:
    scene = tmp_path / ("LC08_X_B1.tif" if name.startswith("LC08") else "x.tif")
    write_band(scene, values(0, SIDE), nodata=None)
    os.mkfifo(tmp_path / name)
    write_band(tmp_path / "y" / "other.tif", values(0, SIDE))
    told = outcomes(tmp_path)
    assert name in told[scene.name][0]
    assert told["y/other.tif"][0] == "read"


def test_a_link_to_a_pipe_is_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "x.tif").symlink_to("pipe")
    write_band(tmp_path / "y" / "z.tif", values(0, SIDE))
    (tmp_path / "y" / "z.tif.aux.xml").symlink_to("../pipe")
    told = outcomes(tmp_path)
    assert "a named pipe" in told["x.tif"][0]
    assert "z.tif.aux.xml" in told["y/z.tif"][0]


@pytest.mark.parametrize("rel", ["item", "child", "next"])
def test_a_stac_link_to_a_pipe_costs_that_link(rel: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    write_band(tmp_path / "x.tif", values(0, SIDE))
    asset = {"href": "x.tif", "roles": ["data"]}
    (tmp_path / "item.json").write_text(
        json.dumps({"type": "Feature", "id": "one", "assets": {"a": asset}, "properties": {}})
    )
    links = [{"rel": rel, "href": "pipe.json"}, {"rel": "item", "href": "item.json"},
             {"rel": "item", "href": "/dev/zero"}]  # fmt: skip
    (tmp_path / "c.json").write_text(json.dumps({"type": "Catalog", "links": links}))
    told = outcomes(tmp_path / "c.json")
    assert told["one"][0] == "read"
    assert "a named pipe" in told[str(tmp_path / "pipe.json")][0]
    assert "a device" in told["/dev/zero"][0]


def test_an_asset_that_is_a_pipe_costs_that_item(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tif")
    items = [
        {"type": "Feature", "id": href, "properties": {},
         "assets": {"a": {"href": href, "type": "image/tiff"}}}
        for href in ("pipe.tif", "/dev/zero")
    ]  # fmt: skip
    (tmp_path / "c.json").write_text(json.dumps({"type": "FeatureCollection", "features": items}))
    told = outcomes(tmp_path / "c.json")
    assert len(told) == 2
    assert all("not a file" in reason for reason, _ in told.values())
