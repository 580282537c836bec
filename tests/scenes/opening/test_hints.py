"""What to do about a scene that cannot be read fits what is wrong with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.scenes_making import values, write_band

from geosearch.errors import SceneError
from geosearch.scenes import SceneFile, find_scenes, open_scene


def refusal(path: Path) -> SceneError:
    with pytest.raises(SceneError) as caught:
        open_scene(SceneFile(str(path), path.name))
    return caught.value


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(0))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    error = refusal(path)
    assert "Permission denied" in error.message
    assert "allow it" in error.hint


@pytest.mark.parametrize("length", [2035, 2048, 2100, 3900])
def test_a_path_that_is_too_long_for_gdal(length: int, tmp_path: Path) -> None:
    made = write_band(tmp_path / "x.tif", values(0))
    folder = str(tmp_path)
    while len(folder) < length - 220:
        folder += "/" + "d" * 200
    os.makedirs(folder)
    path = Path(folder, "x" * (length - len(folder) - 5) + ".tif")
    shutil.move(made, path)
    assert len(str(path)) == length
    error = refusal(path)
    assert f"its path has {length:,} bytes" in error.message
    assert "ln -s" in error.hint
    (tmp_path / "short").symlink_to(folder)
    assert open_scene(SceneFile(str(tmp_path / "short" / path.name), "x")).width_px


def test_vectors_that_are_indexed_as_scenes(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.parquet"
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(8, np.float32)), 4)
    pq.write_table(pa.table({"id": ["a", "b"], "vector": vectors}), path)
    (refused,) = find_scenes([path]).refused
    assert "geosearch.import_vectors(" in refused.hint


def test_more_open_files_than_are_allowed(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(0))
    script = (
        "import os, resource, sys\n"
        "from geosearch.errors import SceneError\n"
        "from geosearch.scenes import SceneFile, open_scene\n"
        "open_scene(SceneFile(sys.argv[1], 'x'))\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
        "held = []\n"
        "try:\n"
        "    while True: held.append(os.open('/dev/null', os.O_RDONLY))\n"
        "except OSError: pass\n"
        "for free in range(4):\n"
        "    try: open_scene(SceneFile(sys.argv[1], 'x')); print('read')\n"
        "    except SceneError as error: print(error.hint)\n"
        "    os.close(held.pop())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert "ulimit -n" in lines[0]
    assert all("ulimit -n" in line or line == "read" for line in lines)
