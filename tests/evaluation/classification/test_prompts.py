"""Templates are the authors', word for word where they were read."""

import hashlib

import pytest

from geosearch.evaluation.classification.prompts import (
    CLASSIFICATION_PROTOCOLS,
    GEORSCLIP_TEMPLATES,
    class_words,
)


def test_protocols_have_their_number_of_templates() -> None:
    counts = {name: len(one.templates) for name, one in CLASSIFICATION_PROTOCOLS.items()}
    assert counts == {
        "clip": 3,
        "remoteclip": 1,
        "skyscript": 2,
        "georsclip": 105,
        "transclip": 106,
    }


def test_the_105_are_those_of_rs5m() -> None:
    """Some read off its RSEuroSAT.py, and all of them by their hash."""
    for number, text in {
        0: "a remote sensing image of many {}.",
        4: "a remote sensing image of a hard to see {}.",
        5: "a low resolution remote sensing image of the {}.",
        20: "a jpeg corrupted remote sensing image of a {}.",
        25: "a remote sensing image of the large {}.",
        35: "an aerial image of many {}.",
        43: "a bad aerial image of a {}.",
        104: "a satellite image of a cool {}.",
    }.items():
        assert GEORSCLIP_TEMPLATES[number] == text
    assert len(set(GEORSCLIP_TEMPLATES)) == 105
    written = "\n".join(GEORSCLIP_TEMPLATES).encode()
    assert (
        hashlib.sha256(written).hexdigest()
        == "5d81961f1eed8ff0ee90778d056e695ba6fd396da877a4d7d8eb9d991a2916ff"
    )


@pytest.mark.parametrize(
    ("protocol", "folder", "words"),
    [
        ("clip", "SeaLake", "lake or sea"),
        ("clip", "tennis_court", "tennis court"),
        ("skyscript", "SeaLake", "sea lake"),
        ("transclip", "ParkingLot", "parking lot"),
        ("georsclip", "AnnualCrop", "annualcrop"),
        ("georsclip", "ground_track/field", "ground track field"),
    ],
)
def test_folders_become_words_as_the_protocol_reads_them(
    protocol: str, folder: str, words: str
) -> None:
    assert class_words(folder, CLASSIFICATION_PROTOCOLS[protocol]) == words
