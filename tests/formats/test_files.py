"""Answers are written whole or not at all."""

from pathlib import Path

import pytest

from geosearch.errors import UsageError
from geosearch.formats.files import write_text


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "hits.geojson"
    target.write_text("old")
    write_text(target, "new é")
    assert target.read_text(encoding="utf-8") == "new é"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write") as caught:
        write_text(tmp_path / "nowhere" / "hits.geojson", "new")
    assert "-o" in caught.value.hint
