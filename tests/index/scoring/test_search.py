"""One question, one answer: what a device has found, and what is searched when it is asked for."""

import numpy as np
import pytest
from support.small_index import DIM, build

from geosearch.index import (
    DeviceScan,
    Filter,
    SearchOptions,
    Segment,
    SegmentAnswer,
)
from geosearch.index.scoring.search import SegmentAnswers


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Segment:
    return build(tmp_path_factory.mktemp("door") / "index", segments=1).segments[0]


def unit_rows(count: int) -> np.ndarray:
    rows = np.random.default_rng(5).normal(size=(count, DIM)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.mark.parametrize("device", [None, DeviceScan("cpu", min_ms=0.0)], ids=["CPU", "device"])
def test_each_query_is_answered_as_if_alone(segment: Segment, device: DeviceScan | None) -> None:
    ranges, queries = segment.select(Filter()), unit_rows(3)
    answers = segment.search(queries, ranges, 10, SearchOptions(device=device))
    assert len(answers) == 3
    vectors = segment.vectors.astype(np.float64)
    for number, query in enumerate(queries):
        best = np.argsort(-(vectors @ query.astype(np.float64)))[:10]
        assert answers[number].rows.tolist() == best.tolist()
        assert answers[number].how.tier == ("exact" if device is None else "device")


def test_only_what_no_device_found_is_searched_and_when_it_is_asked_for(segment: Segment) -> None:
    known = segment.search(unit_rows(1), segment.select(Filter()), 1, SearchOptions())[0]
    searched: list[int] = []

    def search_one(number: int) -> SegmentAnswer:
        searched.append(number)
        return known

    answers = SegmentAnswers([known, None, None], search_one)
    assert searched == []
    assert answers[0] is answers[2] is known
    assert searched == [2]


def test_no_query_has_no_answer(segment: Segment) -> None:
    none = np.zeros((0, DIM), np.float32)
    assert len(segment.search(none, segment.select(Filter()), 10, SearchOptions())) == 0
