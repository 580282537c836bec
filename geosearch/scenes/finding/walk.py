"""Walking folders: which of their files are rasters that may be scenes.

Links are followed, and a folder is entered once, so that links in a circle end.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geosearch.errors import Refusal
from geosearch.regular_file import is_regular
from geosearch.scenes.finding.exclusion import Exclusion
from geosearch.scenes.finding.sidecars import is_sidecar, is_sidecar_folder
from geosearch.scenes.guarding.databases import has_raster_table
from geosearch.scenes.places.raster_endings import RASTER_ENDINGS

_PICTURES = {"png": "pgw pngw wld", "jpg": "jgw jpgw wld", "jpeg": "jgw jpegw wld"}
"""Pictures count only beside a world file or an ``.aux.xml``: the rest are thumbnails."""


_PASSED_OVER = re.compile(
    r"(?:"
    r"\.(?:safe\.)?(?P<container>zip|tar|tar\.gz|tgz|tar\.bz2|tar\.xz|tar\.zst|7z|rar)"
    r"|(?P<compressed>\.(?:tiff?|img|jp2|nc|hgt|vrt|bil)\.(?:gz|bz2|xz|zst))"
    r"|(?P<other>\.(?:hdf|hdf4|hdf5|h4|h5|he4|he5|grb2?|grib2?|ecw|sid|mbtiles))"
    r")\Z",
    re.IGNORECASE,
)
"""Endings of what holds rasters, or may, and is not looked into."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The rasters of one folder."""

    folder: Path
    """Absolute."""
    names: tuple[str, ...]
    """File names of what may be a scene, sorted."""


def walk(
    folder: Path,
    refused: list[Refusal],
    exclusion: Exclusion,
    *,
    root: Path | None = None,
    passed_over: Counter[str] | None = None,
) -> Iterator[Listing]:
    """Yield a folder's rasters, and those of all folders below it.

    Args:
        folder: Where to start, absolute.
        refused: Gets the folders that cannot be looked into.
        exclusion: What is left out, and counted.
        root: Where patterns begin: this folder or one above; None for this.
        passed_over: Counts files that look like rasters and are not read, by their endings.

    Raises:
        UsageError: A ``.geosearchignore`` cannot be read, or holds what is no pattern.
    """

    def refuse(error: OSError) -> None:
        name = str(error.filename or folder)
        refused.append(Refusal(name, error.strerror or str(error), "allow it to be read"))

    root = folder if root is None else root
    entered: set[tuple[int, int]] = set()
    for here, folders, files in os.walk(folder, followlinks=True, onerror=refuse):
        status = os.stat(here)
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        seen = [name for name in folders if not name.startswith(".")]
        beside = frozenset(seen)
        inside = sorted(name for name in seen if not is_sidecar_folder(Path(here), name, beside))
        folders[:] = exclusion.of_folders(Path(here), inside, root)
        if passed_over is not None:
            endings = ((name, _ending_passed_over(name)) for name in files)
            passed_over.update(
                ending
                for name, ending in endings
                if ending and not exclusion.leaves_out(Path(here, name), root)
            )
        # what lies beside a raster tells whether it is a mask of it, whatever is left out
        found = listing(Path(here), files)
        yield Listing(found.folder, exclusion.of_files(found.folder, found.names, root))


def _ending_passed_over(name: str) -> str | None:
    if name.startswith("."):
        return None
    ending = _PASSED_OVER.search(name)
    return ending[0].lower() if ending else None


def passed_over_note(counts: Mapping[str, int]) -> str | None:
    """Return what to say of files that look like rasters and were passed over; None if none was.

    Args:
        counts: Their endings, as `walk` counts them.
    """
    total = sum(counts.values())
    if not total:
        return None
    listed = ", ".join(f"{counts[one]} {one}" for one in sorted(counts, key=lambda e: -counts[e]))
    one = total == 1
    said = f"{total:,} file{'' if one else 's'} look{'s' if one else ''} like rasters"
    kinds = {m.lastgroup for m in map(_PASSED_OVER.fullmatch, counts) if m}
    remedies = {
        "container": "unpack zip and tar files, or name what is inside: "
        "/vsizip//FOLDER/FILE.zip/NAME.tif",
        "compressed": "unpack what is compressed: gunzip FILE",
        "other": "name a file to have it tried, or make GeoTIFFs of its parts: gdal_translate",
    }
    what_to_do = "; ".join(text for kind, text in remedies.items() if kind in kinds)
    return f"{said} and {'was' if one else 'were'} passed over: {listed} ({what_to_do})"


def listing(folder: Path, names: Sequence[str]) -> Listing:
    """Return which of a folder's files may be scenes."""
    beside = {name.lower() for name in names}
    rasters = [name for name in sorted(names) if _may_be_scene(folder / name, beside)]
    lower = {name.lower() for name in rasters}
    return Listing(folder, tuple(name for name in rasters if not is_sidecar(name, lower)))


def _may_be_scene(file: Path, beside: set[str]) -> bool:
    return not file.name.startswith(".") and _is_raster(file, beside) and not file.is_dir()


def _is_raster(file: Path, beside: set[str]) -> bool:
    ending = file.suffix[1:].lower()
    if ending in _PICTURES:
        name = file.name.lower()
        sidecars = {f"{file.stem.lower()}.{other}" for other in _PICTURES[ending].split()}
        return bool(beside & (sidecars | {f"{name}.aux.xml", f"{name}w"}))
    return ending in RASTER_ENDINGS and (
        ending != "gpkg" or not is_regular(file) or has_raster_table(file)
    )
