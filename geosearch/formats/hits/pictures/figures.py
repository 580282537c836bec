"""Hits as figures in HTML: a picture each, and what is known of it.

All that comes from outside is escaped, and pictures are data URLs: nothing is fetched, and no
script runs.
"""

from base64 import b64encode
from html import escape
from pathlib import Path

import shapely

from geosearch.formats.hits.elided import elided
from geosearch.formats.hits.pictures.thumbnails import Thumbnail
from geosearch.search import Hit
from geosearch.text import shown

_MAX_LETTERS = 200
"""Of a name that is shown."""
FIGURE_STYLE = Path(__file__).with_name("figures.css").read_text(encoding="utf-8")
"""What figures look like, wherever they stand."""


def figure(hit: Hit, picture: Thumbnail | str) -> str:
    """Return a hit as a figure.

    Args:
        hit: The hit.
        picture: Its picture, or why there is none.
    """
    place = "" if hit.place is None else f'<span class="few">place {hit.place}</span>'
    pixel = f"{hit.gsd_m:.3g} m per pixel · " if hit.gsd_m > 0 else ""
    return (
        f"<figure>{_picture(hit, picture)}<figcaption>"
        f'<div class="head"><span class="rank">{hit.rank}</span>{place}{_sureness(hit)}</div>'
        f"{_bar(hit)}"
        f'<div class="scene" title="{_name(hit)}">{plain(_end(hit.scene))}</div>'
        f"<div>{plain((hit.datetime or 'no date')[:10])} · {_ground(hit)}</div>"
        f'<div class="few">{pixel}score\u00a0{hit.score:.3f}</div>'
        f'<div class="few">{_coordinates(hit)}</div></figcaption></figure>\n'
    )


def plain(text: object) -> str:
    """Return any text as one that HTML shows and does not act on."""
    return escape(shown(text))


def _picture(hit: Hit, picture: Thumbnail | str) -> str:
    if isinstance(picture, str):
        return f'<div class="lost">{plain(picture)}</div>'
    data = b64encode(picture.jpeg).decode()
    return (
        f'<img src="data:image/jpeg;base64,{data}" width="{picture.width_px}" '
        f'height="{picture.height_px}" alt="Hit {hit.rank}, of {_name(hit)}">'
    )


def _sureness(hit: Hit) -> str:
    if hit.likely is None:
        return ""
    return f'<span class="likely">likely <b>{hit.likely:.2f}</b></span>'


def _bar(hit: Hit) -> str:
    if hit.likely is None:
        return ""
    width = f"{100 * hit.likely:.0f}"
    return (
        '<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="100" height="4"/><rect width="{width}" height="4"/></svg>'
    )


def _ground(hit: Hit) -> str:
    scale, unit = (1000, "km") if max(hit.size_m) >= 10_000 else (1, "m")
    return " × ".join(f"{side / scale:,.0f}" for side in hit.size_m) + f" {unit}"


def _coordinates(hit: Hit) -> str:
    # not the centroid: that of a footprint cut at 180 degrees lies on the far side
    point = shapely.point_on_surface(hit.footprint)
    return f"{_degrees(point.y, 'N', 'S')}, {_degrees(point.x, 'E', 'W')}"


def _degrees(number: float, above: str, below: str) -> str:
    return f"{abs(number):.4f}°\u00a0{above if number >= 0 else below}"


def _name(hit: Hit) -> str:
    return plain(elided(hit.scene, lambda part: len(part) <= _MAX_LETTERS))


def _end(scene: str) -> str:
    """Return a scene's name without its folders, which would push it out of sight."""
    name = scene.rstrip("/").rpartition("/")[2] or scene
    return elided(name, lambda part: len(part) <= _MAX_LETTERS)
