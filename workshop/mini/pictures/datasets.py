"""The captioned pictures that `mini` learns from, decoded once into memory.

Layout of the folder: see the tables in ``docs/explanation/mini.md``; the archives are plain tar
files of JPEG, the captions are in Karpathy's JSON layout.
"""

import io
import json
import random
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geosearch.encoders import mini
from geosearch.errors import UsageError
from workshop.mini.sentences import (
    CLASS_TEMPLATES,
    EUROSAT_SYNONYMS,
    EUROSAT_TEMPLATES,
    class_name,
    class_names,
)

EUROSAT_HELD_OUT = 100
"""Pictures a class that are never trained on."""

_UCM_PX = 160  # of 256: enough for cuts down to half, which training takes at 128


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of one size with what is said of them."""

    images: NDArray[np.uint8]
    """uint8 [n, h, w, 3], RGB."""
    captions: tuple[tuple[str, ...], ...]
    """Sentences of each picture alone; none where only its class is known."""
    labels: tuple[str, ...]
    """Class of each, in words; pictures of one label may be called the same things."""
    names: dict[str, tuple[str, ...]]
    """Label to what its pictures may be called; a name may belong to several labels."""
    templates: tuple[str, ...]
    """What is said with a name, which stands for ``{}``."""

    def __len__(self) -> int:
        return len(self.images)

    def part(self, rows: list[int]) -> "Pictures":
        """Return some of the pictures, in the order given."""
        return Pictures(
            self.images[rows],
            tuple(self.captions[i] for i in rows),
            tuple(self.labels[i] for i in rows),
            self.names,
            self.templates,
        )


@dataclass(frozen=True, slots=True)
class Split:
    """One set, cut into what is trained on and what is not."""

    train: Pictures
    held_out: Pictures


def read_captioned(captions: Path, images: Path, size_px: int) -> Split:
    """Read a captioned set; its ``val`` part is held out.

    Args:
        captions: Karpathy's layout with ``class`` added, as ``dataset_rsicd.json``.
        images: A tar file with the pictures it names.
        size_px: Edge to which pictures are brought, pixels.

    Raises:
        UsageError: A file is missing or names no picture of the other.
    """
    entries: list[dict[str, Any]] = json.loads(_text(captions))["images"]
    pictures = {Path(name).name: image for name, image in _decode(images, size_px).items()}
    found = [entry for entry in entries if Path(entry["filename"]).name in pictures]
    if not found:
        raise UsageError(f"{captions} names no picture of {images}", hint="give matching files")
    labels = tuple(class_name(entry["class"]) for entry in found)
    everything = Pictures(
        np.stack([pictures[Path(entry["filename"]).name] for entry in found]),
        tuple(tuple(_sentences(entry)) for entry in found),
        labels,
        {label: class_names(label) for label in labels},
        CLASS_TEMPLATES,
    )
    held = [i for i, entry in enumerate(found) if entry["split"] == "val"]
    kept = [i for i, entry in enumerate(found) if entry["split"] == "train"]
    return Split(everything.part(kept), everything.part(held))


def read_rsicd(folder: Path) -> Split:
    """Read RSICD: five sentences on each of some AID pictures, 30 classes."""
    return read_captioned(folder / "dataset_rsicd.json", folder / "rsicd.tar", 128)


def read_ucm(folder: Path) -> Split:
    """Read UCM-Captions: five sentences on each UC Merced picture, 21 classes."""
    return read_captioned(folder / "dataset_ucm.json", folder / "ucm_captions.tar", _UCM_PX)


def read_eurosat(folder: Path, seed: int) -> Split:
    """Read EuroSAT: classes only; 100 pictures a class are held out, chosen by the seed."""
    pictures = _decode(folder / "eurosat.tar", 64)
    names = sorted(pictures)
    random.Random(seed).shuffle(names)
    folders = [Path(name).parent.name for name in names]
    everything = Pictures(
        np.stack([pictures[name] for name in names]),
        tuple(() for _ in names),
        tuple(EUROSAT_SYNONYMS[name][0] for name in folders),
        {names[0]: names for names in EUROSAT_SYNONYMS.values()},
        EUROSAT_TEMPLATES,
    )
    held: list[int] = []
    for name in EUROSAT_SYNONYMS:
        held += [i for i, other in enumerate(folders) if other == name][:EUROSAT_HELD_OUT]
    kept = sorted(set(range(len(names))) - set(held))
    return Split(everything.part(kept), everything.part(sorted(held)))


def read_unpictured(folder: Path) -> tuple[str, ...]:
    """Return sentences without their pictures, and the words that the text tower knows.

    The sentences are those of ``captions/`` in the folder, where it is there; the words are the
    vocabulary's of three letters and more.
    """
    found: dict[str, None] = {}
    for path in sorted((folder / "captions").glob("*.json")):
        for entry in json.loads(_text(path))["images"]:
            found |= dict.fromkeys(text.strip() for text in entry["sentences"])
    for path in sorted((folder / "captions").glob("*.jsonl")):
        found |= dict.fromkeys(json.loads(line)["caption"] for line in _text(path).splitlines())
    words = mini.vocabulary_bytes().decode().splitlines()
    return (
        *found,
        *(word for word in words if word.isascii() and word.isalpha() and len(word) > 2),
    )


def _sentences(entry: dict[str, Any]) -> list[str]:
    return [sentence["raw"].strip() for sentence in entry["sentences"]]


def _decode(path: Path, size_px: int) -> dict[str, NDArray[np.uint8]]:
    """Decode all JPEG of a tar file to [size_px, size_px, 3]."""
    pictures = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                stream = archive.extractfile(member)
                if stream is None or not member.name.lower().endswith(".jpg"):
                    continue
                picture = Image.open(io.BytesIO(stream.read())).convert("RGB")
                if picture.size != (size_px, size_px):
                    picture = picture.resize((size_px, size_px), Image.Resampling.BICUBIC)
                pictures[member.name] = np.asarray(picture)
    except (OSError, tarfile.TarError) as error:
        raise UsageError(
            f"cannot read {path}: {error}", hint="give the data with --data"
        ) from error
    return pictures


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error}", hint="give the data with --data"
        ) from error
