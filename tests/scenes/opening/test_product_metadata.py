"""When products were taken, from excerpts of the metadata that their producers ship."""

from pathlib import Path

import pytest

from geosearch.scenes.finding.moments import Moment
from geosearch.scenes.opening.product_metadata import product_moment

LANDSAT = "LC08_L2SP_193028_20190704_20200827_02_T1"
TEXT = """GROUP = LANDSAT_METADATA_FILE
  GROUP = IMAGE_ATTRIBUTES
    SPACECRAFT_ID = "LANDSAT_8"
    DATE_ACQUIRED = 2019-07-04
    SCENE_CENTER_TIME = "10:03:32.2734940Z"
"""
JSON = '{"IMAGE_ATTRIBUTES": {"DATE_ACQUIRED": "2019-07-04", "SCENE_CENTER_TIME": "10:03:32.27Z"}}'
XML = "<A><DATE_ACQUIRED>2019-07-04</DATE_ACQUIRED><SCENE_CENTER_TIME>10:03:32Z</SCENE_CENTER_TIME>"
SENTINEL = """<n1:General_Info><Product_Info>
  <PRODUCT_START_TIME>2020-01-01T10:14:21.024Z</PRODUCT_START_TIME>"""


@pytest.mark.parametrize(("ending", "text"), [("txt", TEXT), ("json", JSON), ("xml", XML)])
@pytest.mark.parametrize("band", ["SR_B4", "B4", "ST_B10"])
def test_landsat_metadata_knows_the_second(
    ending: str, text: str, band: str, tmp_path: Path
) -> None:
    (tmp_path / f"{LANDSAT}_MTL.{ending}").write_text(text)
    moment = product_moment(tmp_path / f"{LANDSAT}_{band}.TIF")
    assert moment == Moment("2019-07-04T10:03:32Z", "product metadata")


def test_metadata_of_another_landsat_product_says_nothing(tmp_path: Path) -> None:
    (tmp_path / f"{LANDSAT.replace('193028', '193029')}_MTL.txt").write_text(TEXT)
    assert product_moment(tmp_path / f"{LANDSAT}_B4.TIF") is None


def test_sentinel_2_metadata_lies_at_the_top_of_its_folder(tmp_path: Path) -> None:
    safe = tmp_path / "S2A_MSIL2A.SAFE"
    image = safe / "GRANULE" / "L2A" / "IMG_DATA" / "R10m" / "T32TQM_B04_10m.jp2"
    safe.mkdir()
    (safe / "MTD_MSIL2A.xml").write_text(SENTINEL)
    assert product_moment(image) == Moment("2020-01-01T10:14:21Z", "product metadata")


@pytest.mark.parametrize("text", ["", "DATE_ACQUIRED = yesterday", "DATE_ACQUIRED = 2019-13-45"])
def test_metadata_that_holds_no_date_is_unknown(text: str, tmp_path: Path) -> None:
    (tmp_path / f"{LANDSAT}_MTL.txt").write_text(text)
    assert product_moment(tmp_path / f"{LANDSAT}_B4.TIF") is None


def test_a_file_of_no_product_is_unknown(tmp_path: Path) -> None:
    assert product_moment(tmp_path / "scene.tif") is None
