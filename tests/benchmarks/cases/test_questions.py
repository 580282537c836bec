"""The rows, questions and true answers of benchmarks of search."""

import numpy as np
import pytest
import shapely

from benchmarks.cases.archive import Base
from benchmarks.cases.questions import K, Question, Rows, kinds, make_questions, write_rows

ROWS = 3_000
WAYS = kinds((1.0, 0.1, 0.01), far=True)


def unit(seed: int, *shape: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    base = Base("random", unit(0, 200, 16), unit(1, 4, 16))
    return write_rows(tmp_path_factory.mktemp("archive") / "rows", base, ROWS)


@pytest.fixture(scope="module")
def questions(rows: Rows) -> list[Question]:
    return make_questions(rows, unit(1, 4, 16), WAYS)


def test_so_many_rows_are_there_as_were_asked_for(rows: Rows) -> None:
    assert rows.vectors.shape == (ROWS, 16)
    assert len(rows.bounds) == len(rows.time_ms) == len(rows.scene) == ROWS


def test_the_right_rows_are_the_best_that_shapely_finds_in_the_box(
    rows: Rows, questions: list[Question]
) -> None:
    boxes = shapely.box(*rows.bounds.T)
    for one in questions:
        if one.box_wsen is None:
            inside = np.arange(ROWS)
        else:
            inside = np.flatnonzero(shapely.intersects(boxes, shapely.box(*one.box_wsen)))
        scores = rows.vectors[inside].astype(np.float64) @ one.query.astype(np.float64)
        best = inside[np.argsort(-scores)[:K]]
        assert one.passed == len(inside)
        assert one.recall(best.tolist()) == 1


def test_a_filter_leaves_about_the_share_that_was_asked_for(questions: list[Question]) -> None:
    for one in questions:
        fraction = WAYS[one.kind].selectivity
        assert fraction * ROWS <= one.passed <= 2 * fraction * ROWS + 60


def test_what_is_not_found_lowers_the_recall(questions: list[Question]) -> None:
    right = sorted(questions[0].right)[:K]
    assert questions[0].recall([*right[:7], -1, -1, -1]) == pytest.approx(0.7)


def test_a_row_that_is_found_twice_counts_once(questions: list[Question]) -> None:
    assert questions[0].recall([min(questions[0].right)] * K) == pytest.approx(1 / K)


def test_far_boxes_hold_less_of_what_is_asked(rows: Rows, questions: list[Question]) -> None:
    def best_score(one: Question) -> float:
        return max(float(rows.vectors[row].astype(np.float32) @ one.query) for row in one.right)

    mean = {
        way.name: np.mean([best_score(one) for one in questions if WAYS[one.kind] == way])
        for way in WAYS
        if way.selectivity == 0.1
    }
    assert mean["far"] < mean["bbox"]
