"""Hits as KML 2.2 (OGC 12-007r2), for globes and maps."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geosearch.formats.hits.answers import Answers, hits_of
from geosearch.formats.hits.properties import hit_properties
from geosearch.json_text import json_text
from geosearch.search import Hit
from geosearch.text import shown

_NAMESPACE = "http://www.opengis.net/kml/2.2"
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
"""What XML 1.0 (2.2) leaves out, but for controls, which `shown` escapes."""
_STYLE = "hit"
_LINE = "ff0ad6ff"
"""Colour of outlines: opacity, blue, green, red."""


def kml_text(answers: Answers) -> str:
    """Return a folder a question, and in it a placemark a hit, with its properties as data."""
    root = Element("kml", xmlns=_NAMESPACE)
    document = SubElement(root, "Document")
    _add(document, "name", "; ".join(name for name in answers.names if name) or "hits")
    style = SubElement(document, "Style", id=_STYLE)
    line = SubElement(style, "LineStyle")
    _add(line, "color", _LINE)
    _add(line, "width", "2")
    _add(SubElement(style, "PolyStyle"), "fill", "0")
    for name, answer in zip(answers.names, answers.each, strict=True):
        folder = SubElement(document, "Folder")
        _add(folder, "name", name or "hits")
        if answer.says is not None:
            _add(folder, "description", answer.says)
        for hit in hits_of(answer):
            _add_placemark(folder, hit, name if answers.several else None)
    indent(root, "")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add_placemark(folder: Element, hit: Hit, query: str | None) -> None:
    # in the order of the schema, as some readers want it
    mark = SubElement(folder, "Placemark")
    _add(mark, "name", f"{hit.rank}. {hit.scene}")
    if hit.datetime is not None:
        _add(SubElement(mark, "TimeStamp"), "when", hit.datetime)
    _add(mark, "styleUrl", f"#{_STYLE}")
    data = SubElement(mark, "ExtendedData")
    asked = {} if query is None else {"query": query}
    for name, value in (asked | hit_properties(hit)).items():
        if value is not None:
            one = SubElement(data, "Data", name=name)
            _add(one, "value", value if isinstance(value, str) else json_text(value))
    _add_shape(SubElement(mark, "MultiGeometry"), hit.footprint)


def _add_shape(parent: Element, shape: BaseGeometry) -> None:
    """Add each part of a shape: a polygon, or, of imported vectors, a line or a point."""
    for part in getattr(shape, "geoms", [shape]):
        if isinstance(part, Polygon):
            polygon = SubElement(parent, "Polygon")
            _add_ring(polygon, "outerBoundaryIs", part.exterior)
            for hole in part.interiors:
                _add_ring(polygon, "innerBoundaryIs", hole)
        elif hasattr(part, "geoms"):
            _add_shape(parent, part)
        else:
            _add_coordinates(SubElement(parent, part.geom_type), part)


def _add_ring(polygon: Element, side: str, line: BaseGeometry) -> None:
    _add_coordinates(SubElement(SubElement(polygon, side), "LinearRing"), line)


def _add_coordinates(parent: Element, line: BaseGeometry) -> None:
    _add(parent, "coordinates", " ".join(f"{x:.8f},{y:.8f}" for x, y in line.coords))


def _add(parent: Element, tag: str, text: str) -> None:
    plain = shown(text, lines=True)
    SubElement(parent, tag).text = _NO_CHARACTER.sub("\ufffd", plain)
