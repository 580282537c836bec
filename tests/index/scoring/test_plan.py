"""The plan takes what costs least, and asks for what was measured."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import IndexFolderError
from geosearch.index.scoring.calibration import (
    UNMEASURED,
    Calibration,
    CodeErrors,
    Costs,
    Need,
    Recall,
    read_calibration,
    write_calibration,
)
from geosearch.index.scoring.plan import (
    choose,
    exact_choice,
    need_at,
    recall_at,
)

ROWS = 1_000_000
MEASURED = Calibration(
    Costs(),
    (Need(1.0, 0.1, 2_000, 900), Need(0.1, 0.2, 1_000, 400), Need(0.01, 0.4, 500, 500)),
    (Recall(1.0, "ivfpq", 0.99), Recall(0.1, "ivfpq", 0.98), Recall(0.01, "exact", 1.0)),
    "texts",
    CodeErrors(usual=0.003, deviations=7.5),
)

costs = st.builds(
    Costs,
    row=st.floats(10, 400),
    run=st.floats(100, 50_000),
    gathered_row=st.floats(50, 2_000),
    code=st.floats(0.1, 20),
    candidate=st.floats(50, 5_000),
    probe=st.floats(1e4, 1e7),
    mark=st.floats(0.01, 2),
)


@given(costs, st.integers(1, ROWS), st.integers(1, 10_000), st.integers(1, 200))
def test_the_cheaper_tier_is_taken(measured: Costs, matching: int, runs: int, k: int) -> None:
    calibration = replace(MEASURED, costs=measured)
    runs = min(runs, matching)
    choice = choose(calibration, ROWS, matching, runs, k)
    exact = exact_choice(measured, matching, runs)
    forced = choose(calibration, ROWS, matching, runs, k, tier="ivfpq")
    assert choice.milliseconds <= exact.milliseconds
    assert choice in (exact, forced)
    if choice.tier == "exact" and forced.tier == "ivfpq" and 4 * forced.candidates < matching:
        assert exact.milliseconds <= forced.milliseconds


@given(costs, st.integers(1, ROWS - 1), st.integers(1, 100), st.integers(1, 100))
def test_a_scan_of_more_rows_or_runs_costs_more(
    measured: Costs, matching: int, runs: int, more: int
) -> None:
    less = exact_choice(measured, matching, runs).milliseconds
    assert exact_choice(measured, matching + more, runs).milliseconds > less
    assert exact_choice(measured, matching, runs + more).milliseconds >= less


@given(st.integers(1, ROWS), st.integers(1, 300))
def test_an_approximate_choice_has_enough_to_choose_from(matching: int, k: int) -> None:
    choice = choose(MEASURED, ROWS, matching, 1, k, tier="ivfpq")
    if choice.tier == "ivfpq":
        assert k < choice.candidates < matching
        assert need_at(MEASURED, matching / ROWS).fraction <= choice.fraction <= 1
        assert choice.fraction * matching >= min(4 * choice.candidates, matching) * 0.999
    else:
        assert choice.candidates == matching


def test_more_hits_ask_for_more_candidates() -> None:
    found = [choose(MEASURED, ROWS, ROWS, 1, k, tier="ivfpq").candidates for k in (1, 10, 40, 400)]
    assert found == sorted(set(found))
    assert found[1] == pytest.approx(2_000 + 10, abs=1)


def test_few_rows_are_scanned_and_none_are_skipped() -> None:
    assert choose(MEASURED, ROWS, 0, 0, 10).tier == "skipped"
    assert choose(MEASURED, ROWS, 100, 3, 10).tier == "exact"
    assert choose(MEASURED, ROWS, 100, 3, 10, tier="ivfpq").tier == "exact"
    assert choose(MEASURED, ROWS, ROWS, 1, 10).tier == "ivfpq"


@pytest.mark.parametrize("need", MEASURED.needs)
def test_what_was_measured_is_what_is_needed(need: Need) -> None:
    found = need_at(MEASURED, need.selectivity)
    assert found.fraction == pytest.approx(need.fraction)
    assert found.candidates == pytest.approx(need.candidates, abs=1)


def test_in_between_the_need_is_on_a_line_of_logarithms() -> None:
    found = need_at(MEASURED, 10**-0.5)
    assert found.fraction == pytest.approx((0.1 * 0.2) ** 0.5)
    assert found.candidates == pytest.approx((2_000 * 1_000) ** 0.5, abs=1)


@given(st.floats(1e-8, 1), st.floats(1e-8, 1))
def test_a_narrower_filter_needs_no_smaller_share(a: float, b: float) -> None:
    for calibration in (MEASURED, UNMEASURED):
        narrow, wide = need_at(calibration, min(a, b)), need_at(calibration, max(a, b))
        assert narrow.fraction >= wide.fraction * 0.999_999
        assert 0 < narrow.fraction <= 1
        assert narrow.candidates <= wide.candidates


def test_below_the_least_that_was_measured_the_slope_goes_on() -> None:
    assert need_at(MEASURED, 0.001).fraction == pytest.approx(0.8)
    assert need_at(MEASURED, 1e-9).fraction == 1.0
    assert need_at(MEASURED, 0.0).candidates == 500


def test_a_single_measurement_holds_everywhere() -> None:
    one = replace(MEASURED, needs=(Need(1.0, 0.3, 700, 600),))
    for selectivity in (1.0, 0.01, 1e-6):
        found = need_at(one, selectivity)
        assert found.fraction == pytest.approx(0.3)
        assert found.candidates == pytest.approx(700, abs=1)


def test_the_recall_to_expect_is_the_approximate_tiers_next_to_it() -> None:
    assert recall_at(MEASURED, 1.0) == 0.99
    assert recall_at(MEASURED, 0.2) == 0.98
    assert recall_at(MEASURED, 0.001) == 0.98  # an exact scan was measured there
    assert recall_at(UNMEASURED, 1.0) is None
    assert recall_at(replace(MEASURED, recalls=(Recall(1.0, "exact", 1.0),)), 1.0) is None


def test_what_was_measured_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_calibration(tmp_path, MEASURED)
    assert read_calibration(tmp_path) == MEASURED


@pytest.mark.parametrize(
    "change",
    [
        {"needs": []},
        {"needs": [{"selectivity": 0, "share": 0.1, "candidates": 10, "scored": 1}]},
        {"needs": [{"selectivity": 0.1, "share": 0, "candidates": 10, "scored": 1}]},
        {"needs": [{"selectivity": 0.1, "share": 0.1, "candidates": 0, "scored": 1}]},
        {"needs": [{"selectivity": float("nan"), "share": 0.1, "candidates": 10, "scored": 1}]},
        {"needs": [{"selectivity": 0.1, "share": float("nan"), "candidates": 10, "scored": 1}]},
        {"needs": [{"selectivity": 0.1, "share": 0.1, "scored": 1}]},
        {"needs": [{"selectivity": 0.1, "share": 0.1, "candidates": 10}]},
        {"recalls": []},
        {"needs": [{"selectivity": 0.1, "share": 0.1, "candidates": float("inf"), "scored": 1}]},
        {"needs": [{"selectivity": 0.1, "share": 0.1, "candidates": 9, "scored": 1}] * 2},
        {"needs": 7},
        {"costs": []},
        {"costs": {"row": float("inf")}},
        {"costs": {"row": -1}},
        {"recalls": [{"selectivity": 0, "tier": "exact", "recall": 1}]},
        {"costs": {"row": "fast"}},
        {"costs": {"magic": 1}},
        {"recalls": [{"selectivity": 1}]},
        {"needs": [{"selectivity": 0.1, "share": 0.1, "candidates": 10, "scored": 11}]},
        {"needs": [{"selectivity": 0.1, "share": 0.1, "candidates": 10, "scored": 0}]},
        {"errors": {"usual": float("nan"), "deviations": 7}},
        {"errors": {"usual": 0.1, "deviations": float("inf")}},
        {"errors": {"usual": 0.1}},
        {"errors": 7},
        {"errors": None},
    ],
)
def test_a_damaged_file_is_an_error(tmp_path: Path, change: dict[str, object]) -> None:
    write_calibration(tmp_path, MEASURED)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(IndexFolderError, match="damaged"):
        read_calibration(tmp_path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError, match=r"plan\.json is damaged"):
        read_calibration(tmp_path)
