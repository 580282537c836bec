"""What is searched of a segment, by row and by block."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geosearch.index.filtering.alive import Alive
from geosearch.index.filtering.blocks import make_blocks


def test_where_nothing_is_removed_all_rows_are_searched() -> None:
    alive = Alive(7, None)
    assert (alive.count, alive.rows, alive.of_blocks(make_blocks(columns(7), *shapes(7)))) == (
        7,
        None,
        None,
    )


def columns(n: int) -> dict[str, np.ndarray]:
    return {
        "bounds": np.zeros((n, 4)),
        "time_ms": np.zeros(n, np.int64),
        "scene_no": np.zeros(n, np.int32),
        "valid": np.ones(n, np.float32),
        "cloud": np.zeros(n, np.float32),
        "gsd_m": np.ones(n, np.float32),
    }


def shapes(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(n, 3, np.int32), np.ones(n, bool)


@given(st.integers(0, 700), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.01, 0.5, 0.99, 1.0]))
def test_blocks_are_told_apart_by_their_rows(n: int, seed: int, living: float) -> None:
    mask = np.random.default_rng(seed).random(n) < living
    blocks, alive = make_blocks(columns(n), *shapes(n)), Alive(n, mask)
    of_blocks = alive.of_blocks(blocks)
    assert of_blocks is not None
    edges = list(zip(blocks.starts[:-1], blocks.starts[1:], strict=True))
    assert of_blocks[0].tolist() == [bool(mask[a:b].any()) for a, b in edges]
    assert of_blocks[1].tolist() == [bool(mask[a:b].all()) for a, b in edges]
    assert alive.rows is not None
    assert alive.count == len(alive.rows) == int(mask.sum())
