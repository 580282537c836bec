"""What is on this machine goes on being read, whatever it is called."""

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from support.gdal_documents import (
    SIDE,
    escaped,
    vrt,
)
from support.scenes_making import values, write_band

from geosearch.geo import PixelWindow
from geosearch.scenes import (
    find_scenes,
    open_scene,
    read_window,
    scene_state,
)
from geosearch.scenes.raster.gdal import open_raster


def test_harmless_options_are_read(tmp_path: Path) -> None:
    band = values(5, SIDE)
    write_band(tmp_path / "a.tif", band)
    options = "<OpenOptions><OOI key='Num_Threads'>ALL_CPUS</OOI></OpenOptions>"
    document = vrt("a.tif", relative=1).replace("<SourceBand>", f"{options}<SourceBand>")
    (tmp_path / "x.vrt").write_text(document)
    np.testing.assert_array_equal(picture(tmp_path / "x.vrt")[0], band)


def picture(path: Path) -> np.ndarray:
    with open_raster(str(path)) as dataset:
        return np.asarray(dataset.read())


def test_sources_on_this_machine_are_read(tmp_path: Path) -> None:
    band = values(1, SIDE)
    write_band(tmp_path / "tiles" / "a b&c.tif", band)
    (tmp_path / "x.vrt").write_text(vrt("tiles/a b&amp;c.tif", relative=1))
    (tmp_path / "y.vrt").write_text(vrt(str(tmp_path / "x.vrt")))
    for name in ("x.vrt", "y.vrt"):
        np.testing.assert_array_equal(picture(tmp_path / name)[0], band)


def test_a_subdataset_is_a_source(tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "pathological" / "two_variables.nc"
    with rasterio.open(source) as dataset:
        name = dataset.subdatasets[0]
    with rasterio.open(name) as dataset:
        expected = dataset.read(1)
    document = vrt(escaped(name)).replace(f'"{SIDE}"', f'"{expected.shape[0]}"')
    (tmp_path / "x.vrt").write_text(document.replace("UInt16", "Float32"))
    np.testing.assert_array_equal(picture(tmp_path / "x.vrt")[0], expected)


def test_a_name_that_is_not_utf_8_is_a_source(tmp_path: Path) -> None:
    band = values(2, SIDE)
    made = write_band(tmp_path / "made.tif", band)
    named = Path(str(tmp_path) + "/sc\udce8ne.tif")
    made.rename(named)
    (tmp_path / "x.vrt").write_bytes(vrt("sc\xe8ne.tif", relative=1).encode("latin-1"))
    np.testing.assert_array_equal(picture(tmp_path / "x.vrt")[0], band)


def test_overviews_in_a_file_of_another_name_are_read(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(0, SIDE))
    small = write_band(tmp_path / "small.tif", values(3, SIDE // 2))
    with rasterio.open(path, "r+") as file:
        file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=":::BASE:::small.tif")
    with open_raster(str(path), overview=0) as overview:
        np.testing.assert_array_equal(overview.read(), picture(small))


@pytest.mark.parametrize(
    "folder", ["vsis3", "vsicurl", "a/vsicurl/http:", "vsizip", "http:", "s3:", "vsigs/vsicurl"]
)
@pytest.mark.parametrize("is_relative", [True, False])
def test_folders_are_local_whatever_they_are_called(
    folder: str, is_relative: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    band = values(4, SIDE)
    path = write_band(tmp_path / folder / "x.tif", band)
    (tmp_path / folder / "y.vrt").write_text(vrt("x.tif", relative=1))
    named = folder if is_relative else str(tmp_path / folder)
    files = find_scenes([named]).files
    assert [file.href for file in files] == [str(path), str(path.with_name("y.vrt"))]
    (alone,) = find_scenes([f"{named}/x.tif"]).files
    for file in (*files, alone):
        scene = open_scene(file)
        before = scene_state(file)
        assert before.size_bytes == Path(file.href).stat().st_size
        os.utime(file.href)
        assert scene_state(file) != before
        window = read_window(
            scene.href, PixelWindow(0, 0, SIDE, SIDE), bands=scene.bands, stretch=None
        )
        assert window.shape == (SIDE, SIDE, 3)
