"""A scene's state is that of all files that decide about it, and of what its Item says."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.scenes_making import values, write_band

from geosearch.scenes import SceneState, find_scenes, scene_state
from geosearch.scenes.opening.references import referenced_files
from geosearch.scenes.raster.gdal import open_raster

VRT = (
    '<VRTDataset rasterXSize="96" rasterYSize="96"><VRTRasterBand dataType="UInt16" band="1">'
    '<SimpleSource><SourceFilename relativeToVRT="1">{}</SourceFilename></SimpleSource>'
    "</VRTRasterBand></VRTDataset>"
)


def referred(path: Path) -> tuple[str, ...]:
    with open_raster(str(path)) as dataset:
        return referenced_files(str(path), dataset)


def state(path: Path) -> SceneState:
    (file,) = find_scenes([path]).files
    return scene_state(file, referred(Path(file.href)))


def write(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


WORLD = ("x.tfw", "X.TFW", "x.tifw", "x.wld", "x.tab")
PLACE = ("x.prj", "X.PRJ", "x_rpc.txt", "x_RPC.TXT", "x.rpb", "x.RPB", "x.hdr")
PICTURE = (
    "x.tif.aux.xml",
    "x.aux.xml",
    "x.tif.msk",
    "x.tif.ovr",
    "x.ovr",
    "x.tif.ovr.ovr",
    "x.clr",
)
METADATA = ("x.imd", "x.pvl", "x_metadata.txt")


@pytest.mark.parametrize("name", WORLD + PLACE + PICTURE + METADATA)
def test_a_companion_that_comes_changes_or_goes_is_seen(tmp_path: Path, name: str) -> None:
    write_band(tmp_path / "x.tif", values(1))
    (file,) = find_scenes([tmp_path]).files
    states = [scene_state(file)]
    write(tmp_path / name, "x")
    states.append(scene_state(file))
    write(tmp_path / name, "longer")
    states.append(scene_state(file))
    assert len({one.text for one in states}) == 3
    (tmp_path / name).unlink()
    assert scene_state(file) == states[0]


@pytest.mark.parametrize(
    "name", ["y.tfw", "x.txt", "x.png", "xx.prj", "x_1.tif", "x.csv", "x.nc", "x"]
)
def test_other_files_are_no_companions(tmp_path: Path, name: str) -> None:
    write_band(tmp_path / "x.tif", values(1))
    (file,) = find_scenes([tmp_path]).files
    before = scene_state(file)
    write(tmp_path / name)
    assert scene_state(file) == before


def test_links_in_a_circle_hide_no_companion(tmp_path: Path) -> None:
    write_band(tmp_path / "x.tif", values(1))
    (tmp_path / "loop").symlink_to("loop")
    (file,) = find_scenes([tmp_path / "x.tif"]).files
    before = scene_state(file)
    write(tmp_path / "x.prj")
    assert scene_state(file) != before


def test_a_folder_that_was_listed_long_ago_is_listed_again_when_it_changed(tmp_path: Path) -> None:
    write_band(tmp_path / "x.tif", values(1))
    os.utime(tmp_path, (1, 1))  # long enough ago to be remembered
    (file,) = find_scenes([tmp_path]).files
    before = scene_state(file)
    write(tmp_path / "x.prj")
    assert scene_state(file) != before


def test_sources_of_a_vrt_in_a_vrt_are_part_of_its_state(tmp_path: Path) -> None:
    source = write_band(tmp_path / "tiles" / ".tile.tif", values(1))
    write(tmp_path / "inner" / "in.vrt", VRT.format("../tiles/.tile.tif"))
    write(tmp_path / "outer.vrt", VRT.format("inner/in.vrt"))
    states = [state(tmp_path / "outer.vrt")]
    os.utime(source, (1, 1))
    states.append(state(tmp_path / "outer.vrt"))
    write(tmp_path / "tiles" / ".tile.tif.msk")  # of the source
    states.append(state(tmp_path / "outer.vrt"))
    (file,) = find_scenes([tmp_path / "outer.vrt"]).files
    before = referred(tmp_path / "outer.vrt")
    source.unlink()
    states.append(scene_state(file, before))
    assert len({one.text for one in states}) == 4


def test_a_source_that_is_named_as_a_subdataset_is_one(tmp_path: Path) -> None:
    source = write_band(tmp_path / "tile.tif", values(1))
    xml = VRT.replace('relativeToVRT="1"', 'relativeToVRT="0"')
    write(tmp_path / "x.vrt", xml.format(f"GTIFF_DIR:1:{source}"))
    before = state(tmp_path / "x.vrt")
    os.utime(source, (1, 1))
    assert state(tmp_path / "x.vrt") != before


def test_a_state_moves_with_its_folder(tmp_path: Path) -> None:
    write_band(tmp_path / "old" / "in" / "tiles" / "t.tif", values(1))
    write(tmp_path / "old" / "in" / "x.vrt", VRT.format("tiles/t.tif"))
    before = state(tmp_path / "old" / "in" / "x.vrt")
    (tmp_path / "old").rename(tmp_path / "new")
    assert state(tmp_path / "new" / "in" / "x.vrt") == before


@pytest.mark.parametrize(
    "change",
    [
        lambda item: item["properties"].update(datetime="2021-02-03T04:05:07Z"),
        lambda item: item["properties"].update(platform="sentinel-2b"),
        lambda item: item["assets"]["visual"].update(bands=[{"name": "red"}]),
    ],
)
def test_what_an_item_says_is_part_of_its_state(
    tmp_path: Path, change: Callable[[dict[str, dict[str, object]]], None]
) -> None:
    write_band(tmp_path / "x.tif", values(1))
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "x",
        "properties": {"datetime": "2021-02-03T04:05:06Z"},
        "assets": {"visual": {"href": "x.tif", "roles": ["visual"]}},
    }
    write(tmp_path / "i.json", json.dumps(item))
    before = state(tmp_path / "i.json")
    change(item)  # type: ignore[arg-type]
    write(tmp_path / "i.json", json.dumps(item))
    now = state(tmp_path / "i.json")
    assert (now.files, now.metadata != before.metadata) == (before.files, True)


def test_the_metadata_of_a_product_is_part_of_its_state(tmp_path: Path) -> None:
    product = "LC08_L1TP_193024_20200101_20200113_01_T1"
    for band in (4, 3, 2):
        write_band(tmp_path / f"{product}_B{band}.TIF", values(band))
    (file,) = find_scenes([tmp_path]).files
    before = scene_state(file)
    write(tmp_path / f"{product}_MTL.txt", "DATE_ACQUIRED = 2020-01-01")
    assert scene_state(file) != before
