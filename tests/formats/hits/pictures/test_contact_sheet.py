"""Hits for the eye: a table and a contact sheet."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image

from geosearch.errors import UsageError
from geosearch.formats import write_contact_sheet
from geosearch.geo import PixelWindow
from geosearch.scenes import write_geotiff
from geosearch.search import Hit


def hit(rank: int, href: str, scene: str = "a.tif") -> Hit:
    return Hit(
        id=f"{scene}@{rank}", rank=rank, score=1 / rank, scene=scene, href=href,
        window=PixelWindow(0, 0, 64, 64), size_m=(38.4, 38.4), gsd_m=0.6, pixel_m=(0.6, 0.6),
        datetime=None, encoder="mini-0",
        footprint=shapely.box(10, 50, 10.1, 50.1), bands=(1, 2, 3), stretch=None,
    )  # fmt: skip


def test_a_sheet_shows_the_pixels_of_the_hit(tmp_path: Path) -> None:
    scene = tmp_path / "a.tif"
    pixels = np.zeros((128, 128, 3), np.uint8)
    pixels[:64, :64] = (200, 30, 30)
    affine = (1.0, 0.0, 500_000.0, 0.0, -1.0, 5_000_000.0)
    write_geotiff(scene, pixels, crs="EPSG:32632", affine=affine)
    write_contact_sheet(tmp_path / "sheet.png", [hit(1, str(scene))], "red roofs")
    with Image.open(tmp_path / "sheet.png") as picture:
        sheet = np.asarray(picture.convert("RGB"))
    assert (np.abs(sheet.astype(int) - [200, 30, 30]).max(axis=2) < 3).sum() > 40_000


def ink(path: Path) -> int:
    """Return how many pixels of the first tile are not paper."""
    with Image.open(path) as sheet:
        tile = np.asarray(sheet.convert("L"))[34 : 34 + 224, 10 : 10 + 224]
    return int((tile[2:-2, 2:-2] < 200).sum())


def test_a_scene_that_has_gone_is_named_once_and_its_tile_says_why(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.tif")
    refused = write_contact_sheet(tmp_path / "a.png", [hit(1, gone), hit(2, gone)], "a lake")
    assert [one.input for one in refused] == ["a.tif"]
    assert refused[0].reason
    assert refused[0].hint
    assert ink(tmp_path / "a.png") > 100


def test_a_sheet_of_scenes_that_are_there_refuses_none(tmp_path: Path) -> None:
    scene = tmp_path / "a.tif"
    affine = (1.0, 0.0, 500_000.0, 0.0, -1.0, 5_000_000.0)
    write_geotiff(scene, np.ones((128, 128, 3), np.uint8), crs="EPSG:32632", affine=affine)
    assert write_contact_sheet(tmp_path / "sheet.png", [hit(1, str(scene))]) == ()


@pytest.mark.parametrize(
    "text", ["a\nb\x1b", "\ud83d\udce8", "\u202egpj", "x" * 1_000_000, "水" * 99]
)
def test_any_title_and_any_name_can_be_drawn(tmp_path: Path, text: str) -> None:
    write_contact_sheet(tmp_path / "sheet.png", [hit(1, str(tmp_path / "gone.tif"), text)], text)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.height == 34 + 224 + 36 + 10


def test_a_picture_under_the_name_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.png"):
        write_contact_sheet(tmp_path / "sheet.jpg", [])


def test_no_hits_are_a_sheet_that_says_so(tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", [], "a lake")
    assert (tmp_path / "sheet.png").stat().st_size > 0
