"""How QGIS shows hits: outlines with their ranks, and a map tip with picture and facts (QML)."""

from xml.etree.ElementTree import Element, SubElement, tostring

_OUTLINE = "255,214,10,255"
_LIKELY = "geosearch:likely"


def layer_style(several: bool) -> str:
    """Return the style of the layer ``hits``, as QGIS keeps it.

    Args:
        several: Whether hits answer several questions, which their tips then name.
    """
    root = Element("qgis", version="3.16.0", styleCategories="Symbology|Labeling|MapTips|Fields")
    _add_outline(root)
    _add_ranks(root)
    SubElement(root, "previewExpression").text = '"rank" || \'. \' || "scene"'
    SubElement(root, "mapTip", enabled="1").text = _tip(several)
    SubElement(root, "layerGeometryType").text = "2"
    kind = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return kind + tostring(root, encoding="unicode")


def _tip(several: bool) -> str:
    """Return HTML in which QGIS puts what expressions in ``[% %]`` give, escaped by them."""
    likely = (
        f"[% if(\"{_LIKELY}\" is null, '', 'likely ' || format_number(\"{_LIKELY}\", 2) || ', ') %]"
    )
    asked = '<div>[% to_html("query") %]</div>' if several else ""
    # `if` keeps the picture's frame away from hits that have none
    picture = (
        "[% if(\"thumbnail\" is null, '', "
        '\'<img width="256" src="data:image/jpeg;base64,\' || to_base64("thumbnail") || '
        "'\">') %]"
    )
    return (
        f'{asked}{picture}<div><b>[% "rank" %]</b> {likely}score '
        '[% format_number("score", 3) %]</div>'
        "<div>[% coalesce(format_date(\"datetime\", 'yyyy-MM-dd'), 'no date') %]</div>"
    )


def _add_outline(root: Element) -> None:
    renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    symbols = SubElement(renderer, "symbols")
    symbol = SubElement(
        symbols, "symbol", type="fill", name="0", alpha="1", clip_to_extent="1", force_rhr="0"
    )
    layer = SubElement(
        symbol, "layer", {"class": "SimpleFill"}, enabled="1", locked="0", **{"pass": "0"}
    )
    properties = {
        "style": "no",
        "color": _OUTLINE,
        "outline_color": _OUTLINE,
        "outline_style": "solid",
        "outline_width": "0.66",
        "outline_width_unit": "MM",
    }
    options = SubElement(layer, "Option", type="Map")
    for name, value in properties.items():
        SubElement(options, "Option", name=name, value=value, type="QString")
        SubElement(layer, "prop", k=name, v=value)  # as QGIS before 3.26 reads it


def _add_ranks(root: Element) -> None:
    labeling = SubElement(root, "labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    style = SubElement(
        settings,
        "text-style",
        fieldName="rank",
        isExpression="0",
        fontSize="10",
        fontSizeUnit="Point",
        textColor="29,35,39,255",
    )
    SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="1",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
    )
    SubElement(settings, "placement", placement="1", centroidInside="1")
    SubElement(settings, "rendering", scaleVisibility="0", drawLabels="1")
