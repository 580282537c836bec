"""An archive and its index, moved together: nothing is embedded again and hits lead to pixels."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

import geosearch
from geosearch.index import open_index
from geosearch.scenes import read_window


def draw(path: Path, seed: int, bands: int = 3) -> None:
    pixels = np.random.default_rng(seed).integers(0, 255, (bands, 160, 256), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", width=256, height=160, count=bands, dtype="uint8",
        crs="EPSG:4326", transform=from_origin(11, 48, 1e-4, 1e-4),
    ) as file:  # fmt: skip
        file.write(pixels)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that holds scenes and their index, moved after indexing."""
    old = tmp_path / "old"
    draw(old / "scenes" / "a.tif", seed=1)
    for band in (2, 3, 4):
        draw(old / "scenes" / f"t_B0{band}.tif", seed=band, bands=1)
    geosearch.build(
        [old / "scenes"],
        old / "indexes" / "i",
        encoder="mini",
        chips=geosearch.Chips(stride_px=128),
    )
    return old.rename(tmp_path / "new")


def hrefs(home: Path) -> dict[str, str]:
    return {scene.id: scene.href for scene in open_index(home / "indexes" / "i").scenes}


def test_hits_lead_to_the_new_place(home: Path, tmp_path: Path) -> None:
    hits = geosearch.open(home / "indexes" / "i").search("a field", k=9)
    assert {hit.href for hit in hits} == {
        str(home / "scenes" / "a.tif"),
        str(home / "scenes" / "t_B0{4,3,2}.tif"),
    }
    for hit in hits:
        assert read_window(hit.href, hit.window, bands=hit.bands, stretch=hit.stretch).any()
    hits.to_contact_sheet(tmp_path / "hits.png")


def test_indexing_again_embeds_nothing(home: Path) -> None:
    index = geosearch.build([home / "scenes"], home / "indexes" / "i", encoder="mini")
    assert index.report is not None
    assert (index.report.unchanged, index.report.chips, index.report.missing) == (2, 0, ())


def test_compacting_keeps_the_new_place(home: Path) -> None:
    before = hrefs(home)
    draw(home / "scenes" / "b.tif", seed=9)
    geosearch.build([home / "scenes"], home / "indexes" / "i", encoder="mini")
    geosearch.compact(home / "indexes" / "i")
    assert before.items() <= hrefs(home).items()
    shutil.copytree(home, home.parent / "copy")
    assert hrefs(home.parent / "copy")["a.tif"] == str(home.parent / "copy" / "scenes" / "a.tif")


def test_an_archive_that_is_moved_alone_is_linked_again(home: Path) -> None:
    moved = (home / "scenes").rename(home / "elsewhere")
    index = geosearch.build([moved], home / "indexes" / "i", encoder="mini")
    assert index.report is not None
    assert len(index.report.relocated) == 2
    assert index.report.chips == 0
    assert hrefs(home)["a.tif"] == str(moved / "a.tif")
