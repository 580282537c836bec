"""When scenes were taken, from names and tags that real archives have."""

from pathlib import Path, PurePath

import pytest
import rasterio
from support.scenes_making import values, write_band

from geosearch.scenes import SceneFile, open_scene
from geosearch.scenes.opening.dates import find_moment, folder_moment


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
        ("LC08_L2SP_193028_20190704_20200827_02_T1_SR_B4.TIF", "2019-07-04T00:00:00Z"),
        ("LC08_CU_003010_20190704_20190801_C01_V01_SR.tif", "2019-07-04T00:00:00Z"),
        ("LT50420341990123XXX01_B3.TIF", "1990-05-03T00:00:00Z"),
        ("HLS.L30.T12SXJ.2021123T180105.v2.0.B04.tif", "2021-05-03T18:01:05Z"),
        ("MOD09GA.A2020366.h08v05.061.2021002033000.hdf", "2020-12-31T00:00:00Z"),  # MODIS
        ("MOD02QKM.A2021244.1830.061.2021245.hdf", "2021-09-01T18:30:00Z"),
        ("VNP09GA.A2021244.h08v05.001.h5", "2021-09-01T00:00:00Z"),  # VIIRS
        ("SVM01_npp_d20210101_t1830123_e1831365_b47.h5", "2021-01-01T18:30:12Z"),
        ("VIIRS_SNPP_TrueColor-2020-09-10T00_00_00Z.tif", "2020-09-10T00:00:00Z"),
        ("OR_ABI-L2-MCMIPC-M6_G16_s20211231801204_e20211231803577.nc", "2021-05-03T18:01:20Z"),
        ("AST_L1T_00305042006171102_20150511033637_7338.tif", "2006-05-04T17:11:02Z"),  # ASTER
        (
            "S2A_OPER_PRD_MSIL1C_PDMC_20160101T120000_R022_V20151231T101421_20151231T101421",
            "2015-12-31T10:14:21Z",
        ),
        ("s1a-iw-grd-vv-20180716t060623-20180716t060648-022-001.tiff", "2018-07-16T06:06:23Z"),
        ("S3A_OL_1_EFR____20210101T101112_20210101T101412_20210102T1.tif", "2021-01-01T10:11:12Z"),
        ("16OCT11105500-M2AS-055675616010_01_P001.TIF", "2016-10-11T10:55:00Z"),  # WorldView
        ("99dec31235959-p2as.tif", "1999-12-31T23:59:59Z"),  # IKONOS
        ("IMG_PHR1A_PMS_201206211127301_SEN_001.TIF", "2012-06-21T11:27:30Z"),  # Pleiades
        ("IMG_SPOT6_PMS_201303201009123_ORT_R1C1.TIF", "2013-03-20T10:09:12Z"),
        ("CAPELLA_C02_SP_GEO_HH_20201209213329_20201209213332.tif", "2020-12-09T21:33:29Z"),
        ("ICEYE_X2_GRD_SM_36553_20210101T183005.tif", "2021-01-01T18:30:05Z"),
        ("2021-01-01-18-30-05_UMBRA-04_GEC.tif", "2021-01-01T18:30:05Z"),
        ("IMG-HH-ALOS2014410740-140829-UBSL.tif", "2014-08-29T00:00:00Z"),
        ("CBERS_4_MUX_20200101_150_130_L4_BAND5.tif", "2020-01-01T00:00:00Z"),
        ("GF2_PMS1_E116.3_N39.9_20160101_L1A0001318635.tif", "2016-01-01T00:00:00Z"),
        ("20200101_183005_ssc3_u0001_visual.tif", "2020-01-01T18:30:05Z"),  # SkySat
        ("s104_20200101T183005Z_visual.tif", "2020-01-01T18:30:05Z"),
        ("2011-07-01T101112_RE3_1B-NAC.tif", "2011-07-01T10:11:12Z"),  # RapidEye
        ("m_3607717_sw_18_060_20200902_20201215.tif", "2020-09-02T00:00:00Z"),
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
        "scene_2019-13-45.tif",
        "01-02-2020.tif",  # a day of January, or of February
        "MOD09GA.A2021000.tif",  # days of the year are counted from 1
        "MOD09GA.A2021366.tif",  # to 365 in 2021
        "A20110012011031.L3m_MO.tif",  # a month
        "16OKT11105500-M2AS.tif",
        "16FEB30105500-M2AS.tif",
        "AST_L1T_00313042006171102_1.tif",
        "S2A_OPER_MSI_L1C_TL_EPA__20160605T120000_A000000_T32TQM_B04.jp2",  # when it was made
        "201404_13SED190110_201404_0x1500m_CL_1.tif",
        "20201345101112_scene.tif",
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


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("NITF_IDATIM", "20200304050607", "2020-03-04T05:06:07Z"),
        ("NITF_IDATIM", "20200304------", "2020-03-04T00:00:00Z"),
        ("acquisition_time", "2005-10-16T10:11:12.5Z", "2005-10-16T10:11:12Z"),  # ENVI
        ("NC_GLOBAL#time_coverage_start", "2021-01-01T10:00:00Z", "2021-01-01T10:00:00Z"),
        ("RANGEBEGINNINGDATE", "2011-09-04", "2011-09-04T00:00:00Z"),
        ("EXIF_DateTimeOriginal", "2018:07:16 06:06:23", "2018-07-16T06:06:23Z"),
    ],
)
def test_tags_of_many_formats_say_when(tag: str, text: str, expected: str) -> None:
    moment = find_moment(["scene.tif"], {tag: text, "TIFFTAG_DATETIME": "2022:01:01 00:00:00"})
    assert moment is not None
    assert (moment.datetime, moment.source) == (expected, f"tag {tag.upper()}")


def test_an_envi_header_says_when(tmp_path: Path) -> None:
    path = write_band(tmp_path / "cube.dat", values(1), driver="ENVI")
    with path.with_suffix(".hdr").open("a") as header:
        header.write("acquisition time = 2005-10-16T10:11:12Z\n")
    scene = open_scene(SceneFile(str(path), path.name))
    assert (scene.datetime, scene.datetime_source) == (
        "2005-10-16T10:11:12Z",
        "tag ACQUISITION_TIME",
    )


def test_a_picture_of_a_camera_says_when(tmp_path: Path) -> None:
    path = write_band(tmp_path / "drone.tif", values(1))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(ns="EXIF", EXIF_DateTimeOriginal="2018:07:16 06:06:23")
    scene = open_scene(SceneFile(str(path), path.name))
    assert scene.datetime_source == "tag EXIF_DATETIMEORIGINAL"


@pytest.mark.parametrize(
    "text",
    ["", "0000:00:00 00:00:00", "yesterday", "2018:13:01 00:00:00", "20181301000000", "2019-13-45"],
)
def test_a_tag_that_is_no_date_is_unknown(text: str) -> None:
    assert find_moment(["scene.tif"], {"TIFFTAG_DATETIME": text}) is None


def test_a_number_in_a_name_is_no_date_before_there_were_aerial_archives() -> None:
    assert find_moment(["scan_19250812.tif"], {}) is None
    assert find_moment([], {"ACQUISITIONDATETIME": "1925-08-12T00:00:00Z"}) is not None


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/ard/31/120200202020/2020-06-01/104001001E1D6700-visual.tif", "2020-06-01"),
        ("/a/2019-01-02/2020-06-01/x.tif", "2020-06-01"),
        ("/a/20200601/tiles/x.tif", "2020-06-01"),
        ("/a/LC08_L2SP_193028_20200601_20200823_02_T1/x.tif", "2020-06-01"),
        ("/a/flight 2020.06.01/x.tif", "2020-06-01"),
        ("/a/site(1999_12_31)/x.tif", "1999-12-31"),
        ("https://h/2020-06-01/x.tif", "2020-06-01"),
    ],
)
def test_a_folder_says_the_day(path: str, day: str) -> None:
    found = folder_moment(PurePath(path))
    assert found is not None
    assert (found.datetime, found.source) == (f"{day}T00:00:00Z", "folder name")


@pytest.mark.parametrize(
    "path",
    [
        "/a/120200601/x.tif",  # part of a number
        "/a/2020060112/x.tif",
        "/a/A20200601B/x.tif",
        "/a/order_20200601_0042/x.tif",
        "/a/backup-2020-06-01/x.tif",
        "/a/2020-06/x.tif",
        "/a/2020/06/01/x.tif",
        "/a/2020-13-01/x.tif",
        "/a/2999-06-01/x.tif",
        "/a/b/2020-06-01.tif",  # its own name, which is asked before
    ],
)
def test_what_may_be_another_number_is_not_a_day(path: str) -> None:
    assert folder_moment(PurePath(path)) is None


def test_a_folder_with_a_time_says_it() -> None:
    found = folder_moment(PurePath("/a/20200601T101112/x.tif"))
    assert found is not None
    assert found.datetime == "2020-06-01T10:11:12Z"


def test_a_name_and_tags_come_before_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "2020-06-01"
    cases = {"x.tif": "2020-06-01", "x_20190203.tif": "2019-02-03", "tagged.tif": "2018-01-02"}
    for name, day in cases.items():
        path = write_band(folder / name, values(0))
        if name == "tagged.tif":
            with rasterio.open(path, "r+") as file:
                file.update_tags(TIFFTAG_DATETIME="2018:01:02 00:00:00")
        scene = open_scene(SceneFile(str(path), name))
        assert scene.datetime is not None
        assert scene.datetime[:10] == day
