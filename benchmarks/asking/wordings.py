"""Texts with typing errors, and texts that say little beside what they ask for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking.pictures import SPOKEN, Labelled
from geosearch.encoders import Encoder
from geosearch.evaluation import average_precision
from geosearch.search import read_wording, weighed

_TRIES = 4
_FIRST = 10
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PADDING = (
    "This is an image taken from above.",
    "The picture is clear.",
    "It is a nice day.",
)


@dataclass(frozen=True, slots=True)
class Worded:
    """Mean average precision of classes by one way to ask for them."""

    way: str
    precision: float


def worded(pictures: Labelled, encoder: Encoder) -> list[Worded]:
    """Ask for each class as it is, with typing errors, and at length."""
    rng = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    for name in sorted(set(pictures.classes)):
        text = SPOKEN.get(name, f"a {name}")
        right = np.array([one == name for one in pictures.classes])

        def judge(way: str, query: NDArray[np.float32], right: NDArray[np.bool_] = right) -> None:
            scores = pictures.vectors @ query
            found.setdefault(way, []).append(average_precision(scores, right))

        judge("as it is", encoder.encode_texts([text])[0])
        for _ in range(_TRIES):
            typed = _mistyped(text, rng)
            judge("one typing error, as written", encoder.encode_texts([typed])[0])
            mended = read_wording(typed, encoder).read_as
            judge("one typing error, mended", encoder.encode_texts([mended])[0])
        sentences = [f"{text[0].upper()}{text[1:]}.", *_PADDING]
        vectors = encoder.encode_texts(sentences)
        judge("with three sentences that say little", _one(" ".join(sentences), encoder))
        judge("the same, mean of the sentences", _unit(vectors.mean(axis=0)))
        judge("the same, weighed", weighed(vectors, pictures.vectors))
    return [Worded(way, float(np.mean(values))) for way, values in found.items()]


def described(pictures: Labelled, encoder: Encoder, count: int) -> list[Worded]:
    """Ask for drawn pictures by all their sentences: recall in the first ten, ties in order."""
    vectors = pictures.vectors
    asked = np.random.default_rng(0).permutation(len(vectors))[:count]
    found: dict[str, list[bool]] = {}
    for row in asked:
        sentences = list(dict.fromkeys(pictures.captions[row]))
        ways = {
            "one text": _one(" ".join(sentences), encoder),
            "weighed": weighed(encoder.encode_texts(sentences), vectors),
        }
        for way, query in ways.items():
            scores = vectors @ query
            before = (scores > scores[row]).sum() + (scores[:row] == scores[row]).sum()
            found.setdefault(way, []).append(bool(before < _FIRST))
    return [Worded(way, float(np.mean(values))) for way, values in found.items()]


def _one(text: str, encoder: Encoder) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = encoder.encode_texts([text])[0]
    return vector


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def _mistyped(text: str, rng: np.random.Generator) -> str:
    """Return a text with one error in its longest word: a letter lost, added, changed, swapped."""
    words = text.split()
    at = max(range(len(words)), key=lambda number: len(words[number]))
    word = words[at]
    place = int(rng.integers(1, len(word) - 1))
    letter = _LETTERS[int(rng.integers(len(_LETTERS)))]
    head, tail = word[:place], word[place:]
    words[at] = (
        head + tail[1:],
        head + letter + tail,
        head + letter + tail[1:],
        head + tail[1] + tail[0] + tail[2:] if len(tail) > 1 else head + letter,
    )[int(rng.integers(4))]
    return " ".join(words)
