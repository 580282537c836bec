"""Paths that are kept move with their scene, and those that do not stay absolute."""

import pytest

from geosearch.scenes.state.stored_paths import opened_path, stored_path

SCENE = "/archive/2020/06/01/scenes"


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        (f"{SCENE}/tiles/a.tif", "tiles/a.tif"),
        ("/archive/2020/06/01/a.tif", "../a.tif"),
        ("/archive/2020/a.tif", "../../../a.tif"),
        ("/archive/a.tif", "/archive/a.tif"),  # four folders up
        ("/elsewhere/a.tif", "/elsewhere/a.tif"),
        ("https://example.org/a.tif", "https://example.org/a.tif"),
        ("/vsizip//archive/a.zip/a.tif", "/vsizip//archive/a.zip/a.tif"),
    ],
)
def test_a_path_is_relative_where_it_moves_with_the_scene(path: str, stored: str) -> None:
    assert stored_path(path, SCENE) == stored
    assert opened_path(stored, SCENE) == path


def test_near_the_root_nothing_moves_together() -> None:
    assert stored_path("/data/a.tif", "/scenes") == "/data/a.tif"
