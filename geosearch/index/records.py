"""What goes into an index and comes out of it: values between the rooms."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.chips import ResolvedChips
from geosearch.geo import PixelWindow

UNKNOWN_TIME = int(np.iinfo(np.int64).min)
"""Stands for the time of a scene that has none; earlier than every filter."""

UNKNOWN_ENCODER = "unknown"
"""Encoder of vectors whose encoder is unknown."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHIP_ID = re.compile(r"(.*)@(\d{1,10}),(\d{1,10}),(\d{1,10})x(\d{1,10})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """How all chips of an index were cut and embedded."""

    encoder: str
    """The encoder's name."""
    fingerprint: str
    """Hash of its weights and of all else that changes a vector."""
    dim: int
    """Length of a vector."""
    precision: str
    """What the images were embedded in: ``float32`` or ``bf16``."""
    weights: str | None
    """The file of weights the user gave, or None."""
    chips: ResolvedChips
    """How scenes are cut, unless a run asks for another stretch or fraction of valid pixels."""

    @property
    def vectors_agree_with(self) -> tuple[object, ...]:
        """What must be equal for chips to stand in one index."""
        chips = self.chips
        cut = chips.size_px, chips.stride_px, chips.gsd_m, tuple(sorted(chips.scales))
        return self.fingerprint, self.dim, chips.bands, *cut

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "IndexSpec":
        """Return a spec from values as `to_plain` gives them, or JSON that was made of these.

        Raises:
            TypeError: A value is missing, or one too many, or of another type.
            UsageError: Scenes cannot be cut so.
        """
        own = dict(values)
        names = [field.name for field in fields(ResolvedChips)]
        chips = {name: own.pop(name) for name in names if name in own}
        return cls(**own, chips=ResolvedChips(**chips))

    def to_plain(self) -> dict[str, Any]:
        """Return the values by name, those of the chips beside the others, ready for JSON."""
        own = asdict(self)
        chips: dict[str, Any] = own.pop("chips")
        return own | chips


@dataclass(frozen=True, slots=True)
class SceneKey:
    """What shows whether a scene is what was indexed."""

    id: str
    state: str
    """Changes with any file that decides about the scene."""


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """A scene as it was when it was indexed."""

    id: str
    href: str
    """Where its file is."""
    size_bytes: int
    """Of the files that hold its pixels; 0 where that is not known."""
    state: str
    """What its files were when it was read, and all others that decide about it: a text that is
    compared and nothing else."""
    width_px: int
    height_px: int
    crs: str
    gsd_m: float
    """Metres per pixel at its centre."""
    datetime: str | None
    """RFC 3339, UTC, or None where nothing says."""
    datetime_source: str | None
    bands: tuple[int, ...]
    """From 1, shown as red, green, blue."""
    stretch: tuple[tuple[float, float], ...] | None
    """Values shown as black and as white, per band."""
    outline: BaseGeometry
    """EPSG:4326."""
    chips_skipped: int
    """Chips that were left out: too few valid pixels, or off the Earth."""
    sha256: str | None = None
    """Of its file, or None where the file does not hold the pixels."""
    pixel_m: tuple[float, float] | None = None
    """Width and height of its pixel that its chips' metres per pixel refer to, where a ground
    resolution was asked for; None for ``gsd_m`` in both directions."""
    band_reason: str | None = None
    """What decided the bands; None where there are none, as of imported vectors."""
    placement_note: str | None = None
    """What is worth knowing about its place, such as a CRS that was assumed."""
    refers_to: tuple[str, ...] = ()
    """Other files that it is read from: those below its folder, or near, relative to that."""
    item: str | None = None
    """The STAC Item that led to it: its document and its id."""
    kind: str = "unknown"
    """What it is, one of `geosearch.vocabulary.KINDS`."""
    kind_reason: str | None = None
    """What decided that; None where nobody looked, as of imported vectors."""
    collar: str | None = None
    """What is not valid around its picture, as `geosearch.scenes` writes it."""

    @property
    def key(self) -> SceneKey:
        """What shows whether it has changed."""
        return SceneKey(self.id, self.state)

    def to_plain(self, href: str) -> dict[str, Any]:
        """Return it as JSON values, with ``href`` as it is stored."""
        return asdict(self) | {"href": href, "outline": shapely.to_wkb(self.outline, hex=True)}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "SceneRecord":
        """Return a scene from values as JSON and DuckDB give them: lists, and WKB or its hex."""
        return cls(
            **{
                **values,
                "bands": tuple(values["bands"]),
                "stretch": stretch_ranges(values["stretch"]),
                "outline": shapely.from_wkb(values["outline"]),
                "pixel_m": _sides(values["pixel_m"]),
                "refers_to": tuple(values["refers_to"]),
            }
        )


def _sides(values: Sequence[float] | None) -> tuple[float, float] | None:
    if values is None:
        return None
    width, height = values
    return width, height


def stretch_ranges(
    values: Sequence[Sequence[float]] | None,
) -> tuple[tuple[float, float], ...] | None:
    """Return a stretch from lists of two values, as JSON and DuckDB give it."""
    return None if values is None else tuple((low, high) for low, high in values)


@dataclass(frozen=True, slots=True)
class ChipBatch:
    """The chips of one scene."""

    windows: NDArray[np.int32]
    """[n, 4], column, row, width, height in pixels of the scene."""
    footprints: NDArray[np.object_]
    """[n], EPSG:4326."""
    size_m: NDArray[np.float32]
    """[n, 2], width and height on the ground, metres."""
    valid: NDArray[np.float32]
    """[n], fraction of valid pixels, 0..1."""
    cloud: NDArray[np.float32]
    """[n], fraction of valid pixels that look like cloud, 0..1; NaN where it is not known."""
    gsd_m: NDArray[np.float32]
    """[n], metres per pixel of the chip as it was embedded."""
    vectors: NDArray[np.float32]
    """[n, dim], unit length."""
    ids: NDArray[np.object_] | None = None
    """[n], str, where chips have ids of their own."""
    time_ms: NDArray[np.int64] | None = None
    """[n], milliseconds since 1970, where chips have times of their own; the minimum for none."""

    def require_whole(self, dim: int) -> None:
        """Refuse chips that could not be found or placed.

        Raises:
            ValueError: Arrays are of different lengths, a footprint is missing or empty, or a
                vector has another length than ``dim`` or a number that is not finite, or metres
                are negative or not finite.
        """
        count = len(self.windows)
        parts = {
            "windows": (self.windows, (count, 4)),
            "footprints": (self.footprints, (count,)),
            "size_m": (self.size_m, (count, 2)),
            "valid": (self.valid, (count,)),
            "cloud": (self.cloud, (count,)),
            "gsd_m": (self.gsd_m, (count,)),
            "vectors": (self.vectors, (count, dim)),
            "ids": (self.ids, (count,)),
            "time_ms": (self.time_ms, (count,)),
        }
        for name, (array, shape) in parts.items():
            if array is not None and array.shape != shape:
                raise ValueError(f"{name} are of shape {array.shape}, not {shape}")
        missing = shapely.is_missing(self.footprints) | shapely.is_empty(self.footprints)
        if missing.any():
            raise ValueError(f"{int(missing.sum())} of {count} footprints are missing or empty")
        broken = ~np.isfinite(self.vectors).all(axis=1)
        if broken.any():
            raise ValueError(f"{int(broken.sum())} of {count} vectors hold NaN or infinity")
        for name, array in (("size_m", self.size_m), ("gsd_m", self.gsd_m)):
            if not (np.isfinite(array) & (array >= 0)).all():
                raise ValueError(f"{name} hold what is not a number of metres; 0 is unknown")


@dataclass(frozen=True, slots=True)
class ChipRecord:
    """What a hit shows of a chip, but for its score and footprint."""

    id: str
    scene: str
    href: str
    window: PixelWindow
    """In pixels of the scene."""
    size_m: tuple[float, float]
    datetime: str | None
    gsd_m: float
    """Metres per pixel of the chip as it was embedded; 0 where that is not known."""
    pixel_m: tuple[float, float]
    """Width and height of the scene's pixel that ``gsd_m`` refers to, metres."""
    bands: tuple[int, ...]
    stretch: tuple[tuple[float, float], ...] | None
    kind: str = "unknown"
    """The scene's."""
    collar: str | None = None
    """The scene's."""


def chip_record(
    scene: SceneRecord,
    *,
    own_id: str,
    window: PixelWindow,
    size_m: tuple[float, float],
    gsd_m: float,
    time_ms: int,
) -> ChipRecord:
    """Put together what is known of a chip.

    Args:
        scene: Its scene.
        own_id: Its own id; empty where its window makes one.
        window: In pixels of the scene.
        size_m: Width and height on the ground, metres.
        gsd_m: Metres per pixel.
        time_ms: Milliseconds since 1970; `UNKNOWN_TIME` where it is not known.
    """
    return ChipRecord(
        id=own_id or chip_id(scene.id, window),
        scene=scene.id,
        href=scene.href,
        window=window,
        size_m=size_m,
        datetime=scene.datetime or moment_of(time_ms),
        gsd_m=gsd_m,
        pixel_m=scene.pixel_m or (scene.gsd_m, scene.gsd_m),
        bands=scene.bands,
        stretch=scene.stretch,
        kind=scene.kind,
        collar=scene.collar,
    )


@lru_cache(4096)  # chips share the times of their scenes
def moment_of(time_ms: int) -> str | None:
    """Return milliseconds since 1970 as RFC 3339 in UTC; None for the unknown time."""
    if time_ms == UNKNOWN_TIME:
        return None
    moment = _EPOCH + timedelta(milliseconds=time_ms)
    precision = "milliseconds" if time_ms % 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def time_ms_of(moment: str | None) -> int:
    """Return an RFC 3339 instant as milliseconds since 1970; the unknown one for None."""
    if moment is None:
        return UNKNOWN_TIME
    return (datetime.fromisoformat(moment) - _EPOCH) // timedelta(milliseconds=1)


def chip_id(scene: str, window: PixelWindow) -> str:
    """Return a chip's id: the scene's and the window, stable while the scene is unchanged."""
    col, row, width, height = window
    return f"{scene}@{col},{row},{width}x{height}"


def parse_chip_id(text: str) -> tuple[str, PixelWindow] | None:
    """Return the scene and the window of an id as `chip_id` makes it; None for another text."""
    match = _CHIP_ID.fullmatch(text)
    if match is None:
        return None
    scene, *window = match.groups()
    return scene, PixelWindow(*map(int, window))
