"""What lies beside a scene is corrected later, or while it is read: it is seen."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from support.colours import Colours
from support.scenes_making import write_band

from geosearch.chips import ResolvedChips
from geosearch.errors import SceneError
from geosearch.index import open_index
from geosearch.ingest import BuildReport, RunSettings, ingest, look_for_scenes


def run(path: Path, encoder: Colours | None = None) -> BuildReport:
    cut = ResolvedChips(size_px=32, stride_px=32)
    index = path.parent / "index"
    found = look_for_scenes([path])
    return ingest(RunSettings(found, index, encoder or Colours(), cut, paths=[path]))


def pixels(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 255, (3, 32, 32), dtype=np.uint8)


def place(folder: Path) -> float:
    (scene,) = open_index(folder.parent / "index").scenes
    return float(scene.outline.centroid.x)


def test_a_corrected_prj_moves_the_scene(tmp_path: Path) -> None:
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    profile = {"driver": "GTiff", "width": 32, "height": 32, "count": 3, "dtype": "uint8"}
    with rasterio.open(scenes / "scan.tif", "w", **profile) as file:
        file.write(pixels(1))
    (scenes / "scan.tfw").write_text("1\n0\n0\n-1\n500000.5\n4999999.5\n")
    (scenes / "scan.prj").write_text(CRS.from_epsg(32632).to_wkt())
    run(scenes)
    assert round(place(scenes)) == 9  # the middle of UTM zone 32
    (scenes / "scan.prj").write_text(CRS.from_epsg(32633).to_wkt())
    report = run(scenes)
    assert (report.unchanged, report.chips, round(place(scenes))) == (0, 1, 15)
    assert run(scenes).unchanged == 1


def test_a_mask_that_comes_later_hides_its_pixels(tmp_path: Path) -> None:
    path = write_band(tmp_path / "scenes" / "x.tif", pixels(1), nodata=None)
    run(path.parent)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as file:
        file.write_mask(np.tile(np.arange(32) < 16, (32, 1)))
    assert run(path.parent).chips == 1
    (segment,) = open_index(tmp_path / "index").segments
    assert segment.rows.valid[-1] == 0.5


def test_a_changed_source_of_a_vrt_is_embedded(tmp_path: Path) -> None:
    source = write_band(tmp_path / "scenes" / "tiles" / ".t.tif", pixels(1))
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">tiles/.t.tif</SourceFilename><SourceBand>{band}'
        "</SourceBand></SimpleSource></VRTRasterBand>"
        for band in (1, 2, 3)
    )
    (tmp_path / "scenes" / "x.vrt").write_text(
        '<VRTDataset rasterXSize="32" rasterYSize="32"><SRS>EPSG:32632</SRS><GeoTransform>'
        f"600000,10,0,5100000,0,-10</GeoTransform>{bands}</VRTDataset>"
    )
    run(tmp_path / "scenes")
    write_band(source, pixels(2))
    assert run(tmp_path / "scenes").chips == 1
    assert run(tmp_path / "scenes").unchanged == 1
    source.unlink()
    with pytest.raises(SceneError, match="the input could not be used:"):
        run(tmp_path / "scenes")


def test_statistics_of_a_viewer_embed_nothing(tmp_path: Path) -> None:
    path = write_band(tmp_path / "scenes" / "x.tif", pixels(1))
    run(path.parent)
    mean = '<MDI key="STATISTICS_MEAN">1</MDI>'
    path.with_name("x.tif.aux.xml").write_text(
        f'<PAMDataset><PAMRasterBand band="1"><Metadata>{mean}</Metadata></PAMRasterBand>'
        "</PAMDataset>"
    )
    report = run(path.parent)
    assert (report.chips, report.relocated) == (0, ("x.tif",))
    assert run(path.parent).unchanged == 1


class Meddler(Colours):
    """Does something to a file while its chips are embedded."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def encode_images(self, chips: np.ndarray) -> np.ndarray:
        if not self.chips:
            self._path.write_bytes(self._path.read_bytes() if self._path.exists() else b"")
            os.utime(self._path, (1, 1))
        return super().encode_images(chips)


def test_what_changes_while_it_is_read_is_not_published(tmp_path: Path) -> None:
    write_band(tmp_path / "scenes" / "a.tif", pixels(1))
    write_band(tmp_path / "scenes" / "b.tif", pixels(2))
    for name in ("a.tif", "a.prj"):
        report = run(tmp_path / "scenes", Meddler(tmp_path / "scenes" / name))
        assert [one.input for one in report.refused] == ["a.tif"]
        assert report.refused[0].reason == "it changed while it was read"
        assert [scene.id for scene in open_index(tmp_path / "index").scenes] == ["b.tif"]
    assert [one.scene for one in run(tmp_path / "scenes").indexed] == ["a.tif"]


def write_item(folder: Path, href: str, when: str = "2020-01-01T00:00:00Z") -> Path:
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "scene",
        "properties": {"datetime": when},
        "assets": {"visual": {"href": href, "roles": ["visual"]}},
    }
    (folder / "item.json").write_text(json.dumps(item))
    return folder / "item.json"


def test_a_corrected_date_of_an_item_is_told_and_embeds_nothing(tmp_path: Path) -> None:
    write_band(tmp_path / "scenes" / "a.tif", pixels(1))
    run(write_item(tmp_path / "scenes", "a.tif"))
    report = run(write_item(tmp_path / "scenes", "a.tif", "2021-01-01T00:00:00Z"))
    assert (report.chips, report.relocated) == (0, ("scene",))
    (scene,) = open_index(tmp_path / "scenes" / "index").scenes
    assert scene.datetime == "2021-01-01T00:00:00Z"


def test_an_item_that_names_another_file_is_embedded_in_its_place(tmp_path: Path) -> None:
    for name, seed in (("x", 1), ("y", 2)):  # alike in all but what they hold
        path = write_band(tmp_path / "scenes" / name / "a.tif", pixels(seed))
        os.utime(path, (1, 1))
    run(write_item(tmp_path / "scenes", "x/a.tif"))
    report = run(write_item(tmp_path / "scenes", "y/a.tif"))
    assert [one.scene for one in report.indexed] == ["scene"]
    (scene,) = open_index(tmp_path / "scenes" / "index").scenes
    assert scene.href == str(tmp_path / "scenes" / "y" / "a.tif")
    assert run(tmp_path / "scenes" / "item.json").unchanged == 1


def test_a_file_by_itself_keeps_what_its_item_said(tmp_path: Path) -> None:
    path = write_band(tmp_path / "scenes" / "a.tif", pixels(1))
    item = write_item(tmp_path / "scenes", "a.tif")
    run(item)
    cut, index = ResolvedChips(size_px=32, stride_px=32), tmp_path / "scenes" / "index"
    found = look_for_scenes([path.parent])
    report = ingest(RunSettings(found, index, Colours(), cut, paths=[path.parent]))
    assert report.unchanged == 1
    assert open_index(index).scenes[0].datetime == "2020-01-01T00:00:00Z"
