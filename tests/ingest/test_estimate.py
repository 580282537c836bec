"""An estimate says what the run then does."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

import geosearch


def draw(path: Path, seed: int) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", width=512, height=300, count=3, dtype="uint8",
        crs="EPSG:4326", transform=from_origin(11.0, 48.0, 1e-4, 1e-4),
    ) as file:  # fmt: skip
        pixels = np.random.default_rng(seed).integers(0, 255, (3, 300, 512), dtype=np.uint8)
        file.write(pixels)


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    (tmp_path / "scenes").mkdir()
    draw(tmp_path / "scenes" / "a.tif", 1)
    draw(tmp_path / "scenes" / "b.tif", 2)
    return tmp_path / "scenes"


def test_it_writes_nothing_and_counts_what_is_then_indexed(scenes: Path, tmp_path: Path) -> None:
    estimate = geosearch.prepare([scenes], tmp_path / "index", encoder="mini").estimate()
    assert not (tmp_path / "index").exists()
    index = geosearch.build([scenes], tmp_path / "index", encoder="mini")
    assert index.report is not None
    assert (estimate.scenes, estimate.chips) == (2, index.report.chips)
    assert estimate.scene_bytes == sum(file.stat().st_size for file in scenes.iterdir())
    assert 0.5 < estimate.index_bytes / index.generation.describe().bytes < 2
    assert estimate.seconds > 0


def test_it_knows_what_is_unchanged_missing_and_refused(scenes: Path, tmp_path: Path) -> None:
    geosearch.build([scenes], tmp_path / "index", encoder="mini")
    (scenes / "a.tif").unlink()
    draw(scenes / "c.tif", 3)
    (scenes / "torn.tif").write_bytes(b"II*")
    estimate = geosearch.prepare([scenes], tmp_path / "index").estimate()
    assert (estimate.scenes, estimate.unchanged, estimate.missing) == (1, 1, ("a.tif",))
    assert [refusal.input for refusal in estimate.refused] == ["torn.tif"]
