"""Metadata files belong to the product that their names say."""

from pathlib import Path

import pytest

from geosearch.scenes.places.metadata_files import metadata_files

LANDSAT = "LC08_L1TP_193024_20200101_20200113_01_T1"


def test_a_landsat_band_has_those_of_its_product(tmp_path: Path) -> None:
    for name in (f"{LANDSAT}_MTL.txt", f"{LANDSAT}_MTL.xml", "LC08_OTHER_MTL.txt"):
        (tmp_path / name).touch()
    found = metadata_files(tmp_path / f"{LANDSAT}_B4.TIF")
    assert [file.name for file in found] == [f"{LANDSAT}_MTL.txt", f"{LANDSAT}_MTL.xml"]


def test_a_band_deep_in_a_safe_folder_has_the_one_at_its_top(tmp_path: Path) -> None:
    safe = tmp_path / "S2A_X.SAFE"
    band = safe / "GRANULE" / "L2A" / "IMG_DATA" / "T32TQM_B04.jp2"
    band.parent.mkdir(parents=True)
    (safe / "MTD_MSIL2A.xml").touch()
    assert metadata_files(band) == [safe / "MTD_MSIL2A.xml"]


@pytest.mark.parametrize("name", ["x.tif", "B04.tif", f"{LANDSAT}_QA.TIF"])
def test_other_files_have_none(name: str, tmp_path: Path) -> None:
    (tmp_path / "x_MTL.txt").touch()
    assert metadata_files(tmp_path / name) == []
