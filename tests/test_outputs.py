"""Answers are written whole or not at all, under a name that fits."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import IndexFolderError, UsageError
from geosearch.outputs import (
    GEOJSON,
    GEOPARQUET,
    JSON_LINES,
    PNG,
    Format,
    endings_text,
    output_file,
    require_output,
    write_bytes,
    write_text,
)

ANY_TEXT = st.text(st.characters(categories=("Cs", "Cc", "Cf", "Zl", "Zp")) | st.characters())


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "hits.geojson"
    target.write_text("old")
    write_text(target, "new é")
    assert target.read_text(encoding="utf-8") == "new é"
    assert list(tmp_path.iterdir()) == [target]


def break_off(target: Path) -> None:
    with output_file(target) as file:
        file.write(b"ne")
        raise IndexFolderError("damaged", hint="repair it")


def test_an_error_of_what_is_written_stays_what_it_is(tmp_path: Path) -> None:
    target = tmp_path / "hits.geojson"
    target.write_text("old")
    with pytest.raises(IndexFolderError):
        break_off(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("call", [lambda path: write_text(path, ""), lambda path: require(path)])
def test_a_folder_that_is_not_there_is_an_error_with_a_remedy(tmp_path: Path, call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="cannot write") as caught:
        call(tmp_path / "nowhere" / "hits.geojson")
    assert "writable" in caught.value.hint


def require(path: Path) -> None:
    require_output(path, GEOJSON)


def test_what_may_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "hits.geojson"
    require(target)
    assert list(tmp_path.iterdir()) == []
    target.write_text("old")
    require(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    for call in (require, lambda path: write_text(path, "")):
        with pytest.raises(UsageError, match="it is a folder"):
            call(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_opened_before_there_is_something_to_write(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    require(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hits.geojson", GEOJSON), ("HITS.JSON", GEOJSON), ("hits.jsonl", JSON_LINES),
        ("a.parquet", GEOPARQUET), ("a.geoparquet", GEOPARQUET), ("chips", GEOPARQUET),
        (".hidden", PNG), ("a.b/chips", GEOPARQUET),
    ],
)  # fmt: skip
def test_an_ending_that_fits_is_taken(tmp_path: Path, name: str, kind: Format) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    require_output(tmp_path / name, kind)


@pytest.mark.parametrize("name", ["x.csv", "x.gpkg", "x.parquet.csv", "x.geojson", "x.shp", "x.2"])
def test_an_ending_that_promises_another_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"name does not end in \.parquet or \.geoparquet"):
        require_output(tmp_path / name, GEOPARQUET)


def test_the_endings_of_several_formats_are_each_named_once() -> None:
    assert endings_text(GEOJSON, JSON_LINES) == ".geojson, .json, .jsonl or .ndjson"


@given(ANY_TEXT)
def test_any_name_is_written_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.mktemp("outputs")
    target = folder / name.replace("/", "").lstrip(".")
    try:
        require_output(target, Format("anything", (target.suffix.lower(),)))
    except UsageError:
        with pytest.raises(UsageError):
            write_bytes(target, b"new")
    else:
        write_bytes(target, b"new")
        assert target.read_bytes() == b"new"


@pytest.mark.parametrize("name", [os.fsdecode(b"sc\xe8ne"), "x" * 255, "é" * 127])
def test_a_name_that_the_system_can_open_is_written(tmp_path: Path, name: str) -> None:
    require(tmp_path / name)
    write_text(tmp_path / name, "new")
    assert (tmp_path / name).read_text() == "new"
