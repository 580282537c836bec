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

_HITS = 400


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


def placed(seeds: tuple[int, ...]) -> list[Placed]:
    """Ask drawn archives for each kind of thing and arrangement in them."""
    counts: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for seed in seeds:
        with TemporaryDirectory() as folder:
            archive = write_archive(Path(folder) / "scenes", seed=seed)
            index = geosearch.build(Path(folder) / "scenes", Path(folder) / "index", encoder="mini")
            for (level, sentence), outlines in _truth(archive.truth).items():
                places = index.search(sentence, k=_HITS).places()
                found = [
                    shapely.STRtree([place.best.footprint for place in places[:count]]).query(
                        shapely.centroid(outlines), predicate="intersects"
                    )[0]
                    for count in (len(outlines), 2 * len(outlines))
                ]
                first, twice = (len(np.unique(rows)) for rows in found)
                counts[level].append((len(outlines), first, twice))
    return [
        Placed(level, true, first / true, twice / true)
        for level, rows in sorted(counts.items())
        for true, first, twice in [tuple(int(part) for part in np.sum(rows, axis=0))]
    ]


def _truth(path: Path) -> dict[tuple[str, str], list[shapely.Geometry]]:
    outlines = defaultdict(list)
    for feature in json.loads(path.read_text())["features"]:
        about = feature["properties"]
        if about["level"] != "land":
            outlines[about["level"], about["sentence"]].append(shape(feature["geometry"]))
    return outlines
