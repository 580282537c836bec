"""Spelling: one error is mended, and what is right stays."""

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.vocabulary import bank, spelled
from geosearch.vocabulary.spelling import known_words, nearest_word

ENGLISH = {"with", "tennis", "court", "between", "white", "buildings", "runways", "quietly"}


def token_count(word: str) -> int:
    """As an encoder that knows a few words."""
    return 1 if word.lower() in ENGLISH else 2


def edit_distance(a: str, b: str) -> int:
    """Optimal string alignment distance, by its recurrence: an independent truth."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("an aiport", "an airport"),
        ("Brdige over a rivver", "bridge over a river"),
        ("a stadum.", "a stadium."),
        ("hte habour", "hte harbour"),  # three letters have too many neighbours
    ],
)
def test_one_error_a_word_is_mended(written: str, read: str) -> None:
    assert spelled(written, token_count).text == read


def test_it_tells_what_it_took_for_what() -> None:
    assert spelled("an aiport", token_count).mended == (("aiport", "airport"),)


def test_what_is_far_from_every_word_stays_and_is_named() -> None:
    read = spelled("ein Flughafen", token_count)
    assert (read.text, read.unknown) == ("ein Flughafen", ("Flughafen",))


@pytest.mark.parametrize(
    "text",
    [
        "S2A_MSIL1C_tile of utm33n",
        "https://example.org/aiport",
        "scene.aiport.tif",
        "the airport's runways",
        "Tennis court between white buildings",
    ],
)
def test_names_and_right_words_stay(text: str) -> None:
    assert spelled(text, token_count).text == text


def test_no_phrase_of_the_bank_is_changed() -> None:
    for phrase in bank():
        assert spelled(phrase.text, token_count).text == phrase.text


@given(st.sampled_from(sorted(known_words())), st.data())
def test_the_nearest_word_is_the_most_frequent_within_one_edit(
    word: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(ascii_lowercase))
    wrong = data.draw(st.sampled_from([word[:at] + word[at + 1 :], word[:at] + letter + word[at:]]))
    counts = known_words()
    near = [other for other in counts if len(other) >= 4 and edit_distance(wrong, other) <= 1]
    expected = min(near, key=lambda other: (-counts[other], other), default=None)
    assert nearest_word(wrong) in (expected, *[one for one in near if one == wrong])


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    read = spelled(text, token_count)
    assert all(better in known_words() for _, better in read.mended)
