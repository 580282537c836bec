"""A file is whole, or as it was."""

from pathlib import Path

import pytest

from geosearch.atomic_write import atomic_write


def break_off(path: Path, shared: bool) -> None:
    with atomic_write(path, shared=shared) as beside:
        beside.write_text("af")
        raise OSError("full")


@pytest.mark.parametrize("shared", [False, True])
def test_what_was_written_beside_takes_the_place(tmp_path: Path, shared: bool) -> None:
    path = tmp_path / "answer"
    path.write_text("before")
    with atomic_write(path, shared=shared) as beside:
        beside.write_text("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("shared", [False, True])
def test_where_writing_fails_the_file_is_as_it_was(tmp_path: Path, shared: bool) -> None:
    path = tmp_path / "answer"
    path.write_text("before")
    with pytest.raises(OSError, match="full"):
        break_off(path, shared)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
