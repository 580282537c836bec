"""`geosearch index` says what to do about an index that has many large segments."""

from pathlib import Path

import numpy as np
import pytest
from scenes_making import write_band

from geosearch.cli.main import run


def test_an_index_of_many_segments_with_tiers_is_told_to_be_compacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = str(tmp_path / "index")
    command = ["index", str(tmp_path / "scenes"), "-i", index, "--encoder", "null"]
    advice = "compact 5 large segments are searched one by one; `geosearch compact`"
    for number in range(5):
        pixels = np.random.default_rng(number).integers(1, 255, (3, 64, 64), dtype=np.uint8)
        write_band(tmp_path / "scenes" / f"{number}.tif", pixels)
        assert advice not in capsys.readouterr().err
        assert run([*command, "--size", "16", "--stride", "16", "--ann", "ivfpq"]) == 0
    assert advice in capsys.readouterr().err
    assert run(["compact", "-i", index]) == 0
    assert run(command) == 0
    assert "`geosearch compact`" not in capsys.readouterr().err
