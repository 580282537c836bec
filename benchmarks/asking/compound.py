"""Questions of several parts on labelled and captioned pictures: how soon what is meant comes."""

import re
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking.pictures import SPOKEN, Labelled
from geosearch.encoders import Encoder
from geosearch.evaluation import average_precision
from geosearch.search import Asked, Centres, MarkedChips, Question, first_term

Vector = NDArray[np.float32]

_FIRST = 20
_MIN_BOTH = 5
_DRAWS = 4
_ROUNDS = 5
_MARKED_A_ROUND = 5
_WORDS = (
    "river",
    "trees",
    "road",
    "buildings",
    "cars",
    "pond",
    "houses",
    "beach",
    "bridge",
    "lawn",
)
"""Things that captions tell of beside others."""
VAGUE = {
    "airport": "planes and long strips",
    "bareland": "brown ground",
    "baseballfield": "a place for sports",
    "beach": "sand beside water",
    "bridge": "something over water",
    "church": "a public building",
    "farmland": "green and brown fields",
    "forest": "many green trees",
    "industrial": "large buildings with white roofs",
    "mountain": "rough land",
    "parking": "many cars in rows",
    "pond": "a small body of water",
    "port": "boats on water",
    "railwaystation": "a long building beside tracks",
    "resort": "buildings and pools",
    "school": "buildings and a sports field",
    "stadium": "a large round building",
    "storagetanks": "round things",
    "viaduct": "curved roads",
}
"""A class as someone says it who does not know the word."""


@dataclass(frozen=True, slots=True)
class Excluding:
    """What comes for one thing without another, mean of all pairs."""

    way: str
    precision: float
    """Average precision for pictures of the one without the other."""
    right: float
    """Fraction of the first 20 that are right."""
    unwanted: float
    """Fraction of the first 20 that show the other."""


@dataclass(frozen=True, slots=True)
class Exemplified:
    """What comes for a text and images of the same class, mean average precision."""

    text: str
    """``vague`` or ``exact``."""
    images: int
    text_alone: float
    images_alone: float
    both: float


def excluding(pictures: Labelled, encoder: Encoder) -> tuple[int, list[Excluding]]:
    """Ask for one thing without another, of pictures whose captions tell what they show.

    Returns:
        The number of pairs, and the figures of each way to ask.
    """
    vectors, texts_of = pictures.vectors, [" ".join(one) for one in pictures.captions]
    shows = {word: np.array([_names(text, word) for text in texts_of]) for word in _WORDS}
    pairs = [
        (one, other)
        for one, other in permutations(_WORDS, 2)
        if (shows[one] & shows[other]).sum() >= _MIN_BOTH
        and (shows[one] & ~shows[other]).sum() >= _MIN_BOTH
    ]
    texts = dict(zip(_WORDS, encoder.encode_texts(_WORDS), strict=True))
    figures: dict[str, list[tuple[float, float, float]]] = {}
    for one, other in pairs:
        right = shows[one] & ~shows[other]
        (said,) = encoder.encode_texts([f"{one} without {other}"])
        ways = {
            "the one alone": texts[one],
            '"the one without the other"': said,
            "`--not` the other": _vector(texts[one], avoid=(texts[other],)),
        }
        for way, query in ways.items():
            scores = vectors @ query
            first = np.argsort(-scores, kind="stable")[:_FIRST]
            figures.setdefault(way, []).append(
                (
                    average_precision(scores, right),
                    float(right[first].mean()),
                    float(shows[other][first].mean()),
                )
            )
    means = [
        Excluding(way, *(float(np.mean(part)) for part in zip(*found, strict=True)))
        for way, found in figures.items()
    ]
    return len(pairs), means


def _names(text: str, word: str) -> bool:
    return re.search(rf"\b{word.removesuffix('s')}s?\b", text.lower()) is not None


def exemplified(pictures: Labelled, phrases: Vector, encoder: Encoder) -> list[Exemplified]:
    """Ask for classes by a vague and by the exact text, with one and with three images.

    Args:
        pictures: Labelled pictures; those given as examples are not judged.
        phrases: The bank's, float32 [206, dim].
        encoder: What embedded them.
    """
    centres = Centres(phrases.mean(axis=0), pictures.vectors.mean(axis=0))
    rng, labels = np.random.default_rng(0), np.array(pictures.classes)
    figures: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    for name in sorted(set(pictures.classes) & VAGUE.keys()):
        texts = encoder.encode_texts([VAGUE[name], SPOKEN.get(name, f"a {name}")])
        own = np.flatnonzero(labels == name)
        for count in (1, 3) * _DRAWS:
            shown = rng.permutation(own)[:count]
            judged = np.setdiff1d(np.arange(len(labels)), shown)
            images = list(pictures.vectors[shown])
            for kind, text in zip(("vague", "exact"), texts, strict=True):
                ways = (text, first_term(None, images, None), first_term(text, images, centres))
                of_text, of_images, of_both = (
                    average_precision(
                        pictures.vectors[judged] @ np.asarray(way, np.float32),
                        labels[judged] == name,
                    )
                    for way in ways
                )
                figures.setdefault((kind, count), []).append((of_text, of_images, of_both))
    return [
        Exemplified(kind, count, *(float(np.mean(part)) for part in zip(*found, strict=True)))
        for (kind, count), found in figures.items()
    ]


def marked(pictures: Labelled, encoder: Encoder) -> list[float]:
    """Mark the first five hits of vague texts, round by round.

    Returns:
        Fraction of the next 20 unmarked pictures that are right, after 0, 1, ... 5 rounds.
    """
    labels = np.array(pictures.classes)
    right_next: list[list[float]] = [[] for _ in range(_ROUNDS + 1)]
    for name in sorted(set(pictures.classes) & VAGUE.keys()):
        (text,) = encoder.encode_texts([VAGUE[name]])
        seen = np.array([], np.int64)
        for made in range(_ROUNDS + 1):
            chips = MarkedChips(pictures.vectors[seen], labels[seen] == name) if len(seen) else None
            order = np.argsort(-(pictures.vectors @ _vector(text, marked=chips)), kind="stable")
            left = order[~np.isin(order, seen)]
            wanted = min(_FIRST, int((labels[left] == name).sum()))
            right_next[made].append(float((labels[left[:_FIRST]] == name).sum() / max(wanted, 1)))
            seen = np.concatenate([seen, left[:_MARKED_A_ROUND]])
    return [float(np.mean(found)) for found in right_next]


def _vector(
    text: Vector, *, avoid: tuple[Vector, ...] = (), marked: MarkedChips | None = None
) -> Vector:
    question = Question(Asked(), first_term(text, [], None), text, avoid)
    return question.vector(marked)
