"""What is published is whole, whatever happens to the writer."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from support.indexes.sealing import edit_manifest, reseal, seal_description
from support.making import DIM, SPEC, chips, scene

from geosearch.errors import IndexFolderError
from geosearch.index import (
    ChipBatch,
    Filter,
    IndexSpec,
    IndexWriter,
    SearchOptions,
    open_index,
    verify,
)
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.exact import best_rows

ALL = np.arange(10)


def publish(folder: Path, *names: str, state: int = 1) -> None:
    with IndexWriter(folder, SPEC) as writer:
        for name in names:
            writer.stage(scene(name, state), chips(seed=state))
        writer.publish()


def scene_names(folder: Path) -> list[str]:
    return [one.id for one in open_index(folder).scenes]


def test_chips_come_back_as_they_went_in(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    (segment,) = open_index(tmp_path / "index").segments
    batch = chips(seed=1)
    for row, chip in enumerate(segment.chips.records(ALL)):
        at = chip.window[0] // 64
        assert chip.id == f"a.tif@{64 * at},0,64x64"
        assert chip.window == tuple(batch.windows[at])
        assert segment.rows.valid[row] == pytest.approx(batch.valid[at])
        assert segment.rows.cloud[row] == batch.cloud[at]
        assert chip.gsd_m == 100
        np.testing.assert_array_equal(segment.vectors[row], batch.vectors[at].astype(np.float16))
        assert segment.rows.footprints(np.array([row]))[0].equals(batch.footprints[at])
        assert tuple(segment.rows.bounds[row]) == batch.footprints[at].bounds
    assert (segment.rows.time_ms == 1577934245678).all()


def test_a_scene_comes_back_as_it_went_in(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    assert open_index(tmp_path / "index").scenes == (scene("a.tif"),)


def test_sixteen_bits_change_a_score_by_less_than_a_thousandth(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    (segment,) = open_index(tmp_path / "index").segments
    query = chips(seed=3).vectors[0]
    rows, scores = best_rows(segment.vectors, query, RowRanges.span(0, segment.n), 10)
    columns = [chip.window[0] // 64 for chip in segment.chips.records(rows)]
    np.testing.assert_allclose(scores, chips(seed=1).vectors[columns] @ query, atol=1e-3)


def test_a_changed_scene_replaces_its_chips_and_an_unchanged_one_is_known(tmp_path: Path) -> None:
    index = tmp_path / "index"
    publish(index, "a.tif", "b.tif")
    publish(index, "a.tif", state=2)
    opened = open_index(index)
    assert scene_names(index) == ["a.tif", "b.tif"]
    assert opened.chip_count == 20
    alive = [int(s.n if s.alive.mask is None else s.alive.mask.sum()) for s in opened.segments]
    assert alive == [10, 10]
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("a.tif", "2") == "published"
        assert writer.status("b.tif", "1") == "published"
        assert writer.status("b.tif", "3") == "changed"
        assert writer.status("c.tif", "1") == "new"


def test_nothing_new_publishes_nothing(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    publish(tmp_path / "index", "a.tif")
    publish(tmp_path / "index")
    assert open_index(tmp_path / "index").number == 1


def test_staging_in_another_order_makes_the_same_segment(tmp_path: Path) -> None:
    for name, order in (("one", (1, 2, 3)), ("two", (3, 1, 2))):
        with IndexWriter(tmp_path / name, SPEC) as writer:
            for number in order:
                writer.stage(scene(f"{number}.tif"), chips(number, lon=float(number)))
            writer.publish()
    (one,), (two,) = (open_index(tmp_path / name).segments for name in ("one", "two"))
    assert one.id == two.id
    assert (one.folder / "vectors.f16").read_bytes() == (two.folder / "vectors.f16").read_bytes()


def test_a_scene_without_a_chip_is_remembered(tmp_path: Path) -> None:
    index = tmp_path / "index"
    with IndexWriter(index, SPEC, ann="ivfpq") as writer:
        writer.stage(scene("empty.tif"), chips(1, count=0))
        assert writer.publish().chips == 0
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("empty.tif", "1") == "published"
    (segment,) = open_index(index).segments
    everything = segment.select(Filter())
    answer = segment.search(np.ones((1, DIM), np.float32), everything, 5, SearchOptions())[0]
    assert answer.rows.tolist() == []
    assert answer.how.tier == "skipped"


def test_a_footprint_cut_at_180_degrees_keeps_both_parts(tmp_path: Path) -> None:
    cut = shapely.union(shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1))
    batch = chips(1, count=1)
    batch.footprints[0] = cut
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.stage(scene("fiji.tif", datetime=None), batch)
        writer.publish()
    (segment,) = open_index(tmp_path / "index").segments
    assert segment.rows.footprints(np.array([0]))[0].equals(cut)
    assert segment.rows.time_ms[0] == np.iinfo(np.int64).min


def test_two_writers_exclude_each_other(tmp_path: Path) -> None:
    with (
        IndexWriter(tmp_path / "index", SPEC),
        pytest.raises(IndexFolderError, match="is writing"),
        IndexWriter(tmp_path / "index", SPEC),
    ):
        pass


def with_chips(**changes: Any) -> IndexSpec:
    return replace(SPEC, chips=replace(SPEC.chips, **changes))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(SPEC, fingerprint="none-1"), "none-1"),
        (with_chips(size_px=128), "128 px"),
        (with_chips(stride_px=32), "every 32 px"),
        (with_chips(bands=(4, 3, 2)), "bands 4, 3, 2"),
    ],
)
def test_chips_made_in_another_way_are_refused(tmp_path: Path, other: IndexSpec, said: str) -> None:
    publish(tmp_path / "index", "a.tif")
    with (
        pytest.raises(IndexFolderError, match=said),
        IndexWriter(tmp_path / "index", other),
    ):
        pass


def test_a_folder_of_somebody_elses_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(IndexFolderError, match=r"thesis\.docx"), IndexWriter(tmp_path, SPEC):
        pass


def test_a_copy_of_a_scene_under_another_name_is_another_scene(tmp_path: Path) -> None:
    index = tmp_path / "index"
    publish(index, "a.tif")
    publish(index, "copy.tif")  # the same pixels in the same place: equal rows
    assert scene_names(index) == ["a.tif", "copy.tif"]
    assert verify(index) == []


def test_a_scene_that_is_again_as_it_was_takes_its_old_segment(
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    publish(index, "a.tif")
    held = open_index(index)
    inode = (held.segments[0].folder / "vectors.f16").stat().st_ino
    publish(index, "a.tif", state=2)
    publish(index, "a.tif")
    (segment,) = open_index(index).segments
    assert (segment.id, open_index(index).number) == (held.segments[0].id, 3)
    assert (segment.folder / "vectors.f16").stat().st_ino == inode
    assert held.scenes == (scene("a.tif"),)  # whoever reads the first generation goes on


def broken(**changes: object) -> ChipBatch:
    return replace(chips(1), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("batch", "reason"),
    [
        (broken(vectors=np.full((10, DIM), np.nan, np.float32)), "NaN"),
        (broken(vectors=np.zeros((10, DIM + 1), np.float32)), "vectors are of shape"),
        (broken(valid=np.zeros(9, np.float32)), "valid are of shape"),
        (broken(footprints=np.array([shapely.Point()] * 10, dtype=object)), "10 of 10 footprints"),
        (broken(gsd_m=np.full(10, np.nan, np.float32)), "gsd_m hold what is not"),
        (broken(size_m=np.full((10, 2), -1, np.float32)), "size_m hold what is not"),
    ],
)
def test_chips_that_cannot_be_searched_are_refused(
    tmp_path: Path, batch: ChipBatch, reason: str
) -> None:
    with (
        IndexWriter(tmp_path / "index", SPEC) as writer,
        pytest.raises(IndexFolderError, match=reason),
    ):
        writer.stage(scene("a.tif"), batch)


def test_verify_names_the_file_that_has_changed(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    (segment,) = open_index(tmp_path / "index").segments
    path = segment.folder / "vectors.f16"
    data = bytearray(path.read_bytes())
    data[7] ^= 1
    path.write_bytes(data)
    (problem,) = verify(tmp_path / "index")
    assert problem.path == str(path)


def test_a_file_that_is_too_short_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    path = next((tmp_path / "index").rglob("vectors.f16"))
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(IndexFolderError, match="should have"):
        open_index(tmp_path / "index")


def test_the_sidecar_is_a_duckdb_file_that_anyone_can_query(tmp_path: Path) -> None:
    import duckdb

    publish(tmp_path / "index", "a.tif")
    path = next((tmp_path / "index").rglob("chips.duckdb"))
    query = (
        "SELECT s.id, count(*), min(west), max(east) "
        "FROM chips JOIN scenes s USING (scene_no) GROUP BY s.id"
    )
    assert duckdb.connect(str(path), read_only=True).sql(query).fetchall() == [("a.tif", 10, 0, 10)]


def test_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    path = tmp_path / "index" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(IndexFolderError, match="format 99"):
        open_index(tmp_path / "index")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "../../../../etc"),
        ("rows", -1),
        ("rows", 10**15),
        ("rows", 2**63),
        ("ann", "pickle"),
        ("rows", "x"),
    ],
)
def test_a_strangers_manifest_leads_nowhere_else(tmp_path: Path, key: str, value: object) -> None:
    publish(tmp_path / "index", "a.tif")
    edit_manifest(tmp_path / "index", lambda document: document["segments"][0].update({key: value}))
    with pytest.raises(IndexFolderError, match="damaged"):
        open_index(tmp_path / "index")


@pytest.mark.parametrize(("key", "value"), [("dim", 8.0), ("dim", -8), ("encoder", ["x"])])
def test_a_strangers_spec_is_read_strictly(tmp_path: Path, key: str, value: object) -> None:
    publish(tmp_path / "index", "a.tif")
    edit_manifest(tmp_path / "index", lambda document: document["spec"].update({key: value}))
    with pytest.raises(IndexFolderError, match="damaged"):
        open_index(tmp_path / "index")


def test_a_damaged_sidecar_is_refused_by_name(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    path = next((tmp_path / "index").rglob("chips.duckdb"))
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(IndexFolderError, match=r"chips\.duckdb is damaged"):
        _ = open_index(tmp_path / "index").scenes


def test_a_sidecar_without_the_asked_scenes_is_refused_by_name(tmp_path: Path) -> None:
    import duckdb

    publish(tmp_path / "index", "a.tif")
    path = next((tmp_path / "index").rglob("chips.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("DELETE FROM scenes")
    reseal(tmp_path / "index")
    (segment,) = open_index(tmp_path / "index").segments
    with pytest.raises(IndexFolderError, match=r"chips\.duckdb is damaged"):
        segment.chips.records(ALL)


def test_verify_does_not_follow_a_strangers_path(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    path = next((tmp_path / "index").rglob("segment.json"))
    document = json.loads(path.read_text())
    document["files"][0]["path"] = "../../../secret"
    path.write_text(json.dumps(document))

    def seal(document: dict[str, Any]) -> None:
        entry = document["segments"][0]
        files = entry["files"]
        seal_description(path, entry)
        entry["files"] = files | {"segment.json": entry["files"]["segment.json"]}

    edit_manifest(tmp_path / "index", seal)
    (problem,) = verify(tmp_path / "index")
    assert "../../../secret, which is not a file of a segment" in problem.reason


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[" * 100_000, '{"format": 1}', '{"format": "x"}', "null", "1e400"]
)
def test_a_damaged_manifest_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(IndexFolderError, match=r"manifest\.json is damaged"):
        open_index(tmp_path)


def test_no_index_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError) as caught:
        open_index(tmp_path / "nowhere")
    assert "geosearch index" in caught.value.hint


def test_a_cloud_score_that_is_not_known_is_null(tmp_path: Path) -> None:
    import duckdb

    batch = chips(1)
    batch.cloud[:] = np.nan
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.stage(scene("a.tif"), batch)
        writer.publish()
    path = next((tmp_path / "index").rglob("chips.duckdb"))
    with duckdb.connect(str(path), read_only=True) as connection:
        known = connection.sql("SELECT count(*), count(cloud) FROM chips").fetchall()
    assert known == [(10, 0)]
    (segment,) = open_index(tmp_path / "index").segments
    assert np.isnan(segment.rows.cloud).all()
