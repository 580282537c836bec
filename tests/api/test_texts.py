"""Texts of a file are read in any encoding that says itself; a bad one costs itself."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosearch.api.texts import read_queries, read_texts
from geosearch.errors import UsageError

LINE = st.text(st.characters(exclude_characters="\r\n\ufeff\0", exclude_categories=("Cs",)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINE.filter(str.strip), min_size=1),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    ended=st.booleans(),
)
def test_a_text_a_line_is_read_whatever_ends_lines_and_marks_the_file(
    tmp_path: Path, lines: list[str], end: str, encoding: str, ended: bool
) -> None:
    path = tmp_path / "texts.txt"
    path.write_bytes((end.join(lines) + (end if ended else "")).encode(encoding))
    read = read_queries(str(path))
    assert (read.texts, read.refused) == (lines, [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.text(st.characters(exclude_categories=())), st.integers(), st.none())))
def test_every_entry_of_a_list_is_read_or_named(tmp_path: Path, entries: list[object]) -> None:
    path = tmp_path / "texts.json"
    path.write_text(json.dumps(entries))
    try:
        read = read_texts(str(path))
    except UsageError as error:
        assert "texts.json" in error.message  # noqa: PT017 - it may be read
        return
    assert len(read.texts) + len(read.refused) == len(entries)
    for text in read.texts:
        text.encode()


def test_files_with_marks_that_were_joined_have_no_marks_left(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_bytes("a river\n".encode("utf-8-sig") + "a lake\n".encode("utf-8-sig"))
    assert read_queries(str(path)).texts == ["a river", "a lake"]


def test_a_line_in_latin_1_costs_that_line(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_bytes(b"a river\r\nsc\xe8ne\r\na lake\r\n")
    read = read_queries(str(path))
    assert read.texts == ["a river", "a lake"]
    assert [(one.input[:6], one.reason) for one in read.refused] == [
        ("line 2", r"is not UTF-8 text: sc\xe8ne")
    ]


def test_a_file_that_is_latin_1_throughout_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_bytes(b"sc\xe8ne\n")
    with pytest.raises(UsageError, match=r"line 1 of .*texts\.txt is not UTF-8 text: sc\\xe8ne"):
        read_queries(str(path))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "texts.txt")
    with pytest.raises(UsageError, match="named pipe"):
        read_queries(str(tmp_path / "texts.txt"))


@pytest.mark.parametrize("content", ["{}", "5", "[", "[" * 100_000, '{"a": ["b"]}'])
def test_what_is_not_a_list_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "texts.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"texts\.json"):
        read_queries(str(path))
