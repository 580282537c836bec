"""Which bands are shown."""

from dataclasses import replace

import pytest

from geosearch.errors import SceneError
from geosearch.scenes.opening.bands import BandFacts, choose_bands
from geosearch.scenes.opening.sensors import Bands


def facts(interpretation: str, *names: str) -> BandFacts:
    colours = tuple(interpretation.split())
    return BandFacts(colours, names or (None,) * len(colours))


def untagged(count: int) -> str:
    return " ".join(["gray"] + ["undefined"] * (count - 1))


@pytest.mark.parametrize(
    ("interpretation", "expected"),
    [
        ("red green blue", (1, 2, 3)),
        ("blue green red undefined", (3, 2, 1)),
        ("red green blue alpha", (1, 2, 3)),
        ("alpha red green blue", (2, 3, 4)),
        ("gray", (1, 1, 1)),
        ("palette", (1, 1, 1)),
        ("gray alpha", (1, 1, 1)),
        ("alpha gray", (2, 2, 2)),
        (untagged(3), (1, 2, 3)),
        (untagged(4), (1, 2, 3)),
        (untagged(5), (3, 2, 1)),
        (untagged(6), (3, 2, 1)),
        (untagged(7), (4, 3, 2)),
        (untagged(8), (5, 3, 2)),
        (untagged(10), (3, 2, 1)),
        (untagged(11), (4, 3, 2)),
        (untagged(12), (4, 3, 2)),
        (untagged(13), (4, 3, 2)),
        (untagged(31), (1, 2, 3)),
    ],
)
def test_bands_without_names(interpretation: str, expected: tuple[int, int, int]) -> None:
    assert choose_bands(facts(interpretation), None).bands == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Blue", "Green", "Red", "NIR"), (3, 2, 1)),
        (("B02", "B03", "B04", "B08"), (3, 2, 1)),
        (("nir", "r", "g", "b"), (2, 3, 4)),
        (("x", "y", "z", "w"), (1, 2, 3)),
    ],
)
def test_names_come_before_the_usual_order(names: tuple[str, ...], expected: Bands) -> None:
    assert choose_bands(facts(untagged(4), *names), None).bands == expected


def test_names_come_before_colours() -> None:
    # GDAL calls three bytes red, green and blue unless it is told; a name was given by someone
    choice = choose_bands(facts("red green blue", "blue", "green", "red"), None)
    assert choice.bands == (3, 2, 1)
    assert choice.reason == "band names"
    assert choose_bands(facts("red green blue", "a", "b", "c"), None).bands == (1, 2, 3)


OLI = tuple(f"SR_B{band}" for band in range(1, 8))
TM = tuple(f"SR_B{band}" for band in (1, 2, 3, 4, 5, 7))
MSI = tuple(f"B{band}" for band in (*range(1, 9), "8A", *range(9, 13)))
SAFE = tuple(
    f"B{band}, central wavelength {nm} nm"
    for band, nm in zip((4, 3, 2, 8), (665, 560, 490, 842), strict=True)
)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (OLI, (4, 3, 2)),
        (TM, (3, 2, 1)),
        (MSI, (4, 3, 2)),
        (MSI[1:4], (3, 2, 1)),
        (SAFE, (1, 2, 3)),
        (("B1", "B2", "B3", "B4"), (1, 2, 3)),  # only numbers: PlanetScope, NAIP, anything
        (("Band 1", "Band 2", "Band 3", "Band 4"), (1, 2, 3)),
        (("B01", "B02", "B03", "B04"), (4, 3, 2)),
        (("coastal_blue", "blue", "green_i", "green", "yellow", "red"), (6, 4, 2)),  # SuperDove
        (("sur_refl_b01", "sur_refl_b02", "sur_refl_b03", "sur_refl_b04"), (1, 4, 3)),
        (("green", "red", "red edge", "nir"), (4, 2, 1)),  # Parrot Sequoia sees no blue
        (("475 nm", "560 nm", "668 nm", "717 nm", "840 nm"), (3, 2, 1)),  # MicaSense
    ],
)  # fmt: skip
def test_sensors_call_their_bands_so(names: tuple[str, ...], expected: Bands) -> None:
    assert choose_bands(facts(untagged(len(names)), *names), None).bands == expected


# names as the producers' product specifications have them
FILES = [
    ("S2A_MSIL1C_20200101T101421_N0208_R022_T32TQM.tif", 13, (4, 3, 2), "Sentinel-2"),
    ("S2B_MSIL2A_20200101T101421_N0208_R022_T32TQM.tif", 12, (4, 3, 2), "Sentinel-2"),
    ("T32TQM_20200101T101421_10m.tif", 4, (3, 2, 1), "Sentinel-2"),
    ("LC08_L2SP_193028_20190704_20200827_02_T1.tif", 7, (4, 3, 2), "Landsat 8-9"),
    ("LC80420342019185LGN00.tif", 11, (4, 3, 2), "Landsat 8-9"),
    ("LC09_L1TP_193028_20220704_20230407_02_T1_stack.tif", 8, (4, 3, 2), "Landsat 8-9"),
    ("LT05_L2SP_193028_19950704_20200827_02_T1.tif", 7, (3, 2, 1), "Landsat 4-7"),
    ("LE70420342001185EDC00.tif", 8, (3, 2, 1), "Landsat 4-7"),
    ("LM01_L1TP_042034_19750704_20200827_02_T2.tif", 4, (4, 2, 1), "Landsat MSS"),
    ("m_3707763_se_18_1_20160825.tif", 4, (1, 2, 3), "NAIP"),
    ("20200814_095817_1025_3B_AnalyticMS.tif", 4, (3, 2, 1), "PlanetScope"),
    ("20200814_095817_73_2277_3B_AnalyticMS_SR_8b.tif", 8, (6, 4, 2), "PlanetScope"),
    ("2328007_2020-09-21_103d_BGRN_Analytic.tif", 4, (3, 2, 1), "BGRN"),
    ("20200814_095817_ssc4_u0001_analytic.tif", 4, (3, 2, 1), "SkySat"),
    ("2328007_2010-09-21_RE4_3A_Analytic.tif", 5, (3, 2, 1), "RapidEye"),
    ("20APR15101010-M2AS-012345678010_01_P001.TIF", 8, (5, 3, 2), "WorldView"),
    ("20APR15101010-S2AS-012345678010_01_P001.TIF", 4, (3, 2, 1), "WorldView"),
    ("IMG_PHR1A_PMS_201307161022381_ORT_1_R1C1.TIF", 4, (1, 2, 3), "Pleiades"),
    ("IMG_SPOT7_MS_201507161022381_ORT_1_R1C1.TIF", 4, (1, 2, 3), "Pleiades"),
    ("CBERS_4A_WPM_20200730_209_139_L4_stack.tif", 4, (3, 2, 1), "CBERS"),
    ("MOD09A1.A2020001.h18v04.tif", 7, (1, 4, 3), "MODIS"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "count", "bands", "sensor"), FILES)
def test_a_producers_file_name_says_what_took_it(
    name: str, count: int, bands: tuple[int, int, int], sensor: str
) -> None:
    choice = choose_bands(replace(facts(untagged(count)), names=name), None)
    assert choice.bands == bands
    assert choice.reason.startswith(f"{count} bands of {sensor}")
    assert "by its name" in choice.reason


@pytest.mark.parametrize(
    ("tags", "count", "bands"),
    [
        ({"SATELLITEID": "WV03"}, 4, (3, 2, 1)),
        ({"SATELLITEID": "PHR 1B"}, 4, (1, 2, 3)),
        ({"SPACECRAFT_ID": "LANDSAT_5"}, 7, (3, 2, 1)),
        ({"platform": "landsat-9"}, 6, (3, 2, 1)),
        ({"platform": "sentinel-2b"}, 4, (3, 2, 1)),
        ({"TIFFTAG_IMAGEDESCRIPTION": "USDA National Agriculture Imagery Program"}, 4, (1, 2, 3)),
        ({"HISTORY": "compared with PlanetScope"}, 4, (1, 2, 3)),
    ],
)  # fmt: skip
def test_metadata_says_what_took_it(tags: dict[str, str], count: int, bands: Bands) -> None:
    assert choose_bands(replace(facts(untagged(count)), tags=tags), None).bands == bands


@pytest.mark.parametrize("name", ["site_S2_plot", "XS2AB", "valley5", "redoubt_re", "hills8_x"])
def test_a_name_that_only_looks_so_says_nothing(name: str) -> None:
    choice = choose_bands(replace(facts(untagged(4)), names=name), None)
    assert choice.reason.startswith("untagged, the usual order of 4 bands")
    assert "choose bands 3,2,1" in choice.reason


def test_alpha_is_not_counted_among_a_sensors_bands() -> None:
    given = facts("alpha gray undefined undefined undefined")
    assert choose_bands(replace(given, names="planetscope"), None).bands == (4, 3, 2)


def test_what_is_no_imagery_shows_its_first_three_bands() -> None:
    choice = choose_bands(facts(untagged(31)), None)
    assert (choice.bands, choice.reason.split(": ")[1]) == ((1, 2, 3), "its first three")


def test_wavelengths_choose_among_many_bands() -> None:
    given = facts(untagged(60))
    lengths = tuple(400.0 + 10 * band for band in range(60))
    choice = choose_bands(replace(given, wavelengths_nm=lengths), None)
    assert [lengths[band - 1] for band in choice.bands] == [660, 560, 480]
    assert choice.reason == "wavelengths 660, 560, 480 nm"


def test_what_is_asked_is_taken_or_refused() -> None:
    assert choose_bands(facts(untagged(4)), (4, 1, 2)).bands == (4, 1, 2)
    with pytest.raises(SceneError, match="it has 3 bands, not 4, 1, 2"):
        choose_bands(facts("red green blue"), (4, 1, 2))
    with pytest.raises(SceneError, match="not 0, 1, 2"):
        choose_bands(facts("red green blue"), (0, 1, 2))
