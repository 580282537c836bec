"""Patterns of files to leave out, as ``.gitignore`` has them (https://git-scm.com/docs/gitignore).

pathspec reads them. Archives come from strangers, and its regular expressions try all ways in which
stars may share a name: ``*a*a*a*a*b`` takes hours over a long one. So each star but a name's last
takes the least that does, once and for all: that leaves the most to those after it.
"""

import re
from collections.abc import Iterable

from pathspec.patterns.gitignore.base import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_MAX_PATTERNS = 1000
_MAX_FOLDER_STARS = 4
"""``**``, which may take any number of folders: several of them share a path in many ways."""
_NO_PATTERN = "it is not a pattern as .gitignore has them"
_STAR = "[^/]*"
_FOLDER_MARK = "ps_d"
"""pathspec's name of the slash behind a folder that matched."""
_ANY_FOLDER = f"(?P<{_FOLDER_MARK}>/)"
"""What it makes of ``*/``."""
_NO_SYNTAX = re.compile(r"\\.|\[[^\]\\]*\]")
"""Escaped letters, and sets of letters: what is in them is no syntax."""


class PatternError(ValueError):
    """A pattern that is not one; its text says why."""

    def __init__(self, number: int, text: str) -> None:
        """Say which.

        Args:
            number: Of the line, from 1.
            text: What is wrong.
        """
        super().__init__(text)
        self.number = number


class QuickPattern(GitIgnoreSpecPattern):
    """A pattern that is matched in a time that names cannot stretch."""

    __slots__ = ()

    @classmethod
    def pattern_to_regex(  # type: ignore[override]
        cls, pattern: str
    ) -> tuple[str | None, bool | None]:
        """Return the regular expression, and whether what matches is left out."""
        regex, leaves_out = super().pattern_to_regex(pattern)
        return None if regex is None else _without_retries(regex), leaves_out

    def matches(self, path: str) -> bool:
        """Return whether a path matches, and not only a folder that it is in."""
        found = self.match_file(path)
        if found is None:
            return False
        if found.match.re.pattern == _ANY_FOLDER:
            return path.endswith("/")
        folder = found.match.groupdict().get(_FOLDER_MARK)
        return folder is None or found.match.end(_FOLDER_MARK) == len(path)


class IgnorePatterns:
    """Some patterns, the later ones deciding over the earlier."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Compile them.

        Args:
            lines: One pattern each; blank ones, and those that begin with ``#``, say nothing.

        Raises:
            PatternError: One of them is no pattern, or there are too many.
        """
        compiled: list[QuickPattern] = []
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            if len(compiled) == _MAX_PATTERNS:
                raise PatternError(number, f"more than {_MAX_PATTERNS:,} patterns")
            compiled.append(_compiled(line, number))
        self._last_first = compiled[::-1]

    def leaves_out(self, path: str, *, is_folder: bool = False) -> bool | None:
        """Return whether a path is left out; None where no pattern says anything of it.

        What a folder is left out by says nothing of what is in it: whoever gets there has seen that
        the folder is not left out.

        Args:
            path: Relative to where the patterns hold, with slashes.
            is_folder: Whether it is one: patterns that end with a slash mean folders alone.
        """
        whole = f"{path}/" if is_folder else path
        matching = (one for one in self._last_first if one.matches(whole))
        return next((one.include for one in matching), None)


def _compiled(line: str, number: int) -> QuickPattern:
    if line.split("/").count("**") > _MAX_FOLDER_STARS:
        raise PatternError(number, f"it has more than {_MAX_FOLDER_STARS} times **")
    # pathspec takes all that a folder holds for the folders that it holds
    text = f"{line[:-1]}/*/" if line.endswith("/**/") else line
    try:
        pattern = QuickPattern(text)
    except (GitIgnorePatternError, re.error) as error:
        raise PatternError(number, _NO_PATTERN) from error
    if pattern.include is None:  # git passes over it: then more would be found than is meant
        raise PatternError(number, _NO_PATTERN)
    return pattern


def _without_retries(regex: str) -> str:
    """Return a regular expression in which stars before plain text take the least that does."""
    first, *parts = regex.split(_STAR)
    made = [first]
    for part in parts[:-1]:
        plain = not set(_NO_SYNTAX.sub("", part)) & set("/(|$[")
        made.append(f"(?>[^/]*?{part})" if plain else f"{_STAR}{part}")
    return "".join([*made, *(_STAR + part for part in parts[-1:])])
