"""What lies beside a scene is corrected later, or while it is read: it is seen."""

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from colours import Colours
from rasterio.crs import CRS
from scenes_making import write_band

from geosearch.errors import SceneError
from geosearch.index import open_index
from geosearch.ingest import BuildReport, ChipSettings, ingest, look_for_scenes


def run(path: Path, encoder: Colours | None = None) -> BuildReport:
    cut = ChipSettings(size_px=32, stride_px=32)
    index = path.parent / "index"
    return ingest(look_for_scenes([path]), index, encoder or Colours(), cut, folders=[path])


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
    assert segment.valid[-1] == 0.5


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
    with pytest.raises(SceneError, match="none of the 1 inputs"):
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
    assert (report.chips, report.relinked) == (0, ("x.tif",))
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
