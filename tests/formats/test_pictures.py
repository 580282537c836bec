"""Hits for the eye: a table and a contact sheet."""

from pathlib import Path

import numpy as np
import shapely
from PIL import Image
from rich.console import Console

from geosearch.formats import hits_table, write_contact_sheet
from geosearch.scenes import write_geotiff
from geosearch.search import Hit


def hit(rank: int, href: str, scene: str = "a.tif") -> Hit:
    return Hit(
        id=f"{scene}@{rank}", rank=rank, score=1 / rank, scene=scene, href=href,
        window=(0, 0, 64, 64), size_m=(38.4, 38.4), gsd_m=0.6, pixel_m=(0.6, 0.6),
        datetime=None, encoder="mini-0",
        footprint=shapely.box(10, 50, 10.1, 50.1), bands=(1, 2, 3), stretch=None,
    )  # fmt: skip


def table_text(hits: list[Hit]) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(hits_table(hits))
    return capture.get()


def test_a_table_has_a_line_a_hit() -> None:
    text = table_text([hit(1, "a"), hit(2, "a")])
    assert len(text.splitlines()) == 3
    assert "38x38 m" in text


def test_a_file_name_cannot_write_on_the_terminal() -> None:
    text = table_text([hit(1, "a", scene="\x1b[2Jred[/].tif")])
    assert "\x1b" not in text
    assert "[/].tif" in text


def test_a_sheet_shows_the_pixels_of_the_hit(tmp_path: Path) -> None:
    scene = tmp_path / "a.tif"
    pixels = np.zeros((128, 128, 3), np.uint8)
    pixels[:64, :64] = (200, 30, 30)
    affine = (1.0, 0.0, 500_000.0, 0.0, -1.0, 5_000_000.0)
    write_geotiff(scene, pixels, crs="EPSG:32632", affine=affine)
    write_contact_sheet(tmp_path / "sheet.png", [hit(1, str(scene))], "red roofs")
    sheet = np.asarray(Image.open(tmp_path / "sheet.png").convert("RGB"))
    assert (np.abs(sheet.astype(int) - [200, 30, 30]).max(axis=2) < 3).sum() > 40_000


def test_a_scene_that_has_gone_leaves_its_tile_empty(tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", [hit(1, str(tmp_path / "gone.tif"))], "a lake")
    assert Image.open(tmp_path / "sheet.png").width > 200


def test_no_hits_are_a_sheet_that_says_so(tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", [], "a lake")
    assert (tmp_path / "sheet.png").stat().st_size > 0
