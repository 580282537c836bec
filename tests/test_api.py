"""Which index is meant when none is named."""

import os
from pathlib import Path

import pytest

import geosearch
from geosearch.api import default_index, find_index
from geosearch.errors import UsageError


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GEOSEARCH_INDEX", raising=False)


def make_index(name: str, seconds: int) -> Path:
    folder = Path("indexes") / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    os.utime(folder / "manifest.json", (seconds, seconds))
    return folder


def test_a_new_index_is_named_after_what_is_indexed(tmp_path: Path) -> None:
    (tmp_path / "coast").mkdir()
    (tmp_path / "one.tif").touch()
    assert default_index(["coast/"]) == Path("indexes/coast")
    assert default_index([tmp_path / "one.tif"]) == Path("indexes/one")


def test_the_newest_index_is_queried_and_said(tmp_path: Path) -> None:
    make_index("old", 1_000_000_000)
    newest = make_index("new", 1_500_000_000)
    said: list[str] = []
    assert find_index(said.append) == newest
    assert said == ["index: indexes/new (the newest of several)"]


def test_the_environment_names_the_index_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    make_index("other", 1_000_000_000)
    monkeypatch.setenv("GEOSEARCH_INDEX", "somewhere/else")
    assert find_index() == Path("somewhere/else")
    assert default_index(["coast"]) == Path("somewhere/else")


def test_without_an_index_the_error_says_how_to_make_one() -> None:
    with pytest.raises(UsageError) as caught:
        find_index()
    assert "geosearch index" in caught.value.hint


def test_every_public_name_is_there() -> None:
    for name in geosearch.__all__:
        assert getattr(geosearch, name) is not None


def test_weights_without_an_encoder_are_refused() -> None:
    with pytest.raises(UsageError, match="without --encoder"):
        geosearch.build(["scenes"], "index", weights="weights.pt")
