"""The files that break naive code, against what is known of how they were made."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geosearch.errors import SceneError
from geosearch.geo import footprints
from geosearch.scenes import (
    Scene,
    SceneFile,
    chip_windows,
    find_scenes,
    open_scene,
    read_chips,
    windows_with_data,
)

SIZE, STRIDE = 64, 48
CASES = [
    "no_crs.tif",
    "no_transform.tif",
    "no_georeference.tif",
    "rotated_30deg.tif",
    "sheared.tif",
    "south_up.tif",
    "pixel_is_point.tif",
    "oblong_pixels.tif",
    "gcps_only.tif",
    "rpc_only.tif",
    "antimeridian_utm60.tif",
    "antimeridian_4326_past_180.tif",
    "longitudes_0_360.tif",
    "north_pole_inside.tif",
    "geostationary_limb.tif",
    "moon.tif",
    "local_crs.tif",
    "zero_pixel_size.tif",
    "aux_xml_crs.tif",
    "worldfile_no_crs.tif",
    "worldfile_prj.tif",
    "complex64.tif",
    "int8.tif",
    "uint32.tif",
    "float64_nan.tif",
    "float32_inf.tif",
    "nbits12.tif",
    "nbits1.tif",
    "palette.tif",
    "all_nodata.tif",
    "nodata_out_of_range.tif",
    "alpha_partial.tif",
    "internal_mask.tif",
    "external_mask.tif",
    "jpeg_ycbcr.tif",
    "lzw_pred2_u16.tif",
    "zstd_pred3_f32.tif",
    "lerc_f32.tif",
    "webp.tif",
    "strips_of_7.tif",
    "planar_separate.tif",
    "bigtiff.tif",
    "big_endian_13bands.tif",
    "cog.tif",
    "external_overviews.tif",
    "one_pixel.tif",
    "one_row.tif",
    "sparse_100k_empty.tif",
    "sparse_100k_one_tile.tif",
    "truncated.tif",
    "corrupt_tile.tif",
    "zero_bytes.tif",
    "text_named.tif",
    "vrt_missing_source.vrt",
    "unicode_name.tif",
    "symlink_loop/scene.tif",
    "multipage.tif",
    "raster.gpkg",
    "two_variables.nc",
]
STRETCHED = [
    "lzw_pred2_u16.tif",
    "uint32.tif",
    "int8.tif",
    "nbits12.tif",
    "lerc_f32.tif",
    "zstd_pred3_f32.tif",
    "float32_inf.tif",
    "complex64.tif",
]


@dataclass
class Read:
    """What came of a file."""

    scene: Scene
    outlines: list[BaseGeometry]
    pixels: np.ndarray
    valid: np.ndarray


def read(file: SceneFile) -> Read:
    scene = open_scene(file)
    windows = chip_windows(scene.width_px, scene.height_px, size_px=SIZE, stride_px=STRIDE)
    windows = windows[windows_with_data(scene, windows)]
    outlines = footprints(scene.to_lonlat, windows)
    placed = np.array([outline is not None for outline in outlines])
    blocks = list(read_chips(scene, windows[placed], size_px=SIZE))
    return Read(
        scene,
        list(outlines[placed]),
        np.concatenate([block.pixels for block in blocks]),
        np.concatenate([block.valid for block in blocks]),
    )


def outcome(file: SceneFile) -> Read | SceneError:
    try:
        return read(file)
    except SceneError as error:
        return error


@pytest.fixture(scope="module")
def expectations(shared_data: Path) -> dict[str, dict[str, Any]]:
    book = json.loads((shared_data / "pathological" / "expected.json").read_text())
    return {case["file"]: case for case in book}


def test_every_case_is_known_here(expectations: dict[str, dict[str, Any]]) -> None:
    assert sorted(expectations) == sorted(CASES)


def test_the_folder_holds_each_case_once_and_no_sidecar(
    shared_data: Path, expectations: dict[str, dict[str, Any]]
) -> None:
    found = find_scenes([shared_data / "pathological"])
    assert [file.id for file in found.files] == sorted(expectations)


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_placed_right_or_refused_with_its_reason(
    case: str, shared_data: Path, expectations: dict[str, dict[str, Any]], recwarn: Any
) -> None:
    expected = expectations[case]
    file = SceneFile(str(shared_data / "pathological" / case), case)
    got = outcome(file)
    if isinstance(got, SceneError):
        assert expected["outcome"] != "chips", got.message
        assert len(got.message) > 10
        assert got.hint
        return
    assert expected["outcome"] != "refused"
    # a mask beside a raster has no place of its own; runs have the warning off
    found = [one for one in recwarn if one.category is not NotGeoreferencedWarning]
    assert [str(warning.message) for warning in found] == []
    assert np.isfinite(got.valid).all()
    assert got.pixels[got.valid > 0].any()
    if expected["footprint_wgs84"]:
        check_place(got, shape(expected["footprint_wgs84"]), expected.get("valid_footprint_wgs84"))


def check_place(got: Read, outline: BaseGeometry, valid_outline: dict[str, Any] | None) -> None:
    """Chips lie inside the outline and cover it (or its valid part), to half a pixel."""
    flat = Flat(outline)
    half_px = 0.5 * got.scene.gsd_m
    whole = flat(outline)
    assert (
        flat(got.scene.outline)
        .symmetric_difference(whole)
        .difference(whole.boundary.buffer(half_px))
        .is_empty
    )
    chips = [flat(part) for part in got.outlines]
    wide = whole.buffer(half_px)
    assert all(wide.covers(chip) for chip in chips)
    if valid_outline is None:
        assert shapely.union_all(chips).buffer(half_px).covers(whole)
    else:
        seen = [chip for chip, fraction in zip(chips, got.valid, strict=True) if fraction > 0]
        valid = flat(shape(valid_outline))
        assert shapely.union_all(seen).buffer(half_px).covers(valid)
        # what is called valid lies within a chip's diagonal of what is
        assert valid.buffer(1.5 * SIZE * got.scene.gsd_m).covers(shapely.union_all(seen))


class Flat:
    """The plane around a geometry's middle, metres: no 180 degrees there, and no pole."""

    def __init__(self, outline: BaseGeometry) -> None:
        parts = getattr(outline, "geoms", [outline])
        largest = max(parts, key=lambda part: part.area)
        pole = max(abs(bound) for bound in outline.bounds[1::2]) == 90
        lon, lat = (0.0, 90.0) if pole else largest.centroid.coords[0]
        plane = f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84"
        self._transformer = Transformer.from_crs("EPSG:4326", plane, always_xy=True)

    def __call__(self, geometry: BaseGeometry) -> BaseGeometry:
        parts = getattr(shapely.segmentize(geometry, 0.25), "geoms", [geometry])
        parts = [shapely.segmentize(part, 0.25) for part in parts]
        flat = [shapely.transform(part, self._project) for part in parts]
        # halves that touch at 180 degrees differ by rounding there: closed by a millimetre
        flat = [shapely.make_valid(part).buffer(0.002, join_style="mitre") for part in flat]
        return shapely.union_all(flat)

    def _project(self, points: np.ndarray) -> np.ndarray:
        return np.stack(self._transformer.transform(*points.T), axis=1)


@pytest.fixture
def sample(shared_data: Path) -> Callable[[str], Read]:
    def pixels(case: str) -> Read:
        return read(SceneFile(str(shared_data / "pathological" / case), case))

    return pixels


@pytest.mark.parametrize("case", STRETCHED)
def test_stretched_pictures_use_the_whole_range(case: str, sample: Callable[[str], Read]) -> None:
    pixels = sample(case).pixels
    assert pixels.max() == 255
    assert pixels.min() == 0
    assert 40 < pixels.mean() < 200


def test_all_codecs_give_the_same_picture(sample: Callable[[str], Read]) -> None:
    first = sample("bigtiff.tif").pixels
    for case in ("strips_of_7.tif", "external_overviews.tif", "raster.gpkg", "unicode_name.tif"):
        np.testing.assert_array_equal(sample(case).pixels, first)
    colour = sample("planar_separate.tif").pixels
    np.testing.assert_array_equal(sample("cog.tif").pixels, colour)
    assert np.abs(sample("webp.tif").pixels.astype(int) - colour).mean() < 12


def test_one_bit_is_black_and_white(sample: Callable[[str], Read]) -> None:
    assert set(np.unique(sample("nbits1.tif").pixels)) == {0, 255}


def test_awkward_names_are_found_and_read(shared_data: Path, tmp_path: Path) -> None:
    name = "unicode näme 北京 & spaces.tif"
    shutil.copy(shared_data / "pathological" / "unicode_name.tif", tmp_path / name)
    (file,) = find_scenes([tmp_path]).files
    assert file.id == name
    assert len(read(file).outlines) == 25


def test_a_folder_linked_to_itself_holds_its_scene_once(shared_data: Path, tmp_path: Path) -> None:
    shutil.copy(shared_data / "pathological" / "symlink_loop" / "scene.tif", tmp_path)
    (tmp_path / "again").symlink_to(".", target_is_directory=True)
    assert [file.id for file in find_scenes([tmp_path]).files] == ["scene.tif"]


def test_every_scene_of_the_archive_opens(shared_data: Path) -> None:
    found = find_scenes([shared_data / "scenes"])
    assert len(found.files) == 44
    scenes = [open_scene(file) for file in found.files]
    assert all(scene.outline.is_valid and scene.gsd_m > 0 for scene in scenes)
