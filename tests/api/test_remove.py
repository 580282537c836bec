"""What was removed is never found again, and the rest is found as before."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_index import NAMES, SPEC, Chip, all_chips, best_ids, build, chips, record, unit

import geosearch
from geosearch.errors import IndexFolderError, UsageError
from geosearch.index import Filter, IndexWriter, open_index
from geosearch.search import search


@pytest.fixture(scope="module", params=["flat", "ivfpq"])
def before(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("removal") / "index"
    build(folder, ann=request.param)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build(tmp_path / "index")
    return tmp_path / "index"


def found(folder: Path, seed: int = 1, k: int = 600) -> list[str]:
    hits, _ = search(open_index(folder), unit(seed), k=k)
    return [hit.id for hit in hits]


def scenes_of(ids: list[str]) -> set[str]:
    return {chip_id.split("@")[0] for chip_id in ids}


@settings(max_examples=20, deadline=None)
@given(
    west=st.floats(-0.5, 4.5), south=st.floats(-0.5, 0.9),
    width=st.floats(0, 3), height=st.floats(0, 1), seed=st.integers(0, 1000),
)  # fmt: skip
def test_a_bbox_removes_exactly_the_chips_that_meet_it(
    before: Path, west: float, south: float, width: float, height: float, seed: int
) -> None:
    folder = before.parent / "copy"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(before, folder)
    box = shapely.box(west, south, west + width, south + height)
    left = [chip for chip in all_chips() if not chip.footprint.intersects(box)]
    removal = geosearch.remove(folder, bbox=(west, south, west + width, south + height))
    assert (removal.chips, removal.chips_left) == (500 - len(left), len(left))
    scores = {chip.id: float(chip.vector @ unit(seed)) for chip in left}
    ids = found(folder, seed, k=20)
    assert len(set(ids)) == len(ids) == min(20, len(left))
    # two chips whose scores differ by less than 16 bits tell may change places
    best = sorted(scores.values(), reverse=True)[:20]
    np.testing.assert_allclose([scores[one] for one in ids], best, rtol=0, atol=1e-3)
    opened = open_index(folder)
    assert opened.chip_count == len(left)
    assert opened.describe().bounds == bounds_of(left)


def bounds_of(made: list[Chip]) -> tuple[float, float, float, float] | None:
    if not made:
        return None
    return tuple(shapely.total_bounds([chip.footprint for chip in made]))


def test_a_scene_goes_whole_and_is_new_to_the_next_writer(index: Path) -> None:
    removal = geosearch.remove(index, scenes=["scene2.tif"])
    assert (removal.chips, removal.whole_scenes, removal.published) == (100, 1, True)
    assert scenes_of(found(index)) == set(NAMES) - {"scene2.tif"}
    assert [one.id for one in open_index(index).scenes] == sorted(set(NAMES) - {"scene2.tif"})
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("scene2.tif", "1") == "new"
        writer.stage(record(2), chips(2))
        assert writer.publish().chips == 500
    assert found(index, k=30) == best_ids(all_chips(), unit(1), 30)


def test_the_last_day_goes_from_what_info_says(index: Path) -> None:
    geosearch.remove(index, datetime="2020-01-05")
    assert open_index(index).describe().last_date == "2020-01-03T00:00:00Z"
    assert scenes_of(found(index)) == set(NAMES) - {"scene4.tif"}


def test_all_conditions_must_be_met(index: Path) -> None:
    removal = geosearch.remove(index, scenes=["scene1.tif", "scene2.tif"], bbox="0,0,2.05,1")
    assert {one.scene: one.chips for one in removal.scenes} == {
        "scene1.tif": 100,
        "scene2.tif": 10,
    }
    assert scenes_of(found(index)) == set(NAMES) - {"scene1.tif"}


def test_what_was_removed_before_stays_removed(index: Path) -> None:
    geosearch.remove(index, bbox="0.02,0,0.03,1")
    geosearch.remove(index, bbox="0.92,0,0.93,1")
    geosearch.remove(index, scenes=["scene1.tif"])
    with IndexWriter(index, SPEC) as writer:
        writer.stage(record(2), chips(2))  # unchanged: nothing to publish
        assert writer.publish().chips == 380
    gone = {0, 9 * 64}
    columns = {int(one.split("@")[1].split(",")[0]) for one in found(index) if "scene0" in one}
    assert columns == {64 * column for column in range(10)} - gone


def test_a_reader_of_the_generation_before_goes_on(index: Path) -> None:
    held = open_index(index)
    geosearch.remove(index, bbox="0,0,5,1")
    assert open_index(index).chip_count == 0
    hits, _ = search(held, unit(1), k=30)
    assert [hit.id for hit in hits] == best_ids(all_chips(), unit(1), 30)


def test_a_segment_without_a_scene_left_is_not_listed(index: Path) -> None:
    geosearch.remove(index, scenes=["scene1.tif", "scene3.tif"])
    assert len(open_index(index).segments) == 1


def test_a_dry_run_and_a_refusal_say_what_would_go_and_change_nothing(index: Path) -> None:
    manifest = (index / "manifest.json").read_bytes()
    dry = geosearch.remove(index, bbox="0,0,0.05,1", dry_run=True)
    refused = geosearch.remove(index, bbox="0,0,0.05,1", confirm=lambda _removal: False)
    assert (dry.chips, dry.published) == (refused.chips, refused.published) == (10, False)
    assert (index / "manifest.json").read_bytes() == manifest
    assert not (index / "removed").exists()


def test_nothing_that_matches_publishes_nothing(index: Path) -> None:
    generation = open_index(index).number
    assert geosearch.remove(index, bbox="50,50,51,51").scenes == ()
    assert open_index(index).number == generation


def test_a_scene_that_is_not_there_is_refused_with_its_likes(index: Path) -> None:
    with pytest.raises(UsageError, match="has no scene scene9") as caught:
        geosearch.remove(index, scenes=["scene0.tif", "scene9.tif"])
    assert "did you mean scene" in caught.value.hint
    assert open_index(index).chip_count == 500


def test_without_a_condition_nothing_is_removed(index: Path) -> None:
    with pytest.raises(UsageError, match="refusing to remove everything"):
        geosearch.remove(index)


def test_a_writer_at_work_keeps_its_index(index: Path) -> None:
    with (
        IndexWriter(index, SPEC),
        pytest.raises(IndexFolderError, match="is writing"),
    ):
        geosearch.remove(index, scenes=["scene0.tif"])


def test_an_index_that_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError, match="no index"):
        geosearch.remove(tmp_path / "nowhere", bbox="0,0,1,1")
    assert not (tmp_path / "nowhere").exists()


def test_a_list_of_removed_rows_of_another_size_is_refused(index: Path) -> None:
    geosearch.remove(index, bbox="0,0,0.05,1")
    (path,) = (index / "removed").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexFolderError, match="should have"):
        _ = open_index(index).chip_count


def test_a_filter_may_name_scenes(index: Path) -> None:
    wanted = Filter(scenes=frozenset(["scene4.tif"]))
    hits, _ = search(open_index(index), unit(1), filter=wanted, k=600)
    assert len(hits) == 100
    assert {hit.scene for hit in hits} == {"scene4.tif"}


def test_a_pattern_names_scenes(index: Path) -> None:
    removal = geosearch.remove(index, scenes=["scene[0-2].tif", "*4.tif"])
    assert removal.whole_scenes == 4
    assert scenes_of(found(index)) == {"scene3.tif"}


def test_an_id_that_looks_like_a_pattern_is_an_id(tmp_path: Path) -> None:
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        for name in ("a[1].tif", "a1.tif"):
            writer.stage(replace(record(0), id=name), chips(0))
        writer.publish()
    geosearch.remove(tmp_path / "index", scenes=["a[1].tif"])
    assert open_index(tmp_path / "index").scene_ids == {"a1.tif"}


def test_a_pattern_that_names_no_scene_is_refused(index: Path) -> None:
    with pytest.raises(UsageError, match="has no scene 2019"):
        geosearch.remove(index, scenes=["2019/*"])


def test_the_cloudiest_go_and_what_is_not_known_stays(index: Path) -> None:
    unknown = replace(chips(0), cloud=np.full(100, np.nan, np.float32))
    with IndexWriter(index, SPEC) as writer:
        writer.stage(replace(record(0), id="unknown.tif"), unknown)
        writer.publish()
    removal = geosearch.remove(index, min_cloud=0.8)
    cloudy = int((chips(0).cloud >= 0.8).sum())
    assert {one.scene: one.chips for one in removal.scenes} == dict.fromkeys(NAMES, cloudy)


def test_cloud_is_a_condition_among_others(index: Path) -> None:
    removal = geosearch.remove(index, scenes=["scene1.*"], min_cloud=0.5)
    assert [(one.scene, one.chips) for one in removal.scenes] == [("scene1.tif", 50)]


def test_the_undated_go_with_a_time_if_they_are_asked_for(index: Path) -> None:
    removal = geosearch.remove(index, datetime="2020-01-01", undated=True, dry_run=True)
    assert [one.scene for one in removal.scenes] == ["scene0.tif", "scene3.tif"]


def test_the_finest_chips_go_and_those_of_no_known_resolution_stay(index: Path) -> None:
    gsd_m = np.repeat(np.array([0, 0.3, 0.6, 1.2], np.float32), 25)
    with IndexWriter(index, SPEC) as writer:
        writer.stage(replace(record(0), id="scales.tif"), replace(chips(0), gsd_m=gsd_m))
        writer.publish()
    removal = geosearch.remove(index, max_gsd=0.6)
    assert [(one.scene, one.chips) for one in removal.scenes] == [("scales.tif", 50)]
    removal = geosearch.remove(index, scenes=["scales.tif"], min_gsd=0.7, max_gsd=2)
    assert [(one.scene, one.left) for one in removal.scenes] == [("scales.tif", 25)]
