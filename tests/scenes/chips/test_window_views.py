"""Windows as views, against one slice each."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.scenes.chips.window_views import equal_spans, side_by_side


@settings(max_examples=60)
@given(
    left=st.integers(0, 5), width=st.integers(1, 9), apart=st.integers(1, 12),
    count=st.integers(1, 6), channels=st.booleans(),
)  # fmt: skip
def test_each_window_is_its_slice(
    left: int, width: int, apart: int, count: int, channels: bool
) -> None:
    columns = left + (count - 1) * apart + width + 2
    shape = (4, columns, 3) if channels else (4, columns)
    rows = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    windows = side_by_side(rows, left, width, apart, count)
    expected = [rows[:, left + i * apart : left + i * apart + width] for i in range(count)]
    np.testing.assert_array_equal(windows, np.stack(expected))


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([4, 5])), min_size=1, max_size=12))
def test_spans_cover_all_once_and_each_is_equally_far_apart(
    windows: list[tuple[int, int]],
) -> None:
    lefts, widths = (list(side) for side in zip(*windows, strict=True))
    spans = list(equal_spans(lefts, widths))
    assert [at for span in spans for at in range(span.start, span.stop)] == list(range(len(lefts)))
    for span in spans:
        assert len(set(widths[span])) == 1
        assert len(set(np.diff(lefts[span]).tolist())) <= 1
        assert (np.diff(lefts[span]) > 0).all()


def test_a_grid_is_one_span_and_its_narrow_edge_another() -> None:
    assert list(equal_spans([0, 10, 20, 30], [10, 10, 10, 4])) == [slice(0, 3), slice(3, 4)]
