"""What a run may hold is read strictly and kept to."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

import geosearch
from geosearch.errors import UsageError
from geosearch.ingest.run.memory import RunMemory, run_memory
from geosearch.scenes import ReadingMemory, reading_within
from geosearch.scenes.raster.reading_memory import reading_memory

SIDE_PX = 30_000


@pytest.mark.parametrize("size", ["0MB", "100MB", 1])
def test_less_than_is_possible_is_refused_with_the_least(size: str | int) -> None:
    with pytest.raises(UsageError) as caught:
        run_memory(size)
    minimum = caught.value.hint.split()[3].rstrip(";")
    assert run_memory(minimum).reading.gdal_cache_bytes > 0


def test_without_a_number_reading_holds_what_it_is_made_for() -> None:
    assert run_memory(None) == RunMemory(ReadingMemory())


def test_more_memory_is_more_for_every_part() -> None:
    little, much = run_memory("400MB"), run_memory("2GB")
    assert little.reading.gdal_cache_bytes < 256 << 20 < much.reading.gdal_cache_bytes
    assert little.segment_rows < much.segment_rows


def test_what_reading_may_hold_is_as_before_when_a_run_has_failed() -> None:
    before = reading_memory()
    with reading_within(before.scaled(0.5)):
        assert reading_memory().strip_bytes == before.strip_bytes // 2
    with pytest.raises(UsageError), reading_within(before.scaled(0.5)):
        run_memory("nothing")
    assert reading_memory() == before


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of 2.7 GB, deflated to some megabytes, in tiles as wide as is usual."""
    path = tmp_path_factory.mktemp("memory") / "large.tif"
    rows = np.full((3, 512, SIDE_PX), 90, np.uint8)
    rows[:, :, ::7] = 140
    place = {"crs": "EPSG:32633", "transform": from_origin(5e5, 5.5e6, 0.6, 0.6)}
    size = {"count": 3, "height": SIDE_PX, "width": SIDE_PX, "dtype": "uint8"}
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "interleave": "pixel"}
    with rasterio.open(
        path, "w", driver="GTiff", compress="zstd", zstd_level=1, **place, **size, **tiles
    ) as dataset:
        for row in range(0, SIDE_PX, 512):
            high = min(512, SIDE_PX - row)
            dataset.write(rows[:, :high], window=Window(0, row, SIDE_PX, high))
    return path


# what getrusage calls a process's peak begins, on Linux, with that of the process it was forked
# from: here, of all tests before this one
PEAK_BYTES = """
import resource, sys
from pathlib import Path
def peak_bytes():
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return 1024 * int(lines["VmHWM"].split()[0])
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""


def peak_bytes(scene: Path, index: Path, *options: str) -> int:
    """Index in a process of its own; return the most memory that it had."""
    code = (
        f"{PEAK_BYTES}\nfrom geosearch.cli import main\n"
        "try: main()\n"
        "finally: print(peak_bytes(), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "index", str(scene), "-i", str(index), "--encoder"]
    ran = subprocess.run(
        [*command, "null", "--stride", "224", *options], capture_output=True, text=True, check=True
    )
    return int(ran.stderr.split()[-1])


@pytest.mark.parametrize(
    ("options", "maximum"), [((), 10**9), (("--max-memory", "400MB"), 4 * 10**8)]
)
def test_a_large_scene_takes_no_more_than_is_said(
    large: Path, tmp_path: Path, options: tuple[str, ...], maximum: int
) -> None:
    assert peak_bytes(large, tmp_path / "index", *options) < maximum


def test_chips_are_the_same_with_little_memory(large: Path, tmp_path: Path) -> None:
    from geosearch.scenes import chip_windows, find_scenes, open_scene, read_chips

    scene = open_scene(find_scenes([large]).files[0])
    windows = chip_windows(scene.width_px, 300, size_px=224, stride_px=112)
    much = np.concatenate([block.pixels for block in read_chips(scene, windows, size_px=224)])
    with reading_within(run_memory("310MB").reading):
        little = np.concatenate([block.pixels for block in read_chips(scene, windows, size_px=224)])
    np.testing.assert_array_equal(little, much)


def test_the_library_refuses_as_the_command_does(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`max_memory` 5MB"):
        geosearch.build([tmp_path], tmp_path / "index", max_memory="5MB")
