"""Hits as a table for a terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import shapely

from geosearch.search import Hit

if TYPE_CHECKING:
    from rich.table import Table


def hits_table(hits: Sequence[Hit]) -> "Table":
    """Return a rich table: rank, score, where, how large, when, which scene."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("rank", "score", "longitude", "latitude", "size", "date"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("scene", overflow="fold")
    table.add_column("window", overflow="fold")
    for hit in hits:
        # not the centroid: that of a footprint cut at 180 degrees lies on the far side
        place = shapely.point_on_surface(hit.footprint)
        table.add_row(
            str(hit.rank),
            f"{hit.score:.3f}",
            f"{place.x:.5f}",
            f"{place.y:.5f}",
            _ground_size(hit.size_m),
            (hit.datetime or "-")[:10],
            _plain(hit.scene),
            ",".join(map(str, hit.window)),
        )
    return table


def _ground_size(size_m: tuple[float, float]) -> str:
    scale, unit = (1000, "km") if max(size_m) >= 10_000 else (1, "m")
    return "x".join(f"{side / scale:.0f}" for side in size_m) + f" {unit}"


def _plain(name: str) -> str:
    # a file name may hold terminal control characters and rich markup
    return "".join(c if c.isprintable() else "?" for c in name).replace("[", r"\[")
