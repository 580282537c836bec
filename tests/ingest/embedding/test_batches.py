"""What is read, gathered for the encoder: no chip is lost, none is changed, none is twice there."""

from collections.abc import Generator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geosearch.ingest.embedding.batches import batches
from geosearch.scenes import ChipBlock, ReadingMemory, reading_within

SIZE_PX = 4
CHIP_BYTES = 3 * SIZE_PX**2


def blocks_of(
    pixels: NDArray[np.uint8], valid: NDArray[np.float32], lengths: list[int]
) -> Generator[ChipBlock, None, None]:
    first = 0
    for length in lengths:
        some = slice(first, first + length)
        cloud = valid[some] / 2
        yield ChipBlock(first, pixels[some], valid[some], cloud)
        first += length


@settings(max_examples=100, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=8), at_once=st.integers(1, 12),
    min_valid=st.sampled_from([0.0, 0.5, 1.0]), seed=st.integers(0, 99),
)  # fmt: skip
def test_chips_with_enough_valid_pixels_come_once_and_in_order(
    lengths: list[int], at_once: int, min_valid: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    count = sum(lengths)
    pixels = rng.integers(0, 256, (count, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
    valid = rng.choice(np.array([0, 0.25, 0.5, 1], np.float32), count)
    with reading_within(ReadingMemory(block_bytes=at_once * CHIP_BYTES)):
        found = list(batches(blocks_of(pixels, valid, lengths), min_valid, SIZE_PX))
    wanted = np.flatnonzero((valid >= min_valid) & (valid > 0))
    np.testing.assert_array_equal(np.concatenate([one.numbers for one in found]), wanted)
    np.testing.assert_array_equal(np.concatenate([one.pixels for one in found]), pixels[wanted])
    np.testing.assert_array_equal(np.concatenate([one.valid for one in found]), valid[wanted])
    np.testing.assert_array_equal(np.concatenate([one.cloud for one in found]), valid[wanted] / 2)
    assert all(len(one.numbers) == at_once for one in found[:-1])


def test_each_batch_says_up_to_where_the_windows_are_done() -> None:
    pixels = np.zeros((6, SIZE_PX, SIZE_PX, 3), np.uint8)
    valid = np.array([1, 0, 1, 1, 0, 0], np.float32)
    with reading_within(ReadingMemory(block_bytes=2 * CHIP_BYTES)):
        found = list(batches(blocks_of(pixels, valid, [3, 3]), 0.5, SIZE_PX))
    assert [(one.numbers.tolist(), one.reached) for one in found] == [([0, 2], 3), ([3], 6)]
