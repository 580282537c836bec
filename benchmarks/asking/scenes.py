"""Real scenes: how soon a right scene comes, by the cosine and with the sense of scale."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import geosearch
from benchmarks.asking.likely.trials import ABSENT
from geosearch.evaluation import mean_reciprocal_rank, success_at

_HITS = 200


@dataclass(frozen=True, slots=True)
class Ranked:
    """How soon right scenes come, each counted once, at its best chip."""

    success_at_5: float
    """Fraction of the questions with a right scene among the first five."""
    mean_reciprocal_rank: float
    likely: float
    """Mean probability that what is asked is there, of these questions."""
    likely_absent: float
    """The same of what is in no scene."""


def ranked(index: geosearch.Index, questions: Path, *, scale: bool) -> Ranked:
    """Ask the questions of a file: a list of ``query`` and ``scenes``, names of right ones."""
    ranks, likely = [], []
    for question in json.loads(questions.read_text()):
        hits = index.search(question["query"], k=_HITS, scale=scale)
        scenes = list(dict.fromkeys(Path(hit.scene).name for hit in hits))
        right = [at for at, name in enumerate(scenes, 1) if name in question["scenes"]]
        ranks.append(right[0] if right else np.inf)
        likely.append(hits.any)
    absent = [index.search(text, k=1, scale=scale).any for text in ABSENT]
    return Ranked(
        success_at(5, ranks),
        mean_reciprocal_rank(ranks),
        _mean(likely),
        _mean(absent),
    )


def _mean(probabilities: list[float | None]) -> float:
    known = [one for one in probabilities if one is not None]
    return float(np.mean(known)) if known else float("nan")
