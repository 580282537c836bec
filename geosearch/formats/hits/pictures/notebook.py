"""Hits as a notebook shows them: the best with their pictures, and how many more there are."""

from geosearch.formats.hits.answers import Answer, hits_of
from geosearch.formats.hits.pictures.figures import FIGURE_STYLE, figure, plain
from geosearch.formats.hits.pictures.thumbnails import lost_scene, thumbnail

_MOST_HITS = 12
_MOST_BYTES = 150_000
"""Of the whole: a notebook keeps what it shows."""
_EDGE_PX = 192
_QUALITY = 75
_TOO_LARGE = "no picture: the pictures of better hits take the room"


def notebook_html(answer: Answer) -> str:
    """Return the first hits as figures: no script, no request, at most 150 kB.

    A hit whose scene cannot be read any more says so where its picture would be.
    """
    hits = hits_of(answer)
    says = "" if answer.says is None else f": {answer.says}"
    heading = plain((answer.asked.named() or "hits") + says)[:2000]
    rest = len(hits) - _MOST_HITS
    end = f"<p>and {rest:,} more</p>" if rest > 0 else "" if hits else "<p>no hits</p>"
    start = (
        f'<div class="geosearch"><style>{FIGURE_STYLE}</style>'
        f'<p><b>{heading}</b></p><div class="hits">\n'
    )
    end = f"</div>{end}</div>"
    room = _MOST_BYTES - len((start + end).encode())
    figures = []
    for hit in hits[:_MOST_HITS]:
        try:
            made = figure(hit, thumbnail(hit, edge_px=_EDGE_PX, quality=_QUALITY))
        except OSError as error:
            made = figure(hit, lost_scene(hit, error).reason[:300])
        if len(made.encode()) > room:
            made = figure(hit, _TOO_LARGE)
        room -= len(made.encode())
        figures.append(made)
    return start + "".join(figures) + end
