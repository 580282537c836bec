"""Patterns such as ``scenes/**/*_visual.tif``, for paths that the shell did not expand.

Python's own ``**`` walks a folder that links to itself dozens of times (bpo-26012); here only the
part before it is expanded, and the caller walks the rest as it walks any folder.
"""

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

_ANY_FOLDERS = "**"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path with wildcards."""

    root: Path
    """The folder above the first wildcard, absolute."""
    before: tuple[str, ...]
    """Parts below it up to the first ``**``."""
    after: tuple[str, ...] | None
    """Parts from there on; None where there is no ``**``."""

    def places(self) -> Iterator[Path]:
        """Yield the files and folders that match up to the first ``**``, sorted."""
        found = glob.glob("/".join(self.before), root_dir=self.root) if self.before else ["."]
        for name in sorted(found):
            yield Path(os.path.normpath(self.root / name))

    def accepts(self, file: Path, place: Path) -> bool:
        """Return whether a file below a place matches, or lies in a folder that does."""
        if self.after is None:
            return True
        below = file.relative_to(place).parts
        return any(_matches(below[:end], self.after) for end in range(1, len(below) + 1))


def parse_pattern(path: str) -> Pattern | None:
    """Split a path at its wildcards; None where it has none."""
    if not glob.has_magic(path):
        return None
    parts = Path(os.path.abspath(path)).parts
    first = next(at for at, part in enumerate(parts) if glob.has_magic(part))
    root, rest = Path(*parts[:first]), parts[first:]
    if _ANY_FOLDERS not in rest:
        return Pattern(root, rest, None)
    deep = rest.index(_ANY_FOLDERS)
    return Pattern(root, rest[:deep], rest[deep:])


def _matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == _ANY_FOLDERS:
        rest = pattern[1:]
        return not rest or any(_matches(parts[skip:], rest) for skip in range(len(parts) + 1))
    if not parts or not re.match(translate(pattern[0]), parts[0]):
        return False
    return _matches(parts[1:], pattern[1:])
