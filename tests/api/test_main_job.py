"""The main job as a user does it: a folder of scenes in, ranked places out."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from shapely.geometry import shape
from support.commands import command
from support.indexes.sealing import edit_manifest

import geosearch

EXAMPLE = "tennis court between two white buildings"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `geosearch` as a shell does; most tests take `command`, which starts no process."""
    started = [sys.executable, "-c", "from geosearch.cli import main; main()"]
    return subprocess.run(
        [*started, *map(str, arguments)], capture_output=True, text=True, timeout=300
    )


@dataclass(frozen=True)
class Demo:
    """A demo archive and its index, made once by the command line."""

    folder: Path
    index: Path
    truth: list[dict[str, Any]]
    summary: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("main_job")
    assert run("demo", home / "scenes").returncode == 0
    result = run("index", home / "scenes", "-i", home / "index", "--encoder", "mini")
    assert result.returncode == 0, result.stderr
    truth = json.loads((home / "scenes" / "truth.json").read_text())["features"]
    return Demo(home / "scenes", home / "index", truth, result.stderr)


@pytest.fixture(scope="session")
def index(demo: Demo) -> geosearch.Index:
    return geosearch.open(demo.index)


def all_footprints(index: geosearch.Index) -> list[Any]:
    return [
        footprint
        for segment in index.generation.segments
        for footprint in segment.rows.footprints(np.arange(segment.n))
    ]


def test_the_sentence_of_the_readme_finds_its_place_first(
    demo: Demo, index: geosearch.Index
) -> None:
    places = [shape(f["geometry"]) for f in demo.truth if f["properties"]["sentence"] == EXAMPLE]
    best = index.search(EXAMPLE, k=1)[0]
    assert places
    # most of the place lies in the chip, not a corner of it
    assert any(place.intersection(best.footprint).area > place.area / 2 for place in places)


def test_a_query_on_the_command_line_writes_geojson_and_a_picture(
    demo: Demo, tmp_path: Path
) -> None:
    geojson, png = tmp_path / "hits.geojson", tmp_path / "hits.png"
    result = run("query", EXAMPLE, "-i", demo.index, "-k", 7, "-o", geojson, "-o", png, "--explain")
    assert result.returncode == 0, result.stderr
    collection = json.loads(geojson.read_text())
    assert [f["properties"]["rank"] for f in collection["features"]] == list(range(1, 8))
    with Image.open(png) as picture:
        assert picture.width > 500
    assert "encode text" in result.stderr


def test_output_in_a_pipe_is_geojson_and_nothing_else(demo: Demo) -> None:
    result = command("query", "a lake", "-i", demo.index, "-k", 3)
    assert len(json.loads(result.stdout)["features"]) == 3


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_bbox_gives_exactly_the_best_of_what_intersects_it(
    index: geosearch.Index, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    footprints = all_footprints(index)
    west, south, east, north = footprints[rng.integers(len(footprints))].bounds
    if east - west > 180:  # cut at 180 degrees: take the part on the eastern side
        west, east = 179.9, -179.9
    else:
        width, height = (east - west) * rng.uniform(0.1, 4), (north - south) * rng.uniform(0.1, 4)
        east, north = min(west + width, 180.0), min(south + height, 90.0)
    hits = index.search("a road through fields", bbox=(west, south, east, north), k=12)
    assert [hit.id for hit in hits] == brute_force(index, (west, south, east, north), 12)


def brute_force(
    index: geosearch.Index, bbox: tuple[float, float, float, float], k: int
) -> list[str]:
    west, south, east, north = bbox
    parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    boxes = [shapely.box(left, south, right, north) for left, right in parts]
    query = index.encoder.encode_texts(["a road through fields"])[0]
    scored = []
    for segment in index.generation.segments:
        rows = np.arange(segment.n)
        scores = segment.vectors.astype(np.float64) @ query.astype(np.float64)
        footprints, chips = segment.rows.footprints(rows), segment.chips.records(rows)
        scored += [
            (-round(score, 6), chip.id)
            for score, footprint, chip in zip(scores, footprints, chips, strict=True)
            if any(footprint.intersects(box) for box in boxes)
        ]
    return [chip_id for _, chip_id in sorted(scored)[:k]]


def test_chips_lie_in_their_scenes_outline(index: geosearch.Index) -> None:
    for segment in index.generation.segments:
        scenes = {scene.id: scene for scene in segment.scenes.records()}
        rows = np.arange(segment.n)
        for chip, footprint in zip(
            segment.chips.records(rows), segment.rows.footprints(rows), strict=True
        ):
            scene = scenes[chip.scene]
            half_pixel = 0.5 * scene.gsd_m / 111_320
            assert scene.outline.buffer(half_pixel).covers(footprint), chip.id


def test_forced_ivfpq_finds_what_the_exact_scan_finds(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "ivfpq"
    scenes = sorted(demo.folder.glob("*.tif"))[:3]
    result = command("index", *scenes, "-i", folder, "--encoder", "mini", "--ann", "ivfpq")
    assert result.returncode == 0, result.stderr
    index = geosearch.open(folder)
    approximate = index.search(EXAMPLE, k=10)
    exact = index.search(EXAMPLE, k=10, exact=True)
    assert [hit.id for hit in approximate] == [hit.id for hit in exact]


def test_indexing_again_keeps_what_is_unchanged(demo: Demo) -> None:
    result = command("index", demo.folder, "-i", demo.index)
    assert result.returncode == 0
    assert "indexed 0 scenes, 0 chips" in result.stderr


def test_a_scene_that_cannot_be_placed_is_named_and_the_rest_goes_on(
    demo: Demo, tmp_path: Path
) -> None:
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    good = next(demo.folder.glob("*.tif"))
    (scenes / good.name).write_bytes(good.read_bytes())
    Image.new("RGB", (300, 300)).save(scenes / "nowhere.tif")
    (scenes / "torn.tif").write_bytes(good.read_bytes()[:2000])
    result = command("index", scenes, "-i", tmp_path / "index", "--encoder", "null")
    assert result.returncode == 3
    assert "nowhere.tif" in result.stderr
    assert "torn.tif" in result.stderr
    assert "Traceback" not in result.stderr
    assert geosearch.open(tmp_path / "index").generation.scene_count == 1


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["index", "nowhere"], 1, "nowhere"),
        (["index"], 2, "PATHS"),
        (["query", "a lake", "-i", "nowhere"], 1, "geosearch index"),
        (["query", "a lake"], 1, "no index"),
        (["query"], 2, "TEXT"),
        (["embed", "--encoder", "mini", "-o", "x.npz"], 2, "--images"),
        (["embed", "--images", "x.png", "--encoder", "minni", "-o", "x.npz"], 2, "mini"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_an_error_is_two_lines_and_a_status(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    word: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = command(*arguments)
    assert result.returncode == status
    assert result.stdout == ""
    assert "error: " in result.stderr
    assert "hint: " in result.stderr
    assert word in result.stderr
    assert "Traceback" not in result.stderr


def test_a_filter_that_cannot_be_meant_is_refused_not_skipped(demo: Demo) -> None:
    result = command("query", "a lake", "-i", demo.index, "--bbox", "1,2")
    assert result.returncode == 2
    assert result.stdout == ""
    assert "W,S,E,N" in result.stderr


def test_an_index_of_another_encoder_is_refused(demo: Demo, tmp_path: Path) -> None:
    for source in demo.index.rglob("*"):
        target = tmp_path / "index" / source.relative_to(demo.index)
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    fingerprint = geosearch.open(demo.index).generation.spec.fingerprint
    edit_manifest(
        tmp_path / "index",
        lambda document: document["spec"].update(fingerprint="mini-0000000000000000"),
    )
    result = command("query", "a lake", "-i", tmp_path / "index")
    assert result.returncode == 1
    assert fingerprint in result.stderr


def test_info_says_what_the_index_holds(demo: Demo) -> None:
    description = json.loads(command("info", "-i", demo.index, "--json").stdout)
    assert description["encoder"] == "mini"
    assert description["chips"] > 100


def test_scenes_whose_files_are_gone_are_named_and_pruned_when_asked(
    demo: Demo, tmp_path: Path
) -> None:
    scenes, index = tmp_path / "scenes", tmp_path / "index"
    scenes.mkdir()
    first, second = sorted(demo.folder.glob("*.tif"))[:2]
    for file in (first, second):
        (scenes / file.name).write_bytes(file.read_bytes())
    assert command("index", scenes, "-i", index, "--encoder", "null").returncode == 0
    (scenes / first.name).unlink()
    told = command("index", scenes, "-i", index)
    assert f"missing: {first.name}" in told.stderr
    assert "--prune" in told.stderr
    assert geosearch.open(index).generation.scene_ids == {first.name, second.name}
    assert "pruned  1 scene" in command("index", scenes, "-i", index, "--prune").stderr
    assert geosearch.open(index).generation.scene_ids == {second.name}


def test_a_dry_run_says_scenes_chips_bytes_time_and_size(demo: Demo, tmp_path: Path) -> None:
    options = ("--encoder", "mini", "--dry-run")
    result = command("index", demo.folder, "-i", tmp_path / "index", *options)
    assert result.returncode == 0, result.stderr
    begins = [line.split()[0] for line in result.stdout.splitlines()]
    assert begins == ["scenes", "kept", "chips", "time", "index"]
    assert not (tmp_path / "index").exists()
