"""Indexing at a ground resolution and at several scales, from the files to the hits."""

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.transform import from_origin

import geosearch
from geosearch.api import Hits
from geosearch.errors import IndexFolderError, UsageError
from geosearch.geo import PixelWindow, footprint
from geosearch.index import open_index
from geosearch.scenes import SceneFile, open_scene, read_window
from geosearch.search import Hit, window_pixels

UTM = "EPSG:32633"


def draw(path: Path, side: int, affine: Affine, crs: str = UTM, seed: int = 1) -> Path:
    path.parent.mkdir(exist_ok=True)
    pixels = np.random.default_rng(seed).integers(1, 255, (3, side, side), dtype=np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=3, dtype="uint8", crs=crs,
        transform=affine, photometric="RGB", tiled=True, blockxsize=64, blockysize=64,
    ) as file:  # fmt: skip
        file.write(pixels)
    return path


def north_up(gsd: float) -> Affine:
    made: Affine = from_origin(500_000, 5_300_000, gsd, gsd)
    return made


def hits_of(index: Path, **options: Any) -> Hits:
    return geosearch.open(index).search("a field", k=10_000, exact=True, **options)


def test_chips_are_of_one_size_on_the_ground_at_any_resolution(
    tmp_path: Path,
) -> None:
    for gsd in (0.5, 0.8, 1.0):
        draw(tmp_path / "scenes" / f"{gsd}.tif", int(390 / gsd), north_up(gsd))
    geosearch.build(
        [tmp_path / "scenes"],
        tmp_path / "index",
        encoder="mini",
        chips=geosearch.Chips(size_px=100, stride_px=100, gsd_m=1.0),
    )
    hits = hits_of(tmp_path / "index")
    assert {hit.scene for hit in hits} == {"0.5.tif", "0.8.tif", "1.0.tif"}
    assert len(hits) == 3 * 16
    for hit in hits:
        assert hit.gsd_m == pytest.approx(1, rel=1e-3)
        assert hit.size_m == pytest.approx((100, 100), rel=0.01)  # a pixel more or less


def test_chips_in_degrees_are_square_on_the_ground(tmp_path: Path) -> None:
    affine = from_origin(11.0, 60.0, 1e-4, 1e-4)  # about 5.6 by 11.1 m
    draw(tmp_path / "scenes" / "x.tif", 400, affine, "EPSG:4326")
    geosearch.build(
        [tmp_path / "scenes"],
        tmp_path / "index",
        encoder="mini",
        chips=geosearch.Chips(size_px=40, gsd_m=20.0),
    )
    geod = pyproj.Geod(ellps="WGS84")
    hits = hits_of(tmp_path / "index")
    for hit in hits:
        west, south, east, north = hit.footprint.bounds
        middle = (south + north) / 2
        assert geod.inv(west, middle, east, middle)[2] == pytest.approx(800, rel=0.02)
        assert geod.inv(west, south, west, north)[2] == pytest.approx(800, rel=0.02)
        assert hit.size_m == pytest.approx((800, 800), rel=0.02)
    assert window_pixels(hits[0]).shape == (40, 40, 3)


def test_every_scale_covers_the_scene_where_it_says(tmp_path: Path) -> None:
    path = draw(tmp_path / "scenes" / "x.tif", 500, north_up(2.0))
    scene = open_scene(SceneFile(str(path), "x.tif"))
    index = geosearch.build(
        [path],
        tmp_path / "index",
        encoder="mini",
        chips=geosearch.Chips(size_px=100, scales=(1, 2, 4)),
    )
    hits = hits_of(tmp_path / "index")
    by_scale: dict[int, list[Hit]] = {scale: [] for scale in (1, 2, 4)}
    for hit in hits:
        by_scale[round(hit.gsd_m / scene.gsd_m)].append(hit)
    assert {scale: len(found) for scale, found in by_scale.items()} == {1: 81, 2: 16, 4: 4}
    to_lonlat = pyproj.Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    for scale, found in by_scale.items():
        covered = shapely.union_all([hit.footprint for hit in found])
        assert scene.outline.difference(covered.buffer(1e-6)).is_empty
        for hit in found:
            assert hit.size_m == pytest.approx((200 * scale, 200 * scale), rel=0.005)
            col, row, width, height = hit.window
            eastings = 500_000 + 2 * np.array([col, col + width, col + width, col])
            northings = 5_300_000 - 2 * np.array([row, row, row + height, row + height])
            corners = shapely.Polygon(np.column_stack(to_lonlat.transform(eastings, northings)))
            apart = hit.footprint.symmetric_difference(corners).area
            assert apart < 1e-3 * corners.area
    assert index.generation.describe().scales == (1, 2, 4)


@pytest.mark.parametrize(
    "affine",
    [
        Affine(2, 0, 500_000, 0, 2, 5_300_000),
        Affine.translation(500_000, 5_300_000) @ Affine.rotation(30) @ Affine.scale(2, -2),
    ],
    ids=["south up", "rotated"],
)
def test_coarse_chips_of_scenes_not_north_up_are_where_their_pixels_are(
    tmp_path: Path, affine: Affine
) -> None:
    path = draw(tmp_path / "scenes" / "x.tif", 400, affine)
    geosearch.build(
        [path],
        tmp_path / "index",
        encoder="mini",
        chips=geosearch.Chips(size_px=100, gsd_m=3.0, scales=(1, 2)),
    )
    to_lonlat = pyproj.Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    hits = hits_of(tmp_path / "index")
    assert {round(hit.gsd_m) for hit in hits} == {3, 6}
    for hit in hits:
        col, row, width, height = hit.window
        at = [affine @ corner for corner in (
            (col, row), (col + width, row), (col + width, row + height), (col, row + height)
        )]  # fmt: skip
        corners = shapely.Polygon([to_lonlat.transform(*place) for place in at])
        assert hit.footprint.symmetric_difference(corners).area < 1e-3 * corners.area
        assert hit.size_m == pytest.approx((100 * hit.gsd_m, 100 * hit.gsd_m), rel=0.01)


def test_a_tile_of_a_contact_sheet_shows_what_was_embedded(tmp_path: Path) -> None:
    path = draw(tmp_path / "scenes" / "x.tif", 430, north_up(2.0))
    index = geosearch.build(
        [path],
        tmp_path / "index",
        encoder="mini",
        chips=geosearch.Chips(size_px=64, gsd_m=2.7, scales=(1, 2)),
    )
    for hit in hits_of(tmp_path / "index"):
        again = index.encoder.encode_images(window_pixels(hit)[None])
        asked = index.encoder.encode_texts(["a field"])
        assert float(again[0] @ asked[0]) == pytest.approx(hit.score, abs=2e-3)


def test_a_coarser_scene_is_cut_at_its_own_resolution_and_named(tmp_path: Path) -> None:
    draw(tmp_path / "scenes" / "coarse.tif", 300, north_up(10.0))
    draw(tmp_path / "scenes" / "fine.tif", 300, north_up(1.0))
    index = geosearch.build(
        [tmp_path / "scenes"],
        tmp_path / "index",
        encoder="mini",
        chips=geosearch.Chips(size_px=100, gsd_m=1.0),
    )
    assert index.report is not None
    assert {one.scene: one.coarser for one in index.report.indexed} == {
        "coarse.tif": True,
        "fine.tif": False,
    }
    gsds = {hit.scene: round(hit.gsd_m, 1) for hit in hits_of(tmp_path / "index")}
    assert gsds == {"coarse.tif": 10.0, "fine.tif": 1.0}


def test_a_plan_counts_the_chips_of_all_scales(tmp_path: Path) -> None:
    draw(tmp_path / "scenes" / "x.tif", 500, north_up(2.0))
    chips = geosearch.Chips(80, gsd_m=2.5, scales=(1, 2, 16))
    options: dict[str, Any] = {"encoder": "mini", "chips": chips}
    planned = geosearch.prepare([tmp_path / "scenes"], tmp_path / "index", **options).estimate()
    index = geosearch.build([tmp_path / "scenes"], tmp_path / "index", **options)
    assert index.report is not None
    assert planned.chips == index.report.chips == index.report.chips_total > 80


def test_an_index_remembers_how_it_was_cut_and_takes_nothing_else(tmp_path: Path) -> None:
    first = draw(tmp_path / "one" / "a.tif", 300, north_up(1.0))
    second = draw(tmp_path / "two" / "b.tif", 300, north_up(1.0), seed=2)
    geosearch.build(
        [first],
        tmp_path / "index",
        encoder="mini",
        chips=geosearch.Chips(size_px=64, gsd_m=1.5, scales=(1, 2)),
    )
    for other in ({"gsd_m": 2.0}, {"scales": (1,)}, {"gsd_m": 1.5, "scales": (1, 2, 4)}):
        with pytest.raises(IndexFolderError, match=r"1\.5 m per pixel, scales 1, 2"):
            geosearch.build([second], tmp_path / "index", chips=geosearch.Chips(**other))
    geosearch.build([second], tmp_path / "index")
    chips = open_index(tmp_path / "index").spec.chips
    assert (chips.gsd_m, chips.scales) == (1.5, (1, 2))
    counts = {scene: 0 for scene in ("a.tif", "b.tif")}
    for hit in hits_of(tmp_path / "index"):
        counts[hit.scene] += 1
    assert counts["a.tif"] == counts["b.tif"]


def test_of_chips_that_hold_each_other_one_place_is_left(tmp_path: Path) -> None:
    draw(tmp_path / "scenes" / "x.tif", 256, north_up(2.0))
    geosearch.build(
        [tmp_path / "scenes"],
        tmp_path / "index",
        encoder="mini",
        chips=geosearch.Chips(size_px=64, scales=(1, 4)),
    )
    everything = hits_of(tmp_path / "index")
    left = hits_of(tmp_path / "index", distinct=True)
    assert len({round(hit.gsd_m) for hit in everything}) == 2
    shapes = [shapely.box(c, r, c + w, r + h) for c, r, w, h in (hit.window for hit in left)]
    for at, one in enumerate(shapes):
        for other in shapes[:at]:
            assert one.intersection(other).area <= 0.2 * min(one.area, other.area)


@pytest.mark.parametrize(
    "options",
    [{"gsd_m": 0.0}, {"gsd_m": -1.0}, {"gsd_m": float("nan")}, {"gsd_m": float("inf")},
     {"scales": ()}, {"scales": (0, 1)}, {"scales": (2, 2)}, {"scales": (1, 5000)}],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_cut_is_refused(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(UsageError, match=f"`{name}`") as caught:
        geosearch.Chips(**options)
    assert caught.value.parameter == name


def test_an_own_resolution_reads_the_same_with_and_without_its_number(tmp_path: Path) -> None:
    path = draw(tmp_path / "scenes" / "x.tif", 300, north_up(0.3))
    scene = open_scene(SceneFile(str(path), "x.tif"))
    window, own = PixelWindow(17, 40, 100, 90), (scene.gsd_m, scene.gsd_m)
    plain = read_window(str(path), window, bands=scene.bands, stretch=None)
    gsd = float(np.float32(scene.gsd_m))
    again = read_window(str(path), window, bands=scene.bands, stretch=None, gsd_m=gsd, pixel_m=own)
    np.testing.assert_array_equal(again, plain)
    assert footprint(scene.to_lonlat, *window) is not None
