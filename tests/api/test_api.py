"""Which index is meant when none is named."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.reporters import KeptLines
from support.scenes_making import write_band
from support.small_index import SPEC, chips, record

import geosearch
from geosearch.api.default_paths import default_index, find_index, named_index
from geosearch.errors import IndexFolderError, UsageError
from geosearch.index import IndexWriter, Unfinished, read_unfinished


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GEOSEARCH_INDEX", raising=False)


def make_index(name: str, seconds: int, unfinished: Unfinished | None = None) -> Path:
    folder = Path("indexes") / name
    if unfinished is None:
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
    else:
        with IndexWriter(folder, SPEC) as writer:
            writer.stage(record(0), chips(0))
            writer.publish(goes_on=True, unfinished=unfinished)
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
    said = KeptLines()
    assert find_index(said) == newest
    assert said.lines == ["index: indexes/new (the newest of several)"]


def test_the_environment_names_the_index_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    make_index("other", 1_000_000_000)
    monkeypatch.setenv("GEOSEARCH_INDEX", "somewhere/else")
    assert find_index() == Path("somewhere/else")
    assert default_index(["coast"]) == Path("somewhere/else")


def test_without_an_index_the_error_says_how_to_make_one() -> None:
    with pytest.raises(IndexFolderError) as caught:
        find_index()
    assert "geosearch index" in caught.value.hint


def test_an_index_over_which_a_run_has_not_ended_is_taken_last() -> None:
    make_index("old", 1_000_000_000)
    make_index("finished", 1_500_000_000)
    make_index("newest", 1_600_000_000, Unfinished(6, 44))
    said = KeptLines()
    assert find_index(said) == Path("indexes/finished")
    assert said.lines == ["index: indexes/finished (the newest that is finished)"]


def test_an_unfinished_index_is_said_to_be_one_however_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = make_index("only", 1_000_000_000, Unfinished(6, 44))
    said = KeptLines()
    find_index(said)
    named_index(folder, said)
    monkeypatch.setenv("GEOSEARCH_INDEX", str(folder))
    find_index(said)
    assert said.lines == [
        "index: indexes/only (unfinished, 6 of 44 scenes)",
        "index: indexes/only (unfinished, 6 of 44 scenes)",
        "index: indexes/only (from GEOSEARCH_INDEX; unfinished, 6 of 44 scenes)",
    ]


@pytest.mark.parametrize("name", ["\udce8", "a\ud83d", "a\0b"])
def test_an_index_whose_name_is_not_text_is_refused(name: str) -> None:
    for call in (geosearch.open, geosearch.compact, geosearch.verify):
        with pytest.raises(UsageError):
            call(name)
    with pytest.raises(UsageError):
        geosearch.build(["scenes"], name, encoder="null")


def test_every_public_name_is_there() -> None:
    for name in geosearch.__all__:
        assert getattr(geosearch, name) is not None


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(1, 255, (3, 64, 64), dtype=np.uint8)
    write_band(tmp_path / "scenes" / "one.tif", pixels)
    return tmp_path / "scenes"


def test_one_path_is_one_path_in_every_function_that_takes_paths(scenes: Path) -> None:
    ways: list[Any] = [str(scenes) + "/", scenes, [scenes], iter([str(scenes)])]
    for number, paths in enumerate(ways):
        index = geosearch.build(
            paths, f"x{number}", encoder="null", chips=geosearch.Chips(size_px=32)
        )
        assert [scene.id for scene in index.generation.scenes] == ["one.tif"]
    assert (
        geosearch.prepare(str(scenes), "new", encoder="null", chips=geosearch.Chips(size_px=32))
        .estimate()
        .scenes
        == 1
    )
    geosearch.export_vectors("chips.parquet", "x0")
    assert geosearch.import_vectors("chips.parquet", "y").files == ("chips.parquet",)
    (Path("images")).mkdir()
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save("images/a.png")
    assert geosearch.embed_images("images", encoder="null").items == ("images/a.png",)
    assert geosearch.remove("x0", scenes="one.tif").whole_scenes == 1


def test_an_index_is_unfinished_until_a_run_over_it_has_ended(scenes: Path) -> None:
    index = geosearch.build(scenes, "x", encoder="null", chips=geosearch.Chips(size_px=32))
    with IndexWriter(Path("x"), index.generation.spec) as writer:
        (published,) = writer.scenes()
        writer.relink(published, published.record)
        writer.publish(goes_on=True, unfinished=Unfinished(1, 2))
    assert read_unfinished(Path("x")) == Unfinished(1, 2)
    geosearch.compact("x")
    geosearch.export_vectors("chips.parquet", "x")
    geosearch.import_vectors("chips.parquet", "x", encoder="null")
    geosearch.remove("x", scenes="chips.parquet")
    assert read_unfinished(Path("x")) == Unfinished(1, 2)
    assert geosearch.verify("x") == []
    geosearch.build(scenes, "x")
    assert read_unfinished(Path("x")) is None


@pytest.mark.parametrize("texts", ["a \ud83d lake", ["a river", "a \ud83d lake"]])
def test_a_query_that_is_not_text_is_named(scenes: Path, texts: str | list[str]) -> None:
    index = geosearch.build(scenes, "x", encoder="null", chips=geosearch.Chips(size_px=32))
    which = "the query 2 of 2" if isinstance(texts, list) else "the query"
    with pytest.raises(UsageError, match=rf"{which} is not UTF-8 text: a \\ud83d lake"):
        index.search(texts)


def test_an_encoder_is_made_by_its_name() -> None:
    encoder = geosearch.load_encoder("mini", precision="float32", device="cpu")
    assert encoder.encode_texts(["a river"]).shape == (1, encoder.dim)


@pytest.mark.parametrize("name", ["x.csv", "x.gpkg", "x.geojson"])
def test_an_export_under_the_name_of_another_format_is_refused(scenes: Path, name: str) -> None:
    geosearch.build(scenes, "x", encoder="null", chips=geosearch.Chips(size_px=32))
    with pytest.raises(UsageError, match=r"\.parquet or \.geoparquet"):
        geosearch.export_vectors(name, "x")
    assert not Path(name).exists()


def test_weights_without_an_encoder_are_refused() -> None:
    with pytest.raises(UsageError, match="without `encoder`"):
        geosearch.build(["scenes"], "index", encoder=geosearch.EncoderChoice(weights="weights.pt"))


def test_a_keyword_that_indexing_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="excluded"):
        geosearch.build(tmp_path, tmp_path / "index", excluded=["*"])  # type: ignore[call-arg]
