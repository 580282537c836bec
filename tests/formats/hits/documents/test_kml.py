"""Hits as KML, read by an XML parser and by GDAL."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.odd_hits import ACROSS, ODD_NAMES, answer, hit, odd_hits

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.documents.kml import kml_text
from geosearch.text import shown

KML = "{http://www.opengis.net/kml/2.2}"


def test_a_placemark_a_hit_tells_name_time_and_properties() -> None:
    root = ElementTree.fromstring(answer(odd_hits()).to_kml().encode())
    marks = list(root.iter(f"{KML}Placemark"))
    names = [mark.findtext(f"{KML}name") for mark in marks]
    assert names[:2] == [f"1. {ODD_NAMES[0]}", f"2. {ODD_NAMES[1]}"]
    assert marks[0].findtext(f"{KML}TimeStamp/{KML}when") == "2020-06-01T10:00:00Z"
    assert marks[-1].find(f"{KML}TimeStamp") is None
    told = {one.get("name"): one.findtext(f"{KML}value") for one in marks[0].iter(f"{KML}Data")}
    assert told["geosearch:likely"] == "0.25"
    assert told["window"] == "[64, 32, 64, 64]"


def test_a_footprint_across_180_degrees_is_two_polygons() -> None:
    root = ElementTree.fromstring(answer(odd_hits()).to_kml().encode())
    mark = list(root.iter(f"{KML}Placemark"))[-2]
    rings = [one.text or "" for one in mark.iter(f"{KML}coordinates")]
    corners = [[tuple(map(float, at.split(","))) for at in ring.split()] for ring in rings]
    assert [{lon > 0 for lon, _ in ring} for ring in corners] == [{True}, {False}]
    assert {lat for ring in corners for _, lat in ring} == {-17.0, -16.0}


@given(st.text(st.characters()))
def test_any_name_is_xml(name: str) -> None:
    text = kml_text(Answers.of(answer([hit(1, name)], text=name)))
    mark = next(ElementTree.fromstring(text.encode()).iter(f"{KML}Placemark"))
    expected = shown(name, lines=True).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    assert mark.findtext(f"{KML}name") == f"1. {expected}"


def test_gdal_reads_it(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason="the extra `test` brings GeoPandas")
    answer(odd_hits()).to_kml(tmp_path / "hits.kml")
    frame = geopandas.read_file(tmp_path / "hits.kml")
    assert len(frame) == len(odd_hits())
    assert frame.geometry.iloc[-2].equals(ACROSS)


def test_no_hits_are_a_folder_without_placemarks() -> None:
    root = ElementTree.fromstring(answer([]).to_kml().encode())
    assert root.find(f"{KML}Document/{KML}Folder") is not None
    assert list(root.iter(f"{KML}Placemark")) == []
