"""Data sets of captioned images: the Karpathy layout, and one text file per image.

Layouts and orders as in RemoteCLIP's ``retrieval.py`` and Long-CLIP's Urban1k evaluation.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from geosearch.errors import UsageError
from geosearch.evaluation.pictures import hash_of_files
from geosearch.evaluation.report import read_json

_HINT = (
    'give a JSON file {"images": [{"filename": ..., "split": "test", '
    '"sentences": [{"raw": ...}, ...]}, ...]}'
)
_LONGEST_TEXT = 1 << 20  # bytes of one caption file
_PREFIX = "dataset_"


@dataclass(frozen=True, slots=True)
class CaptionedSet:
    """Images by name with their captions."""

    name: str
    """Of the set: what the file says or is called."""
    split: str
    """``test``, ...; ``all`` where the layout has none."""
    images: tuple[str, ...]
    """File names, each once, in the order of ``numpy.unique``."""
    captions: tuple[tuple[str, ...], ...]
    """Of each image, as written."""
    sha256: str
    """Of the JSON file, or of the text files by :func:`hash_of_files`."""

    def called(self, name: str) -> "CaptionedSet":
        """Return the same set by another name."""
        return replace(self, name=name)


def read_karpathy(path: str | Path, split: str = "test") -> CaptionedSet:
    """Read one split of a JSON file in Karpathy's layout; images of one name are merged.

    Raises:
        UsageError: The file is not in that layout, or has no image in the split.
    """
    document, sha256 = read_json(path, _HINT)
    try:
        entries = [
            (_text(image["filename"]), tuple(_text(s["raw"]) for s in image["sentences"]))
            for image in document["images"]
            if image["split"] == split
        ]
    except (KeyError, TypeError, IndexError) as error:
        raise UsageError(
            f"{path} is not in Karpathy's layout: {type(error).__name__} at {error}", hint=_HINT
        ) from error
    if not entries:
        there = sorted({str(image.get("split")) for image in document["images"]})
        raise UsageError(
            f"{path} has no images in the split {split!r}",
            hint=f"choose one of its splits as `split`: {', '.join(there) or 'it has none'}",
        )
    return _merged(_name_of(Path(path), document), split, entries, sha256)


def read_text_files(folder: str | Path) -> CaptionedSet:
    """Read a folder of one ``.txt`` file per image: Urban1k's layout, first line only.

    An image's name is the text file's without its ending.

    Raises:
        UsageError: There is none, or one cannot be read.
    """
    entries, hashes = [], {}
    for file in sorted(Path(folder).glob("*.txt")):
        try:
            with file.open("rb") as stream:
                data = stream.read(_LONGEST_TEXT + 1)
            if len(data) > _LONGEST_TEXT:
                raise UsageError(f"{file} is too large for a caption", hint="omit it")
            entries.append((file.stem, (first_line_of(data.decode()),)))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"cannot read the caption {file}: {error}", hint="give UTF-8 text files"
            ) from error
        hashes[file.name] = hashlib.sha256(data).hexdigest()
    if not entries:
        raise UsageError(f"there is no .txt file in {folder}", hint="give a folder of captions")
    return _merged(Path(folder).resolve().name, "all", entries, hash_of_files(hashes))


def first_line_of(caption: str) -> str:
    """Return the first line of a caption, as Long-CLIP's ``readlines()[0]`` takes it."""
    return caption.splitlines()[0] if caption.strip() else ""


def _merged(
    name: str, split: str, entries: Sequence[tuple[str, tuple[str, ...]]], sha256: str
) -> CaptionedSet:
    names = np.unique([image for image, _ in entries]).tolist()
    captions: dict[str, list[str]] = {image: [] for image in names}
    for image, said in entries:
        captions[image] += said
    if not any(captions.values()):
        raise UsageError(f"the set {name} has no captions", hint=_HINT)
    return CaptionedSet(
        name, split, tuple(names), tuple(tuple(captions[image]) for image in names), sha256
    )


def _name_of(path: Path, document: dict[str, Any]) -> str:
    # the file's name first: that of the authors' files is `dataset_rsicd.json`
    if path.stem.startswith(_PREFIX):
        return path.stem.removeprefix(_PREFIX)
    said = document.get("dataset")
    return said if isinstance(said, str) and said else path.stem


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r}, which is not a text")
    return value
