"""Texts that are too long for their place."""

from hypothesis import given
from hypothesis import strategies as st

from geosearch.formats.hits.elided import elided


@given(st.text(max_size=300), st.integers(1, 320))
def test_what_is_left_fits_and_is_as_long_as_can_be(text: str, maximum: int) -> None:
    left = elided(text, lambda part: len(part) <= maximum)
    assert left == text if len(text) <= maximum else len(left) == maximum


def test_the_end_keeps_more_than_the_beginning() -> None:
    path = "/archive/2020/field_a/odm_orthophoto.tif"
    assert elided(path, lambda part: len(part) <= 22) == "/archiv…orthophoto.tif"


def test_a_text_without_end_is_not_measured_whole() -> None:
    measured: list[int] = []

    def fits(part: str) -> bool:
        measured.append(len(part))
        return len(part) < 10

    elided("x" * 10_000_000, fits)
    assert max(measured) < 10_000
