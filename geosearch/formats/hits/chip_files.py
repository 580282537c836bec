"""Hits as rasters: the scenes' own bands and values, as Cloud Optimized GeoTIFFs.

Into a folder, where nothing but these files is touched, or into a zip file.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from geosearch.errors import Refusal
from geosearch.formats.hits.answers import Answers, hits_of
from geosearch.formats.hits.pictures.thumbnails import lost_scene
from geosearch.outputs import output_file, require_folder
from geosearch.paths import PathLike
from geosearch.search import Hit
from geosearch.text import shown

_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_LETTERS = 80
"""Of a scene in a file's name."""
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that zip files have: the same hits make the same file."""


def write_chips(folder: PathLike, answers: Answers) -> tuple[Refusal, ...]:
    """Write a GeoTIFF a hit into a folder, which is made if it is not there.

    Each file is there whole, or as it was before.

    Returns:
        Scenes that cannot be read any more, each once.

    Raises:
        UsageError: The folder cannot be made or written into.
    """
    target = Path(folder)
    require_folder(target)

    def keep(made: Path, name: str) -> None:
        with made.open("rb") as chip, output_file(target / name) as file:
            shutil.copyfileobj(chip, file)

    return _each_chip(answers, keep)


def write_chips_zip(file: BinaryIO, answers: Answers) -> tuple[Refusal, ...]:
    """Write a zip file with a GeoTIFF a hit; they are compressed already, each by itself.

    Returns:
        Scenes that cannot be read any more, each once.
    """
    with closing(ZipFile(file, "w", ZIP_STORED)) as archive:

        def keep(made: Path, name: str) -> None:
            entry = ZipInfo(name, _ZIP_TIME)
            entry.external_attr = 0o644 << 16
            with made.open("rb") as chip, archive.open(entry, "w", force_zip64=True) as member:
                shutil.copyfileobj(chip, member)

        return _each_chip(answers, keep)


def _each_chip(answers: Answers, keep: Callable[[Path, str], None]) -> tuple[Refusal, ...]:
    """Make a file a hit, one at a time, and hand it over with its name."""
    from geosearch.scenes import write_window  # GDAL comes with it

    refused: dict[str, Refusal] = {}
    with TemporaryDirectory(prefix="geosearch-") as scratch:
        made = Path(scratch) / "chip.tif"
        for name, hit, crs in _named(answers):
            try:
                write_window(made, hit.href, hit.window, crs=crs, tags=_tags(hit))
            except OSError as error:
                refused.setdefault(hit.scene, lost_scene(hit, error))
            else:
                keep(made, name)
    return tuple(refused.values())


def _named(answers: Answers) -> Iterator[tuple[str, Hit, str | None]]:
    """Yield each hit with a name that no other has, and the CRS of its scene."""
    for number, answer in enumerate(answers.each, start=1):
        question = f"q{number:02d}_" if answers.several else ""
        for hit in hits_of(answer):
            scene = _PLAIN.sub("_", Path(hit.scene).stem)[-_MOST_LETTERS:]
            col, row, _, _ = hit.window
            # the rank is unique, whatever becomes of scenes' names
            yield (
                f"{question}{hit.rank:04d}_{scene}_{col}_{row}.tif",
                hit,
                answer.scene_crs(hit.scene),
            )


def _tags(hit: Hit) -> dict[str, str]:
    tags = {"GEOSEARCH_CHIP": shown(hit.id)}
    if hit.datetime is not None:  # as TIFF 6.0 writes it
        tags["TIFFTAG_DATETIME"] = hit.datetime[:19].replace("-", ":").replace("T", " ")
    return tags
