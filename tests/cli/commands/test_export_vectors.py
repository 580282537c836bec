"""`geosearch export` writes the chips that pass what is asked."""

from dataclasses import replace
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
