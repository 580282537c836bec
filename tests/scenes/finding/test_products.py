"""Products of several files are one scene, in the layouts their producers ship."""

from pathlib import Path

import pytest
from support.scenes_making import values, write_band

from geosearch.scenes import find_scenes, open_scene
from geosearch.scenes.finding.products import products
from geosearch.scenes.finding.walk import Listing

SAFE = "S2A_MSIL2A_20200101T101421_N0213_R022_T32TQM_20200101T120000.SAFE"
GRANULE = f"{SAFE}/GRANULE/L2A_T32TQM_A023651_20200101T101421/IMG_DATA"
TILE = "T32TQM_20200101T101421"
OLI = "LC08_L2SP_193028_20190704_20200827_02_T1"
ETM = "LE07_L1TP_193028_20010704_20200917_02_T1"


def touch(folder: Path, names: list[str]) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def scenes(*paths: Path) -> dict[str, str]:
    return {file.id: file.name for file in find_scenes(paths).files}


def level2a() -> list[str]:
    bands = ["B02", "B03", "B04"]
    fine = [f"{GRANULE}/R10m/{TILE}_{band}_10m.jp2" for band in [*bands, "B08", "AOT", "WVP"]]
    coarse = [f"{GRANULE}/R20m/{TILE}_{band}_20m.jp2" for band in [*bands, "TCI", "SCL"]]
    masks = ["MSK_CLDPRB_20m.jp2", f"{TILE}_PVI.jp2"]
    return fine + coarse + [f"{GRANULE}/../QI_DATA/{mask}" for mask in masks]


def test_a_safe_folder_is_one_scene_of_its_10_m_bands(tmp_path: Path) -> None:
    touch(tmp_path, level2a())
    assert scenes(tmp_path) == {SAFE: f"{TILE}_B0{{4,3,2}}_10m.jp2"}


def test_the_true_colour_image_of_a_safe_folder_is_read_instead(tmp_path: Path) -> None:
    touch(tmp_path, [*level2a(), f"{GRANULE}/R10m/{TILE}_TCI_10m.jp2"])
    assert scenes(tmp_path) == {SAFE: f"{TILE}_TCI_10m.jp2"}


def test_a_safe_folder_is_called_so_from_wherever_it_is_found(tmp_path: Path) -> None:
    touch(tmp_path, level2a())
    for part in (SAFE, f"{SAFE}/GRANULE", f"{GRANULE}/R10m"):
        assert list(scenes(tmp_path / part)) == [SAFE]
    assert list(scenes(tmp_path / "*.SAFE")) == [SAFE]


def test_a_level_1_product_has_its_bands_in_one_folder(tmp_path: Path) -> None:
    safe = SAFE.replace("MSIL2A", "MSIL1C")
    names = [f"{TILE}_B{band:02}.jp2" for band in range(1, 13)] + [f"{TILE}_B8A.jp2"]
    touch(tmp_path, [f"{safe}/GRANULE/L1C/IMG_DATA/{name}" for name in names])
    assert scenes(tmp_path) == {safe: f"{TILE}_B0{{4,3,2}}.jp2"}


def test_each_granule_of_an_old_safe_folder_is_a_scene(tmp_path: Path) -> None:
    bands = ["02", "03", "04"]
    names = [f"{SAFE}/GRANULE/{g}/IMG_DATA/{g}_B{band}.jp2" for g in "AB" for band in bands]
    touch(tmp_path, names)
    assert list(scenes(tmp_path)) == [f"{SAFE}/A", f"{SAFE}/B"]


def test_a_folder_of_cogs_is_one_scene(tmp_path: Path) -> None:
    folder = tmp_path / "S2B_31UFS_20200101_0_L2A"
    bands = [1, 2, 3, 4, 8, 11]
    names = [f"B{band:02}" for band in bands] + ["B8A", "SCL", "AOT", "WVP", "L2A_PVI", "thumbnail"]
    touch(folder, [f"{name}.tif" for name in names])
    assert scenes(tmp_path) == {folder.name: "B0{4,3,2}.tif"}
    assert scenes(folder) == {folder.name: "B0{4,3,2}.tif"}
    touch(folder, ["TCI.tif"])
    assert scenes(tmp_path) == {folder.name: "TCI.tif"}


def test_landsat_bands_follow_the_sensor(tmp_path: Path) -> None:
    names = [f"{OLI}_SR_B{band}.TIF" for band in range(1, 8)] + [f"{OLI}_ST_B10.TIF"]
    names += [f"{OLI}_{part}.TIF" for part in ("QA_PIXEL", "SR_QA_AEROSOL", "ST_QA")]
    names += [f"{OLI}_MTL.txt", f"{OLI}_thumb_large.jpeg"]
    names += [f"{ETM}_B{band}.TIF" for band in (1, 2, 3, 4, 5, "6_VCID_1", "6_VCID_2", 7, 8)]
    touch(tmp_path, names)
    assert scenes(tmp_path) == {OLI: f"{OLI}_SR_B{{4,3,2}}.TIF", ETM: f"{ETM}_B{{3,2,1}}.TIF"}


@pytest.mark.parametrize(
    ("product", "bands"),
    [("LC80420342019185LGN00", "4,3,2"), ("LT50420341995185XXX02", "3,2,1")],
)
def test_landsat_names_of_before_the_collections(product: str, bands: str, tmp_path: Path) -> None:
    touch(tmp_path, [f"{product}_B{band}.TIF" for band in range(1, 8)])
    assert scenes(tmp_path) == {product: f"{product}_B{{{bands}}}.TIF"}


ARD = "LC08_CU_002008_20190704_20210503_02"
THEIA = "SENTINEL2A_20200101-105321-456_L2A_T31TCJ_C_V2-2"


@pytest.mark.parametrize(
    ("product", "names", "shown"),
    [
        (ARD, ["SR_B2", "SR_B3", "SR_B4", "SR_B5", "QA_PIXEL"], "SR_B{4,3,2}"),
        (f"{ARD[:-2]}C01_V01", ["SRB2", "SRB3", "SRB4", "PIXELQA"], "SRB{4,3,2}"),
        # the ESPA service of the USGS: reflectance at the ground and at the top of the atmosphere
        (
            ETM,
            [f"{kind}_band{band}" for kind in ("sr", "toa") for band in (1, 2, 3)] + ["pixel_qa"],
            "sr_band{3,2,1}",
        ),
        ("CBERS_4_MUX_20200730_153_126_L4", ["BAND5", "BAND6", "BAND7", "BAND8"], "BAND{7,6,5}"),
        ("CBERS_4A_WPM_20200730_209_139_L4", [f"BAND{b}" for b in range(5)], "BAND{3,2,1}"),
        ("CBERS_4A_WFI_20200730_209_139_L4", [f"BAND1{b}" for b in range(3, 7)], "BAND1{5,4,3}"),
        ("AMAZONIA_1_WFI_20210730_036_018_L2", [f"BAND{b}" for b in range(1, 5)], "BAND{3,2,1}"),
        ("HLS.L30.T10SEG.2020001T184759.v2.0", ["B02", "B03", "B04", "Fmask"], "B0{4,3,2}"),
        (THEIA, [f"{s}_B{b}" for s in ("FRE", "SRE") for b in (2, 3, 4)], "FRE_B{4,3,2}"),
        ("T31TCJ_20200101T105321", ["B02_10m", "B03_10m", "B04_10m", "SCL_20m"], "B0{4,3,2}_10m"),
    ],
)
def test_other_producers_name_their_bands_so(
    product: str, names: list[str], shown: str, tmp_path: Path
) -> None:
    mark = "." if product.startswith("HLS") else "_"
    touch(tmp_path, [f"{product}{mark}{name}.tif" for name in names])
    assert scenes(tmp_path) == {product: f"{product}{mark}{shown}.tif"}


@pytest.mark.parametrize(
    ("product", "bands", "shown"),
    [
        ("LM01_L1TP_042034_19750704_20200827_02_T2", (4, 5, 6, 7), "7,5,4"),
        ("LM05_L1TP_042034_19850704_20200827_02_T2", (1, 2, 3, 4), "4,2,1"),
        ("LM30420341980185AAA03", (4, 5, 6, 7), "7,5,4"),
        ("CBERS_4_PAN10M_20200730_153_126_L4", (2, 3, 4), "4,3,2"),
    ],
)
def test_a_sensor_without_blue_is_shown_in_standard_false_colour(
    product: str, bands: tuple[int, ...], shown: str, tmp_path: Path
) -> None:
    called = "BAND" if product.startswith("CBERS") else "B"
    touch(tmp_path, [f"{product}_{called}{band}.TIF" for band in bands])
    (file,) = find_scenes([tmp_path]).files
    assert file.name == f"{product}_{called}{{{shown}}}.TIF"
    assert "infrared, red and green, since its sensor saw no blue" in file.band_reason


def test_a_scene_says_which_bands_of_its_product_it_shows(tmp_path: Path) -> None:
    for band in (2, 3, 4):
        write_band(tmp_path / f"{OLI}_SR_B{band}.TIF", values(band))
    (file,) = find_scenes([tmp_path]).files
    assert open_scene(file).band_reason == "the product's B4, B3, B2"


@pytest.mark.parametrize(
    "names",
    [
        ["X_B04.tif", "X_B03.tif"],  # no blue
        ["X_B04.tif", "X_B03.tif", "Y_B02.tif"],  # of two products
        ["A_B04.tif", "A_B03.jp2", "A_B02.tif"],
        ["m_A02.tif", "m_B02.tif", "m_B03.tif", "m_B04.tif"],  # sheets of a map
        ["m_B02.tif", "m_B03.tif", "m_B04.tif", "m_B13.tif"],
        ["LM01_L1TP_042034_19750704_20200827_02_T2_B4.TIF"],  # infrared and red are missing
        ["20170308_3B_AnalyticMS.tif", "20170308_3B_Visual.tif"],
        ["ls5_B10.tif", "ls5_B20.tif", "ls5_B30.tif"],
        ["red.tif", "green.tif", "blue.tif"],  # pictures may be called so
    ],
)
def test_files_that_are_not_the_bands_of_one_product_are_scenes_each(
    names: list[str], tmp_path: Path
) -> None:
    touch(tmp_path, names)
    assert sorted(scenes(tmp_path)) == sorted(names)


def test_products_and_files_share_a_folder(tmp_path: Path) -> None:
    touch(tmp_path, ["a_B04.tif", "a_B03.tif", "a_B02.tif", "a_nir.tif", "b.tif"])
    assert scenes(tmp_path) == {
        "a": "a_B0{4,3,2}.tif",
        "a_nir.tif": "a_nir.tif",
        "b.tif": "b.tif",
    }


def test_bands_that_are_named_one_by_one_are_one_scene(tmp_path: Path) -> None:
    names = [f"{OLI}_SR_B{band}.TIF" for band in (2, 3, 4)]
    touch(tmp_path, names)
    assert list(scenes(*(tmp_path / name for name in names))) == [OLI]
    assert list(scenes(tmp_path / names[0])) == [names[0]]


def test_the_finest_pixels_that_have_all_colours_are_read(tmp_path: Path) -> None:
    names = [f"{TILE}_B0{band}_{metres}m.jp2" for band in (2, 3, 4) for metres in (20, 60)]
    names += [f"{TILE}_B04_10m.jp2", f"{TILE}_TCI_60m.jp2"]
    (product,) = products(Listing(tmp_path, tuple(sorted(names))))
    assert [file.name for file in product.files] == [f"{TILE}_B0{b}_20m.jp2" for b in (4, 3, 2)]
