"""Whether an encoder knows how things lie: a sentence of the demo's scenes, in fresh draws of them.

Every draw holds the sentence's places among others where the same things lie differently, so the
things alone do not find it.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import box

from geosearch.demo import write_archive
from geosearch.encoders import Encoder
from geosearch.scenes import chip_windows, find_scenes, open_scene, read_chips

_MIN_SHOWN = 0.5
"""Fraction of a place that a chip must hold to show it."""


@dataclass(frozen=True, slots=True)
class ArrangementFigures:
    """How often the right arrangement came first."""

    right_first: float
    """Fraction of the draws whose best chip shows the sentence's arrangement, 0..1."""
    ranks: tuple[int, ...]
    """Rank of the first right chip in each draw, from 1."""
    chips: int
    """Mean number of chips per draw."""
    rivals: dict[str, int]
    """Kind of arrangement to how often it came first instead; ``none`` where there was none."""


def search_draws(encoder: Encoder, sentence: str, seeds: Sequence[int]) -> ArrangementFigures:
    """Search fresh draws of the demo archive for a sentence.

    Args:
        encoder: The encoder to judge.
        sentence: A sentence of one of the demo's arrangements.
        seeds: One draw each.
    """
    ranks, chips, rivals = [], 0, Counter[str]()
    query = encoder.encode_texts([sentence])[0]
    for seed in seeds:
        with TemporaryDirectory() as folder:
            kinds, scores = _chips(encoder, Path(folder), seed, sentence, query)
        order = np.argsort(-scores, kind="stable")
        ranks.append(1 + next(i for i, row in enumerate(order) if kinds[row] == sentence))
        chips += len(scores)
        if ranks[-1] > 1:
            rivals[kinds[order[0]]] += 1
    return ArrangementFigures(
        right_first=float(np.mean([rank == 1 for rank in ranks])),
        ranks=tuple(ranks),
        chips=round(chips / len(seeds)),
        rivals=dict(rivals.most_common()),
    )


def _chips(
    encoder: Encoder, folder: Path, seed: int, sentence: str, query: NDArray[np.float32]
) -> tuple[list[str], NDArray[np.float32]]:
    """Draw an archive; return what each chip shows, and its score."""
    archive = write_archive(folder, seed=seed)
    marks = [
        feature["properties"]
        for feature in json.loads(archive.truth.read_text())["features"]
        if feature["properties"]["level"] == "arrangement"
    ]
    kinds: list[str] = []
    scores = []
    size = encoder.image_size
    for file in find_scenes([folder]).files:
        scene = open_scene(file)
        here = [mark for mark in marks if mark["scene"] == file.name]
        windows = chip_windows(
            scene.width_px, scene.height_px, size_px=size, stride_px=max(size // 2, 1)
        )
        for block in read_chips(scene, windows, size_px=size):
            scores.append(encoder.encode_images(block.pixels) @ query)
            read = windows[block.first : block.first + len(block.pixels)].tolist()
            kinds += [_shown(window, here, sentence) for window in read]
    return kinds, np.concatenate(scores)


def _shown(window: Sequence[int], marks: Sequence[dict[str, Any]], sentence: str) -> str:
    """Return the sentence if its arrangement is in the chip, else the kind of one that is."""
    col, row, width, height = window
    frame = box(col, row, col + width, row + height)
    found = "none"
    for mark in marks:
        left, top, wide, high = mark["window"]
        place = box(left, top, left + wide, top + high)
        if place.intersection(frame).area > _MIN_SHOWN * place.area:
            if sentence in mark["sentences"]:
                return sentence
            found = str(mark["kind"])
    return found
