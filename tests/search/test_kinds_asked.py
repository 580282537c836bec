"""Kinds of scenes in a search: what a text leaves out, and what asks for it."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from support.scenes_making import values, write_band

import geosearch
from geosearch.cli.main import run
from geosearch.errors import UsageError

SIDE = 256


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("kinds")
    write_band(top / "scenes" / "picture.tif", values(1, SIDE))
    rows, cols = np.mgrid[:SIDE, :SIDE]
    heights = (500 + 200 * np.sin(rows / 40) * np.cos(cols / 60)).astype(np.float32)
    with rasterio.open(
        top / "scenes" / "dem.tif", "w", driver="GTiff", count=1, height=SIDE, width=SIDE,
        dtype="float32", crs="EPSG:32632", transform=from_origin(500000, 5000000, 30, 30),
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    geosearch.build(top / "scenes", top / "index", encoder="null")
    return top / "index"


@pytest.fixture
def index(folder: Path) -> geosearch.Index:
    return geosearch.open(folder)


def test_a_text_finds_pictures_only_and_says_what_it_left_out(index: geosearch.Index) -> None:
    hits = index.search("a forest", k=100)
    assert {hit.scene for hit in hits} == {"picture.tif"}
    (note,) = [one for one in hits.explanation.notes if "left out" in one]
    left_out = len(index.search("a forest", k=100, kind="elevation"))
    assert f"{left_out:,} of elevation" in note


@pytest.mark.parametrize("kind", ["all", ["all"], ["pan", "elevation"]])
def test_what_is_asked_for_is_found(index: geosearch.Index, kind: str | list[str]) -> None:
    hits = index.search("a forest", k=100, kind=kind)
    assert {hit.kind for hit in hits} == {"pan", "elevation"}
    assert not [one for one in hits.explanation.notes if "left out" in one]


def test_a_vector_leaves_nothing_out(index: geosearch.Index) -> None:
    vector = np.ones(index.generation.spec.dim, np.float32)
    assert {hit.kind for hit in index.search(vector, k=100)} == {"pan", "elevation"}


def test_an_image_leaves_nothing_out_and_a_text_beside_it_does(index: geosearch.Index) -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    assert {hit.kind for hit in index.search(like=image, k=100)} == {"pan", "elevation"}
    assert {hit.kind for hit in index.search("a forest", like=image, k=100)} == {"pan"}


def test_only_what_meets_the_other_conditions_is_counted(index: geosearch.Index) -> None:
    far = index.search("a forest", bbox=(100, 10, 101, 11))
    assert not [note for note in far.explanation.notes if "left out" in note]


def test_the_command_says_what_it_left_out_and_how_to_ask_for_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["query", "a forest", "-i", str(folder), "-f", "json"]) == 0
    said = capsys.readouterr()
    assert "--kind all finds them too" in said.err
    (line,) = said.out.splitlines()
    assert any("left out" in note for note in json.loads(line)["explanation"]["notes"])
    assert {hit["geosearch:kind"] for hit in json.loads(line)["hits"]} == {"pan"}
    asked = ["--kind", "elevation", "--kind", "map"]
    assert run(["query", "a forest", "-i", str(folder), "-f", "json", *asked]) == 0
    said = capsys.readouterr()
    assert "left out" not in said.err
    assert {hit["geosearch:kind"] for hit in json.loads(said.out)["hits"]} == {"elevation"}


def test_the_scenes_of_each_kind_are_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert geosearch.open(folder).describe().kinds == {"elevation": 1, "pan": 1}
    assert run(["info", "-i", str(folder)]) == 0
    assert "1 elevation, 1 pan" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["dem", [], 7, ["picture", "photo"]])
def test_a_kind_that_is_none_is_refused(index: geosearch.Index, kind: object) -> None:
    with pytest.raises(UsageError, match="`kind` is"):
        index.search("a forest", kind=kind)  # type: ignore[call-overload]


def test_an_index_without_kinds_is_searched_as_a_whole(folder: Path) -> None:
    (sidecar,) = folder.glob("segments/*/*.duckdb")
    size = sidecar.stat().st_size
    with duckdb.connect(str(sidecar)) as connection:
        for column in ("kind", "kind_reason", "collar"):
            connection.execute(f"ALTER TABLE scenes DROP COLUMN {column}")
    if sidecar.stat().st_size != size:
        pytest.skip("DuckDB wrote a file of another size, which the index refuses")
    opened = geosearch.open(folder)
    assert {hit.kind for hit in opened.search("a forest", k=100)} == {"unknown"}
    assert not opened.search("a forest", k=100, kind="elevation")
