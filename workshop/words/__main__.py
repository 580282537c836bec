"""`python -m workshop.words CAPTIONS...`: writes the words that spelling is mended by."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path

import geosearch
from geosearch.encoders import WordReader, load_encoder
from geosearch.vocabulary import bank

WORDS = Path(geosearch.__file__).parent / "vocabulary" / "words.tsv"
_MORE = "more_words.txt"
_WORD = re.compile(r"[a-z]+")
_MIN_LETTERS = 3
_MIN_COUNT = 3
_THING_COUNT = 3_000
"""What words of things count at least: who errs writes more often of a thing than of "each"."""
_MIN_STEM = 5
_ENDINGS = ("s", "es", "ed", "ly", "ing")
_HEADER = """\
# Words that geosearch mends spelling by, most frequent first: the word, and how often captions of
# aerial pictures have it, at least 3,000 for things. Made by `python -m workshop.words`.
"""


def sentences(file: Path) -> Iterator[str]:
    """Yield the sentences of a file of captions, but those of a test split."""
    for image in json.loads(file.read_text("utf-8"))["images"]:
        if image.get("split") != "test":
            for sentence in image["sentences"]:
                yield sentence["raw"] if isinstance(sentence, dict) else sentence


def counted(files: Iterable[Path], is_word: Callable[[str], bool]) -> Counter[str]:
    """Count words of captions; what is spelled as no English word is, is left out."""
    counts = Counter(
        word for file in files for text in sentences(file) for word in _WORD.findall(text.lower())
    )
    return Counter(
        {
            word: count
            for word, count in counts.items()
            if count >= _MIN_COUNT and any(map(is_word, stems(word)))
        }
    )


def stems(word: str) -> Iterator[str]:
    """Yield a word, and what it may be a form of."""
    yield word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            yield word[: -len(ending)]


def written(counts: Counter[str]) -> str:
    """Return the list as a file."""
    kept = [(-count, word) for word, count in counts.items() if len(word) >= _MIN_LETTERS]
    return _HEADER + "".join(f"{word}\t{-count}\n" for count, word in sorted(kept))


def main(files: list[Path]) -> None:
    """Write the list."""
    encoder = load_encoder("mini")
    assert isinstance(encoder, WordReader)
    counts = counted(files, lambda word: encoder.token_count(word) == 1)
    lines = resources.files("workshop.words").joinpath(_MORE).read_text("utf-8").splitlines()
    more = [line for line in lines if not line.startswith("#")]
    for text in (*(phrase.text for phrase in bank()), *more):
        for word in _WORD.findall(text.lower()):
            counts[word] = max(counts[word], _THING_COUNT)
    WORDS.write_text(written(counts), "utf-8", newline="\n")
    print(f"{len(counts)} words in {WORDS.name}")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
