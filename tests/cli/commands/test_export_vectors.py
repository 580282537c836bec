"""`geosearch export` writes the chips that pass what is asked."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from support.small_index import SPEC, chips, record

from geosearch.cli.main import run
from geosearch.index import IndexWriter


def test_chips_of_a_ground_resolution_are_written(tmp_path: Path) -> None:
    gsd_m = np.tile(np.array([0, 0.3, 0.6, 1.2], np.float32), 25)
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.stage(record(0), replace(chips(0), gsd_m=gsd_m))
        writer.publish()
    output = tmp_path / "chips.parquet"
    command = ["export", "-i", str(tmp_path / "index"), "-o", str(output)]
    assert run([*command, "--max-gsd", "0.6", "--bbox", "0,0,0.15,1"]) == 0
    ids = pq.read_table(output).column("id").to_pylist()
    fine = np.isin(gsd_m, np.array([0.3, 0.6], np.float32)) & (chips(0).windows[:, 0] < 128)
    assert len(ids) == np.count_nonzero(fine)
    columns = {f"{x},{y}" for x, y in chips(0).windows[fine, :2].tolist()}
    assert {one.split("@")[1].rsplit(",", 1)[0] for one in ids} == columns


def test_the_index_can_be_named_without_an_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index, output = str(tmp_path / "index"), tmp_path / "chips.parquet"
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.stage(record(0), chips(0))
        writer.publish()
    assert run(["export", index, "-o", str(output)]) == 0
    assert pq.read_table(output).num_rows == len(chips(0).windows)
    assert run(["export", index, "-i", "another", "-o", str(output)]) == 2
    assert f"two indexes: {index} and -i another" in capsys.readouterr().err


def test_chips_tell_what_hits_tell(tmp_path: Path) -> None:
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.stage(replace(record(0), stretch=((0.0, 1.5),) * 3), chips(0))
        writer.publish()
    output = tmp_path / "chips.parquet"
    assert run(["export", str(tmp_path / "index"), "-o", str(output)]) == 0
    rows = pq.read_table(output).drop_columns(["vector", "geometry"]).to_pylist()
    (row,) = [one for one in rows if one["window"] == [64, 64, 64, 64]]
    assert row.pop("bbox") == pytest.approx({"xmin": 0.1, "ymin": 0.8, "xmax": 0.2, "ymax": 0.9})
    assert row == {
        "id": "scene0.tif@64,64,64x64",
        "scene": "scene0.tif",
        "datetime": datetime(2020, 1, 1, tzinfo=UTC),
        "href": "/nowhere/scene0.tif",
        "window": [64, 64, 64, 64],
        "size_m": [6400.0, 6400.0],
        "gsd_m": 100.0,
        "geosearch:kind": "unknown",
        "encoder": "none-0",
        "bands": [1, 2, 3],
        "stretch": [[0.0, 1.5]] * 3,
    }
