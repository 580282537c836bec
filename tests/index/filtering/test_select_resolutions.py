"""Resolutions decide on blocks, and on rows where a block has several."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import support.indexes.odd_archives as odd
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.index import (
    ChipBatch,
    Filter,
    Generation,
    IndexWriter,
    SceneRecord,
    open_index,
)

FINE_M = {"grid.tif": float(np.float32(0.3)), "undated.tif": 0.0, "across.tif": 0.5}
"""Scenes all of whose chips are of one resolution, so that there are blocks of one."""


@pytest.fixture(scope="module")
def fine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, list[odd.Chip]]:
    """Return an archive of scenes of one resolution and of several, and its chips."""
    folder = tmp_path_factory.mktemp("fine") / "index"
    with IndexWriter(folder, odd.SPEC) as writer:
        for record, batch in odd.scenes(0):
            if record.id in (*FINE_M, "turned.tif"):
                writer.stage(*as_fine(record, batch))
        writer.publish()
    chips = [one for one in odd.chips(0) if one.scene in (*FINE_M, "turned.tif")]
    chips = [replace(one, gsd_m=FINE_M.get(one.scene, one.gsd_m)) for one in chips]
    return open_index(folder), chips


def as_fine(record: SceneRecord, batch: ChipBatch) -> tuple[SceneRecord, ChipBatch]:
    if record.id not in FINE_M:
        return record, batch
    gsd_m = FINE_M[record.id]
    every = np.full(len(batch.gsd_m), gsd_m, np.float32)
    return replace(record, gsd_m=gsd_m), replace(batch, gsd_m=every)


def passing(index: Generation, wanted: Filter) -> set[str]:
    found = set()
    for segment in index.segments:
        rows = segment.select(wanted).rows()
        assert (np.diff(rows) > 0).all()
        found |= {chip.id for chip in segment.chips.records(rows)}
    return found


@settings(max_examples=60, deadline=None)
@given(asked=odd.resolutions(), box=st.one_of(st.none(), odd.boxes()))
def test_resolutions_pass_exactly(
    fine: tuple[Generation, list[odd.Chip]],
    asked: dict[str, Any],
    box: tuple[float, float, float, float] | None,
) -> None:
    index, made = fine
    wanted = odd.Wanted(bbox=box, **asked)
    assert passing(index, wanted.filter) == {one.id for one in made if wanted.passes(one)}


def test_there_are_blocks_of_a_resolution_and_of_none(
    fine: tuple[Generation, list[odd.Chip]],
) -> None:
    minimum, greatest = fine[0].segments[0].blocks.gsd_m.T
    assert ((minimum == greatest) & (minimum > 0)).any()
    assert (greatest == 0).any()
