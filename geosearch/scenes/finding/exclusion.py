"""Which files of an archive are left out: by patterns that are given, and by its own.

A file ``.geosearchignore`` in any folder holds for what is below that, as ``.gitignore`` does. The
patterns that are given decide over it, and those of a folder over those of the folders above.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from geosearch.errors import UsageError
from geosearch.regular_file import read_regular, remedy
from geosearch.scenes.finding.ignore_patterns import IgnorePatterns, PatternError
from geosearch.text import shown

IGNORE_FILE = ".geosearchignore"
_MAX_BYTES = 1 << 16
_HINT = "patterns are those of .gitignore, one a line: *_mask.tif, /drafts/, !keep.tif"


class Exclusion:
    """What is left out of the folders that are looked through."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        """Read the patterns that are given.

        Args:
            patterns: As in a ``.geosearchignore`` of each folder that is looked through.

        Raises:
            UsageError: One of them is no pattern.
        """
        given = _given(patterns)
        try:
            self._given = IgnorePatterns(given) if given else None
        except PatternError as error:
            raise UsageError(
                f"`exclude` is {shown(given[error.number - 1])[:80]!r}: {error}",
                hint=_HINT,
                parameter="exclude",
            ) from error
        self._of_folder: dict[Path, IgnorePatterns | None] = {}
        self.files = 0
        """Rasters that were left out by now, those of folders that were left out not counted."""
        self.folders = 0
        """Folders that were left out by now."""

    def leaves_out(self, path: Path, root: Path, *, is_folder: bool = False) -> bool:
        """Return whether a file or folder is left out, its folder not being so.

        Args:
            path: It, below ``root``.
            root: The folder that is looked through.
            is_folder: Whether it is one.

        Raises:
            UsageError: A ``.geosearchignore`` cannot be read, or holds what is no pattern.
        """
        holding = self._holding(path.parent, root)
        said = (
            patterns.leaves_out(_below(path, of), is_folder=is_folder) for of, patterns in holding
        )
        return bool(next((one for one in said if one is not None), False))

    def leaves_out_below(self, root: Path, path: Path, *, is_folder: bool = False) -> bool:
        """Return whether a file is left out, or any folder between it and ``root`` is.

        Raises:
            UsageError: As `leaves_out`.
        """
        above = [folder for folder in path.parents if folder.is_relative_to(root)][:-1]
        folders = (self.leaves_out(folder, root, is_folder=True) for folder in reversed(above))
        return any(folders) or self.leaves_out(path, root, is_folder=is_folder)

    def of_files(self, folder: Path, names: Sequence[str], root: Path) -> tuple[str, ...]:
        """Return the rasters of a folder that stay, and count the others."""
        if not self._holding(folder, root):  # as in most archives: nothing to ask of each file
            return tuple(names)
        kept = tuple(name for name in names if not self.leaves_out(folder / name, root))
        self.count(len(names) - len(kept))
        return kept

    def of_folders(self, folder: Path, names: Sequence[str], root: Path) -> list[str]:
        """Return the folders in a folder that are looked through, and count the others."""
        kept = [name for name in names if not self.leaves_out(folder / name, root, is_folder=True)]
        self.count(len(names) - len(kept), is_folder=True)
        return kept

    def count(self, number: int, *, is_folder: bool = False) -> None:
        """Count what was left out."""
        if is_folder:
            self.folders += number
        else:
            self.files += number

    def leaves_out_named(self, *names: str) -> bool:
        """Return whether what is named by itself is left out: by what is given alone.

        Args:
            names: What it is called: a path, a URL, an id.
        """
        given = self._given
        return given is not None and any(_leaves_out_whole(given, name) for name in names)

    @property
    def note(self) -> str | None:
        """What to say of what was left out; None for nothing."""
        counts = {"raster": self.files, "folder": self.folders}
        said = [f"{n:,} {what}{'s' * (n != 1)}" for what, n in counts.items() if n]
        return f"left out by patterns: {' and '.join(said)}" if said else None

    def _holding(self, folder: Path, root: Path) -> list[tuple[Path, IgnorePatterns]]:
        """Return where patterns begin that hold in a folder, and them; the deciding first."""
        found = [] if self._given is None else [(root, self._given)]
        for above in (folder, *folder.parents):
            patterns = self._patterns_of(above)
            if patterns is not None:
                found.append((above, patterns))
            if above == root:
                break
        return found

    def _patterns_of(self, folder: Path) -> IgnorePatterns | None:
        if folder not in self._of_folder:
            self._of_folder[folder] = _read(folder / IGNORE_FILE)
        return self._of_folder[folder]


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _leaves_out_whole(patterns: IgnorePatterns, name: str) -> bool:
    """Return whether patterns leave out a path or URL, or a folder on the way to it."""
    place = name.partition("://")[2].partition("?")[0] if "://" in name else name
    parts = [part for part in place.split("/") if part]
    paths = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    folders = any(patterns.leaves_out(path, is_folder=True) for path in paths[:-1])
    return folders or bool(paths and patterns.leaves_out(paths[-1]))


def _given(patterns: Iterable[str]) -> list[str]:
    texts = [patterns] if isinstance(patterns, str) else list(patterns)
    for text in texts:
        if not isinstance(text, str) or not text.strip() or text[0] == "#" or "\n" in text:
            raise UsageError(
                f"`exclude` is {shown(str(text))[:80]!r}", hint=_HINT, parameter="exclude"
            )
    return texts


def _read(file: Path) -> IgnorePatterns | None:
    try:
        text = read_regular(file, _MAX_BYTES).decode()
        lines = text.removeprefix("\ufeff").split("\n")
        return IgnorePatterns(line.removesuffix("\r") for line in lines)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(
            f"{shown(str(file))} cannot be read: {error.strerror}", hint=remedy(error)
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{shown(str(file))} is not UTF-8 text", hint=f"correct it: {_HINT}"
        ) from error
    except PatternError as error:
        raise UsageError(
            f"{shown(str(file))}, line {error.number}: {error}", hint=f"correct it: {_HINT}"
        ) from error
