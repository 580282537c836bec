"""Whether a run over an archive has come to its end."""

from pathlib import Path

import pytest

from geosearch.index.unfinished import (
    UNFINISHED,
    Unfinished,
    read_unfinished,
    record_finished,
    record_unfinished,
)


def test_what_is_recorded_is_read_until_the_run_has_ended(tmp_path: Path) -> None:
    assert read_unfinished(tmp_path) is None
    record_unfinished(tmp_path, Unfinished(6, 44))
    record_unfinished(tmp_path, Unfinished(12, 44))
    state = read_unfinished(tmp_path)
    assert state == Unfinished(12, 44)
    assert str(state) == "unfinished, 12 of 44 scenes"
    record_finished(tmp_path)
    record_finished(tmp_path)
    assert read_unfinished(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[",
        b"[]",
        b'{"done": 6}',
        b'{"done": 1e400, "scenes": 2}',
        b"[" * 9000,
        b'{"done": 50, "scenes": 44}',
        b'{"done": -1, "scenes": 44}',
        b'"\\ud83d"',
    ],
)
def test_a_damaged_record_still_says_that_the_run_has_not_ended(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / UNFINISHED).write_bytes(content)
    assert str(read_unfinished(tmp_path)) == "unfinished"
