"""Which hrefs lead to one file."""

from pathlib import Path

import pytest

from geosearch.scenes import FileKeys


def test_a_file_is_the_same_through_links_of_its_own_and_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("x.tif", "y.tif"):
        (tmp_path / "a" / name).touch()
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "own.tif").symlink_to("a/x.tif")
    keys = FileKeys()
    places = ("a/x.tif", "link/x.tif", "own.tif")
    assert len({keys.key(str(tmp_path / place)) for place in places}) == 1
    assert keys.key(str(tmp_path / "a" / "x.tif")) != keys.key(str(tmp_path / "a" / "y.tif"))


def test_bands_are_the_same_in_the_same_order_only(tmp_path: Path) -> None:
    keys = FileKeys()
    assert keys.key(f"{tmp_path}/B{{4,3,2}}.tif") != keys.key(f"{tmp_path}/B{{2,3,4}}.tif")
    assert keys.key(f"{tmp_path}/{{B4,B3,B2}}.tif") == keys.key(f"{tmp_path}/B{{4,3,2}}.tif")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://host/x.tif", "/vsicurl/https://host/x.tif"),
        ("s3://bucket/x.tif", "/vsis3/bucket/x.tif"),
        ("https://u:p@host/x.tif", "https://host/x.tif"),
    ],
)
def test_a_url_is_the_same_by_gdals_name_and_without_its_secrets(one: str, other: str) -> None:
    keys = FileKeys()
    assert keys.key(one) == keys.key(other)
