"""When scenes were taken, from names and tags that real archives have."""

import pytest

from geosearch.scenes.dates import find_moment


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("m_4709963_se_14_1_20170827.tif", "2017-08-27T00:00:00Z"),  # NAIP
        ("m_4208701_ne_16_060_20200902.tif", "2020-09-02T00:00:00Z"),
        ("1056417_2017-03-08_RE3_3A_Visual_clip.tif", "2017-03-08T00:00:00Z"),  # RapidEye
        ("20170308_183505_1034_3B_AnalyticMS.tif", "2017-03-08T18:35:05Z"),  # PlanetScope
        ("20200411_163822_05_1057_3B_Visual.tif", "2020-04-11T16:38:22Z"),
        ("T31TFJ_20200101T101421_TCI_10m.jp2", "2020-01-01T10:14:21Z"),  # Sentinel-2
        (
            "S2A_MSIL2A_20200101T101421_N0213_R022_T32TQM_20200101T120000.tif",
            "2020-01-01T10:14:21Z",
        ),
        ("S1A_IW_GRDH_1SDV_20180716T060623_20180716T060648_022.tif", "2018-07-16T06:06:23Z"),
        ("LC08_L1TP_042034_20190704_20190718_01_T1_B4.TIF", "2019-07-04T00:00:00Z"),  # Landsat
        ("LE71400412000304SGS00_RGB.tif", "2000-10-30T00:00:00Z"),  # day 304 of a leap year
        ("MOD09GA.2011.09.04.tif", "2011-09-04T00:00:00Z"),
        ("flight_1943-06-07.tif", "1943-06-07T00:00:00Z"),
    ],
)
def test_a_well_known_name_says_when(name: str, expected: str) -> None:
    moment = find_moment([name], {})
    assert moment is not None
    assert (moment.datetime, moment.source) == (expected, "file name")


@pytest.mark.parametrize(
    "name",
    [
        "3420B_2010_328_RGB.tif",  # a map sheet
        "5b90f92da0d7280005fab355_4310.tif",
        "scene_120170827.tif",  # a longer number
        "20171327.tif",  # no such month
        "20170230.tif",  # no such day
        "18990101.tif",
        "20991231.tif",  # not yet
        "landsat/2020.tif",
        "dem_1m.tif",
    ],
)
def test_other_numbers_are_no_dates(name: str) -> None:
    assert find_moment([name], {}) is None


def test_tags_are_asked_where_the_name_says_nothing() -> None:
    tags = {"TIFFTAG_DATETIME": "2018:07:16 06:06:23"}
    moment = find_moment(["scene.tif"], tags)
    assert moment is not None
    assert (moment.datetime, moment.source) == ("2018-07-16T06:06:23Z", "tag TIFFTAG_DATETIME")
    named = find_moment(["scene_20170101.tif"], tags)
    assert named is not None
    assert named.datetime == "2017-01-01T00:00:00Z"


def test_the_tag_of_the_acquisition_comes_before_that_of_the_writing() -> None:
    moment = find_moment(
        ["scene.tif"],
        {"TIFFTAG_DATETIME": "2021:01:01 00:00:00", "ACQUISITIONDATETIME": "2018-06-26 15:32:00"},
    )
    assert moment is not None
    assert moment.datetime == "2018-06-26T15:32:00Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-03-01T01:00:00+02:00", "2020-02-29T23:00:00Z"),
        ("2020-03-01T01:00:00.123Z", "2020-03-01T01:00:00Z"),
        ("2020-03-01", "2020-03-01T00:00:00Z"),
    ],
)
def test_a_tag_with_a_zone_is_brought_to_utc(text: str, expected: str) -> None:
    moment = find_moment(["scene.tif"], {"acquisition_datetime": text})
    assert moment is not None
    assert moment.datetime == expected


@pytest.mark.parametrize("text", ["", "0000:00:00 00:00:00", "yesterday", "2018:13:01 00:00:00"])
def test_a_tag_that_is_no_date_is_unknown(text: str) -> None:
    assert find_moment(["scene.tif"], {"TIFFTAG_DATETIME": text}) is None
