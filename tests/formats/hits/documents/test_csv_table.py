"""Hits as comma-separated values: whole in every reader, and harmless in a spreadsheet."""

import csv
import io
from pathlib import Path

import duckdb
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from support.odd_hits import ACROSS, FORMULA, ODD_NAMES, answer, hit, odd_hits

from geosearch.formats import write_hits
from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.documents.csv_table import csv_text
from geosearch.text import shown


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_text_that_a_spreadsheet_would_compute_has_an_apostrophe() -> None:
    scenes = [row["scene"] for row in rows(answer(odd_hits()).to_csv())]
    assert scenes[0] == f"'{FORMULA}"
    assert [one[0] == "'" for one in scenes[:5]] == [True, True, True, True, False]


@given(st.text())
def test_no_cell_of_text_begins_as_a_formula_does(name: str) -> None:
    (row,) = rows(csv_text(Answers.of(answer([hit(1, name)]))))
    assert row["scene"].strip()[:1] not in set("=+-@＝＋－＠") | {"\t", "\r"}
    assert row["scene"] in (shown(name, lines=True), f"'{shown(name, lines=True)}")


def test_duckdb_reads_every_row_and_name(tmp_path: Path) -> None:
    write_hits(tmp_path / "hits.csv", Answers.of(answer(odd_hits())))
    table = duckdb.read_csv(str(tmp_path / "hits.csv"), header=True)
    read = table.select('"rank", scene, datetime, "geosearch:likely", longitude').fetchall()
    assert [row[0] for row in read] == list(range(1, len(ODD_NAMES) + 3))
    assert read[5][1] == "line\nbreak.tif"
    assert read[8][1] == "🚀水.tif"
    assert read[-1][2:4] == (None, None)
    assert 179.5 <= abs(read[-2][4]) <= 180


def test_places_are_wkt_and_a_point_inside() -> None:
    row = rows(answer(odd_hits()).to_csv())[-2]
    footprint = shapely.from_wkt(row["WKT"])
    assert footprint.equals(ACROSS)
    inside = shapely.Point(float(row["longitude"]), float(row["latitude"]))
    assert footprint.distance(inside) < 1e-6
    assert shapely.from_wkt(row["geosearch:where"]).bounds == (179.6, -17, 179.8, -16.5)


def test_a_file_begins_with_a_mark_and_a_pipe_does_not(tmp_path: Path) -> None:
    text = answer(odd_hits()).to_csv(tmp_path / "hits.csv")
    assert text.startswith("id,rank,")
    assert (tmp_path / "hits.csv").read_bytes() == b"\xef\xbb\xbf" + text.encode()


def test_no_hits_are_a_heading() -> None:
    (heading,) = answer([]).to_csv().splitlines()
    assert heading.split(",")[:3] == ["id", "rank", "score"]


def test_numbers_are_those_of_the_hits() -> None:
    read = rows(answer(odd_hits()).to_csv())
    assert np.allclose(
        [float(row["score"]) for row in read], [h.score for h in odd_hits()], atol=1e-6
    )
