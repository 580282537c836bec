"""Patterns that names cannot make slow, and that mean what they would mean without that."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec.patterns.gitignore.base import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from geosearch.scenes.finding.ignore_patterns import IgnorePatterns, PatternError, QuickPattern

PIECES = st.sampled_from(["*", "**", "?", "a", "b", "/", "[ab]", "[!a]", ".", "(", "\\*", "|", "$"])
NAMES = st.text("ab/.(|$*", min_size=1, max_size=9)


@given(st.lists(PIECES, min_size=1, max_size=8).map("".join), st.lists(NAMES, max_size=8))
def test_stars_that_take_the_least_find_the_same(pattern: str, names: list[str]) -> None:
    try:
        plain, quick = GitIgnoreSpecPattern(pattern), QuickPattern(pattern)
    except (GitIgnorePatternError, re.error):
        return
    for name in names if plain.include is not None else ():
        assert (plain.match_file(name) is None) == (quick.match_file(name) is None)


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 60 + "b", "*[ab]" * 60 + "c", "*(*a" * 40, "[^(]*a" * 40 + "c", "**/*a/" * 4 + "*b"],
)
def test_a_hostile_pattern_takes_no_time(pattern: str) -> None:
    assert not IgnorePatterns([pattern]).leaves_out("/".join(["a" * 250] * 16))


def test_folders_are_skipped_so_many_times_at_most() -> None:
    with pytest.raises(PatternError, match="more than 4 times"):
        IgnorePatterns(["**/a/" * 5])
