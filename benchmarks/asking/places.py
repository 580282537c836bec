"""Places of drawn archives: how many of the true ones are among the first."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely
from shapely.geometry import shape

import geosearch
from geosearch.demo import write_archive

_HITS = 2_000
_MARKED = 20


@dataclass(frozen=True, slots=True)
class Placed:
    """What the places of drawn archives hold, by level."""

    level: str
    """``arrangement`` or ``thing``."""
    true_places: int
    among_first: float
    """Fraction of the true places among the first n places, n their true number."""
    among_twice: float
    """The same among the first 2 n."""
    shown: int
    """True places that any hit shows."""
    counted: float
    """What the first 20 places, marked, give for that; of kinds that they tell right from wrong."""


def placed(seeds: tuple[int, ...]) -> list[Placed]:
    """Ask drawn archives for each kind of thing and arrangement in them."""
    counts: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for seed in seeds:
        with TemporaryDirectory() as folder:
            archive = write_archive(Path(folder) / "scenes", seed=seed)
            index = geosearch.build(Path(folder) / "scenes", Path(folder) / "index", encoder="mini")
            for (level, sentence), outlines in _truth(archive.truth).items():
                hits = index.search(sentence, k=_HITS)
                counts[level].append((len(outlines), *_among(hits, outlines)))
    return [
        Placed(level, int(true), first / true, twice / true, int(shown), counted)
        for level, rows in sorted(counts.items())
        for true, first, twice, shown, counted in [np.sum(rows, axis=0).tolist()]
    ]


def _among(
    hits: geosearch.Hits, outlines: list[shapely.Geometry]
) -> tuple[float, float, float, float]:
    """Return true places among the first n and 2 n; and how many there are, true and counted."""
    places, centres = hits.places(), shapely.centroid(outlines)
    tree = shapely.STRtree([place.best.footprint for place in places])
    there, which = tree.query(centres, predicate="intersects")
    first, twice = (
        len(np.unique(there[which < count])) for count in (len(outlines), 2 * len(outlines))
    )
    right = np.isin(np.arange(len(places)), which)
    ranks = np.array([place.best.rank for place in places[:_MARKED]])
    marked = hits.mark(ranks[right[:_MARKED]].tolist(), ranks[~right[:_MARKED]].tolist())
    counted = marked.place_count()
    return first, twice, 0 if counted is None else int(right.sum()), counted or 0


def _truth(path: Path) -> dict[tuple[str, str], list[shapely.Geometry]]:
    outlines = defaultdict(list)
    for feature in json.loads(path.read_text())["features"]:
        about = feature["properties"]
        if about["level"] != "land":
            outlines[about["level"], about["sentence"]].append(shape(feature["geometry"]))
    return outlines
