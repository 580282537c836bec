"""`geosearch localize`, as users run it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from geosearch.cli.main import cli


def test_a_scene_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    arguments = ["localize", "a river", str(tmp_path / "none.tif"), "-o", str(tmp_path / "h.tif")]
    outcome = CliRunner().invoke(cli, arguments)
    assert "none.tif is not one scene" in str(outcome.exception)


@pytest.mark.parametrize("name", ["heat.png", "heat.jpg"])
def test_a_name_of_another_format_is_refused(tmp_path: Path, name: str) -> None:
    outcome = CliRunner().invoke(
        cli, ["localize", "a river", "scene.tif", "-o", str(tmp_path / name)]
    )
    assert "does not end in .tif or .tiff" in str(outcome.exception)
