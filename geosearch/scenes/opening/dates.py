"""When a scene was taken, as far as its name and its tags say.

File names come first: the tags of a processed file often hold the hour it was written.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePath

from geosearch.scenes.finding.moments import Moment, as_moment, is_past, read_moment, utc_time

_FIRST_YEAR = 1930
"""Aerial archives reach back to here; a number in a name that says an earlier year is not a date.
What is stated as a time counts, however old."""

# a run of digits belongs to one number: neither side may continue it
_DAY = r"(?P<y>(?:19|20)\d\d)(?P<s>[-_.]?)(?P<m>0[1-9]|1[0-2])(?P=s)(?P<d>0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:(?:[Tt_ -])(?P<H>[01]\d|2[0-3])[:_-]?(?P<M>[0-5]\d)[:_-]?(?P<S>[0-5]\d))"
_NAMED = re.compile(rf"(?<!\d){_DAY}(?:{_CLOCK}(?!\d)|(?!\d))")
# in a folder's name a day is a word of its own, for what else is there may be any number
_FOLDER_DAY = re.compile(rf"(?<![^-_. (])(?:{_DAY})(?:{_CLOCK}(?!\d)|(?![^-_. )Tt]))")
_NOT_ACQUISITION = re.compile(
    r"(?<![a-z])(?:order|job|batch|deliver|download|upload|export|import|process|creat|updat|backup"
    r"|version|release|copy|snapshot)",
    re.IGNORECASE,
)
_YEAR, _MONTH, _DAY_OF_MONTH = r"(?P<y>(?:19|20)\d\d)", r"(?P<m>\d\d)", r"(?P<d>\d\d)"
_DAY_OF_YEAR = r"(?P<doy>[0-3]\d\d)"
_TIGHT_CLOCK = r"(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

_PRODUCTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Landsat scene ids of before 2017: LXSPPPRRRYYYYDDDGSIVV
        rf"(?<![a-z0-9])L[COTEM]?[1-9]\d{{6}}{_YEAR}{_DAY_OF_YEAR}[A-Z]{{3}}\d\d",
        # HLS.L30.T12SXJ.2021123T180000.v2.0
        rf"(?<![a-z0-9])HLS\.[SL]30\.T\w{{5}}\.{_YEAR}{_DAY_OF_YEAR}T{_TIGHT_CLOCK}(?!\d)",
        # MODIS and VIIRS: MOD09GA.A2021244.h08v05, MOD02QKM.A2021244.1830
        rf"(?<![a-z0-9])A{_YEAR}{_DAY_OF_YEAR}(?!\d)(?:\.(?P<H>\d\d)(?P<M>\d\d)(?=\.))?",
        # VIIRS granules: SVM01_npp_d20210101_t1830123_e1831365
        rf"(?<![a-z0-9])d{_YEAR}{_MONTH}{_DAY_OF_MONTH}_t{_TIGHT_CLOCK}\d(?!\d)",
        # GOES: OR_ABI-L2-MCMIPC-M6_G16_s20211231800204
        rf"_s{_YEAR}{_DAY_OF_YEAR}{_TIGHT_CLOCK}\d(?!\d)",
        # ASTER: AST_L1T_00305042006171102_20150511033637, of which the second is the processing
        rf"(?<![a-z0-9])AST_\w{{2,4}}_00\d{_MONTH}{_DAY_OF_MONTH}{_YEAR}{_TIGHT_CLOCK}(?!\d)",
        # Sentinel-2 of before 2016: ..._PDMC_20160101T120000_R022_V20151231T101421_...
        rf"(?<![a-z0-9])S2[A-Z]_OPER_.*_V{_YEAR}{_MONTH}{_DAY_OF_MONTH}T{_TIGHT_CLOCK}(?!\d)",
        # WorldView, QuickBird, GeoEye: 16OCT11105500-M2AS-055675616010_01_P001
        rf"(?<![a-z0-9])(?P<yy>\d\d)(?P<mon>{'|'.join(_MONTHS)}){_DAY_OF_MONTH}{_TIGHT_CLOCK}(?!\d)",
        # ALOS-2: ALOS2014410740-140829
        rf"(?<![a-z0-9])ALOS2\d{{9}}-(?P<yy>\d\d){_MONTH}{_DAY_OF_MONTH}(?!\d)",
        # Pleiades, SPOT (with tenths), Capella, Kompsat: IMG_PHR1A_PMS_201206211127301_SEN
        rf"(?<!\d){_YEAR}{_MONTH}{_DAY_OF_MONTH}{_TIGHT_CLOCK}\d?(?!\d)",
    )
)
# the one date of a Sentinel-2 granule of before 2016 is that of its making
_PROCESSING_TIME_ONLY = re.compile(r"(?<![a-z0-9])S2[A-Z]_OPER_", re.IGNORECASE)

_ACQUISITION_TAGS = (
    "ACQUISITIONDATETIME",  # GDAL's IMAGERY metadata
    "ACQUISITION_DATETIME",
    "ACQUISITION_DATE",
    "ACQUISITION_TIME",
    "ACQUISITIONDATE",
    "DATE_ACQUIRED",  # Landsat MTL
    "SENSING_TIME",
    "PRODUCT_START_TIME",  # Sentinel-2
    "DATATAKE_1_DATATAKE_SENSING_START",
    "ACQUISITION_START_TIME",  # Sentinel-1
    "NITF_STDIDC_ACQ_DATE",
    "NITF_IDATIM",  # MIL-STD-2500C: when the image was taken; NITF_FDT is when the file was made
    "TIME_COVERAGE_START",  # the Attribute Convention for Data Discovery, of NetCDF files
    "NC_GLOBAL#TIME_COVERAGE_START",
    "RANGEBEGINNINGDATE",  # HDF-EOS
    "EXIF_DATETIMEORIGINAL",  # of cameras: their own clock, taken as UTC
    "DATETIME",
    "TIME_START",
)
_WRITING_TAG = "TIFFTAG_DATETIME"


def find_moment(names: Sequence[str], tags: Mapping[str, str]) -> Moment | None:
    """Return when a scene was taken, or None where nothing says.

    Args:
        names: What the scene is called: the product's name, the file's; the first that says wins.
        tags: The raster's tags, all domains together.
    """
    named = (_from_name(name) for name in names)
    return next(filter(None, named), None) or _from_tags(tags)


def folder_moment(file: PurePath) -> Moment | None:
    """Return the day that the folders of a file say, the nearest first.

    Producers lay files out by day (``2020-06-01/104001001E1D6700-visual.tif``). A folder's name may
    as well hold the day of an order or of a copy: a name that says so is passed over.
    """
    for folder in file.parents:
        name = folder.name
        if _NOT_ACQUISITION.search(name) or _PROCESSING_TIME_ONLY.search(name):
            continue
        moments = (_moment_named(match) for match in _FOLDER_DAY.finditer(name))
        if found := next(filter(None, moments), None):
            return as_moment(found, "folder name")
    return None


def _from_name(name: str) -> Moment | None:
    for product in _PRODUCTS:
        for match in product.finditer(name):
            if found := _moment_named(match):
                return as_moment(found, "file name")
    if _PROCESSING_TIME_ONLY.search(name):
        return None
    moments = map(_moment_named, _NAMED.finditer(name))
    found = next(filter(None, moments), None)
    return None if found is None else as_moment(found, "file name")


def _moment_named(match: re.Match[str]) -> datetime | None:
    """Return what the groups of a match say: y or yy; m or mon, and d; or doy; H, M, S."""
    said = match.groupdict()
    clock = [int(said.get(part) or 0) for part in "HMS"]
    year = _whole_year(int(said["yy"])) if said.get("yy") else int(said["y"])
    if said.get("doy"):
        new_year, days = _guess(year, 1, 1, *clock), int(said["doy"]) - 1
        found = None if new_year is None else new_year + timedelta(days)
        # day 0, and day 366 where there are 365, lie in another year
        return found if found is not None and found.year == year and is_past(found) else None
    month = _MONTHS.index(said["mon"].upper()) + 1 if said.get("mon") else int(said["m"])
    return _guess(year, month, int(said["d"]), *clock)


def _whole_year(year: int) -> int:
    """Return a year of two digits as one that has been: satellites write them since 1999."""
    return 2000 + year if 2000 + year <= datetime.now(UTC).year else 1900 + year


def _from_tags(tags: Mapping[str, str]) -> Moment | None:
    upper = {key.upper(): value for key, value in tags.items()}
    for key in (*_ACQUISITION_TAGS, _WRITING_TAG):
        if found := read_moment(upper.get(key, ""), f"tag {key}"):
            return found
    return None


def _guess(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime | None:
    """Return a time that a name may say."""
    return utc_time(year, month, day, hour, minute, second) if year >= _FIRST_YEAR else None
