"""A CRS is understood however it is written, and what is not is named."""

from typing import Any

import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.geo import read_crs, same_crs
from geosearch.text import shown

CODES = st.sampled_from([4326, 4807, 4314, 4301, 3857, 32633, 2154, 3035, 27700, 3413])
WAYS: list[Any] = [
    lambda code: code,
    str,
    lambda code: f"EPSG:{code}",
    lambda code: f"epsg:{code}",
    lambda code: f"urn:ogc:def:crs:EPSG::{code}",
    lambda code: f"urn:ogc:def:crs:EPSG:9.8.15:{code}",
    lambda code: f"urn:x-ogc:def:crs:EPSG:{code}",
    lambda code: f"http://www.opengis.net/def/crs/EPSG/0/{code}",
    lambda code: f"http://www.opengis.net/gml/srs/epsg.xml#{code}",
    lambda code: f"https://epsg.io/{code}",
    lambda code: f"https://spatialreference.org/ref/epsg/{code}/",
    lambda code: {"type": "name", "properties": {"name": f"EPSG:{code}"}},
    lambda code: {"type": "link", "properties": {"href": f"https://epsg.io/{code}.proj4"}},
    lambda code: {"type": "EPSG", "properties": {"code": code}},
    lambda code: pyproj.CRS(code),
    lambda code: pyproj.CRS(code).to_wkt(),
    lambda code: pyproj.CRS(code).to_json(),
    lambda code: pyproj.CRS(code).to_json_dict(),
]


@settings(deadline=None)
@given(CODES, st.sampled_from(WAYS))
def test_every_way_to_write_a_crs_means_the_same(code: int, way: Any) -> None:
    crs = read_crs(way(code))
    assert same_crs(crs, read_crs(code))
    assert pyproj.CRS(crs.definition).equals(pyproj.CRS(code), ignore_axis_order=True)
    assert crs.is_lonlat == (code == 4326)
    assert f"EPSG:{code}" in crs.name


@settings(deadline=None)
@given(st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text()),
                 st.dictionaries(st.text(), st.text())))  # fmt: skip
def test_whatever_is_stated_is_read_or_refused(stated: Any) -> None:
    try:
        said = read_crs(stated).name
    except UsageError as error:
        said = error.message
    assert said == shown(said) != ""


@pytest.mark.parametrize("code", ["OGC:CRS84", "CRS84", "EPSG:4979", "OGC:CRS84h", "WGS84"])
def test_degrees_have_many_names(code: str) -> None:
    assert read_crs(code).is_lonlat


def test_codes_of_postgis_that_are_esris_are_known() -> None:
    assert "Mercator" in read_crs(102100).name


def test_different_crss_are_not_the_same() -> None:
    assert not same_crs(read_crs(4326), read_crs(4807))
    assert not same_crs(read_crs(32632), read_crs(32633))


@pytest.mark.parametrize(
    "stated",
    ["+proj=utm +zone=33 +nadgrids=/dev/stdin", "+init=/etc/passwd:x", "+init=./x:1",
     'PARAMETERFILE["x","/tmp/pipe"]', {"type": "name", "properties": {}}, {"a": "b"}, True,
     "x" * (1 << 21)],
)  # fmt: skip
def test_what_leads_to_files_or_nowhere_is_refused(stated: Any) -> None:
    with pytest.raises(UsageError, match="not understood"):
        read_crs(stated)
