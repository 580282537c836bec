"""The ending of a file decides what it holds."""

import json
import re
from pathlib import Path

import pytest
from support.odd_hits import answer, hit, odd_hits

from geosearch.errors import UsageError
from geosearch.formats import Answers, hits_bytes, write_hits
from geosearch.formats.hits.columns import columns
from geosearch.formats.hits.properties import hit_properties
from geosearch.outputs import HIT_FORMATS, hit_format

FILES = [kind for kind in HIT_FORMATS if kind != "chips"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.geojson", "geojson"), ("a.JSON", "geojson"), ("a.stac.json", "stac"),
        ("a.jsonl", "json"), ("a.geojsonl", "geojsonl"), ("a.geojsons", "geojsons"),
        ("a.b.csv", "csv"), ("a.geoparquet", "parquet"), ("a.gpkg", "gpkg"), ("a.kml", "kml"),
        ("a.htm", "html"), ("a.png", "png"), ("a.txt", "table"), ("a.zip", "chips"),
        ("chips/", "chips"), ("a.csv/", "chips"),
    ],
)  # fmt: skip
def test_the_longest_ending_decides(name: str, kind: str) -> None:
    assert hit_format(name) == kind


@pytest.mark.parametrize("name", ["a.xlsx", "a", ".csv", "a.stac"])
def test_an_ending_that_is_not_known_is_an_error_that_lists_those_that_are(name: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"unknown ending of {name}")) as caught:
        write_hits(name, Answers.of(answer([hit()])))
    for form in HIT_FORMATS.values():
        assert form.endings[0] in caught.value.hint


def test_a_format_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`format` is 'shp'") as caught:
        answer([hit()]).write(tmp_path / "a.csv", "shp")
    assert "gpkg" in caught.value.hint


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("count", [0, 14])
def test_every_format_writes_odd_hits_and_none(tmp_path: Path, kind: str, count: int) -> None:
    path = tmp_path / f"hits{HIT_FORMATS[kind].endings[0]}"
    refused = answer(odd_hits()[:count]).write(path)
    assert path.stat().st_size > 0 or count == 0
    pictured = kind in ("html", "png", "gpkg")
    assert len(refused) == (count if pictured else 0)


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind != "png"])
def test_every_format_but_a_picture_names_several_questions(kind: str) -> None:
    each = (answer([hit()], text="a lake"), answer([hit()], text="a town"))
    data, _ = hits_bytes(Answers(("a lake", "a town"), each, several=True), kind)
    assert b"a lake" in data
    assert b"a town" in data


def test_a_picture_of_several_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one query"):
        write_hits(tmp_path / "a.png", Answers(("a", "b"), (answer([]),) * 2, several=True))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "hits.csv").write_text("before")
    broken = answer([hit()])
    broken._hits = ("not a hit",)  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        broken.write(tmp_path / "hits.csv")
    assert (tmp_path / "hits.csv").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_columns_are_the_properties_of_geojson() -> None:
    hits = answer(odd_hits())
    made = {one.name: one.values for one in columns(Answers.of(hits))}
    told = [hit_properties(one) for one in hits]
    assert set(made) == {name for row in told for name in row}
    for name in made.keys() - {"geosearch:where"}:
        assert json.loads(json.dumps(made[name])) == [row.get(name) for row in told]
