"""What a run makes of archives whose scenes are more than a file."""

import json
from pathlib import Path

import numpy as np
from support.scenes_making import values, write_band

import geosearch

PRODUCT = "LC08_L2SP_193028_20190704_20200827_02_T1"


def write_product(folder: Path) -> None:
    for band in (2, 3, 4, 5):
        write_band(folder / f"{PRODUCT}_SR_B{band}.TIF", values(band, 128))
    write_band(folder / f"{PRODUCT}_QA_PIXEL.TIF", values(9, 128))


def build(tmp_path: Path) -> geosearch.Index:
    return geosearch.build(
        [tmp_path / "in"], tmp_path / "index", encoder="mini", chips=geosearch.Chips(stride_px=128)
    )


def test_a_product_of_many_files_is_indexed_once_and_shown_again(tmp_path: Path) -> None:
    write_product(tmp_path / "in")
    index = build(tmp_path)
    assert index.report is not None
    assert [(scene.scene, scene.chips) for scene in index.report.indexed] == [(PRODUCT, 1)]
    hits = index.search("a field", k=1)
    assert hits[0].href == str(tmp_path / "in" / f"{PRODUCT}_SR_B{{4,3,2}}.TIF")
    assert hits[0].datetime == "2019-07-04T00:00:00Z"
    hits.to_contact_sheet(tmp_path / "hits.png")


def test_a_product_is_indexed_anew_when_one_of_its_files_changes(tmp_path: Path) -> None:
    write_product(tmp_path / "in")
    build(tmp_path)
    again = build(tmp_path).report
    assert again is not None
    assert (again.unchanged, len(again.indexed)) == (1, 0)
    write_band(tmp_path / "in" / f"{PRODUCT}_SR_B2.TIF", np.flipud(values(2, 128)))
    after = build(tmp_path).report
    assert after is not None
    assert (after.unchanged, len(after.indexed), after.chips_total) == (0, 1, 1)


def test_an_item_of_a_catalog_is_indexed_with_its_id_and_time(tmp_path: Path) -> None:
    write_band(tmp_path / "in" / "x.tif", values(1, 128))
    item = {
        "type": "Feature",
        "id": "one",
        "collection": "coast",
        "properties": {"datetime": "2021-02-03T04:05:06Z"},
        "assets": {"visual": {"href": "x.tif", "roles": ["visual"]}},
    }
    path = tmp_path / "in" / "one.json"
    path.write_text(json.dumps(item))
    index = geosearch.build(
        [path], tmp_path / "index", encoder="mini", chips=geosearch.Chips(stride_px=128)
    )
    (hit,) = index.search("a field", datetime="2021-02-03")
    assert (hit.scene, hit.href) == ("coast/one", str(tmp_path / "in" / "x.tif"))
    assert hit.datetime == "2021-02-03T04:05:06Z"
