"""Scenes that are not local files, against the same scenes as files."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from support.scenes_making import values, write_band
from support.scenes_web import Web

from geosearch.errors import SceneError
from geosearch.geo import PixelWindow
from geosearch.scenes import (
    Scene,
    SceneFile,
    chip_windows,
    find_scenes,
    open_scene,
    read_chips,
    read_window,
)
from geosearch.scenes.places.href import join_bands
from geosearch.scenes.places.remote import gdal_name, size_and_mtime, without_secrets


def chips(scene: Scene) -> np.ndarray:
    windows = chip_windows(scene.width_px, scene.height_px, size_px=64, stride_px=32)
    return np.concatenate([block.pixels for block in read_chips(scene, windows, size_px=64)])


def opened(path: object) -> Scene:
    (file,) = find_scenes([str(path)]).files
    return open_scene(file)


def test_a_scene_on_a_web_server_is_the_scene_on_the_disk(web: Web) -> None:
    path = write_band(web.folder / "a" / "x_20200102.tif", np.stack([values(n) for n in range(3)]))
    here, there = opened(path), opened(f"{web.url}/a/x_20200102.tif")
    np.testing.assert_array_equal(chips(there), chips(here))
    assert there.id == there.href == f"{web.url}/a/x_20200102.tif"
    assert there.datetime == "2020-01-02T00:00:00Z"
    assert there.outline.equals(here.outline)
    assert there.state.size_bytes == here.state.size_bytes
    size, mtime_ns = size_and_mtime(there.href)
    assert (size, mtime_ns // 10**9) == (path.stat().st_size, int(path.stat().st_mtime))
    again = read_window(
        there.href, PixelWindow(3, 4, 50, 60), bands=there.bands, stretch=there.stretch
    )
    expected = read_window(
        here.href, PixelWindow(3, 4, 50, 60), bands=here.bands, stretch=here.stretch
    )
    np.testing.assert_array_equal(again, expected)


def test_only_the_scene_is_asked_for_and_no_sidecars(web: Web) -> None:
    write_band(web.folder / "x.tif", values(0))
    opened(f"{web.url}/x.tif")
    assert {asked.split()[1] for asked in web.asked} <= {"/x.tif"}


def test_bands_on_a_web_server_are_one_scene(web: Web) -> None:
    for seed, band in enumerate(("B04", "B03", "B02")):
        write_band(web.folder / f"{band}.tif", values(seed))
    here = opened(web.folder)
    there = open_scene(
        SceneFile(join_bands([f"{web.url}/{b}.tif" for b in ("B04", "B03", "B02")]), "x")
    )
    assert there.state.size_bytes == here.state.size_bytes
    np.testing.assert_array_equal(chips(there), chips(here))


def test_a_scene_in_an_archive_file_is_read_without_the_network(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", values(0))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        file.write(path, "in/x.tif")
    there = opened(f"/vsizip/{tmp_path}/all.zip/in/x.tif")
    np.testing.assert_array_equal(chips(there), chips(opened(path)))
    assert there.state.size_bytes == (tmp_path / "all.zip").stat().st_size


def test_what_is_not_there_is_refused_with_a_hint(web: Web) -> None:
    with pytest.raises(SceneError, match=r"gone.tif cannot be read") as caught:
        opened(f"{web.url}/gone.tif")
    assert "AWS_ACCESS_KEY_ID" in caught.value.hint


def test_a_server_that_is_not_there_is_refused() -> None:
    with pytest.raises(SceneError, match=r"x.tif cannot be read"):
        opened("http://127.0.0.1:9/x.tif")


def test_a_file_of_a_stranger_leads_nowhere_else(web: Web, tmp_path: Path) -> None:
    secret = write_band(tmp_path / "private.tif", values(0))
    (web.folder / "x.tif").write_text(
        f"""<VRTDataset rasterXSize="64" rasterYSize="64"><SRS>EPSG:32632</SRS>
        <GeoTransform>600000, 10, 0, 5100000, 0, -10</GeoTransform>
        <VRTRasterBand dataType="UInt16" band="1"><SimpleSource><SourceFilename>{secret}
        </SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"""
    )
    with pytest.raises(SceneError, match="not a raster that GDAL can read"):
        opened(f"{web.url}/x.tif")


def test_passwords_and_signatures_are_used_and_never_shown(web: Web) -> None:
    write_band(web.folder / "x.tif", values(0))
    url = web.url.replace("//", "//me:hush@") + "/x.tif?id=7&X-Amz-Signature=hush"
    (file,) = find_scenes([url]).files
    scene = open_scene(file)
    assert any("id=7&X-Amz-Signature=hush Basic" in asked for asked in web.asked)
    assert scene.id == f"{web.url}/x.tif?id=7&X-Amz-Signature=..."
    (web.folder / "x.tif").unlink()
    with pytest.raises(SceneError) as caught:
        open_scene(SceneFile(url.replace("x.tif", "y.tif"), "y"))
    assert "hush" not in f"{caught.value.message} {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("https://h/a b.tif", "/vsicurl/https://h/a b.tif"),
        ("HTTP://h/x.tif", "/vsicurl/http://h/x.tif"),
        ("s3://bucket/a/x.tif", "/vsis3/bucket/a/x.tif"),
        ("gs://bucket/x.tif", "/vsigs/bucket/x.tif"),
        ("az://box/x.tif", "/vsiaz/box/x.tif"),
        ("/vsizip//a.zip/x.tif", "/vsizip//a.zip/x.tif"),
        ("/a/x.tif", "/a/x.tif"),
    ],
)
def test_urls_have_names_in_gdal(href: str, name: str) -> None:
    assert gdal_name(href) == name


@pytest.mark.parametrize("href", ["ftp://h/x.tif", "file:///etc/x.tif", "https:/h/x.tif"])
def test_other_urls_are_refused(href: str) -> None:
    (refused,) = find_scenes([href]).refused
    assert "https://" in refused.hint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "404 of https://u:p@h/x.tif?sig=a%2F&se=2020 here",
            "404 of https://h/x.tif?sig=...&se=... here",
        ),
        ("https://h/x?house=3&id=4", "https://h/x?house=3&id=4"),
        (
            "https://h/x?X-Goog-Credential=a&access_token=b",
            "https://h/x?X-Goog-Credential=...&access_token=...",
        ),
        ("/a/me@home.tif", "/a/me@home.tif"),
    ],
)
def test_what_is_secret_in_a_url_is_left_out(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


def test_the_tag_of_a_file_without_a_date_tells_when_it_changed(web: Web) -> None:
    write_band(web.folder / "x.tif", values(0))
    states = []
    for tag in ('"a"', '"b"', '"a"'):
        web.headers = {"Last-Modified": None, "ETag": tag}
        states.append(size_and_mtime(f"{web.url}/x.tif"))
    assert states[0] == states[2] != states[1]
    assert states[0][0] == (web.folder / "x.tif").stat().st_size
