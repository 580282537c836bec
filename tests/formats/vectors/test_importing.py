"""Vectors made elsewhere are found as they were given; what cannot be used is counted."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from support.vector_files import START, boxes_of, columns_of, vectors_of, write

import geosearch
from geosearch.cli.main import cli
from geosearch.errors import EncoderError, UsageError
from geosearch.formats import VectorFile, agreed_spec, import_vectors
from geosearch.index import open_index, repair, verify
from geosearch.search import make_filter, search


def test_every_row_is_found_as_it_was_given(file: Path, tmp_path: Path) -> None:
    done = geosearch.import_vectors([file], tmp_path / "index")
    assert (done.chips, done.chips_total, done.left_out) == (200, 200, {})
    index = open_index(tmp_path / "index")
    vectors = vectors_of(200) / np.linalg.norm(vectors_of(200), axis=1, keepdims=True)
    query = vectors[17]
    hits, _ = search(index, query, k=200)
    order = np.argsort(-(vectors @ query), kind="stable")
    assert [hit.id for hit in hits[:5]] == [f"chip {at}" for at in order[:5]]
    assert {hit.id for hit in hits} == {f"chip {at}" for at in range(200)}
    by_id = {hit.id: hit for hit in hits}
    assert by_id["chip 17"].score == pytest.approx(1, abs=1e-3)
    assert by_id["chip 17"].datetime == "2020-01-18T00:00:00Z"
    assert shapely.equals(by_id["chip 17"].footprint, boxes_of(200)[17])
    assert by_id["chip 17"].window == (17, 0, 1, 1)
    assert verify(tmp_path / "index") == []


def test_nobody_knows_the_pixels_of_an_imported_chip(tmp_path: Path) -> None:
    geosearch.import_vectors([write(tmp_path / "rows.parquet", columns_of(3))], tmp_path / "index")
    index = geosearch.open(tmp_path / "index")
    assert {hit.gsd_m for hit in index.search(vectors_of(1)[0])} == {0.0}
    assert not index.search(vectors_of(1)[0], min_gsd=0.001)
    assert not index.search(vectors_of(1)[0], max_gsd=1e6)


@settings(max_examples=25, deadline=None)
@given(
    west=st.floats(-2, 40), south=st.floats(-2, 5), width=st.floats(0, 20), height=st.floats(0, 4),
    first=st.integers(0, 199), days=st.integers(0, 199), k=st.integers(1, 30),
)  # fmt: skip
def test_filters_hold_for_imported_rows(
    imported: Path, west: float, south: float, width: float, height: float, first: int,
    days: int, k: int,
) -> None:  # fmt: skip
    last = first + days
    span = f"{START + timedelta(days=first):%Y-%m-%d}/{START + timedelta(days=last):%Y-%m-%d}"
    box = (west, south, west + width, south + height)
    query = vectors_of(1, seed=5)[0]
    query /= np.linalg.norm(query)
    hits, _ = search(open_index(imported), query, filter=make_filter(bbox=box, datetime=span), k=k)
    passing = shapely.intersects(boxes_of(200), shapely.box(*box))
    passing &= (np.arange(200) >= first) & (np.arange(200) <= last)
    assert len(hits) == min(k, int(passing.sum()))
    assert all(passing[int(hit.id.split()[1])] for hit in hits)


def test_a_file_that_has_not_changed_is_passed_over(file: Path, tmp_path: Path) -> None:
    geosearch.import_vectors([file], tmp_path / "index")
    again = geosearch.import_vectors([file], tmp_path / "index")
    assert (again.unchanged, again.chips, again.chips_total) == (("rows.parquet",), 0, 200)


def test_a_changed_file_takes_the_place_of_what_it_was(file: Path, tmp_path: Path) -> None:
    geosearch.import_vectors([file], tmp_path / "index")
    write(file, columns_of(120))
    assert geosearch.import_vectors([file], tmp_path / "index").chips_total == 120


def test_rows_that_an_interrupted_import_staged_are_counted(file: Path, tmp_path: Path) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with VectorFile(file) as opened:
        spec = agreed_spec([opened])
        with pytest.raises(KeyboardInterrupt):
            import_vectors([opened], tmp_path / "index", spec, ann="ivfpq", queries=interrupted)
    done = geosearch.import_vectors([file], tmp_path / "index")
    assert (done.chips, done.chips_total) == (200, 200)


def test_a_file_that_cannot_be_used_is_named_and_the_others_go_on(
    file: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "a-empty.parquet"
    pq.write_table(pa.table(columns_of(5)).slice(0, 0), empty)
    twice = columns_of(5) | {"id": pa.array(["x"] * 5)}
    odd = write(tmp_path / "b-twice.parquet", twice)
    command = ["import", str(empty), str(odd), str(file), "-i", str(tmp_path / "index")]
    ran = CliRunner().invoke(cli, command, standalone_mode=False)
    assert ran.return_value == 3
    assert "200 chips imported, 200 in the index" in ran.stdout
    assert "refused: a-empty.parquet: " in ran.stderr
    assert "duplicate id 'x'" in ran.stderr
    with pytest.raises(UsageError, match="none of 2 files"):
        geosearch.import_vectors([empty, odd], tmp_path / "index")


def test_a_file_of_one_row_group_is_read_in_parts(tmp_path: Path) -> None:
    count, dim = 16_000, 1024
    columns = columns_of(count)
    flat = pa.array(np.random.default_rng(0).random(count * dim))
    columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, dim)
    path = tmp_path / "large.parquet"
    pq.write_table(
        pa.table(columns), path, row_group_size=count, compression="none", use_dictionary=False
    )
    del columns, flat
    before = pa.total_allocated_bytes()
    with VectorFile(path) as file:
        maximum = max(pa.total_allocated_bytes() for _ in file.batches()) - before
    assert maximum < path.stat().st_size / 1.5


def test_one_file_is_imported_as_a_list_of_one(file: Path, tmp_path: Path) -> None:
    assert geosearch.import_vectors(str(file), tmp_path / "index").chips == 200


def test_a_tier_that_there_is_not_is_refused(file: Path, tmp_path: Path) -> None:
    tier: Any = "hnsw"
    with pytest.raises(UsageError, match="hnsw"):
        geosearch.import_vectors([file], tmp_path / "index", ann=tier)


def test_several_files_are_found_as_one_and_ids_stay_after_compaction(tmp_path: Path) -> None:
    for at in range(3):
        columns = columns_of(60)
        columns["id"] = pa.array([f"{at}/{row}" for row in range(60)])
        path = write(tmp_path / f"part{at}.parquet", columns)
        geosearch.import_vectors([path], tmp_path / "index")
    query = vectors_of(1, seed=4)[0]
    query /= np.linalg.norm(query)

    def found() -> list[tuple[str, str | None]]:
        hits, _ = search(open_index(tmp_path / "index"), query, k=180)
        return sorted((hit.id, hit.datetime) for hit in hits)

    before = found()
    assert len({one for one, _ in before}) == 180
    geosearch.compact(tmp_path / "index")
    assert len(open_index(tmp_path / "index").segments) == 1
    assert found() == before
    assert verify(tmp_path / "index") == []


def parts_of(folder: Path, count: int, **options: Any) -> list[Any]:
    """Import files one by one, and return what each import did."""
    done = []
    for at in range(count):
        columns = columns_of(60)
        columns["id"] = pa.array([f"{at}/{row}" for row in range(60)])
        path = write(folder / f"part{at}.parquet", columns)
        done.append(geosearch.import_vectors([path], folder / "index", **options))
    return done


def test_files_whose_segments_have_tiers_become_one_by_compaction(tmp_path: Path) -> None:
    parts_of(tmp_path, 3, ann="ivfpq")
    geosearch.compact(tmp_path / "index", max_memory="500MB")
    (segment,) = open_index(tmp_path / "index").segments
    assert (segment.n, segment.ann is not None) == (180, True)
    assert verify(tmp_path / "index") == []


def test_files_that_are_imported_together_share_a_segment(tmp_path: Path) -> None:
    parts_of(tmp_path, 2)
    files = [tmp_path / f"part{at}.parquet" for at in range(2)]
    geosearch.import_vectors(files, tmp_path / "again", max_memory="500MB")
    assert [segment.n for segment in open_index(tmp_path / "again").segments] == [120]


def test_many_segments_with_tiers_are_told_until_they_are_compacted(tmp_path: Path) -> None:
    done = parts_of(tmp_path, 5, ann="ivfpq")
    assert [one.mergeable_tiers for one in done] == [0, 0, 0, 0, 5]
    again = ["import", str(tmp_path / "part0.parquet"), "-i", str(tmp_path / "index")]
    assert "`geosearch compact` makes that faster" in CliRunner().invoke(cli, again).stderr
    geosearch.compact(tmp_path / "index")
    assert "geosearch compact" not in CliRunner().invoke(cli, again).stderr


def test_a_file_whose_rows_have_times_is_no_scene_without_a_date(tmp_path: Path) -> None:
    columns = columns_of(60)
    geosearch.import_vectors([write(tmp_path / "dated.parquet", columns)], tmp_path / "index")
    assert open_index(tmp_path / "index").describe().undated_scenes == 0
    del columns["datetime"]
    geosearch.import_vectors([write(tmp_path / "other.parquet", columns)], tmp_path / "index")
    assert open_index(tmp_path / "index").describe().undated_scenes == 1


def test_a_file_whose_dated_rows_were_removed_is_without_a_date(tmp_path: Path) -> None:
    columns = columns_of(60)
    times = [None] * 30 + [START] * 30
    columns["datetime"] = pa.array(times, pa.timestamp("us", "UTC"))
    geosearch.import_vectors([write(tmp_path / "rows.parquet", columns)], tmp_path / "index")
    assert open_index(tmp_path / "index").describe().undated_scenes == 0
    geosearch.remove(tmp_path / "index", datetime="2020")
    assert open_index(tmp_path / "index").describe().undated_scenes == 1


def test_ids_are_made_again_from_the_sidecar(file: Path, tmp_path: Path) -> None:
    geosearch.import_vectors([file], tmp_path / "index")
    path = next((tmp_path / "index").rglob("rows/ids"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    assert [problem.outcome for problem in repair(tmp_path / "index")] == ["repaired"]
    assert path.read_bytes() == whole


def test_vectors_of_another_length_are_not_added(file: Path, tmp_path: Path) -> None:
    geosearch.import_vectors([file], tmp_path / "index")
    columns = columns_of(5)
    columns["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(np.ones(20, "f4")), 4)
    with pytest.raises(UsageError, match=r"of 4 numbers, those of .*index have 12"):
        geosearch.import_vectors([write(tmp_path / "b.parquet", columns)], tmp_path / "index")


def test_texts_cannot_be_asked_where_nobody_said_what_made_the_vectors(imported: Path) -> None:
    with pytest.raises(EncoderError, match=r"encoder of the vectors in .* is unknown"):
        geosearch.open(imported).search("a river")


def test_an_encoder_of_another_length_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mini makes 512"):
        geosearch.import_vectors([file], tmp_path / "index", encoder="mini")


def test_vectors_of_no_named_encoder_are_not_added_to_those_of_one(tmp_path: Path) -> None:
    columns = columns_of(3)
    numbers = np.random.default_rng(0).normal(size=3 * 512)
    columns["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(numbers), 512)
    first, second = (write(tmp_path / f"{name}.parquet", columns) for name in "ab")
    geosearch.import_vectors([first], tmp_path / "index", encoder="mini")
    with pytest.raises(UsageError, match=r"encoder of the vectors in .* is unknown") as caught:
        geosearch.import_vectors([second], tmp_path / "index")
    assert "`encoder` mini" in caught.value.hint


def test_texts_are_asked_where_the_encoder_is_named(tmp_path: Path) -> None:
    from geosearch.encoders import load_encoder

    texts = ["a river", "a forest", "an airport"]
    vectors = load_encoder("mini").encode_texts(texts)
    columns = columns_of(3)
    flat = pa.array(vectors.reshape(-1))
    columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
    path = write(tmp_path / "texts.parquet", columns)
    geosearch.import_vectors([path], tmp_path / "index", encoder="mini")
    assert geosearch.open(tmp_path / "index").search("a forest", k=1)[0].id == "chip 1"


def test_the_commands_do_the_same(file: Path, tmp_path: Path) -> None:
    index, out = str(tmp_path / "index"), str(tmp_path / "out.parquet")
    ran = CliRunner().invoke(cli, ["import", str(file), "-i", index], standalone_mode=False)
    assert (ran.return_value, "200 chips imported" in ran.output) == (0, True)
    ran = CliRunner().invoke(cli, ["export", "-i", index, "-o", out], standalone_mode=False)
    assert ran.exception is None
    assert pq.read_metadata(out).num_rows == 200


def test_the_command_names_rows_that_were_left_out(tmp_path: Path) -> None:
    ids = pa.array([None if at in (3, 8) else f"chip {at}" for at in range(20)])
    path = write(tmp_path / "f.parquet", columns_of(20) | {"id": ids})
    ran = CliRunner().invoke(
        cli, ["import", str(path), "-i", str(tmp_path / "index")], standalone_mode=False
    )
    assert ran.return_value == 3
    assert ran.stderr == "left out: 2 rows with no id\n   f.parquet: row 3, 8\n"
