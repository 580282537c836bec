"""Which rasters show no scene of their own, by the names that real products have."""

from pathlib import PurePath

import pytest

from geosearch.scenes.finding.sidecars import is_sidecar, is_sidecar_folder

LANDSAT = "LC08_L2SP_042034_20190704_20200827_02_T1"


@pytest.mark.parametrize(
    "name",
    [
        *(f"{LANDSAT}_{part}.TIF" for part in ("QA_PIXEL", "QA_RADSAT", "SR_QA_AEROSOL", "ST_QA")),
        *(f"{LANDSAT}_{part}.TIF" for part in ("VAA", "SZA", "ST_EMIS", "ST_TRAD", "ST_URAD")),
        "LC08_L1TP_042034_20190704_20190718_01_T1_BQA.TIF",
        "LE07_L2SP_042034_20010704_20200917_02_T1_SR_CLOUD_QA.TIF",
        "T31TFJ_20200101T101421_SCL_20m.jp2",
        "T31TFJ_20200101T101421_AOT_10m.jp2",
        "T31TFJ_20200101T101421_PVI.jp2",
        "MSK_CLDPRB_20m.jp2",
        "20170308_183505_1034_3B_AnalyticMS_DN_udm.tif",
        "20200411_163822_05_1057_3B_udm2.tif",
    ],
)
def test_quality_bands_of_well_known_products_are_sidecars(name: str) -> None:
    assert is_sidecar(name, {name.lower()})


@pytest.mark.parametrize(
    "name",
    [
        f"{LANDSAT}_SR_B4.TIF",
        "LC08_L1TP_042034_20190704_20190718_01_T1_B4.TIF",
        "T31TFJ_20200101T101421_TCI_10m.jp2",
        "20200411_163822_05_1057_3B_Visual.tif",
        "QA_PIXEL.tif",  # of what, nobody knows
        "scene_SCL.tif",
        "preview_s2_coast.jp2",
        "maskat.tif",  # a town
        "browse_street.tif",
        "x.tif",
    ],
)
def test_other_rasters_are_not_whatever_lies_beside_them(name: str) -> None:
    beside = {name.lower(), "scene.tif", "b.tif"}
    assert not is_sidecar(name, beside)


@pytest.mark.parametrize(
    "name", ["a_thumb.tif", "a-preview.jp2", "a_browse.tif", "a_mask.tif", "A.Fmask.tif"]
)
def test_thumbnails_and_masks_are_sidecars_beside_what_they_are_of(name: str) -> None:
    alone, other = {name.lower()}, {name.lower(), "b.tif"}
    assert not is_sidecar(name, alone)
    assert not is_sidecar(name, other)
    assert is_sidecar(name, {name.lower(), "a.tif"})
    assert is_sidecar(name, {name.lower(), "a_b4.tif"})


def test_a_thumbnail_without_a_name_belongs_to_the_bands_in_its_folder() -> None:
    assert is_sidecar("thumbnail.tif", {"thumbnail.tif", "b04.tif"})
    assert not is_sidecar("thumbnail.tif", {"thumbnail.tif"})
    assert not is_sidecar("mask.tif", {"mask.tif", "town.tif"})


def test_a_longer_name_is_not_what_a_mask_is_of() -> None:
    assert not is_sidecar("external_mask.tif", {"external_mask.tif", "external_overviews.tif"})


def test_two_thumbnails_do_not_make_each_other_sidecars() -> None:
    beside = {"a_thumb.tif", "a_preview.tif"}
    assert not is_sidecar("a_thumb.tif", beside)
    assert not is_sidecar("a_preview.tif", beside)


def test_masks_of_a_safe_product_lie_in_a_folder_of_their_own() -> None:
    safe = PurePath("/archive/S2A_MSIL1C_20200101T101421_N0208_R022_T32TQM_20200101T120000.SAFE")
    beside = {"QI_DATA", "IMG_DATA"}
    assert is_sidecar_folder(safe / "GRANULE" / "L1C", "QI_DATA", beside)
    assert not is_sidecar_folder(safe / "GRANULE" / "L1C", "IMG_DATA", beside)
    assert not is_sidecar_folder(PurePath("/archive"), "QI_DATA", beside)


def test_coarser_bands_are_left_out_where_the_finest_are() -> None:
    images = PurePath("/archive/S2A.SAFE/GRANULE/L2A/IMG_DATA")
    assert is_sidecar_folder(images, "R20m", {"R10m", "R20m", "R60m"})
    assert not is_sidecar_folder(images, "R20m", {"R20m", "R60m"})
    assert not is_sidecar_folder(images, "R10m", {"R10m", "R20m"})
