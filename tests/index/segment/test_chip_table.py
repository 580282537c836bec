"""The table of a segment's chips holds little of each: outlines and ids wait in files."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely
from support.making import SPEC, chips, scene

from geosearch.index import ChipBatch
from geosearch.index.folder.hold import hold_index
from geosearch.index.generations.staging import StagedScene, Staging
from geosearch.index.segment.chip_table import segment_table

ROWS = 20_000


def staged_in(folder: Path) -> list[StagedScene]:
    """A scene of many chips, in two parts, each chip with an id and a time of its own."""
    lon = np.linspace(-170, 170, ROWS)
    some = chips(seed=1, count=ROWS)
    whole = replace(
        some,
        footprints=np.asarray(shapely.box(lon, 0, lon + 0.01, 0.01)),
        ids=np.array([f"a chip of number {at}" for at in range(ROWS)], object),
        time_ms=np.arange(ROWS),
    )
    with hold_index(folder) as hold:
        return staged(Staging(hold, SPEC), whole)


def staged(staging: Staging, whole: ChipBatch) -> list[StagedScene]:
    unfinished = staging.begin(scene("a.tif"), ROWS)
    parts = {name: getattr(whole, name) for name in type(whole).__dataclass_fields__}
    for part in (slice(0, 7_000), slice(7_000, ROWS)):
        batch = type(whole)(**{name: one[part] for name, one in parts.items()})
        unfinished.add(batch, part.stop)
    nothing = type(whole)(**{name: one[:0] for name, one in parts.items()})
    staging.finish(unfinished, scene("a.tif"), nothing)
    return staging.scenes()


def test_it_holds_less_than_160_bytes_a_chip(tmp_path: Path) -> None:
    scenes = staged_in(tmp_path)
    tracemalloc.start()
    try:
        table = segment_table(scenes, tmp_path / "waiting")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(table.order) == ROWS
    assert held / ROWS < 160


def test_outlines_and_ids_are_those_of_their_rows(tmp_path: Path) -> None:
    table = segment_table(staged_in(tmp_path), tmp_path / "waiting")
    assert table.ids is not None
    for row in (0, 123, 7_000, ROWS - 1):
        chip = table.order[row : row + 1]
        assert table.ids.take(chip).values() == [f"a chip of number {chip[0]}".encode()]
        outline = shapely.from_wkb(table.outlines.take(chip).values()[0])
        np.testing.assert_allclose(outline.bounds, table.columns["bounds"][row])
        assert table.columns["windows"][row, 0] == 64 * chip[0]
