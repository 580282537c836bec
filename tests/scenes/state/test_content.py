"""A scene's content is that of all files that make its picture."""

import shutil
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import Resampling
from support.scenes_making import values, write_band

from geosearch.scenes import SceneState, content_hash, find_scenes, scene_state


def state(path: Path) -> SceneState:
    (file,) = find_scenes([path]).files
    return scene_state(file)


def content(path: Path) -> str | None:
    return content_hash(str(path))


def test_statistics_that_a_viewer_leaves_are_no_other_content(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(1))
    before, stated = content(path), state(path)
    with rasterio.open(path) as file:
        file.stats(indexes=1) if hasattr(file, "stats") else file.statistics(1)
    aux = tmp_path / "x.tif.aux.xml"
    if not aux.exists():  # rasterio may keep them to itself
        band = '<PAMRasterBand band="1"><Histograms><HistItem/></Histograms><Metadata>'
        band += '<MDI key="STATISTICS_MEAN">2048.5</MDI></Metadata></PAMRasterBand>'
        aux.write_text(f"<PAMDataset>\n  {band}\n</PAMDataset>\n")
    assert b"STATISTICS_MEAN" in aux.read_bytes()
    assert (content(path), state(path) != stated) == (before, True)


def test_nodata_in_an_aux_xml_is_other_content(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(1))
    before = content(path)
    band = '<PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand>'
    (tmp_path / "x.tif.aux.xml").write_text(f"<PAMDataset>{band}</PAMDataset>")
    assert content(path) != before


def test_an_aux_xml_that_a_stranger_made_huge_is_read_in_time(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(1))
    for hostile in ("<Histograms>" * 80_000, "<a>" * 300_000, '<MDI key="STATISTICS_' * 40_000):
        (tmp_path / "x.tif.aux.xml").write_text(f"<PAMDataset>{hostile}")
        assert content(path)


def test_masks_and_overviews_are_content_and_names_are_not(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(1))
    plain = content(path)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as file:
        file.write_mask(np.tile(np.array([True, False]), (96, 48)))
    masked = content(path)
    assert (tmp_path / "x.tif.msk").exists()
    assert masked != plain
    for name in ("x.tif", "x.tif.msk"):
        (tmp_path / "y").mkdir(exist_ok=True)
        shutil.copy(tmp_path / name, tmp_path / "y" / name.replace("x", "other"))
    assert content(tmp_path / "y" / "other.tif") == masked
    with rasterio.Env(TIFF_USE_OVR=True), rasterio.open(path, "r+") as file:
        file.build_overviews([2], Resampling.average)
    assert content(path) not in (plain, masked)
