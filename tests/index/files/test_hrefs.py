"""Where scenes are, as it is stored and as it is used."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.index.files.hrefs import Hrefs

PARTS = st.sampled_from(["a", "b", "indexes", "x y", "LC_B{4,3,2}.TIF", "ü", "..", ".", ""])
NEAR = [
    ("/a/indexes/i", "/a/scenes/x.tif", "../../scenes/x.tif"),
    ("/a/indexes/i", "/a/indexes/i/x.tif", "./x.tif"),
    ("/a/b/c/i", "/a/x.tif", "../../../x.tif"),
    ("/a/i", "/a/s/LC_B{4,3,2}.TIF", "../s/LC_B{4,3,2}.TIF"),
    ("/a/i", "/a/{x/1,y/2,z/3}.tif", "../{x/1,y/2,z/3}.tif"),
]


@pytest.mark.parametrize(("index", "href", "stored"), NEAR)
def test_what_lies_near_is_stored_relative_to_the_index(index: str, href: str, stored: str) -> None:
    assert Hrefs(Path(index)).stored(href) == stored
    assert Hrefs(Path(index)).opened(stored) == href
    assert Hrefs(Path(f"/new{index}")).opened(stored) == f"/new{href}"


@pytest.mark.parametrize(
    ("index", "href"),
    [
        ("/a/b/c/d/i", "/a/x.tif"),  # four up
        ("/a/i", "/data/x.tif"),  # only the root holds both
        ("/i", "/x.tif"),
        ("/a/i", "https://h/x.tif"),
        ("/a/i", "s3://b/a/x.tif"),
        ("/a/i", "/vsizip//a/x.zip/y.tif"),
        ("/a/i", "{/a/1.tif,https://h/2.tif,/a/3.tif}"),
        ("/a/i", "/a//x.tif"),
        ("/a/i", "/a/b/../x.tif"),
    ],
)
def test_what_lies_elsewhere_is_stored_as_it_is(index: str, href: str) -> None:
    assert Hrefs(Path(index)).stored(href) == href
    assert Hrefs(Path(index)).opened(href) == href


@given(st.lists(PARTS, max_size=6), st.lists(PARTS, max_size=6))
def test_every_href_comes_back_as_it_was(index: list[str], scene: list[str]) -> None:
    hrefs = Hrefs(Path("/" + "/".join(index)))
    href = "/" + "/".join(scene)
    assert hrefs.opened(hrefs.stored(href)) == href


def test_a_link_to_an_index_leads_to_the_same_scenes(tmp_path: Path) -> None:
    (tmp_path / "a" / "i").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a" / "i")
    stored = Hrefs(tmp_path / "a" / "i").stored(str(tmp_path / "a" / "x.tif"))
    assert Hrefs(tmp_path / "link").opened(stored) == os.path.join(tmp_path, "a", "x.tif")
