"""Hits as figures in HTML: a picture each, and what is known of it.

All that comes from outside is escaped, and pictures are data URLs: nothing is fetched, and no
script runs.
"""

from base64 import b64encode
from html import escape

import shapely

from geosearch.formats.hits.elided import elided
from geosearch.formats.hits.pictures.thumbnails import Thumbnail
from geosearch.search import Hit
from geosearch.text import shown

_MAX_LETTERS = 200
"""Of a name that is shown."""
FIGURE_STYLE = """\
.geosearch { --line: color-mix(in srgb, currentColor 20%, transparent); --bar: #12857a; }
.geosearch .hits { display: grid; gap: 1rem; margin: 0; padding: 0;
  grid-template-columns: repeat(auto-fill, minmax(min(var(--hit, 13rem), 100%), 1fr)); }
.geosearch figure { margin: 0; border: 1px solid var(--line); border-radius: 6px;
  overflow: hidden; break-inside: avoid; font-size: .875rem; line-height: 1.4; text-align: left; }
.geosearch img, .geosearch .lost { display: block; width: 100%; height: auto; margin: 0;
  aspect-ratio: 1; object-fit: contain; background: #0b0d0e; box-sizing: border-box; }
.geosearch .lost { padding: 1rem; overflow: auto; overflow-wrap: anywhere;
  background: color-mix(in srgb, currentColor 10%, transparent); }
.geosearch figcaption { padding: .5rem .75rem .625rem; margin: 0; }
.geosearch .head { display: flex; align-items: baseline; gap: .5rem; }
.geosearch .rank { font-size: 1.125rem; font-weight: 700; }
.geosearch .likely { margin-left: auto; }
.geosearch .likely b { font-weight: 600; }
.geosearch svg { display: block; width: 100%; height: 4px; margin: .125rem 0 .375rem; }
.geosearch svg rect { fill: var(--line); }
.geosearch svg rect + rect { fill: var(--bar); }
.geosearch .scene { font-weight: 600; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.geosearch .few { opacity: .8; }
"""
"""What figures look like, wherever they stand: in the colours around them."""


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
        f'<div class="few">{pixel}score {hit.score:.3f}</div>'
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
    return f"{abs(number):.4f}° {above if number >= 0 else below}"


def _name(hit: Hit) -> str:
    return plain(elided(hit.scene, lambda part: len(part) <= _MAX_LETTERS))


def _end(scene: str) -> str:
    """Return a scene's name without its folders, which would push it out of sight."""
    name = scene.rstrip("/").rpartition("/")[2] or scene
    return elided(name, lambda part: len(part) <= _MAX_LETTERS)
