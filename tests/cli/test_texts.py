"""Texts from files of any encoding: what is none costs itself only."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosearch.cli.texts import read_queries, read_texts
from geosearch.errors import UsageError

LINE = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1)


def written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINE, min_size=1),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_byte_order_mark_and_line_ends_are_no_part_of_a_text(
    tmp_path: Path, lines: list[str], end: str, encoding: str
) -> None:
    data = "".join(f"{line}{end}" for line in lines).encode(encoding)
    if lines[0].startswith("\ufeff"):
        return
    read = read_texts(written(tmp_path / "texts.txt", data))
    assert (list(read.texts), read.refused) == (lines, ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_json_list_of_any_utf_is_read(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "texts.json", json.dumps(["a river", "水\n"]).encode(encoding))
    assert read_texts(path).texts == ("a river", "水\n")


def test_a_line_in_another_encoding_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    read = read_queries(written(tmp_path / "t.txt", b"a river\ncaf\xe9\na lake\n"))
    assert read.texts == ("a river", "a lake")
    (refused,) = read.refused
    assert refused.input == f"line 2 of {tmp_path / 't.txt'}"
    assert refused.reason == r"it is not UTF-8 text: caf\xe9"


def test_an_entry_that_is_no_text_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    read = read_queries(written(tmp_path / "t.json", rb'["a river","a \ud83d lake"]'))
    assert read.texts == ("a river",)
    assert read.refused[0].input == f"entry 2 of {tmp_path / 't.json'}"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.txt", b"caf\xe9\n\xff\n"), ("t.json", rb'["\ud83d"]'), ("t.json", b"[" * 100_000),
        ("t.json", b'["a", 1]'), ("t.json", b"{}"), ("t.json", b"\xff\xfe"),
    ],
)  # fmt: skip
def test_what_holds_no_text_at_all_is_an_error(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(UsageError):
        read_queries(written(tmp_path / name, data))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "t.txt")
    with pytest.raises(UsageError, match="a named pipe, not a file"):
        read_texts(str(tmp_path / "t.txt"))
