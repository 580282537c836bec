"""Semantic localisation over a set: pictures, texts, and the regions each text means."""

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geosearch.arguments import checked
from geosearch.encoders import decode_image
from geosearch.errors import UsageError
from geosearch.evaluation.encoder_source import EncoderSource, load_source
from geosearch.evaluation.localization.maps import localization_maps
from geosearch.evaluation.localization.scores import localization_scores, require_ndimage
from geosearch.evaluation.localization.window_grid import window_grid
from geosearch.evaluation.pictures import Pictures, hash_of_files
from geosearch.evaluation.published import published_localization
from geosearch.evaluation.report import (
    Breakdown,
    EncoderUsed,
    Protocol,
    Report,
    hash_of_texts,
    read_json,
)
from geosearch.paths import PathLike
from geosearch.reporting import LOG, Reporter

SELO = Protocol(
    "selo",
    "SeLo's (v1): windows of 256, 512 and 768 px through JPEG, mean cosine, median 251, JPEG",
)

_NAMES = ("Rsu", "Rda", "Ras", "Rmi")
_HINT = (
    'give a JSON list of {"caption": TEXT, "jpg_name": FILE, "points": [[[column, row], ...], ...]}'
)


@dataclass(frozen=True, slots=True)
class LocalizationQuery:
    """A text, and where in a picture it is true."""

    text: str
    image: str
    """File name."""
    regions: tuple[NDArray[np.float64], ...]
    """Polygons, each [n, 2], column and row, pixels."""


def read_localization_queries(path: PathLike) -> tuple[tuple[LocalizationQuery, ...], str]:
    """Read a set in the layout of AIR-SLT; return its queries, and the file's SHA-256.

    Raises:
        UsageError: It cannot be read as that.
    """
    entries, sha256 = read_json(path, _HINT)
    try:
        queries = tuple(_query(entry) for entry in entries)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{path} is not in the layout of AIR-SLT: {type(error).__name__}: {error}",
            hint=_HINT,
            parameter="path",
        ) from error
    if not queries:
        raise UsageError(f"{path} holds no query", hint=_HINT, parameter="path")
    return queries, sha256


@checked
def evaluate_localization(
    encoder: EncoderSource,
    annotations: PathLike,
    pictures: Pictures,
    *,
    reporter: Reporter = LOG,
) -> Report:
    """Judge an encoder by how it points at regions in large pictures.

    Args:
        encoder: The encoder to judge, or a function that loads it.
        annotations: A JSON file in the layout of AIR-SLT.
        pictures: Where its pictures are.
        reporter: Receives the progress.

    Raises:
        UsageError: The file has another layout, a picture is missing, or scipy is.
        EncoderError: A picture cannot be read.
    """
    require_ndimage()  # before the hours of embedding
    queries, sha256 = read_localization_queries(annotations)
    scores: list[dict[str, float]] = [{}] * len(queries)
    hashes: dict[str, str] = {}
    by_image = list(_by_image(queries, pictures))
    encoder = load_source(encoder)
    for image, rows in by_image:
        for place, data in pictures.in_order([image]):
            assert place == 0
            hashes[image] = hashlib.sha256(data).hexdigest()
            pixels = _decode_large(data, image)
        texts = [queries[row].text for row in rows]
        windows = len(window_grid(*pixels.shape[:2]).windows)
        with reporter.step(image, windows, "windows") as advance:
            maps = localization_maps(encoder, pixels, texts, advance)
            for row, probability in zip(rows, maps, strict=True):
                scores[row] = localization_scores(probability, queries[row].regions)
    counts = {
        "images": len(hashes),
        "queries": len(queries),
        "regions": sum(len(query.regions) for query in queries),
    }
    return Report(
        task="localization",
        protocol=SELO,
        set_name=Path(annotations).stem,
        counts=counts,
        figures={n: round(float(np.mean([s[n] for s in scores])), 4) for n in _NAMES},
        unit="0..1, Ras lower is better",
        data_sha256={"annotations": sha256, "images": hash_of_files(hashes)},
        prompts_sha256=hash_of_texts([query.text for query in queries]),
        encoder=EncoderUsed.of(encoder),
        notes=(
            "pictures are decoded by Pillow, the reference's by OpenCV",
            "SeLo v2 is another method: not comparable",
        ),
        breakdowns=(_by_query(queries, scores),),
        published=published_localization(counts),
    )


def _query(entry: dict[str, Any]) -> LocalizationQuery:
    text, image = entry["caption"], entry["jpg_name"]
    if not isinstance(text, str) or not isinstance(image, str):
        raise TypeError("caption and jpg_name must be texts")
    regions = tuple(np.asarray(region, np.float64) for region in entry["points"])
    for region in regions:
        if region.ndim != 2 or region.shape[1] != 2 or not np.isfinite(region).all():
            raise ValueError(f"not a region: {region.tolist()!r:.60}")
    if not regions:
        raise ValueError(f"no region for {text.strip()!r:.60}")
    return LocalizationQuery(text.strip(), image, regions)


def _by_image(
    queries: tuple[LocalizationQuery, ...], pictures: Pictures
) -> Iterator[tuple[str, list[int]]]:
    """Yield each picture with its queries, so that it is embedded once."""
    found = pictures.find([query.image for query in queries])
    for image in dict.fromkeys(found):
        yield image, [row for row, other in enumerate(found) if other == image]


def _decode_large(data: bytes, name: str) -> NDArray[np.uint8]:
    with warnings.catch_warnings():
        # of AIR-SLT's size Pillow only warns; what it refuses stays refused
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return decode_image(data, name)


def _by_query(queries: tuple[LocalizationQuery, ...], scores: list[dict[str, float]]) -> Breakdown:
    rows: tuple[tuple[str | int | float, ...], ...] = tuple(
        (query.image, query.text, len(query.regions), *(round(score[n], 4) for n in _NAMES))
        for query, score in zip(queries, scores, strict=True)
    )
    return Breakdown("by query", ("image", "text", "regions", *_NAMES), rows)
