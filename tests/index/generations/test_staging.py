"""What waits in staging goes on where it was left, or begins anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from support.making import SPEC, chips, scene

from geosearch.index import ChipBatch, IndexWriter, open_index
from geosearch.index.arrays.packed import Packed, shapes_of
from geosearch.index.folder.hold import Hold, hold_index
from geosearch.index.generations.staging import StagedScene, Staging

WHOLE = chips(seed=1)
RECORD = scene("a.tif")


def some(first: int, last: int) -> ChipBatch:
    """Chips of the whole, from the first up to the last."""
    names = ChipBatch.__dataclass_fields__
    parts = {name: getattr(WHOLE, name) for name in names}
    return ChipBatch(**{n: None if one is None else one[first:last] for n, one in parts.items()})


def require_whole(staged: StagedScene) -> None:
    columns: dict[str, Any] = {
        **staged.columns(),
        "vectors": staged.vectors(SPEC.dim, np.arange(staged.chip_count)),
    }
    for name, found in columns.items():
        wanted = getattr(WHOLE, name)
        wanted = wanted.astype(np.float16) if name == "vectors" else wanted
        np.testing.assert_array_equal(found, wanted)
    assert shapely.equals(shapes_of(Packed.joined(list(staged.outlines()))), WHOLE.footprints).all()
    assert staged.chip_count == len(WHOLE.valid)


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Hold]:
    with hold_index(tmp_path) as held:
        yield held


def begun(hold: Hold, *parts: int) -> Staging:
    """A scene of ten windows of which some are stored, in parts that end there."""
    staging = Staging(hold, SPEC)
    unfinished = staging.begin(RECORD, 10)
    for first, last in zip((0, *parts), parts, strict=False):
        unfinished.add(some(first, last), windows_done=last)
    return Staging(hold, SPEC)


@pytest.mark.parametrize("parts", [(), (4,), (4, 4, 7), (10,)])
def test_a_scene_in_parts_is_the_scene_that_is_staged_at_once(
    hold: Hold, parts: tuple[int, ...]
) -> None:
    staging = begun(hold, *parts)
    unfinished = staging.begin(RECORD, 10)
    done = max(parts, default=0)
    assert (unfinished.windows_done, unfinished.chip_count) == (done, done)
    staging.finish(unfinished, RECORD, some(done, 10))
    (staged,) = staging.scenes()
    require_whole(staged)


def test_windows_without_a_chip_are_done_too(hold: Hold) -> None:
    unfinished = begun(hold).begin(RECORD, 10)
    unfinished.add(some(0, 0), windows_done=6)
    again = Staging(hold, SPEC).begin(RECORD, 10)
    assert (again.windows_done, again.chip_count) == (6, 0)


def test_vectors_whose_columns_were_not_written_are_written_again(hold: Hold) -> None:
    staging = begun(hold, 4)
    (vectors,) = (hold.folder / "staging").glob("*/vectors.f16")
    with vectors.open("ab") as file:  # the run died here
        file.write(some(4, 7).vectors.astype("<f2").tobytes())
    unfinished = staging.begin(RECORD, 10)
    assert unfinished.windows_done == 4
    staging.finish(unfinished, RECORD, some(4, 10))
    require_whole(staging.scenes()[0])


@pytest.mark.parametrize("file", ["vectors.f16", "columns-000000.npz", "begun.json"])
def test_parts_that_are_damaged_begin_anew(hold: Hold, file: str) -> None:
    staging = begun(hold, 4)
    (path,) = (hold.folder / "staging").glob(f"*/{file}")
    path.write_bytes(path.read_bytes()[:-1])
    assert staging.begin(RECORD, 10).windows_done == 0


@pytest.mark.parametrize(
    "record", [scene("a.tif", 2), scene("a.tif", stretch=None)], ids=["newer", "shown otherwise"]
)
def test_a_scene_that_is_another_now_begins_anew(hold: Hold, record: Any) -> None:
    assert begun(hold, 4).begin(record, 10).windows_done == 0


def test_chips_cut_in_another_way_begin_anew(hold: Hold) -> None:
    begun(hold, 4)
    assert (
        Staging(hold, replace(SPEC, chips=replace(SPEC.chips, stride_px=8)))
        .begin(RECORD, 10)
        .windows_done
        == 0
    )
    begun(hold, 4)
    assert Staging(hold, SPEC).begin(RECORD, 11).windows_done == 0


def test_a_run_that_goes_on_publishes_what_it_has_seen_and_keeps_the_rest(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, SPEC) as killed:
        killed.stage(scene("seen.tif"), WHOLE)
        killed.stage(scene("gone.tif"), WHOLE)
        unfinished = killed.begin(RECORD, 10)
        killed.add(unfinished, RECORD, some(0, 4), 4)
    with IndexWriter(tmp_path, SPEC) as writer:
        writer.stage(scene("new.tif"), WHOLE)
        writer.confirm("seen.tif")
        writer.publish(goes_on=True)
        assert [one.id for one in open_index(tmp_path).scenes] == ["new.tif", "seen.tif"]
        assert writer.status("gone.tif", "1") == "staged"
        assert writer.begin(RECORD, 10).windows_done == 4
        writer.publish()
    assert [one.id for one in open_index(tmp_path).scenes] == ["gone.tif", "new.tif", "seen.tif"]
    assert list((tmp_path / "staging").iterdir()) == []
