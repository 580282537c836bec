import itertools

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from geosearch.demo.landscapes.landscape import Contents, Landscape, draw_landscape
from geosearch.demo.landscapes.sites import SITES
from geosearch.demo.subjects.things import _COURTS

_PLAN = Contents(
    "river",
    (
        "court between two white buildings",
        "court at the end of two white buildings",
        "pool between two white buildings",
        "court alone in a field",
    ),
)


def _scene(seed: int) -> Landscape:
    return draw_landscape(np.random.default_rng(seed), 800, 720, _PLAN, box(0, 0, 800, 720))


@pytest.fixture(scope="module")
def scene() -> Landscape:
    return _scene(1)


def _pixels(scene: Landscape, outline: Polygon, margin_px: float) -> np.ndarray:
    height_px, width_px, _ = scene.pixels.shape
    cols, rows = np.meshgrid(np.arange(width_px) + 0.5, np.arange(height_px) + 0.5)
    inside = shapely.contains_xy(outline.buffer(-margin_px), cols, rows)
    return np.asarray(scene.pixels[inside].astype(float))


def test_the_same_seed_draws_the_same_scene(scene: Landscape) -> None:
    again = _scene(1)
    np.testing.assert_array_equal(scene.pixels, again.pixels)
    assert [mark.outline for mark in scene.marks] == [mark.outline for mark in again.marks]


def test_another_seed_draws_another_scene(scene: Landscape) -> None:
    assert (scene.pixels != _scene(2).pixels).mean() > 0.5


def test_what_is_planned_is_there(scene: Landscape) -> None:
    kinds = [mark.kind for mark in scene.marks]
    assert set(_PLAN.arrangements) <= set(kinds)
    assert {"river", "road", "residential area", "farmhouse"} <= set(kinds)


def test_where_the_truth_says_white_building_the_picture_is_white(scene: Landscape) -> None:
    whites = [mark for mark in scene.marks if mark.kind == "white building"]
    assert len(whites) == 6
    ground = np.median(scene.pixels.min(axis=2))
    for mark in whites:
        roof = _pixels(scene, mark.outline, 2)
        assert np.median(roof.min(axis=1)) > ground + 70
        assert np.median(np.ptp(roof, axis=1)) < 30


def test_where_the_truth_says_court_the_picture_has_a_courts_colours(scene: Landscape) -> None:
    def chroma(colours: np.ndarray) -> np.ndarray:
        return np.asarray(colours / colours.sum(axis=1, keepdims=True))

    known = chroma(np.asarray(_COURTS, float).reshape(-1, 3))
    courts = [mark for mark in scene.marks if mark.kind == "tennis court"]
    assert len(courts) == 3
    for mark in courts:
        surface = _pixels(scene, mark.outline, 2)
        surface = surface[surface.min(axis=1) < np.quantile(surface.min(axis=1), 0.7)]
        nearest = np.abs(chroma(surface)[:, None] - known[None]).max(axis=2).min(axis=1)
        assert (nearest < 0.06).mean() > 0.8


@pytest.mark.parametrize("seed", range(4))
def test_arrangements_keep_their_distance_and_lie_inside(seed: int) -> None:
    scene = _scene(seed)
    hulls = [mark.outline for mark in scene.marks if mark.level == "arrangement"]
    assert all(box(0, 0, 800, 720).contains(hull) for hull in hulls)
    assert all(a.distance(b) > 20 for a, b in itertools.combinations(hulls, 2))


@pytest.mark.parametrize("seed", range(4))
def test_nothing_stands_in_the_water(seed: int) -> None:
    scene = _scene(seed)
    water = [mark.outline for mark in scene.marks if mark.kind == "river"]
    dry = [mark for mark in scene.marks if mark.kind not in ("river", "road")]
    assert water
    assert all(not mark.outline.intersects(area) for mark in dry for area in water)


@pytest.mark.parametrize("seed", range(3))
def test_every_seed_of_the_archive_has_the_readmes_example_twice(seed: int) -> None:
    found = 0
    for number, site in enumerate(SITES):
        rng = np.random.default_rng([seed, number])
        scene = draw_landscape(rng, site.width_px, site.height_px, site.contents, site.valid)
        found += sum(mark.kind == "court between two white buildings" for mark in scene.marks)
    assert found >= 2
