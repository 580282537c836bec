"""How an encoder finds real scenes: each ranked by its best chip for a question."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder
from geosearch.errors import SceneError, UsageError
from geosearch.evaluation import mean_reciprocal_rank, success_at
from geosearch.scenes import Scene, chip_windows, find_scenes, open_scene, read_chips
from workshop.mini.figures.answer_sheet import Answer

_MIN_VALID = 0.25
_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class SceneQuestion:
    """A question with the scenes that answer it, as judged by eye."""

    text: str
    scenes: tuple[str, ...]
    """File names, without folders."""


@dataclass(frozen=True, slots=True)
class SceneFigures:
    """How a set of questions was answered."""

    success_at_5: float
    """Fraction of the questions with a right scene among the first five, 0..1."""
    mean_reciprocal_rank: float
    """Mean of 1 / rank of the first right scene."""
    ranks: tuple[int, ...]
    """Rank of the first right scene for each question, from 1."""
    scenes: int
    """Number of scenes that were ranked; those that cannot be read are not."""
    answers: tuple[tuple[Answer, ...], ...]
    """The five best scenes of each question, best first."""


def read_questions(path: Path) -> tuple[SceneQuestion, ...]:
    """Read a JSON list of ``query`` and ``scenes``.

    Raises:
        UsageError: It cannot be read as that.
    """
    try:
        entries = json.loads(path.read_text())
        return tuple(SceneQuestion(entry["query"], tuple(entry["scenes"])) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"cannot read questions from {path}: {error}",
            hint='give a JSON list of {"query": TEXT, "scenes": [FILE, ...]}',
        ) from error


def search_scenes(
    encoder: Encoder,
    folder: Path,
    questions: Sequence[SceneQuestion],
    sizes_px: Sequence[int] = (128, 256),
) -> SceneFigures:
    """Rank all readable scenes of a folder for each question.

    Args:
        encoder: The encoder to judge.
        folder: Holds the scenes.
        questions: With their answers.
        sizes_px: Edges of the chips, in pixels of the scene; the best of all sizes counts.
    """
    queries = encoder.encode_texts([question.text for question in questions])
    names: list[str] = []
    best: list[_Best] = []
    for file in find_scenes([folder]).files:
        try:
            best.append(_best_chips(encoder, open_scene(file), queries, sizes_px))
        except SceneError:
            continue  # counted: `scenes` says how many were ranked
        names.append(file.name)
    order = np.argsort(-np.stack([b.scores for b in best]), axis=0, kind="stable")
    ranks = tuple(
        _first_right([names[row] for row in order[:, i]], question)
        for i, question in enumerate(questions)
    )
    answers = tuple(
        tuple(
            Answer(
                names[row],
                names[row] in question.scenes,
                float(best[row].scores[i]),
                best[row].chips[i],
            )
            for row in order[:_ANSWERS, i]
        )
        for i, question in enumerate(questions)
    )
    return SceneFigures(
        success_at_5=success_at(5, ranks),
        mean_reciprocal_rank=mean_reciprocal_rank(ranks),
        ranks=ranks,
        scenes=len(names),
        answers=answers,
    )


@dataclass(frozen=True, slots=True)
class _Best:
    """A scene's best chips."""

    scores: NDArray[np.float32]
    """float32 [questions]."""
    chips: tuple[NDArray[np.uint8], ...]
    """uint8 [size, size, 3] of each question."""


def _best_chips(
    encoder: Encoder, scene: Scene, queries: NDArray[np.float32], sizes_px: Sequence[int]
) -> _Best:
    """Return the best chip of a scene for each question."""
    best = np.full(len(queries), -1.0, np.float32)
    chosen = [np.zeros((1, 1, 3), np.uint8)] * len(queries)
    for size_px in sizes_px:
        windows = chip_windows(scene.width_px, scene.height_px, size_px=size_px, stride_px=size_px)
        for block in read_chips(scene, windows, size_px=size_px):
            chips = block.pixels[block.valid >= _MIN_VALID]
            if not len(chips):
                continue
            scores = queries @ encoder.encode_images(chips).T
            for i in np.flatnonzero(scores.max(axis=1) > best):
                best[i] = scores[i].max()
                chosen[i] = chips[scores[i].argmax()].copy()
    return _Best(best, tuple(chosen))


def _first_right(ranked: Sequence[str], question: SceneQuestion) -> int:
    """Return the rank of the first right scene; one past the last if none was ranked."""
    for rank, name in enumerate(ranked, start=1):
        if name in question.scenes:
            return rank
    return len(ranked) + 1
