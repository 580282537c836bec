"""What a block says of its rows is true of each of them, and no more than true."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon

from geosearch.errors import IndexFolderError
from geosearch.index.arrays.packed import pack_shapes
from geosearch.index.filtering.blocks import (
    MAX_BLOCK_ROWS,
    Blocks,
    arrays_of,
    footprint_types,
    make_blocks,
    read_blocks,
    write_blocks,
)

UNKNOWN = np.iinfo(np.int64).min

groups = st.lists(st.integers(1, 600), max_size=30)


def columns_of(lengths: list[int], seed: int, tiny: int = 1) -> dict[str, Any]:
    """Rows in groups of one scene and time each, of some hundredths of their lengths if tiny."""
    rng = np.random.default_rng(seed)
    lengths = [-(-length // tiny) for length in lengths]
    count, number = sum(lengths), np.arange(len(lengths))
    corners = rng.uniform(-170, 170, (count, 2))
    cloud = np.where(rng.random(count) < 0.3, np.nan, rng.random(count))
    cloud[: count // 3] = np.nan
    gsd = rng.choice([0, np.nan, 0.3, 0.6], count)
    gsd[: count // 3] = 0.6
    times = np.where(number % 3 == 0, UNKNOWN, number * 1000)
    return {
        "bounds": np.concatenate([corners, corners + rng.uniform(0, 9, (count, 2))], axis=1),
        "time_ms": np.repeat(times, lengths).astype(np.int64),
        "scene_no": np.repeat(number // 2, lengths).astype(np.int32),
        "valid": rng.random(count).astype(np.float32),
        "cloud": cloud.astype(np.float32),
        "gsd_m": gsd.astype(np.float32),
    }


def made(lengths: list[int], seed: int, tiny: int = 1) -> tuple[dict[str, Any], Any, Blocks]:
    columns = columns_of(lengths, seed, tiny)
    count = len(columns["valid"])
    types = np.where(np.random.default_rng(seed).random(count) < 0.01, 6, 3).astype(np.int32)
    return columns, types, make_blocks(columns, types, types == 3)


@settings(deadline=None)
@given(groups, st.integers(0, 99), st.sampled_from([1, 100]))
def test_blocks_hold_every_row_once_and_at_most_256(
    lengths: list[int], seed: int, tiny: int
) -> None:
    columns, _, blocks = made(lengths, seed, tiny)
    sizes = np.diff(blocks.starts)
    assert blocks.starts[0] == 0
    assert blocks.starts[-1] == len(columns["valid"])
    assert ((sizes > 0) & (sizes <= MAX_BLOCK_ROWS)).all()
    assert len(blocks) == len(sizes)


@settings(deadline=None)
@given(groups, st.integers(0, 99), st.sampled_from([1, 100]))
def test_a_block_spans_its_rows_and_no_more(lengths: list[int], seed: int, tiny: int) -> None:
    columns, types, blocks = made(lengths, seed, tiny)
    for at in range(len(blocks)):
        rows = slice(blocks.starts[at], blocks.starts[at + 1])
        bounds = columns["bounds"][rows]
        assert blocks.bounds[at].tolist() == [
            bounds[:, 0].min(), bounds[:, 1].min(), bounds[:, 2].max(), bounds[:, 3].max()
        ]  # fmt: skip
        for name in ("time_ms", "scene_no", "valid"):
            values = columns[name][rows]
            assert getattr(blocks, name)[at].tolist() == [values.min(), values.max()]
        cloud = columns["cloud"][rows]
        known = cloud[~np.isnan(cloud)]
        span = [known.min(), known.max()] if len(known) else [np.nan, np.nan]
        np.testing.assert_array_equal(blocks.cloud[at], np.asarray(span, np.float32))
        assert blocks.cloud_unknown[at] == np.isnan(cloud).any()
        gsd = np.where(np.isnan(columns["gsd_m"][rows]), 0, columns["gsd_m"][rows])
        assert blocks.gsd_m[at].tolist() == [gsd.min(), gsd.max()]
        assert blocks.connected[at] == blocks.rectangular[at] == (types[rows] == 3).all()


@settings(deadline=None)
@given(st.lists(st.integers(40, 600), max_size=30), st.integers(0, 99))
def test_where_scenes_are_not_tiny_a_block_is_of_one_scene_and_time(
    lengths: list[int], seed: int
) -> None:
    _, _, blocks = made(lengths, seed)
    assert (blocks.scene_no[:, 0] == blocks.scene_no[:, 1]).all()
    assert (blocks.time_ms[:, 0] == blocks.time_ms[:, 1]).all()
    assert len(blocks) == sum(-(-length // MAX_BLOCK_ROWS) for length in lengths)


def test_tiny_scenes_share_blocks() -> None:
    _, _, blocks = made([1] * 1000, 0)
    assert np.diff(blocks.starts).tolist() == [256, 256, 256, 232]


@settings(deadline=None, max_examples=20)
@given(groups, st.integers(0, 99))
def test_blocks_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], seed: int
) -> None:
    _, _, blocks = made(lengths, seed)
    path = tmp_path_factory.mktemp("blocks") / "blocks.npz"
    write_blocks(path, blocks)
    read = arrays_of(read_blocks(path, sum(lengths)))
    for name, array in arrays_of(blocks).items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype, name


@pytest.mark.parametrize(
    "changes",
    [
        {"starts": np.array([0, 5, 5, 100])},
        {"starts": np.array([0, 60, 50, 100])},
        {"starts": np.array([1, 50, 100])},
        {"starts": np.array([0, 50, 99])},
        {"starts": np.array([0.0, 50, 100])},
        {"bounds": np.zeros((2, 3))},
        {"connected": np.zeros(3, bool)},
        {"rectangular": np.zeros(3, bool)},
        {"time_ms": np.zeros((3, 2), np.int64)},
        {"gsd_m": np.zeros(2, np.float32)},
    ],
)
def test_blocks_of_something_else_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    _, _, blocks = made([50, 50], 0)
    with (tmp_path / "blocks.npz").open("wb") as file:
        np.savez(file, **(arrays_of(blocks) | changes))
    with pytest.raises(IndexFolderError, match=r"blocks|fit|order"):
        read_blocks(tmp_path / "blocks.npz", 100)


@pytest.mark.parametrize("name", ["starts", "rectangular", "gsd_m", "cloud_unknown"])
def test_blocks_without_an_array_are_refused(tmp_path: Path, name: str) -> None:
    _, _, blocks = made([50, 50], 0)
    stored: dict[str, Any] = arrays_of(blocks)
    del stored[name]
    with (tmp_path / "blocks.npz").open("wb") as file:
        np.savez(file, **stored)
    with pytest.raises(IndexFolderError, match=name):
        read_blocks(tmp_path / "blocks.npz", 100)


def test_a_footprint_in_pieces_is_told_from_one_in_one() -> None:
    whole = shapely.box(0, 0, 1, 1)
    shapes = [
        whole, MultiPolygon([whole]), MultiPolygon([whole, shapely.box(2, 2, 3, 3)]),
        whole.difference(shapely.box(0.2, 0.2, 0.8, 0.8)), shapely.Point(1, 2),
    ]  # fmt: skip
    packed = pack_shapes(np.array(shapes, dtype=object))
    types = footprint_types(packed.data, packed.starts)
    assert types.tolist() == [3, 6, 6, 3, 1]
