"""Where in hits a query is found, from a search."""

import json
from pathlib import Path

import shapely
from PIL import Image

import geosearch


def test_hits_tell_where_in_them_the_query_is_found(tmp_path: Path) -> None:
    archive = tmp_path / "scenes"
    truth = geosearch_demo(archive)
    index = geosearch.build(archive, tmp_path / "i.index", encoder="mini")
    hits = index.search("tennis court between two white buildings", k=3, where=True)
    places = [
        shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in truth["features"]
        if "tennis" in feature["properties"]["kind"]
    ]
    for hit in hits:
        assert hit.where is not None
        outline = hit.where.outline
        assert outline is not None
        assert outline.is_valid
        assert outline.within(hit.footprint.buffer(1e-7))
    best = hits[0].where.outline if hits[0].where else None
    assert best is not None
    assert any(place.intersects(best) for place in places)
    properties = json.loads(hits.to_geojson())["features"][0]["properties"]
    assert properties["geosearch:where"]["type"] in ("Polygon", "MultiPolygon")
    assert not hits.to_contact_sheet(tmp_path / "hits.png")
    with Image.open(tmp_path / "hits.png") as picture:
        assert (255, 214, 10) in {colour for _, colour in picture.getcolors(1 << 24) or ()}


def geosearch_demo(folder: Path) -> dict[str, list[dict[str, dict[str, str]]]]:
    from geosearch.demo import write_archive

    truth: dict[str, list[dict[str, dict[str, str]]]] = json.loads(
        write_archive(folder, seed=3).truth.read_text()
    )
    return truth
