"""Hits in programs and notebooks: slices, short texts, and what other libraries take."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from support.odd_hits import ACROSS, answer, hit, odd_hits
from support.small_index import unit

import geosearch
from geosearch.search.hits.explanation import Comparison


def test_the_geo_interface_is_a_feature_collection() -> None:
    features = answer(odd_hits()).__geo_interface__["features"]
    assert len(features) == len(odd_hits())
    assert shape(features[-2]["geometry"]).equals(ACROSS)


def test_geopandas_takes_hits_as_they_are() -> None:
    geopandas = pytest.importorskip("geopandas", reason="the extra `test` brings GeoPandas")
    frame = geopandas.GeoDataFrame.from_features(answer(odd_hits()), crs=4326)
    assert frame.geometry.iloc[-2].equals(ACROSS)


def test_a_slice_keeps_ranks_question_and_what_is_said() -> None:
    hits = answer(odd_hits())
    compared = tuple(Comparison(rank, 0.0, "a lake", 0.0) for rank in range(1, 15))
    hits.explanation = replace(hits.explanation, comparisons=compared)
    some = hits[3:9:2]
    assert isinstance(some, geosearch.Hits)
    assert [one.rank for one in some] == [4, 6, 8]
    assert [one.contrast for one in some.explanation.comparisons] == [4, 6, 8]
    assert (some.query, some.any, some.says, some.marks) == (
        hits.query, hits.any, hits.says, hits.marks,
    )  # fmt: skip


def test_short_texts_say_what_a_value_is(unknown: geosearch.Index) -> None:
    assert repr(answer(odd_hits())) == '<14 hits for "a river", best score 1.000, likely here>'
    assert repr(answer([], says=None)) == '<0 hits for "a river">'
    assert repr(hit(2)) == (
        "<Hit 2: a.tif@64,32,64x64, score 0.500, likely 0.25, 2020-06-01, 32 x 32 m>"
    )
    folder = unknown.generation.folder
    assert repr(unknown) == (f"<Index {folder}: 500 chips of 5 scenes, encoder none, generation 2>")
    chip = unknown.chip(unknown.search(unit(1), k=1)[0].id)
    assert repr(chip).startswith(f"<Chip {chip.id}, ")


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "\ud83d"])
def test_a_short_text_is_one_line_that_can_be_printed(name: str) -> None:
    for text in (repr(hit(1, name)), repr(answer([], text=name))):
        assert text.isprintable()
        text.encode()


def test_an_index_tells_the_crs_of_scenes_that_it_knows(unknown: geosearch.Index) -> None:
    hits = pickle.loads(pickle.dumps(unknown.search(unit(1), k=1)))
    assert hits.scene_crs(hits[0].scene) == "EPSG:4326"
    assert hits.scene_crs("another") is None
    assert answer([hit()]).scene_crs("a.tif") is None


def test_a_vector_is_asked_and_written_without_a_name(
    unknown: geosearch.Index, tmp_path: Path
) -> None:
    hits = unknown.search(unit(1), k=3)
    hits.to_html(tmp_path / "hits.html")
    hits.to_stac(tmp_path / "hits.stac.json")
    table = hits.to_arrow()
    assert table["id"].to_pylist() == [one.id for one in hits]
    found = shapely.from_wkb(np.array(table["geometry"].to_pylist(), object))
    assert all(one.equals(two.footprint) for one, two in zip(found, hits, strict=True))
