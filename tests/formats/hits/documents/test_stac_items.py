"""Hits as STAC Items, judged by PySTAC and the schemas that it brings."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.odd_hits import answer, hit, odd_hits

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.documents.stac_items import item_collection_text, item_id


def items(hits: Any) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(hits.to_stac())["features"]
    return features


def test_pystac_finds_no_fault() -> None:
    pystac = pytest.importorskip("pystac", reason="the extra `test` brings PySTAC")
    collection = pystac.ItemCollection.from_dict(json.loads(answer(odd_hits()).to_stac()))
    assert len(collection) == len(odd_hits())
    for item in collection:
        item.validate()
    assert collection[0].datetime == datetime(2020, 6, 1, 10, tzinfo=UTC)


def test_properties_are_those_of_geojson_with_a_prefix() -> None:
    properties = items(answer(odd_hits()))[-2]["properties"]
    assert properties["geosearch:likely"] == 0.25
    assert properties["geosearch:where"]["type"] == "Polygon"
    assert properties["geosearch:bands"] == [1, 2, 3]
    assert properties["gsd"] == 0.5
    own = {"datetime", "gsd"}
    assert all(name.startswith("geosearch:") for name in properties.keys() - own)


def test_an_undated_hit_has_a_span_and_no_time() -> None:
    text = item_collection_text(Answers.of(answer(odd_hits())), datetime(2026, 1, 2, tzinfo=UTC))
    properties = json.loads(text)["features"][-1]["properties"]
    assert properties["datetime"] is None
    assert properties["start_datetime"] == "1900-01-01T00:00:00Z"
    assert properties["end_datetime"] == "2026-01-02T00:00:00Z"


def test_a_box_across_180_degrees_has_its_west_east_of_its_east() -> None:
    assert items(answer(odd_hits()))[-2]["bbox"] == [179.5, -17, -179.5, -16]


def test_assets_are_the_scene_s_files_without_secrets() -> None:
    three = replace(hit(), href="/data/T32_{B04,B03,B02}.tif")
    signed = replace(hit(), href="https://host/a.tif?X-Amz-Signature=abc")
    first, second = items(answer([three, signed]))
    assert [one["href"] for one in first["assets"].values()] == [
        "/data/T32_B04.tif", "/data/T32_B03.tif", "/data/T32_B02.tif",
    ]  # fmt: skip
    assert list(first["assets"]) == ["red", "green", "blue"]
    assert "abc" not in second["assets"]["scene"]["href"]


@given(st.text())
def test_an_id_fits_into_a_url_and_can_be_undone(chip_id: str) -> None:
    made = item_id(chip_id)
    assert re.fullmatch(r"[A-Za-z0-9._~-]*", made)
    assert unquote(made.replace("~", "%")) == chip_id


def test_a_chip_that_answers_two_questions_is_two_items() -> None:
    answers = Answers(("a", "b"), (answer([hit()]), answer([hit()])), several=True)
    one, two = json.loads(item_collection_text(answers))["features"]
    assert one["id"] != two["id"]
    assert (one["properties"]["geosearch:query"], two["properties"]["geosearch:query"]) == (
        "a",
        "b",
    )
