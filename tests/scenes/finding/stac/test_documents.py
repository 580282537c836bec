"""STAC documents, local and on a web server: what they link to, and nothing else."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.scenes_making import values, write_band
from support.scenes_web import Web

from geosearch.errors import SceneError
from geosearch.scenes import Discovery, find_scenes, open_scene
from geosearch.scenes.finding.stac.documents import is_stac_document, resolve


def item(name: str, **assets: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "geometry": None,
        "properties": {"datetime": "2021-02-03T04:05:06.7Z"},
        "links": [],
        "assets": assets or {"visual": {"href": f"./{name}.tif", "roles": ["visual"]}},
    }


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def links(*targets: tuple[str, str]) -> list[dict[str, str]]:
    return [{"rel": rel, "href": href} for rel, href in targets]


def write_catalog(folder: Path) -> Path:
    """A catalog of two collections that link back, as static catalogs do."""
    back = [
        ("root", "../catalog.json"),
        ("parent", "../catalog.json"),
        ("child", "../catalog.json"),
    ]
    for name in "ab":
        inside: dict[str, object] = {"type": "Collection", "id": name}
        inside["links"] = links(*back, ("item", "x/x.json"), ("item", f"y{name}.json"))
        write(folder / name / "collection.json", inside)
        write(folder / name / "x" / "x.json", item("x") | {"collection": name})
        write(folder / name / f"y{name}.json", item(f"y{name}"))
        write_band(folder / name / "x" / "x.tif", values(1))
    children = links(("child", "./a/collection.json"), ("child", "b/collection.json"))
    return write(folder / "catalog.json", {"type": "Catalog", "id": "c", "links": children})


def found(path: object) -> Discovery:
    return find_scenes([str(path)])


def test_a_static_catalog_is_followed_to_its_items(tmp_path: Path) -> None:
    got = found(write_catalog(tmp_path))
    assert {file.id: file.href for file in got.files} == {
        "a/x": str(tmp_path / "a" / "x" / "x.tif"),
        "b/x": str(tmp_path / "b" / "x" / "x.tif"),
        "ya": str(tmp_path / "a" / "ya.tif"),
        "yb": str(tmp_path / "b" / "yb.tif"),
    }
    assert got.refused == ()


def test_a_catalog_on_the_web_is_followed_likewise(web: Web) -> None:
    write_catalog(web.folder)
    files = found(f"{web.url}/catalog.json").files
    assert [file.id for file in files] == ["a/x", "b/x", "ya", "yb"]
    scene = open_scene(files[0])
    assert scene.href == f"{web.url}/a/x/x.tif"
    assert (scene.datetime, scene.datetime_source) == ("2021-02-03T04:05:06Z", "STAC")


def test_an_item_and_a_collection_of_items_are_read(tmp_path: Path) -> None:
    alone = write(tmp_path / "i.json", item("one"))
    assert [file.id for file in found(alone).files] == ["one"]
    several = {"type": "FeatureCollection", "features": [item("one"), item("two")]}
    together = write(tmp_path / "items.geojson", several)
    assert [file.id for file in found(together).files] == ["one", "two"]


def test_the_next_page_of_a_search_is_read(web: Web) -> None:
    first = {"type": "FeatureCollection", "features": [item("one")]}
    first["links"] = links(("next", "second.json"))
    write(web.folder / "first.json", first)
    write(web.folder / "second.json", {"type": "FeatureCollection", "features": [item("two")]})
    assert [file.id for file in found(f"{web.url}/first.json").files] == ["one", "two"]


def test_an_item_of_three_bands_is_one_scene(tmp_path: Path) -> None:
    assets = {}
    for number, colour in enumerate(("blue", "green", "red")):
        write_band(tmp_path / f"B{number}.tif", (values(number) // 16).astype(np.uint8))
        bands = [{"name": f"B{number}", "common_name": colour}]
        assets[f"B{number}"] = {"href": f"B{number}.tif", "eo:bands": bands}
    (file,) = found(write(tmp_path / "i.json", item("one", **assets))).files
    assert file.href == f"{tmp_path}/B{{2,1,0}}.tif"
    scene = open_scene(file)
    assert (scene.bands, scene.band_reason) == ((1, 2, 3), "its Item's red, green and blue")


def test_stac_names_the_bands_of_a_file_that_does_not(tmp_path: Path) -> None:
    write_band(
        tmp_path / "x.tif", np.stack([values(n) for n in range(4)]), photometric="minisblack"
    )
    names = [
        {"name": str(n), "common_name": c} for n, c in enumerate(("nir", "blue", "green", "red"))
    ]
    asset = {"href": "x.tif", "eo:bands": names}
    (file,) = found(write(tmp_path / "i.json", item("one", data=asset))).files
    scene = open_scene(file)
    assert (scene.bands, scene.band_reason) == ((4, 3, 2), "band names")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ('{"type": "Polygon"}', "not a STAC document: its type is 'Polygon'"),
        (json.dumps(item("x", a={"href": "x.txt"})), "none of its assets is a raster"),
        (json.dumps(item("x", a={"href": 7, "type": "image/tiff"})), "'7' is not an href"),
        ('{"type": "Feature", "assets": [1], "properties": 3}', "none of its assets"),
    ],
)
def test_what_is_no_stac_is_refused(content: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    got = found(path)
    assert got.files == ()
    assert reason in got.refused[0].reason


def test_a_broken_link_costs_only_what_is_behind_it(tmp_path: Path) -> None:
    catalog = write_catalog(tmp_path)
    (tmp_path / "b" / "collection.json").unlink()
    got = found(catalog)
    assert [file.id for file in got.files] == ["a/x", "ya"]
    assert "No such file" in got.refused[0].reason


def test_a_catalog_without_end_is_cut_with_its_reason(tmp_path: Path) -> None:
    for number in range(20):
        linked = links(("child", f"{number + 1}.json"))
        write(tmp_path / f"{number}.json", {"type": "Catalog", "links": linked})
    (refused,) = found(tmp_path / "0.json").refused
    assert refused.input == str(tmp_path / "16.json")
    assert "deeper than 16" in refused.reason


def test_two_items_of_one_id_are_two_scenes(tmp_path: Path) -> None:
    features = [item("one"), item("one", visual={"href": "other.tif"})]
    path = write(tmp_path / "i.json", {"type": "FeatureCollection", "features": features})
    got = {file.id: file.href for file in found(path).files}
    assert got == {
        "one/one.tif": str(tmp_path / "one.tif"),
        "one/other.tif": str(tmp_path / "other.tif"),
    }


def test_items_of_one_id_in_two_catalogs_are_called_by_their_folders(tmp_path: Path) -> None:
    paths = [write(tmp_path / name / "i.json", item("one")) for name in "ab"]
    assert [file.id for file in find_scenes(paths).files] == ["a/one", "b/one"]


def test_two_items_of_one_file_are_not_two_scenes(tmp_path: Path) -> None:
    features = [item("one"), item("two", visual={"href": "one.tif"})]
    path = write(tmp_path / "i.json", {"type": "FeatureCollection", "features": features})
    got = found(path)
    assert [file.id for file in got.files] == ["one"]
    assert got.refused[0].reason == "its file is already the scene one: one.tif"


def test_an_item_and_its_file_are_one_scene_of_which_the_item_tells(tmp_path: Path) -> None:
    write_band(tmp_path / "one.tif", values(1))
    path = write(tmp_path / "i.json", item("one"))
    (file,) = find_scenes([tmp_path, path, tmp_path / "one.tif"]).files
    assert (file.id, file.moment is not None) == ("one", True)


@pytest.mark.parametrize(
    "href", ["file:///etc/passwd.tif", "File:/etc/x.tif", "/vsizip//etc/x.tif"]
)
def test_a_catalog_on_the_web_leads_to_no_local_file(href: str, web: Web) -> None:
    write(web.folder / "i.json", item("x", visual={"href": href}))
    got = found(f"{web.url}/i.json")
    assert all(file.href.startswith(web.url) for file in got.files)
    write(web.folder / "c.json", {"type": "Catalog", "links": links(("item", href))})
    assert found(f"{web.url}/c.json").files == ()
    assert found(f"{web.url}/c.json").refused


@pytest.mark.parametrize(
    ("href", "base", "target"),
    [
        ("../x.tif", "/a/b/c.json", "/a/x.tif"),
        ("/d/x.tif", "/a/b/c.json", "/d/x.tif"),
        ("file:///d/x%20y.tif", "/a/c.json", "/d/x y.tif"),
        ("s3://b/x.tif", "/a/c.json", "s3://b/x.tif"),
        ("../x.tif", "https://h/a/b/c.json?p=1", "https://h/a/x.tif"),
        ("/x.tif", "https://h/a/c.json", "https://h/x.tif"),
        ("s3://b/x.tif", "https://h/a/c.json", "s3://b/x.tif"),
        ("../x.tif", "s3://b/a/b/c.json", "s3://b/a/x.tif"),
        ("https://h/x.tif", "s3://b/c.json", "https://h/x.tif"),
    ],
)
def test_hrefs_are_relative_to_their_document(href: str, base: str, target: str) -> None:
    assert resolve(href, base) == target


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("file:{folder}/data/plain.tif", "data/plain.tif"),
        ("file://{folder}/data/plain.tif", "data/plain.tif"),
        ("FILE://localhost{folder}/data/my%20scene.tif", "data/my scene.tif"),
        ("file:data/plain.tif", "data/plain.tif"),
        (".\\data\\plain.tif", "data/plain.tif"),
        ("data\\my%20scene.tif", "data/my scene.tif"),
        ("data/my%20scene.tif", "data/my scene.tif"),
        ("data/my scene.tif", "data/my scene.tif"),
        ("data/plain.tif#part", "data/plain.tif"),
        ("data/plain.tif?v=2", "data/plain.tif"),
        ("data/a%20b.tif", "data/a%20b.tif"),
        ("data/100%.tif", "data/100%.tif"),
        ("data/a#b.tif", "data/a#b.tif"),
        ("data/a%23b.tif", "data/a#b.tif"),
        ("data/back\\slash.tif", "data/back\\slash.tif"),
        ("http:/x.tif", "http:/x.tif"),
        ("vsis3/x.tif", "vsis3/x.tif"),
    ],
)
def test_an_href_is_a_uri_reference_to_a_file(href: str, name: str, tmp_path: Path) -> None:
    names = {"data/plain.tif", "data/my scene.tif", "data/a b.tif", name}
    for number, other in enumerate(sorted(names)):
        write_band(tmp_path / other, values(number))
    document = write(tmp_path / "i.json", item("x", a={"href": href.format(folder=tmp_path)}))
    (file,) = found(document).files
    assert file.href == str(tmp_path / name)
    assert open_scene(file).datetime == "2021-02-03T04:05:06Z"


@given(name=st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"])))
def test_a_quoted_name_leads_to_its_file(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume(name.strip(".") and len(name.encode()) < 200)
    folder = tmp_path_factory.mktemp("quoted")
    (folder / name).touch()
    base = str(folder / "i.json")
    for href in (quote(name), f"file:{quote(str(folder / name))}", (folder / name).as_uri()):
        assert resolve(href, base) == str(folder / name)


def test_a_file_on_another_machine_is_named() -> None:
    with pytest.raises(SceneError, match="another machine, nas7"):
        resolve("file://nas7/a/x.tif", "/a/c.json")


@pytest.mark.parametrize("href", [r".\x.tif", "a b.tif", "a%20b.tif"])
def test_an_href_on_the_web_is_a_url(href: str, web: Web) -> None:
    write_band(web.folder / "x.tif", values(0))
    write_band(web.folder / "a b.tif", values(0))
    write(web.folder / "i.json", item("x", a={"href": href}))
    (file,) = found(f"{web.url}/i.json").files
    assert open_scene(file).width_px == 96


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(item("one")).encode())
    assert [file.id for file in found(path).files] == ["one"]


def test_half_a_character_costs_its_item(tmp_path: Path) -> None:
    several = [item("one"), item("a\ud83d"), item("two") | {"collection": "\udcff"}, item("three")]
    several[3]["properties"]["platform"] = "\ud800"
    path = write(tmp_path / "c.json", {"type": "FeatureCollection", "features": several})
    got = found(path)
    assert [file.id for file in got.files] == ["one"]
    assert [one.input for one in got.refused] == ["a\\ud83d", "\\xff/two", "three"]
    assert all("half of a character" in one.reason for one in got.refused)


def test_a_url_of_another_kind_is_refused() -> None:
    with pytest.raises(SceneError, match="is not a URL that can be read"):
        resolve("ftp://h/x.tif", "/a/c.json")


@pytest.mark.parametrize("href", [None, 7, "", "a\0b"])
def test_what_is_no_href_is_refused(href: object) -> None:
    with pytest.raises(SceneError, match="is not an href"):
        resolve(href, "/a/c.json")


def test_a_password_reaches_the_server_and_no_message(web: Web) -> None:
    write(web.folder / "c.json", {"type": "Catalog", "links": links(("item", "gone.json"))})
    url = web.url.replace("//", "//me:hush@")
    got = found(f"{url}/c.json")
    assert web.asked[0].startswith("GET /c.json Basic bWU6aHVzaA==")
    assert got.refused
    assert "hush" not in str(got.refused)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/catalog.json", True),
        ("a/items.GEOJSON", True),
        ("https://h/search/collections/c/items?limit=3", True),
        ("https://h/i.json?sig=x", True),
        ("https://h/x.tif", False),
        ("https://h/x.tif?response=a.json", False),
        ("s3://b/i.json", True),
        ("gs://b/i.json", False),
        ("a/x.tif", False),
    ],
)
def test_stac_is_known_by_its_name(path: str, expected: bool) -> None:
    assert is_stac_document(path) is expected
