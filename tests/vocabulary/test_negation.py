"""What a text seems to exclude."""

import pytest

from geosearch.vocabulary import excluded


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a lake without a town", "town"),
        ("Fields with no trees", "trees"),
        ("a harbour but no ships", "ships"),
        ("an airport, not a military base", "military base"),
        ("a road without cars in a forest", "cars"),
    ],
)
def test_what_is_excluded_is_named(text: str, what: str) -> None:
    assert excluded(text) == what


@pytest.mark.parametrize(
    "text", ["a lake", "not far from a lake", "no more than two houses", "knots and notes", "not"]
)
def test_nothing_is_excluded(text: str) -> None:
    assert excluded(text) is None
