"""Questions of several parts, and answers that can be asked again."""

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.small_index import DIM, NAMES, SPEC, all_chips, best_ids, chips, record, unit

import geosearch
from geosearch.cli.main import run
from geosearch.encoders import load_encoder
from geosearch.errors import UsageError
from geosearch.index import IndexWriter
from geosearch.ingest import embedded_phrases
from geosearch.search import Marks


def u(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))


def order(
    index: geosearch.Index, query: np.ndarray, but: frozenset[str] = frozenset()
) -> list[str]:
    """Brute force: ids of all chips, best first."""
    ids = [hit.id for hit in index.search(u(query).astype(np.float32), k=1000, exact=True)]
    return [chip_id for chip_id in ids if chip_id not in but]


def test_a_hit_has_the_vector_that_its_score_is_of(unknown: geosearch.Index) -> None:
    hits = unknown.search(unit(3), k=30)
    for hit in hits:
        assert hit.vector.dtype == np.float32
        assert hit.vector @ unit(3) == pytest.approx(hit.score, abs=1e-6)
        assert np.array_equal(unknown.vector(hit.id), hit.vector)
        assert unknown.chip(hit.id).footprint.equals(hit.footprint)


def test_marks_move_the_question_and_are_left_out(unknown: geosearch.Index) -> None:
    first = unknown.search(unit(1), k=20)
    second = first.mark(right=[1, 3], wrong=[first[1].id])
    asked = unit(1) + u(first[0].vector + first[2].vector) - 0.5 * u(first[1].vector)
    marked = frozenset({first[0].id, first[1].id, first[2].id})
    assert second.marks.ids == marked
    assert [hit.id for hit in second] == order(unknown, asked, marked)[:20]


def test_marks_add_up_from_round_to_round(unknown: geosearch.Index, tmp_path: Path) -> None:
    first = unknown.search(unit(1), k=5, bbox=(0, 0, 3, 1))
    third = first.mark(right=[1]).mark(wrong=[2])
    assert (len(third.marks.right), len(third.marks.wrong)) == (1, 1)
    third.marks.save(tmp_path / "marks.json")
    again = unknown.search(unit(1), k=5, bbox=(0, 0, 3, 1), marks=tmp_path / "marks.json")
    assert [hit.id for hit in again] == [hit.id for hit in third]
    assert all(hit.footprint.bounds[0] <= 3 for hit in third)


def test_hits_can_be_asked_again_in_another_process(unknown: geosearch.Index) -> None:
    hits = unknown.search(unit(1), k=5)
    copied = pickle.loads(pickle.dumps(hits))
    assert [hit.id for hit in copied.mark(right=[2])] == [hit.id for hit in hits.mark(right=[2])]
    assert np.array_equal(copied[0].vector, hits[0].vector)


def test_a_slice_of_hits_is_hits(unknown: geosearch.Index) -> None:
    hits = unknown.search(unit(1), k=5)
    assert isinstance(hits[:2], geosearch.Hits)
    assert [hit.id for hit in hits[1:].mark(wrong=[2])] == [hit.id for hit in hits.mark(wrong=[2])]


@pytest.mark.parametrize(
    ("marks", "word"),
    [
        ({"right": [99]}, "rank 99"),
        ({"right": [True]}, "rank True"),
        ({"wrong": ["nothing"]}, "no chip"),
        ({"right": [1], "wrong": [1]}, "as right and as wrong"),
    ],
)
def test_what_cannot_be_marked_is_refused(
    unknown: geosearch.Index, marks: dict[str, Any], word: str
) -> None:
    with pytest.raises(UsageError, match=word):
        unknown.search(unit(1), k=5).mark(**marks)


def test_chips_alone_are_asked_without_an_encoder(unknown: geosearch.Index) -> None:
    some = all_chips()[5], all_chips()[205]
    hits = unknown.search(like=[one.id for one in some], k=30)
    query = u(some[0].vector + some[1].vector).astype(np.float32)
    assert [hit.id for hit in hits] == best_ids(all_chips(), query, 30)
    assert hits.asked.named() == f"like {some[0].id}, like {some[1].id}"


def test_a_text_is_asked_with_all_its_parts(spoken: geosearch.Index, tmp_path: Path) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (90, 70, 3)).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "a.png")
    encoder = spoken.encoder
    text, town = encoder.encode_texts(["a lake", "a town"])
    (image,) = encoder.encode_images(encoder.fit(picture)[None])
    hits = spoken.search("a lake", avoid="a town", like=tmp_path / "a.png", k=50, scale=False)
    background = spoken.generation.background
    start = [0, 0]
    if isinstance(background, geosearch.index.Background):
        start = [background.phrases.mean(axis=0), background.sample.mean(axis=0)]
    asked = u(u(text - start[0]) + u(image - start[1])) - 0.5 * town
    assert [hit.id for hit in hits] == order(spoken, asked)[:50]
    assert hits.asked.to_plain() == {
        "text": "a lake",
        "read_as": "a lake",
        "avoid": ["a town"],
        "like": [str(tmp_path / "a.png")],
    }
    assert json.loads(hits.to_json())["query"] == f'a lake, like {tmp_path}/a.png, not "a town"'


@pytest.mark.parametrize("avoid", ["", " ", ["a town", ""], [5], 5, ["x"] * 101])
def test_what_cannot_be_avoided_is_refused(unknown: geosearch.Index, avoid: Any) -> None:
    with pytest.raises(UsageError, match="avoid"):
        unknown.search(unit(1), avoid=avoid)


def test_marks_of_another_index_are_refused_by_name(unknown: geosearch.Index) -> None:
    with pytest.raises(UsageError, match=r"other\.tif"):
        unknown.search(unit(1), marks=Marks(right=("other.tif@0,0,64x64",)))


def test_the_history_of_a_place_is_scored_by_a_question(unknown: geosearch.Index) -> None:
    hits = unknown.history("0.55,0.55", unit(2))
    assert [hit.score for hit in hits] == pytest.approx([hit.vector @ unit(2) for hit in hits])
    assert len(unknown.history((0.55, 0.55), datetime="2021")) == 0


@pytest.mark.parametrize("place", ["181,0", (0, 91), "nowhere", 5, (1, 2, 3), "nan,0"])
def test_what_is_no_place_has_no_history(unknown: geosearch.Index, place: Any) -> None:
    with pytest.raises(UsageError) as caught:
        unknown.history(place)
    assert caught.value.hint


def test_places_are_numbered_and_outlined(unknown: geosearch.Index) -> None:
    hits = unknown.search(unit(1), k=9, places=True)
    assert [hit.place for hit in hits] == list(range(1, 10))
    told = json.loads(hits.to_geojson())
    assert [one["place"] for one in told["geosearch:places"]] == list(range(1, 10))
    assert told["features"][0]["properties"]["geosearch:place"] == 1
    assert "geosearch:places" not in json.loads(unknown.search(unit(1), k=9).to_geojson())


def test_places_are_kept_as_long_as_few_are_false(unknown: geosearch.Index) -> None:
    hits = unknown.search(unit(1), k=4)
    with pytest.raises(UsageError, match="these hits have no probability"):
        hits.places(false=0.2)
    sure = [replace(hit, likely=p) for hit, p in zip(hits, (0.9, 0.3, 0.8, 0.1), strict=True)]
    kept = hits.with_hits(sure).places(false=0.16)
    assert [place.number for place in kept] == [1, 3]
    assert hits.with_hits(sure).places(false=0.0) == ()
    with pytest.raises(UsageError, match="false"):
        hits.places(false=2)


def asked(index: geosearch.Index, *options: str) -> int:
    return run(["query", "-i", str(index.generation.folder), *options])


def test_a_chip_alone_is_a_query(
    unknown: geosearch.Index, capsys: pytest.CaptureFixture[str]
) -> None:
    chip = all_chips()[7]
    assert asked(unknown, "--like", chip.id, "--json", "-k", "2") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["hits"][0]["id"] == chip.id
    assert answer["query"] == f"like {chip.id}"


def test_a_place_in_the_west_has_a_history(
    unknown: geosearch.Index, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(unknown, "--history", "-70.5,-33.4", "--json") == 0
    assert json.loads(capsys.readouterr().out)["hits"] == []
    assert asked(unknown, "--history", f"{NAMES[2]}@0,0,64x64", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["hits"]) == 1


def test_places_are_counted_on_stderr(
    unknown: geosearch.Index, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(unknown, "--like", all_chips()[7].id, "--places", "-k", "3") == 0
    assert "at least 3 places" in capsys.readouterr().err


def test_marks_come_from_a_file(
    unknown: geosearch.Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marks = tmp_path / "marks.json"
    marks.write_text(json.dumps({"right": [all_chips()[7].id]}))
    vector = tmp_path / "query.npy"
    np.save(vector, unit(1))
    assert asked(unknown, "--vector", str(vector), "--marks", str(marks), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["asked"]["marks"]["right"] == [all_chips()[7].id]
    assert all(hit["id"] != all_chips()[7].id for hit in answer["hits"])


@pytest.mark.parametrize(
    ("options", "flag"),
    [
        (["--like", "nowhere.png"], "nowhere.png"),
        (["--marks", "nowhere.json"], "nowhere.json"),
        (["--like", f"{NAMES[0]}@0,0,64x64", "--per-place", "0"], "--per-place"),
        (["--like", f"{NAMES[0]}@0,0,64x64", "--near-date", "soon"], "--near-date"),
        (["--history", "300,0"], "300,0"),
    ],
)
def test_a_mistake_is_one_line_with_a_remedy(
    unknown: geosearch.Index,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    flag: str,
) -> None:
    assert asked(unknown, *options) == 2
    said = capsys.readouterr().err
    assert flag in said
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 2


def test_the_dimension_is_that_of_the_index(unknown: geosearch.Index) -> None:
    assert unknown.vector(all_chips()[0].id).shape == (DIM,)


def test_twenty_marks_refit_the_probabilities_of_a_question(tmp_path: Path) -> None:
    mini = load_encoder("mini")
    spec = replace(SPEC, encoder="mini", fingerprint=mini.fingerprint, dim=mini.dim)
    vectors = np.random.default_rng(0).normal(size=(100, mini.dim)).astype(np.float32)
    vectors += 20 * mini.encode_texts(["a lake"])[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with IndexWriter(tmp_path / "i", spec, phrases=lambda: embedded_phrases(mini)) as writer:
        writer.stage(record(0), replace(chips(0), vectors=vectors))
        writer.publish()
    index = geosearch.open(tmp_path / "i")

    def likely(**asking: Any) -> dict[str, float]:
        found = index.search("a lake", k=100, **asking)
        return {hit.id: hit.likely for hit in found if hit.likely is not None}

    before = likely()
    ids = list(before)
    marks = Marks((), tuple(ids[:20]))
    after = likely(marks=marks)
    few = likely(marks=Marks((), tuple(ids[:19])))
    assert len(after) == 80
    assert all(after[one] < before[one] for one in after)
    assert few == pytest.approx({one: before[one] for one in few}, abs=1e-6)
