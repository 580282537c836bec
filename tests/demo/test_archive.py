import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.transform
import rasterio.warp
from shapely.geometry import shape

from geosearch.demo import write_archive
from geosearch.demo.archive import DemoArchive, _on_earth
from geosearch.demo.landscapes.sites import SITES

_README = "tennis court between two white buildings"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> DemoArchive:
    return write_archive(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def features(archive: DemoArchive) -> list[dict[str, Any]]:
    collection = json.loads(archive.truth.read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    return list(collection["features"])


def test_an_archive_is_its_scenes_and_the_truth(archive: DemoArchive) -> None:
    assert {path.name for path in archive.folder.iterdir()} == {
        *(path.name for path in archive.scenes),
        "truth.json",
    }
    assert len(archive.scenes) == len(SITES)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_scene_opens_where_it_was_put(archive: DemoArchive, site: Any) -> None:
    with rasterio.open(archive.folder / site.name) as scene:
        assert scene.crs == rasterio.CRS.from_string(site.crs)
        assert scene.shape == (site.height_px, site.width_px)
        x, y = scene.xy(site.height_px / 2, site.width_px / 2, offset="ul")
        assert (x, y) == pytest.approx((site.x, site.y), abs=1e-6)
        assert np.hypot(scene.transform.a, scene.transform.d) == pytest.approx(0.6)
        assert abs(scene.transform.determinant) == pytest.approx(0.36)
        assert scene.tags()["TIFFTAG_DATETIME"] == site.datetime
        assert scene.overviews(1) == [2, 4]
        assert scene.profile["tiled"]
        assert site.datetime[:10].replace(":", "") in site.name


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_scene_tells_which_pixels_show_nothing(archive: DemoArchive, site: Any) -> None:
    with rasterio.open(archive.folder / site.name) as scene:
        shown = scene.dataset_mask() > 0
        pixels = scene.read([1, 2, 3])
    fraction = site.valid.area / (site.width_px * site.height_px)
    assert shown.mean() == pytest.approx(fraction, abs=2e-3)
    assert pixels.dtype == (np.uint16 if site.storage == "uint16" else np.uint8)
    assert (pixels[:, ~shown] == 0).all()


def test_the_scenes_differ_as_archives_do(archive: DemoArchive) -> None:
    flags: set[str] = set()
    lat: list[float] = []
    rotated = 0
    for path in archive.scenes:
        with rasterio.open(path) as scene:
            flags.update(flag.name for flag in scene.mask_flag_enums[0])
            rotated += scene.transform.b != 0
            lat += rasterio.warp.transform(
                scene.crs, "EPSG:4326", *np.reshape(scene.bounds, (2, 2)).T
            )[1]
    assert {"all_valid", "nodata", "alpha", "per_dataset"} <= flags
    assert rotated == 1
    assert min(lat) < -10
    assert max(lat) > 10


def test_one_scene_crosses_the_antimeridian(archive: DemoArchive) -> None:
    with rasterio.open(archive.folder / "island_20220419.tif") as scene:
        left, bottom, right, top = scene.bounds
        lon, _ = rasterio.warp.transform(scene.crs, "EPSG:4326", [left, right], [top, bottom])
    assert lon[0] > 179
    assert lon[1] < -179


def test_a_shape_across_the_antimeridian_is_cut_there() -> None:
    (site,) = (site for site in SITES if site.name.startswith("island"))
    placed = _on_earth(site, site.valid)
    assert placed.geom_type == "MultiPolygon"
    assert placed.is_valid
    west, _, east, _ = placed.bounds
    assert (west, east) == (-180.0, 180.0)
    assert all(piece.exterior.is_ccw for piece in placed.geoms)
    assert max(piece.bounds[2] - piece.bounds[0] for piece in placed.geoms) < 0.01


def test_the_truth_lies_where_the_pixels_are(
    archive: DemoArchive, features: list[dict[str, Any]]
) -> None:
    for feature in features:
        outline = shape(feature["geometry"])
        assert outline.is_valid
        if outline.geom_type != "Polygon":
            continue
        with rasterio.open(archive.folder / feature["properties"]["scene"]) as scene:
            lon, lat = np.asarray(outline.exterior.coords).T
            x, y = rasterio.warp.transform("EPSG:4326", scene.crs, lon, lat)
            rows, cols = rasterio.transform.rowcol(scene.transform, x, y, op=float)
        col, row, width, height = feature["properties"]["window"]
        edges = (min(cols), min(rows), max(cols), max(rows))
        assert edges == pytest.approx((col, row, col + width, row + height), abs=0.51)


def test_the_readmes_example_is_there_among_look_alikes(
    archive: DemoArchive, features: list[dict[str, Any]]
) -> None:
    right = [f for f in features if _README in f["properties"]["sentences"]]
    assert len(right) >= 2
    assert len(right) == archive.counts["court between two white buildings"]
    assert len({f["properties"]["scene"] for f in right}) >= 2
    others = {kind: count for kind, count in archive.counts.items() if "court" in kind}
    assert sum(others.values()) - len(right) >= 8
    assert len(archive.counts) >= 10


def test_sentences_begin_with_the_plainest(features: list[dict[str, Any]]) -> None:
    for feature in features:
        assert feature["properties"]["sentence"] == feature["properties"]["sentences"][0]


def test_chips_on_a_half_overlapping_grid_show_the_example_nearly_whole(
    features: list[dict[str, Any]],
) -> None:
    sizes = {site.name: (site.width_px, site.height_px) for site in SITES}
    fractions = []
    for feature in features:
        if _README not in feature["properties"]["sentences"]:
            continue
        col, row, width, height = feature["properties"]["window"]
        best = 1.0
        for first, side, whole in zip(
            (col, row), (width, height), sizes[feature["properties"]["scene"]], strict=True
        ):
            starts = [*range(0, whole - 128, 64), whole - 128]
            seen = [min(first + side, start + 128) - max(first, start) for start in starts]
            best *= max(seen) / side
        fractions.append(best)
    assert max(fractions) > 0.85
    assert min(fractions) > 0.55


def test_the_same_seed_writes_the_same_pixels(archive: DemoArchive, tmp_path: Path) -> None:
    again = write_archive(tmp_path)
    for first, second in zip(archive.scenes, again.scenes, strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert archive.truth.read_bytes() == again.truth.read_bytes()


def test_dates_are_all_different() -> None:
    dates = sorted(site.datetime for site in SITES)
    assert all(first < second for first, second in pairwise(dates))
