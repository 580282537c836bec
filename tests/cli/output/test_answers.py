"""Where answers go: several files at once, a pipe, or nowhere, which is said before the search."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from geosearch.cli.main import run

TEXT = "a river"

Captured = pytest.CaptureFixture[str]
Bytes = pytest.CaptureFixture[bytes]


def test_several_files_are_written_at_once_and_their_endings_decide(
    spoken: Path, tmp_path: Path
) -> None:
    names = ("a.geojson", "a.csv", "a.parquet", "a.kml", "a.stac.json", "a.geojsonl", "a.txt")
    outputs = [part for name in names for part in ("-o", str(tmp_path / name))]
    assert run(["query", TEXT, "-i", str(spoken), "-k", "3", *outputs]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(names)
    ids = [f["id"] for f in json.loads((tmp_path / "a.geojson").read_text())["features"]]
    assert pq.read_table(tmp_path / "a.parquet")["id"].to_pylist() == ids
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ids


def test_scenes_that_are_gone_are_refused_by_name_and_the_rest_is_written(
    spoken: Path, tmp_path: Path, capsys: Captured
) -> None:
    names = ("a.gpkg", "a.html", "a.zip")
    outputs = [part for name in names for part in ("-o", str(tmp_path / name))]
    outputs += ["-o", f"{tmp_path}/chips/"]
    assert run(["query", TEXT, "-i", str(spoken), "-k", "3", *outputs]) == 3
    said = capsys.readouterr().err
    assert said.count("refused: scene0.tif: ") == 1
    assert "Traceback" not in said
    assert {path.name for path in tmp_path.iterdir()} == {*names, "chips"}


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (["-o", "hits.xlsx"], "unknown ending of hits.xlsx"),
        (["-f", "gpkg"], "a GeoPackage cannot go to standard output"),
        (["-f", "chips"], "cannot go to standard output"),
        (["-f", "csv", "-o", "hits.kml"], "does not end in .csv"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_the_search(
    spoken: Path, capsys: Captured, output: list[str], told: str
) -> None:
    assert run(["query", TEXT, "-i", str(spoken), *output]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "hint: " in said


@pytest.mark.parametrize("kind", ["csv", "kml", "stac", "geojsonl"])
def test_texts_go_into_a_pipe(spoken: Path, capfdbinary: Bytes, kind: str) -> None:
    assert run(["query", TEXT, "-i", str(spoken), "-k", "2", "-f", kind]) == 0
    out = capfdbinary.readouterr().out
    assert out.count(b"/nowhere/scene0.tif") == 2
    assert not out.startswith(b"\xef\xbb\xbf")
