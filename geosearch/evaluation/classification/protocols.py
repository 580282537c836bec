"""Zero-shot classification of images in folders by class, by the protocols that papers report."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder, RawTextEncoder
from geosearch.errors import EncoderError, UsageError
from geosearch.evaluation.classification.prompts import (
    CLASSIFICATION_PROTOCOLS,
    ClassificationProtocol,
    class_words,
)
from geosearch.evaluation.encoder_source import EncoderSource, load_source
from geosearch.evaluation.pictures import Pictures, embed_pictures
from geosearch.evaluation.published import published_classification
from geosearch.evaluation.report import (
    Breakdown,
    EncoderUsed,
    Report,
    hash_of_texts,
    read_json,
)
from geosearch.reporting import LOG, Reporter

_NAMES_HINT = 'give a JSON object of folder names and words, {"AnnualCrop": "annual crop land"}'

_FOLDERS_NOTE = "classes are called by their folders; authors may call them otherwise (`names`)"


@dataclass(frozen=True, slots=True)
class ClassFolders:
    """Images by class, as their folders say."""

    names: tuple[str, ...]
    """Files, sorted."""
    classes: tuple[str, ...]
    """Folders, sorted."""
    labels: NDArray[np.int64]
    """int64 [n], the class of each file."""


def evaluate_classification(
    encoder: EncoderSource,
    pictures: Pictures,
    protocol: str = "clip",
    *,
    names: Mapping[str, str] | None = None,
    set_name: str | None = None,
    reporter: Reporter = LOG,
) -> Report:
    """Judge an encoder by how it sorts images with nothing but the classes' names.

    Args:
        encoder: The encoder to judge, or a function that loads it.
        pictures: Images in folders by class.
        protocol: A name in :data:`CLASSIFICATION_PROTOCOLS`.
        names: Folder to what the class is called; None for the protocol's own reading.
        set_name: Of the data set; None for what the folder is called.
        reporter: Receives the progress.

    Raises:
        UsageError: The protocol is unknown, no folder by class, or a name fits no folder.
        EncoderError: An image cannot be read.
    """
    chosen = classification_protocol(protocol)
    folders = class_folders(pictures)
    words = _words(folders.classes, chosen, names or {})
    prompts = [template.format(word) for word in words for template in chosen.templates]
    encoder = load_source(encoder)
    classes = prompt_vectors(encoder, prompts, len(chosen.templates), raw_mean=chosen.raw_mean)
    embedded = embed_pictures(encoder, pictures, folders.names, reporter=reporter)
    guesses = (embedded.vectors @ classes.T).argmax(axis=1)
    confusion = confusion_matrix(folders.labels, guesses, len(words))
    called = set_name or PurePosixPath(Path(pictures.origin).resolve().name).stem
    images = len(folders.names)
    return Report(
        task="classification",
        protocol=chosen.protocol,
        set_name=called,
        counts={"images": images, "classes": len(words), "templates": len(chosen.templates)},
        figures=_figures(confusion),
        unit="percent",
        data_sha256={"images": embedded.sha256},
        prompts_sha256=hash_of_texts(prompts),
        encoder=EncoderUsed.of(encoder),
        notes=() if chosen.run_together or names else (_FOLDERS_NOTE,),
        breakdowns=(_by_class(folders.classes, words, confusion),),
        published=published_classification(protocol, called, images),
        confusion=tuple(tuple(map(int, row)) for row in confusion),
    )


def classification_protocol(name: str) -> ClassificationProtocol:
    """Return a protocol by name.

    Raises:
        UsageError: There is none of that name.
    """
    if name not in CLASSIFICATION_PROTOCOLS:
        raise UsageError(
            f"unknown classification protocol {name!r}",
            hint=f"choose one of {', '.join(CLASSIFICATION_PROTOCOLS)}",
        )
    return CLASSIFICATION_PROTOCOLS[name]


def class_folders(pictures: Pictures) -> ClassFolders:
    """Take the folder that a file lies in for its class.

    Raises:
        UsageError: Images lie in no folder, or there is one class only.
    """
    of = [PurePosixPath(name).parent.name for name in pictures.names]
    if "" in of:
        raise UsageError(
            f"{pictures.names[of.index('')]} in {pictures.origin} lies in no class's folder",
            hint="give a folder that holds a folder for each class",
        )
    classes = sorted(set(of))
    if len(classes) < 2:
        raise UsageError(
            f"{pictures.origin} holds one class only: {classes[0]}",
            hint="give a folder that holds a folder for each class",
        )
    row_of = {name: row for row, name in enumerate(classes)}
    return ClassFolders(
        pictures.names, tuple(classes), np.asarray([row_of[name] for name in of], np.int64)
    )


def prompt_vectors(
    encoder: Encoder, prompts: list[str], templates: int, *, raw_mean: bool
) -> NDArray[np.float32]:
    """Return a unit vector for each class: the mean of its prompts.

    Args:
        encoder: Embeds the prompts.
        prompts: Class by class.
        templates: Number of prompts per class.
        raw_mean: Average what the text tower gives, without bringing each to unit length first.

    Returns:
        float32 [classes, dim].

    Raises:
        EncoderError: Raw vectors are asked for, and the encoder gives none.
    """
    if not raw_mean:
        vectors = encoder.encode_texts(prompts)
    elif isinstance(encoder, RawTextEncoder):
        vectors = encoder.encode_texts_raw(prompts)
    else:
        raise EncoderError(
            f"{encoder.name} gives no raw text vectors", hint="choose another protocol"
        )
    means: NDArray[np.float32] = vectors.reshape(-1, templates, vectors.shape[1]).mean(axis=1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return means


def confusion_matrix(
    labels: NDArray[np.integer], guesses: NDArray[np.integer], classes: int
) -> NDArray[np.int64]:
    """Count images of a class (row) that were taken for a class (column), int64."""
    cells = np.bincount(labels * classes + guesses, minlength=classes * classes)
    return cells.reshape(classes, classes)


def read_class_names(path: str | Path) -> dict[str, str]:
    """Read what classes are called: a JSON object of folder names and words.

    Raises:
        UsageError: It cannot be read as that.
    """
    names, _ = read_json(path, _NAMES_HINT)
    if not isinstance(names, dict) or not all(isinstance(word, str) for word in names.values()):
        raise UsageError(f"{path} holds no names of classes", hint=_NAMES_HINT)
    return names


def _words(
    classes: tuple[str, ...], protocol: ClassificationProtocol, names: Mapping[str, str]
) -> list[str]:
    if unknown := sorted(set(names) - set(classes)):
        raise UsageError(
            f"there is no folder {unknown[0]!r} to be called {names[unknown[0]]!r}",
            hint=f"the folders are {', '.join(classes)}",
        )
    words = [names.get(folder) or class_words(folder, protocol) for folder in classes]
    if len(set(words)) < len(words):
        twice = next(word for word in words if words.count(word) > 1)
        raise UsageError(f"two classes are called {twice!r}", hint="tell them apart by `names`")
    return words


def _figures(confusion: NDArray[np.int64]) -> dict[str, float]:
    recalls = np.diag(confusion) / confusion.sum(axis=1)
    return {
        "top1": round(100 * float(np.trace(confusion) / confusion.sum()), 2),
        "mean-per-class": round(100 * float(recalls.mean()), 2),
    }


def _by_class(
    folders: tuple[str, ...], words: list[str], confusion: NDArray[np.int64]
) -> Breakdown:
    rows = []
    for row, (folder, word) in enumerate(zip(folders, words, strict=True)):
        wrong = confusion[row].copy()
        wrong[row] = 0
        images = int(confusion[row].sum())
        mistaken = folders[int(wrong.argmax())] if wrong.any() else "-"
        fraction = round(100 * int(confusion[row, row]) / images, 2)
        rows.append((folder, word, images, fraction, mistaken, int(wrong.max())))
    return Breakdown(
        "by class",
        ("folder", "called", "images", "top1", "mostly taken for", "images so taken"),
        tuple(rows),
    )
