"""Archives of odd chips, and filters over them, with the truth beside them.

Vectors and queries are of small whole numbers: scores are exact in float32 and often equal.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from geosearch.chips import ResolvedChips
from geosearch.index import UNKNOWN_TIME as UNKNOWN
from geosearch.index import ChipBatch, IndexSpec, IndexWriter, SceneRecord
from geosearch.search import make_filter

_Number = TypeVar("_Number", int, float)

DIM = 16
SPEC = IndexSpec("none", "none-0", DIM, "float32", None, ResolvedChips(64, 64))
DAY_MS = 86_400_000
FIRST_MS = 18_262 * DAY_MS  # 2020-01-01
CELL = 1 / 16
GSDS_M = (0.0, 0.3, 0.6, 1.2)
"""Metres a pixel that chips have; the first stands for what is not known."""


@dataclass(frozen=True)
class Chip:
    """A chip as it was made, apart from the index."""

    id: str
    scene: str
    footprint: Any
    time_ms: int
    valid: float
    cloud: float
    gsd_m: float
    vector: np.ndarray


def grid(west: float, south: float, side: int) -> list[Any]:
    """Cells that touch each other exactly."""
    at = [(west + CELL * (n % side), south + CELL * (n // side)) for n in range(side * side)]
    return [shapely.box(x, y, x + CELL, y + CELL) for x, y in at]


def turned(rng: np.random.Generator, count: int) -> list[Any]:
    """Quadrangles that stand on a corner: their bounds are twice what they cover."""
    at = 10 + rng.integers(0, 32, (count, 2)) / 32
    half = rng.integers(1, 5, count) / 32
    return [
        Polygon([(x - h, y + 40), (x, y + 40 - h), (x + h, y + 40), (x, y + 40 + h)])
        for (x, y), h in zip(at, half, strict=True)
    ]


def across(rng: np.random.Generator, count: int) -> list[Any]:
    """Chips around 180 degrees, cut there where they cross it, at any height."""
    made = []
    for west, south in rng.integers((0, -8), (32, 8), (count, 2)):
        west, south = 179 + west / 16, south / 8
        east, north = west + 0.25, south + 0.25
        parts = [
            shapely.box(max(west + turn, -180), south, min(east + turn, 180), north)
            for turn in (0, -360)
            if west + turn < 180 and east + turn > -180
        ]
        made.append(parts[0] if len(parts) == 1 else MultiPolygon(parts))
    return made


def slivers(rng: np.random.Generator, count: int) -> list[Any]:
    """Triangles, a hair wide, from corner to corner of cells."""
    at = rng.integers(0, 12, (count, 2)) / 16 + (10, 50)
    to = at + rng.choice([-0.25, 0.25], (count, 2))
    return [Polygon([a, b, (b[0], b[1] + 1e-7)]) for a, b in zip(at, to, strict=True)]


def scene(name: str, day: int | None) -> SceneRecord:
    date = None if day is None else f"2020-01-{day:02d}T00:00:00Z"
    return SceneRecord(
        id=name, href=f"/nowhere/{name}", size_bytes=1, state="1", width_px=640_000,
        height_px=64, crs="EPSG:4326", gsd_m=100.0, datetime=date, datetime_source=None,
        bands=(1, 2, 3), stretch=None, outline=shapely.box(-180, -90, 180, 90), chips_skipped=0,
    )  # fmt: skip


def batch(rng: np.random.Generator, footprints: list[Any], own_times: bool) -> ChipBatch:
    count = len(footprints)
    windows = np.stack([64 * np.arange(count), *np.full((3, count), 64)], axis=1)
    windows[:, 1] = 0
    shapes = np.empty(count, object)
    shapes[:] = footprints
    times = FIRST_MS + DAY_MS * rng.integers(0, 30, count)
    fractions = rng.integers(0, 9, (2, count)).astype(np.float32) / 8
    return ChipBatch(
        windows.astype(np.int32),
        shapes,
        np.full((count, 2), 6400, np.float32),
        fractions[0],
        np.where(rng.random(count) < 0.1, np.nan, fractions[1]).astype(np.float32),
        gsds(rng, count),
        rng.integers(-3, 4, (count, DIM)).astype(np.float32) / np.float32(4),
        time_ms=np.where(rng.random(count) < 0.5, UNKNOWN, times) if own_times else None,
    )


def gsds(rng: np.random.Generator, count: int) -> np.ndarray:
    """One or several a scene, as scales make them; drawn beside what else is drawn."""
    (own,) = rng.spawn(1)
    some = own.choice(GSDS_M, own.integers(1, 4))
    return own.choice(some, count).astype(np.float32)


@cache
def scenes(seed: int) -> tuple[tuple[SceneRecord, ChipBatch], ...]:
    """Draw an archive of some 1,300 chips: large scenes in blocks of their own, and tiny ones."""
    rng = np.random.default_rng(seed)
    made = [
        (scene("grid.tif", 3), batch(rng, grid(10, 50, 20), False)),
        (scene("turned.tif", 7), batch(rng, turned(rng, 300), False)),
        (scene("across.tif", 9), batch(rng, across(rng, 300), False)),
        (scene("slivers.tif", None), batch(rng, slivers(rng, 200), True)),
        (scene("undated.tif", None), batch(rng, grid(10.5, 50.5, 8), False)),
    ]
    for number in range(30):
        west, south = rng.integers(0, 16, 2) / 16 + (10, 50)
        day = None if number % 7 == 0 else number % 28 + 1
        shapes = grid(west, south, int(rng.integers(1, 3)))
        made.append((scene(f"tiny{number}.tif", day), batch(rng, shapes, False)))
    return tuple(made)


def chips(seed: int) -> list[Chip]:
    """Return all chips of an archive."""
    made = []
    for record, one in scenes(seed):
        day = None if record.datetime is None else int(record.datetime[8:10])
        for at in range(len(one.windows)):
            own = UNKNOWN if one.time_ms is None else int(one.time_ms[at])
            made.append(
                Chip(
                    f"{record.id}@{','.join(map(str, one.windows[at, :2]))},64x64",
                    record.id,
                    one.footprints[at],
                    own if day is None else FIRST_MS + DAY_MS * (day - 1),
                    float(one.valid[at]),
                    float(one.cloud[at]),
                    float(one.gsd_m[at]),
                    one.vectors[at],
                )
            )
    return made


def write(folder: Path, seed: int, *, segments: int, ann: Any = "flat") -> None:
    """Index an archive, its scenes dealt out to segments."""
    for part in range(segments):
        with IndexWriter(folder, SPEC, ann=ann) as writer:
            for record, one in scenes(seed)[part::segments]:
                writer.stage(record, one)
            writer.publish()


@dataclass(frozen=True)
class Wanted:
    """What is asked for, in plain values."""

    bbox: tuple[float, float, float, float] | None = None
    area: Any = None
    days: tuple[int | None, int | None] | None = None
    undated: bool = False
    scenes: frozenset[str] | None = None
    min_cloud: float | None = None
    max_cloud: float | None = None
    min_valid: float | None = None
    min_gsd: float | None = None
    max_gsd: float | None = None

    @property
    def filter(self) -> Any:
        """The same as geosearch takes it."""
        when = None
        if self.days is not None:
            ends = [".." if day is None else f"2020-01-{day:02d}" for day in self.days]
            when = "/".join(ends)
        made = make_filter(
            bbox=self.bbox, intersects=self.area, datetime=when, undated=self.undated,
            min_cloud=self.min_cloud, max_cloud=self.max_cloud, min_valid=self.min_valid,
            min_gsd=self.min_gsd, max_gsd=self.max_gsd,
        )  # fmt: skip
        return replace(made, scenes=self.scenes)

    def passes(self, chip: Chip) -> bool:
        """Whether a chip is what is asked for, by its own values one by one."""
        return bool(
            (self.days is None or self._in_time(chip.time_ms))
            and (self.scenes is None or chip.scene in self.scenes)
            # shares are kept and compared as float32
            and (self.min_cloud is None or chip.cloud >= np.float32(self.min_cloud))
            and (self.max_cloud is None or chip.cloud <= np.float32(self.max_cloud))
            and (self.min_valid is None or chip.valid >= np.float32(self.min_valid))
            and (self.min_gsd is None or 0 < chip.gsd_m >= np.float32(self.min_gsd))
            and (self.max_gsd is None or 0 < chip.gsd_m <= np.float32(self.max_gsd))
            and (self.bbox is None or _meets_box(chip.footprint, self.bbox))
            and (self.area is None or bool(chip.footprint.intersects(self.area)))
        )

    def _in_time(self, time_ms: int) -> bool:
        assert self.days is not None
        if time_ms == UNKNOWN:
            return self.undated
        day = (time_ms - FIRST_MS) // DAY_MS + 1
        first, last = self.days
        return (first is None or day >= first) and (last is None or day <= last)


def _meets_box(footprint: Any, bbox: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bbox
    spans = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    return any(footprint.intersects(shapely.box(a, south, b, north)) for a, b in spans)


def best(made: list[Chip], wanted: Wanted, query: np.ndarray, k: int) -> list[tuple[str, float]]:
    """Brute force: ids and scores of the best chips that pass, ties by id."""
    passing = [chip for chip in made if wanted.passes(chip)]
    scored = sorted((-float(chip.vector @ query), chip.id) for chip in passing)
    return [(chip_id, -score) for score, chip_id in scored[:k]]


def query_of(seed: int) -> np.ndarray:
    """Draw a query of small whole numbers; some of them are zero."""
    return np.random.default_rng(seed).integers(-4, 5, DIM).astype(np.float32)


_on_grid = st.integers(-2, 24).map(lambda n: n / 16)
"""Where cells touch: edges and corners of a box meet theirs exactly."""
_anywhere = st.floats(-0.1, 1.4)
_around = st.one_of(_on_grid, _anywhere)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    """Boxes among the chips, around 180 degrees, around everything, and around nothing."""
    kind = draw(st.sampled_from(["near", "near", "across", "world", "nowhere"]))
    if kind == "world":
        return -180.0, -90.0, 180.0, 90.0
    if kind == "nowhere":
        return 100.0, -50.0, 101.0, -49.0
    a, b, c, d = (draw(_around) for _ in range(4))
    if kind == "near":
        return 10 + min(a, b), 50 + min(c, d), 10 + max(a, b), 50 + max(c, d)
    west, east = 180 - draw(st.integers(0, 12)) / 8, -180 + draw(st.integers(0, 12)) / 8
    return west, min(c, d) - 1, east, max(c, d) - 0.5


@st.composite
def areas(draw: st.DrawFn) -> Any:
    """Points, lines, stars with or without a hole, several of them, whole boxes of three parts."""
    kind = draw(st.sampled_from(["point", "line", "star", "holed", "pair", "triple"]))
    x, y = 10 + draw(_around), 50 + draw(_around)
    if kind == "point":
        return shapely.Point(x, y)
    if kind == "line":
        return shapely.LineString([(x, y), (10 + draw(_on_grid), 50 + draw(_on_grid)), (12, 52)])
    if kind == "triple":
        cells = [shapely.box(x + n, y, x + n + 0.25, y + 0.25) for n in (0, 0.5)]
        cells.append(shapely.box(179, y - 50.5, 179.5, y - 50))
        return MultiPolygon(cells)
    star = _star(draw, x, y)
    if kind == "holed":
        return star.difference(star.centroid.buffer(draw(st.floats(0.01, 0.2))))
    if kind == "pair":
        return MultiPolygon([star, shapely.box(178, -1, 179.25, 0.5)])
    return star


def _star(draw: st.DrawFn, x: float, y: float) -> Polygon:
    corners = draw(st.integers(3, 9))
    reach = np.array([draw(st.floats(0.02, 0.7)) for _ in range(corners)])
    angles = 2 * np.pi * np.arange(corners) / corners
    points = np.stack([x + reach * np.cos(angles), y + reach * np.sin(angles)], axis=1)
    return shapely.make_valid(Polygon(points))


_share = st.one_of(st.none(), st.integers(0, 8).map(lambda n: n / 8), st.floats(0, 1))
_gsd = st.one_of(st.none(), st.sampled_from((0.15, *GSDS_M[1:], 2.4)), st.floats(0.01, 3))
_day = st.one_of(st.none(), st.integers(1, 31))
_NAMES = ("grid.tif", "across.tif", "slivers.tif", "undated.tif", "tiny0.tif", "tiny9.tif", "none")


def _in_order(ends: tuple[_Number | None, _Number | None]) -> tuple[_Number | None, _Number | None]:
    """The lower end first, where there are two."""
    first, last = ends
    return ends if first is None or last is None else (min(first, last), max(first, last))


@st.composite
def wanted(draw: st.DrawFn) -> Wanted:
    """Any conditions together, or none."""
    days = draw(st.one_of(st.none(), st.tuples(_day, _day)))
    days = None if days is None or days == (None, None) else _in_order(days)
    clouds = _in_order(draw(st.one_of(st.none(), st.tuples(_share, _share))) or (None, None))
    area = draw(st.one_of(st.none(), areas()))
    return Wanted(
        bbox=draw(st.one_of(st.none(), boxes())),
        area=None if area is None or area.is_empty else area,
        days=days,
        undated=days is not None and draw(st.booleans()),
        scenes=draw(st.one_of(st.none(), st.frozensets(st.sampled_from(_NAMES)))),
        min_cloud=clouds[0],
        max_cloud=clouds[1],
        min_valid=draw(st.one_of(st.none(), _share)),
        **draw(resolutions()),
    )


@st.composite
def resolutions(draw: st.DrawFn) -> dict[str, float | None]:
    """One end, both or none, by the names of the conditions."""
    ends = _in_order(draw(st.one_of(st.none(), st.tuples(_gsd, _gsd))) or (None, None))
    return {"min_gsd": ends[0], "max_gsd": ends[1]}
