"""What is known by its content is not embedded again, and its hits lead to where it is."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

import geosearch
from geosearch.index import IndexWriter, open_index
from geosearch.ingest import BuildReport
from geosearch.scenes import SceneFile, content_hash, scene_state


def draw(path: Path, seed: int, west: float = 11.0, bands: int = 3) -> None:
    """Write a raster of random pixels, uncompressed: the same size whatever it holds."""
    pixels = np.random.default_rng(seed).integers(0, 255, (bands, 160, 256), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", width=256, height=160, count=bands, dtype="uint8",
        crs="EPSG:4326", transform=from_origin(west, 48.0, 1e-4, 1e-4),
    ) as file:  # fmt: skip
        file.write(pixels)


def index_again(folder: Path, index: Path, **options: Any) -> BuildReport:
    built = geosearch.build(
        [folder], index, encoder="mini", chips=geosearch.Chips(stride_px=128), **options
    )
    assert built.report is not None
    return built.report


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    draw(tmp_path / "scenes" / "a_20200101.tif", seed=1)
    draw(tmp_path / "scenes" / "b.tif", seed=2)
    index_again(tmp_path / "scenes", tmp_path / "index")
    return tmp_path / "scenes"


@pytest.fixture
def index(scenes: Path, tmp_path: Path) -> Path:
    return tmp_path / "index"


def vectors(index: Path) -> set[bytes]:
    found = set()
    for segment in open_index(index).segments:
        rows = np.arange(segment.n) if segment.alive.rows is None else segment.alive.rows
        found |= {segment.vectors[row].tobytes() for row in rows}
    return found


def hrefs(index: Path) -> dict[str, str]:
    return {scene.id: scene.href for scene in open_index(index).scenes}


def test_a_moved_file_keeps_its_chips_under_its_new_name(scenes: Path, index: Path) -> None:
    before = vectors(index)
    (scenes / "new").mkdir()
    moved = (scenes / "b.tif").rename(scenes / "new" / "b.tif")
    os.utime(moved, (1, 1))
    report = index_again(scenes, index)
    assert (report.chips, report.relocated, report.missing) == (0, ("new/b.tif",), ())
    assert hrefs(index)["new/b.tif"] == str(moved)
    assert "b.tif" not in hrefs(index)
    assert vectors(index) == before
    assert index_again(scenes, index).unchanged == 2


def test_the_date_of_a_moved_file_is_that_of_its_new_name(scenes: Path, index: Path) -> None:
    (scenes / "a_20200101.tif").rename(scenes / "a_20210203.tif")
    index_again(scenes, index)
    dates = {scene.id: scene.datetime for scene in open_index(index).scenes}
    assert dates["a_20210203.tif"] is not None
    assert dates["a_20210203.tif"].startswith("2021-02-03")


def test_a_touched_file_is_not_embedded_again(scenes: Path, index: Path) -> None:
    os.utime(scenes / "b.tif", (1, 1))
    report = index_again(scenes, index)
    assert (report.chips, report.relocated) == (0, ("b.tif",))
    assert index_again(scenes, index).unchanged == 2


def test_a_changed_file_of_the_same_size_is_embedded(scenes: Path, index: Path) -> None:
    size = (scenes / "b.tif").stat().st_size
    draw(scenes / "b.tif", seed=3)
    assert (scenes / "b.tif").stat().st_size == size
    report = index_again(scenes, index)
    assert [scene.scene for scene in report.indexed] == ["b.tif"]
    assert report.relocated == ()


def test_a_moved_archive_is_found_at_its_new_place(
    scenes: Path, index: Path, tmp_path: Path
) -> None:
    before = vectors(index)
    scenes.rename(tmp_path / "elsewhere")
    report = index_again(tmp_path / "elsewhere", index)
    assert (report.chips, len(report.relocated)) == (0, 2)
    assert hrefs(index)["b.tif"] == str(tmp_path / "elsewhere" / "b.tif")
    assert vectors(index) == before


def test_a_copy_is_another_scene(scenes: Path, index: Path) -> None:
    (scenes / "copy.tif").write_bytes((scenes / "b.tif").read_bytes())
    report = index_again(scenes, index)
    assert [scene.scene for scene in report.indexed] == ["copy.tif"]
    assert len(hrefs(index)) == 3


def test_the_same_pixels_at_another_place_are_embedded(scenes: Path, index: Path) -> None:
    world = scenes / "c.tif"
    with rasterio.open(
        world, "w", driver="GTiff", width=256, height=160, count=3, dtype="uint8"
    ) as file:
        file.write(np.random.default_rng(4).integers(0, 255, (3, 160, 256), dtype=np.uint8))
    sidecar = scenes / "c.tif.aux.xml"
    sidecar.write_text(aux(11.0))
    index_again(scenes, index)
    world.rename(scenes / "d.tif")
    sidecar.unlink()
    (scenes / "d.tif.aux.xml").write_text(aux(12.0))
    report = index_again(scenes, index)
    assert [scene.scene for scene in report.indexed] == ["d.tif"]
    assert report.missing == ("c.tif",)


def aux(west: float) -> str:
    return (
        "<PAMDataset><SRS>EPSG:4326</SRS>"
        f"<GeoTransform>{west}, 1e-4, 0, 48.0, 0, -1e-4</GeoTransform></PAMDataset>"
    )


def test_removed_chips_stay_removed_where_a_file_moves(scenes: Path, index: Path) -> None:
    geosearch.remove(index, scenes=["b.tif"], bbox="11.0,47.9,11.001,48")
    left = vectors(index)
    (scenes / "b.tif").rename(scenes / "c.tif")
    index_again(scenes, index)
    assert vectors(index) == left


def test_a_killed_run_links_again(scenes: Path, index: Path) -> None:
    (scenes / "b.tif").rename(scenes / "c.tif")
    opened = open_index(index)
    with IndexWriter(index, opened.spec) as writer:  # staged, and then it dies
        before = next(one for one in writer.scenes() if one.record.id == "b.tif")
        file = SceneFile(str(scenes / "c.tif"), "c.tif")
        state = scene_state(file).text
        writer.relink(before, replace(before.record, id="c.tif", href=file.href, state=state))
    report = index_again(scenes, index)
    assert (report.relocated, report.missing) == (("c.tif",), ())
    assert set(hrefs(index)) == {"a_20200101.tif", "c.tif"}


def test_a_file_that_only_refers_to_pixels_has_no_content_sum(tmp_path: Path) -> None:
    (tmp_path / "a.vrt").write_text("<VRTDataset/>")
    (tmp_path / "a.tif").write_bytes(b"abc")
    assert content_hash(str(tmp_path / "a.vrt")) is None
    # FIPS 180-2, appendix B.1
    assert content_hash(str(tmp_path / "a.tif")) == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_a_product_of_three_files_is_kept_and_recognized_elsewhere(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "products"
    folder.mkdir()
    for seed, band in enumerate(("B04", "B03", "B02")):
        draw(folder / f"field_{band}.tif", seed, bands=1)
    index_again(folder, tmp_path / "index")
    again = index_again(folder, tmp_path / "index", prune=True)
    assert (again.unchanged, len(again.indexed), again.missing) == (1, 0, ())
    folder.rename(tmp_path / "elsewhere")
    moved = index_again(tmp_path / "elsewhere", tmp_path / "index")
    assert (moved.unchanged, len(moved.indexed)) == (0, 0)
    assert set(hrefs(tmp_path / "index").values()) == {
        str(tmp_path / "elsewhere" / "field_B0{4,3,2}.tif")
    }
