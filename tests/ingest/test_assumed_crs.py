"""Scenes without a CRS: refused, or placed by one that the user knows."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

import geosearch
from geosearch.errors import SceneError, UsageError
from geosearch.index import SceneRecord, open_index

UTM = "EPSG:32633"


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    folder = tmp_path / "scenes"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (3, 130, 130), dtype=np.uint8)
    for name, crs in (("known", "EPSG:32632"), ("unknown", None)):
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", width=130, height=130, count=3,
            dtype="uint8", crs=crs, transform=rasterio.Affine(10, 0, 5e5, 0, -10, 5e6),
        ) as file:  # fmt: skip
            file.write(pixels)
    return folder


def build(scenes: Path, index: Path, assume_crs: str | None = None) -> geosearch.Index:
    return geosearch.build([scenes], index, encoder="mini", assume_crs=assume_crs)


def records(index: Path) -> dict[str, SceneRecord]:
    return {scene.id: scene for scene in open_index(index).scenes}


def test_the_refusal_names_the_command_and_the_option(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="an affine but no CRS") as caught:
        geosearch.build([scenes / "unknown.tif"], tmp_path / "index", encoder="mini")
    assert "gdal_edit.py -a_srs EPSG:CODE FILE" in caught.value.hint
    assert "`assume_crs` EPSG:CODE" in caught.value.hint


def test_the_index_says_what_was_assumed_of_which_scene(scenes: Path, tmp_path: Path) -> None:
    build(scenes, tmp_path / "index", UTM)
    found = records(tmp_path / "index")
    assert (found["unknown.tif"].crs, found["known.tif"].crs) == (UTM, "EPSG:32632")
    assert found["unknown.tif"].placement_note == f"it has no CRS: {UTM} was assumed"
    assert found["known.tif"].placement_note is None


def test_an_unchanged_scene_is_kept_without_the_option(scenes: Path, tmp_path: Path) -> None:
    build(scenes, tmp_path / "index", UTM)
    report = build(scenes, tmp_path / "index").report
    assert report is not None
    assert (report.unchanged, report.chips, report.refused) == (2, 0, ())
    assert records(tmp_path / "index")["unknown.tif"].crs == UTM


def test_a_dry_run_assumes_it_too(scenes: Path, tmp_path: Path) -> None:
    options = {"encoder": "mini", "index": tmp_path / "index"}
    assert len(geosearch.prepare([scenes], **options).estimate().refused) == 1
    assert geosearch.prepare([scenes], assume_crs=UTM, **options).estimate().refused == ()


def test_nonsense_is_a_usage_error(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`assume_crs` EPSG:0"):
        build(scenes, tmp_path / "index", "EPSG:0")
