"""A stretch that is asked for: what is embedded, what is recorded, and what later runs take."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from support.commands import command

import geosearch
from geosearch.chips import Chips
from geosearch.errors import UsageError
from geosearch.index import open_index
from geosearch.scenes import read_window

LOW, HIGH = 100.0, 600.0


def write(path: Path, seed: int) -> np.ndarray:
    path.parent.mkdir(exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 1000, (3, 130, 130), dtype=np.uint16)
    with rasterio.open(
        path, "w", driver="GTiff", width=130, height=130, count=3, dtype="uint16",
        crs="EPSG:32633", transform=rasterio.Affine(10, 0, 5e5, 0, -10, 5e6), photometric="rgb",
    ) as file:  # fmt: skip
        file.write(values)
    return values


def stretches(index: Path) -> dict[str, object]:
    return {scene.id: scene.stretch for scene in open_index(index).scenes}


def test_chips_are_shown_between_the_values_that_were_asked_for(tmp_path: Path) -> None:
    values = write(tmp_path / "scenes" / "a.tif", 0)
    index = geosearch.build(
        [tmp_path / "scenes"], tmp_path / "index", encoder="mini", chips=Chips(stretch=(LOW, HIGH))
    )
    hit = index.search("a field", k=1)[0]
    shown = read_window(
        hit.href, hit.window, bands=hit.bands, stretch=hit.stretch, pixel_m=hit.pixel_m
    )
    col, row, width, height = hit.window
    seen = values[:, row : row + height, col : col + width].transpose(1, 2, 0).astype(float)
    expected = (np.clip(seen, LOW, HIGH) - LOW) / (HIGH - LOW) * 255
    assert np.abs(shown - expected).max() <= 0.51


def test_a_later_run_takes_the_first_ones_stretch_and_may_have_its_own(tmp_path: Path) -> None:
    index = tmp_path / "index"
    for name, stretch in (("a.tif", "0,900"), ("b.tif", None), ("c.tif", "none")):
        write(tmp_path / "scenes" / name, len(name))
        geosearch.build([tmp_path / "scenes"], index, encoder="mini", chips=Chips(stretch=stretch))
    assert stretches(index) == {
        "a.tif": ((0, 900),) * 3, "b.tif": ((0, 900),) * 3, "c.tif": ((0, 255),) * 3
    }  # fmt: skip
    assert open_index(index).spec.chips.stretch == "0,900"


def test_what_is_no_stretch_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    write(tmp_path / "scenes" / "a.tif", 0)
    with pytest.raises(UsageError, match="`stretch` 9,2"):
        geosearch.prepare([tmp_path / "scenes"], tmp_path / "index", chips=Chips(stretch="9,2"))
    assert not (tmp_path / "index").exists()


def test_the_command_takes_a_range_that_begins_below_zero(tmp_path: Path) -> None:
    write(tmp_path / "scenes" / "a.tif", 0)
    options = ("--encoder", "null", "--stretch", "-5,900")
    made = command("index", tmp_path / "scenes", "-i", tmp_path / "index", *options)
    assert made.returncode == 0, made.stderr
    assert stretches(tmp_path / "index") == {"a.tif": ((-5, 900),) * 3}
