"""Which bands are shown."""

import pytest

from geosearch.errors import SceneError
from geosearch.scenes.bands import BandFacts, choose_bands


def facts(interpretation: str, *names: str) -> BandFacts:
    colours = tuple(interpretation.split())
    return BandFacts(colours, names or (None,) * len(colours))


def untagged(count: int) -> str:
    return " ".join(["gray"] + ["undefined"] * (count - 1))


@pytest.mark.parametrize(
    ("interpretation", "expected"),
    [
        ("red green blue", (1, 2, 3)),
        ("blue green red undefined", (3, 2, 1)),
        ("red green blue alpha", (1, 2, 3)),
        ("alpha red green blue", (2, 3, 4)),
        ("gray", (1, 1, 1)),
        ("palette", (1, 1, 1)),
        ("gray alpha", (1, 1, 1)),
        ("alpha gray", (2, 2, 2)),
        (untagged(3), (1, 2, 3)),
        (untagged(4), (1, 2, 3)),
        (untagged(6), (3, 2, 1)),
        (untagged(8), (5, 3, 2)),
        (untagged(12), (4, 3, 2)),
        (untagged(13), (4, 3, 2)),
        (untagged(31), (1, 2, 3)),
    ],
)
def test_bands_without_names(interpretation: str, expected: tuple[int, int, int]) -> None:
    assert choose_bands(facts(interpretation), None).bands == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Blue", "Green", "Red", "NIR"), (3, 2, 1)),
        (("B02", "B03", "B04", "B08"), (3, 2, 1)),
        (("nir", "r", "g", "b"), (2, 3, 4)),
        (("x", "y", "z", "w"), (1, 2, 3)),
    ],
)
def test_names_come_before_the_usual_order(names: tuple[str, ...], expected) -> None:
    assert choose_bands(facts(untagged(4), *names), None).bands == expected


def test_colours_come_before_names() -> None:
    choice = choose_bands(facts("red green blue", "blue", "green", "red"), None)
    assert choice.bands == (1, 2, 3)
    assert choice.reason == "colour interpretation"


def test_what_is_asked_is_taken_or_refused() -> None:
    assert choose_bands(facts(untagged(4)), (4, 1, 2)).bands == (4, 1, 2)
    with pytest.raises(SceneError, match="it has 3 bands, not 4, 1, 2"):
        choose_bands(facts("red green blue"), (4, 1, 2))
    with pytest.raises(SceneError, match="not 0, 1, 2"):
        choose_bands(facts("red green blue"), (0, 1, 2))
