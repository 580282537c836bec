"""A scene: one raster with a place on Earth, and how its pixels are shown."""

import math
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from geosearch.errors import SceneError
from geosearch.geo import PixelToLonLat, footprint, ground_sizes_m
from geosearch.scenes.finding.scene_file import SceneFile
from geosearch.scenes.opening.bands import BandFacts, choose_bands
from geosearch.scenes.opening.choose_stretch import choose_stretch
from geosearch.scenes.opening.dates import find_moment, folder_moment
from geosearch.scenes.opening.kind import scene_kind
from geosearch.scenes.opening.meaning import kind_facts
from geosearch.scenes.opening.placement import place
from geosearch.scenes.opening.product_metadata import product_moment
from geosearch.scenes.opening.references import referenced_files
from geosearch.scenes.opening.sensors import Bands
from geosearch.scenes.places.href import band_files
from geosearch.scenes.raster.find_collar import find_collar
from geosearch.scenes.raster.gdal import gdal_errors, open_raster
from geosearch.scenes.raster.pixels import pixel_source
from geosearch.scenes.raster.stretch import Range, Stretch
from geosearch.scenes.state.file_state import SceneState, scene_state

_OPENINGS = 4
"""A scene that refers to other files is opened twice: only then is it known what to look at."""

_WITH_COLLARS = frozenset({"picture", "pan", "radar"})
"""Elsewhere 0 is a value as any other: the height of the sea, a class, no ice."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of a raster once it has been opened; holds no file open."""

    id: str
    """Its name in the index."""
    href: str
    """Where it is: its file, or its red, green and blue as `join_bands` writes them."""
    state: SceneState
    """What all files that decide about it were, before they were read."""
    refers_to: tuple[str, ...]
    """Other files that it is read from, as `scene_state` takes them."""
    width_px: int
    """Columns."""
    height_px: int
    """Rows."""
    crs: str
    """``EPSG:n`` where it has a code, else WKT."""
    to_lonlat: PixelToLonLat
    """Columns and rows to longitudes and latitudes."""
    outline: Polygon | MultiPolygon
    """Footprint of the whole raster, EPSG:4326."""
    gsd_m: float
    """Metres per pixel at the centre, mean of both directions."""
    pixel_m: tuple[float, float]
    """Width and height of the pixel at the centre, metres."""
    datetime: str | None
    """When it was taken, RFC 3339, or None where nothing says."""
    datetime_source: str | None
    """What says when."""
    bands: Bands
    """Bands shown as red, green, blue, from 1."""
    band_reason: str
    """What decided the bands."""
    stretch: tuple[Range, Range, Range] | None
    """Values shown as black and as white; None for 8-bit values as they are."""
    placement_note: str | None
    """What is worth knowing about its place, such as the residual of a fit."""
    item: str | None
    """The STAC Item that led to it: its document and its id."""
    kind: str
    """What it is, one of `geosearch.vocabulary.KINDS`."""
    kind_reason: str
    """What decided that."""
    collar: str | None = None
    """What lies around the picture and is not valid, as `Collar.text` has it; None for nothing."""


def open_scene(
    file: SceneFile,
    *,
    bands: Bands | None = None,
    assume_crs: str | None = None,
    stretch: Stretch = "auto",
) -> Scene:
    """Open a raster, place it, and decide how its pixels are shown.

    Args:
        file: A file that :func:`find_scenes` found.
        bands: Bands to show as red, green, blue, from 1; None to choose.
        assume_crs: The CRS of a raster that has an affine and none of its own.
        stretch: Where the values shown as black and as white are from.

    Raises:
        SceneError: It cannot be read, has no place on Earth, or holds no valid pixel.
    """
    first = Path(band_files(file.href)[0])
    with gdal_errors(file.href):
        state, refers_to, opened = _open_settled(file)
        with opened as dataset:
            placement = place(dataset, first, assume_crs=assume_crs)
            window = (0, 0, dataset.width, dataset.height)
            outline = footprint(placement.to_lonlat, *window)
            if outline is None:
                raise SceneError(
                    "no part of it lies on the Earth: its CRS and its affine do not fit together",
                    hint="compare gdalinfo FILE with where it should be; assign the right CRS",
                )
            width_m, height_m = ground_sizes_m(placement.to_lonlat, [window])[0] / window[2:]
            facts = band_facts(dataset, file)
            choice = choose_bands(facts, bands)
            source = pixel_source(dataset, choice.bands)
            reason = choice.reason if bands else file.band_reason or choice.reason
            if source.is_complex:
                reason += "; magnitudes of complex values"
            moment = file.moment or product_moment(first)
            if moment is None:
                names = PurePath(file.id).name, first.name
                moment = find_moment(names, _all_tags(dataset)) or folder_moment(first)
            said = kind_facts(dataset, facts, choice.bands[0], file.stated_kind)
            collar = find_collar(source, is_lossy=said.is_lossy)
            within = replace(source, collar=collar)
            kind = scene_kind(within, said)
            if kind.name not in _WITH_COLLARS:
                collar, within = None, source
            ranges = choose_stretch(within, stretch)
            return Scene(
                id=file.id,
                href=file.href,
                state=state,
                refers_to=refers_to,
                width_px=dataset.width,
                height_px=dataset.height,
                crs=placement.crs,
                to_lonlat=placement.to_lonlat,
                outline=outline,
                gsd_m=float((width_m + height_m) / 2),
                pixel_m=(float(width_m), float(height_m)),
                datetime=moment.datetime if moment else None,
                datetime_source=moment.source if moment else None,
                bands=choice.bands,
                band_reason=reason,
                stretch=ranges,
                placement_note=placement.note,
                item=file.item,
                kind=kind.name,
                kind_reason=kind.reason,
                collar=None if collar is None else collar.text,
            )


def _open_settled(file: SceneFile) -> tuple[SceneState, tuple[str, ...], Any]:
    """Open a scene; what it is read from is never newer than the state that stands for it.

    Raises:
        SceneError: It cannot be opened, or is written to all the time.
        OSError: It is not there.
    """
    refers_to: tuple[str, ...] = ()
    for _ in range(_OPENINGS):
        state = scene_state(file, refers_to)
        dataset = open_raster(file.href)
        try:
            found = referenced_files(file.href, dataset)
        except BaseException:
            dataset.close()
            raise
        if found == refers_to:
            return state, refers_to, dataset
        dataset.close()
        refers_to = found
    raise SceneError(
        "the files that it refers to change while it is opened",
        hint="index it again when nothing writes to it",
    )


def band_facts(dataset: Any, file: SceneFile) -> BandFacts:
    """Return what a raster, and whoever named it, say of its bands."""
    stated = file.band_names if len(file.band_names) == dataset.count else [None] * dataset.count
    return BandFacts(
        interpretation=tuple(colour.name for colour in dataset.colorinterp),
        descriptions=tuple(
            own or name for own, name in zip(dataset.descriptions, stated, strict=True)
        ),
        wavelengths_nm=tuple(_wavelength_nm(dataset, band) for band in dataset.indexes),
        names=f"{PurePath(file.id).name} {file.name}",
        tags={"platform": file.platform} | _all_tags(dataset),
    )


def _wavelength_nm(dataset: Any, band: int) -> float | None:
    """Return a band's central wavelength, which GDAL gives in micrometres, ENVI files in either."""
    tags = dataset.tags(band)
    text = dataset.tags(band, ns="IMAGERY").get("CENTRAL_WAVELENGTH_UM")
    text = text or tags.get("wavelength") or tags.get("WAVELENGTH")
    try:
        number = float(text or "nan")
    except ValueError:
        return None
    if not 0 < number < math.inf:
        return None
    return number if number > 100 else 1000 * number


def _all_tags(dataset: Any) -> dict[str, str]:
    domains = ("IMAGERY", "ENVI", "EXIF")
    return {**{k: v for ns in domains for k, v in dataset.tags(ns=ns).items()}, **dataset.tags()}
