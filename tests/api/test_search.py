"""`Index.search`: a text, a list of them, a vector, several."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.small_index import all_chips, best_ids, build, unit

import geosearch
from geosearch.errors import EncoderError, UsageError

TEXTS = ["a river", "a lake among hills", "a river"]


def test_a_list_of_texts_is_answered_as_each_by_itself(spoken: geosearch.Index) -> None:
    together = spoken.search(TEXTS, k=7, bbox=(0, 0, 0.55, 1))
    assert [hits.query for hits in together] == TEXTS
    for text, hits in zip(TEXTS, together, strict=True):
        alone = spoken.search(text, k=7, bbox=(0, 0, 0.55, 1))
        assert [hit.id for hit in hits] == [hit.id for hit in alone]
        assert hits.explanation.plans == alone.explanation.plans


def test_a_list_of_one_is_answered_with_a_list(spoken: geosearch.Index) -> None:
    (hits,) = spoken.search(TEXTS[:1])
    assert hits.query == spoken.search("a river").query == "a river"
    assert spoken.search(tuple(TEXTS))[2].query == "a river"
    assert spoken.search([]) == []


def test_a_text_and_its_vector_find_the_same(spoken: geosearch.Index) -> None:
    vector = spoken.encoder.encode_texts(TEXTS[:1])[0]
    by_text, by_vector = spoken.search(TEXTS[0]), spoken.search(vector)
    assert [hit.id for hit in by_text] == [hit.id for hit in by_vector]
    assert by_vector.query is None


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_a_vector_needs_no_encoder(unknown: geosearch.Index, kind: type) -> None:
    vector: np.ndarray = (5 * unit(1).astype(np.float16)).astype(kind)
    hits = unknown.search(vector, k=20)
    assert [hit.id for hit in hits] == best_ids(all_chips(), vector.astype(np.float32), 20)
    assert hits[0].score <= 1
    assert set(hits.explanation.milliseconds) == {"filter", "search", "records"}


def test_several_vectors_are_answered_with_a_list(unknown: geosearch.Index) -> None:
    table = np.stack([unit(1), unit(2)])
    found = unknown.search(table, k=5)
    assert [[hit.id for hit in hits] for hits in found] == [
        best_ids(all_chips(), vector, 5) for vector in table
    ]
    assert len(unknown.search(table[:1])) == 1
    assert unknown.search(table[:0]) == []


def test_a_text_is_refused_where_the_encoder_is_not_here(unknown: geosearch.Index) -> None:
    with pytest.raises((EncoderError, UsageError)) as caught:
        unknown.search("a river")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("", "the query is empty"),
        ("  \n", "the query is empty"),
        (["a river", " ", "a lake"], "query 2 of 3 is empty"),
        (["a river", 7], "list"),
        (None, "nothing is looked for"),
        ({"a river"}, "set"),
        (np.zeros(16), "zero"),
        (np.ones(15), "15"),
    ],
)
def test_what_is_no_query_is_refused(unknown: geosearch.Index, query: object, word: str) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        unknown.search(query)  # type: ignore[call-overload]
    assert caught.value.hint


def test_the_explanation_goes_to_json(unknown: geosearch.Index, tmp_path: Path) -> None:
    hits = unknown.search(unit(3), k=2, bbox=(0, 0, 0.25, 1))
    answer = json.loads(hits.to_json())
    assert answer["query"] is None
    assert [hit["id"] for hit in answer["hits"]] == [hit.id for hit in hits]
    plans = answer["explanation"]["plans"]
    assert [plan["tier"] for plan in plans] == ["exact", "skipped"]
    assert plans[0]["matching"] == 30
    assert plans[0]["ranges"] >= 1
    assert plans[0]["recall"] == 1.0
    assert plans[0]["expected_ms"] > 0


def test_exact_scores_every_matching_chip(tmp_path: Path) -> None:
    build(tmp_path / "index", segments=1, ann="ivfpq")
    index = geosearch.open(tmp_path / "index")
    (plan,) = index.search(unit(1), k=3).explanation.plans
    assert (plan.tier, plan.candidates < 500) == ("ivfpq", True)
    exact = index.search(unit(1), k=3, exact=True)
    (plan,) = exact.explanation.plans
    assert (plan.tier, plan.candidates, plan.probed) == ("exact", 500, 0)
    assert [hit.id for hit in exact] == best_ids(all_chips(), unit(1), 3)


def test_the_steps_of_a_distinct_search_are_added_up(unknown: geosearch.Index) -> None:
    hits = unknown.search(unit(1), k=400, distinct=True)
    assert len(hits) == 400
    assert hits.explanation.milliseconds["search"] > 0
