"""Labelled pictures of the shared sets, embedded."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder, decode_image

SPOKEN = {
    "agricultural": "farmland",
    "annualcrop": "crop fields",
    "bareland": "bare land",
    "baseballdiamond": "a baseball diamond",
    "baseballfield": "a baseball field",
    "center": "a civic center with a large round roof",
    "chaparral": "sparse shrubs on dry ground",
    "commercial": "a commercial area",
    "denseresidential": "a dense residential area",
    "farmland": "farmland",
    "field": "farm fields",
    "golfcourse": "a golf course",
    "grass": "grass land",
    "herbaceousvegetation": "shrubs and herbs",
    "industrial": "an industrial area",
    "industry": "an industrial area",
    "intersection": "a road intersection",
    "mediumresidential": "a medium residential area",
    "mobilehomepark": "a mobile home park",
    "airport": "an airport",
    "airplane": "an airplane",
    "overpass": "an overpass",
    "parking": "a parking lot",
    "parkinglot": "a parking lot",
    "permanentcrop": "an orchard",
    "port": "a port with ships",
    "railwaystation": "a railway station",
    "resident": "a residential area",
    "residential": "a residential area",
    "riverlake": "a river or a lake",
    "sealake": "the sea or a lake",
    "sparseresidential": "a sparse residential area",
    "square": "a city square",
    "storagetanks": "storage tanks",
    "tenniscourt": "a tennis court",
    "buildings": "buildings",
}
"""How classes are asked for; others by their own word."""
_FRAMES = ("{}", "a satellite image of {}", "there is {}", "{} seen from above")
_AT_ONCE = 128
_EACH = 100
"""Pictures of a class from sets that name no held-out ones."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pictures of a set are."""

    archive: str
    listing: str | None = None
    """Karpathy's, of which the ``val`` pictures are taken; without one, 100 of each folder."""


SETS = {
    "RSICD val": Source("rsicd.tar", "dataset_rsicd.json"),
    "UC Merced val": Source("ucm_captions.tar", "dataset_ucm.json"),
    "EuroSAT": Source("eurosat.tar"),
    "RSSCN7": Source("rsscn7.tar"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Pictures of one set, one class each."""

    vectors: NDArray[np.float32]
    """float32 [n, dim], unit length."""
    classes: tuple[str, ...]
    """[n], lower case."""
    captions: tuple[tuple[str, ...], ...]
    """[n]: the sentences of each; none where a set has none."""

    def taken(self, rows: NDArray[np.int64]) -> "Labelled":
        """Return the pictures of some rows."""
        return Labelled(
            self.vectors[rows],
            tuple(self.classes[row] for row in rows),
            tuple(self.captions[row] for row in rows),
        )


def wordings(name: str) -> list[str]:
    """Return four ways to ask for a class."""
    spoken = SPOKEN.get(name, f"a {name}")
    return [frame.format(spoken) for frame in _FRAMES]


def embedded(folder: Path, source: Source, encoder: Encoder) -> Labelled:
    """Embed the pictures of a set that a folder of shared data holds."""
    fitted, classes, captions = [], [], []
    for picture, content in _pictures(folder, source):
        fitted.append(encoder.fit(decode_image(content, picture.path.name)))
        classes.append(picture.label.lower())
        captions.append(picture.captions)
    vectors = [
        encoder.encode_images(np.stack(fitted[first : first + _AT_ONCE]))
        for first in range(0, len(fitted), _AT_ONCE)
    ]
    return Labelled(np.concatenate(vectors), tuple(classes), tuple(captions))


@dataclass(frozen=True, slots=True)
class _Picture:
    path: PurePosixPath
    label: str
    captions: tuple[str, ...] = ()


def _pictures(folder: Path, source: Source) -> Iterator[tuple[_Picture, bytes]]:
    with tarfile.open(folder / source.archive) as archive:
        members = {
            PurePosixPath(member.name): member for member in archive if member.name.endswith(".jpg")
        }
        for picture in _chosen(folder, source, list(members)):
            stream = archive.extractfile(members[picture.path])
            if stream is not None:
                yield picture, stream.read()


def _chosen(folder: Path, source: Source, paths: list[PurePosixPath]) -> Iterator[_Picture]:
    if source.listing is not None:
        yield from _listed(folder / source.listing, paths)
        return
    rng = np.random.default_rng(0)
    for label in sorted({path.parent.name for path in paths}):
        own = sorted(path for path in paths if path.parent.name == label)
        yield from (_Picture(own[at], label) for at in rng.permutation(len(own))[:_EACH])


def _listed(listing: Path, paths: list[PurePosixPath]) -> Iterator[_Picture]:
    images = json.loads(listing.read_text())["images"]
    held_out = {one["filename"]: one for one in images if one["split"] == "val"}
    for path in paths:
        one = held_out.get(path.name)
        if one is not None:
            captions = tuple(sentence["raw"].strip() for sentence in one["sentences"])
            yield _Picture(path, one["class"], captions)
