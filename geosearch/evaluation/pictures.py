"""The images of an evaluation: a folder or a tar file, read by name and never unpacked.

A name that a data set gives is looked up among the names that are there, and never used as a
path, so that no list of names can reach outside.
"""

import hashlib
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import IMAGE_ENDINGS, Encoder, decode_image, find_images
from geosearch.errors import UsageError
from geosearch.reporting import LOG, Reporter

_LARGEST_FILE = 1 << 30  # bytes: scenes for localisation are large, a bomb is larger
_MAX_FILES = 5_000_000
_BATCH = 64


class Pictures(ABC):
    """Image files by name; a context that closes what it has opened."""

    def __init__(self, origin: str, names: Sequence[str]) -> None:
        if not names:
            raise UsageError(
                f"there is no image in {origin}", hint="give a folder or a tar file of images"
            )
        self.origin = origin
        """Where they are, for messages."""
        self.names = tuple(sorted(names))
        """Paths below the folder or in the tar file, with ``/``, sorted."""

    @abstractmethod
    def in_order(self, names: Sequence[str]) -> Iterator[tuple[int, bytes]]:
        """Yield the place in ``names`` and the bytes of each file, in the order of the files.

        Raises:
            UsageError: A file cannot be read or is too large.
        """

    def __enter__(self) -> "Pictures":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027  (a folder has nothing to close)
        """Close what is open."""

    def find(self, wanted: Sequence[str]) -> list[str]:
        """Return the names here of files that a data set names, with or without their folders.

        Raises:
            UsageError: Some are not here, or a name without its folder is not clear.
        """
        return self._find(wanted, {PurePosixPath(name): [name] for name in self.names}, "name")

    def find_stems(self, wanted: Sequence[str]) -> list[str]:
        """Return the names here of files that are named without folder and ending.

        Raises:
            UsageError: Some are not here, or more than one has that name.
        """
        return self._find(wanted, {}, "stem")

    def _find(
        self, wanted: Sequence[str], known: dict[PurePosixPath, list[str]], part: str
    ) -> list[str]:
        by_part: dict[str, list[str]] = {}
        for name in self.names:
            by_part.setdefault(getattr(PurePosixPath(name), part), []).append(name)
        found: list[str] = []
        missing: list[str] = []
        for name in wanted:
            path = PurePosixPath(name)
            same = known.get(path) or by_part.get(path.name, [])
            if len(same) > 1:
                raise UsageError(
                    f"{name} may be {same[0]} or {same[1]} in {self.origin}",
                    hint="give the folder that the names start from",
                )
            (found if same else missing).append(same[0] if same else name)
        if missing:
            raise UsageError(
                f"{len(missing)} of {len(wanted)} images are not in {self.origin}, "
                f"such as {missing[0]!r}",
                hint="give all images of the set: fewer would be another, easier test",
            )
        return found


class FolderPictures(Pictures):
    """Image files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        names = [file.relative_to(folder).as_posix() for file in find_images([folder])]
        super().__init__(str(folder), names)

    def in_order(self, names: Sequence[str]) -> Iterator[tuple[int, bytes]]:
        """See :meth:`Pictures.in_order`."""
        for place, name in enumerate(names):
            path = self._folder / name
            try:
                _check_size(path.stat().st_size, str(path))
                yield place, path.read_bytes()
            except OSError as error:
                raise UsageError(
                    f"cannot read {path}: {error.strerror}", hint="check the file"
                ) from error


class TarPictures(Pictures):
    """Image files in a tar file, plain or compressed."""

    def __init__(self, path: Path) -> None:
        with ExitStack() as until_refused:
            try:
                self._tar = until_refused.enter_context(tarfile.open(path))
                self._members = _image_members(self._tar, path)
            except (OSError, tarfile.TarError, EOFError) as error:
                raise UsageError(
                    f"cannot read the tar file {path}: {error}", hint="give a folder or a tar file"
                ) from error
            super().__init__(str(path), list(self._members))
            until_refused.pop_all()

    def in_order(self, names: Sequence[str]) -> Iterator[tuple[int, bytes]]:
        """See :meth:`Pictures.in_order`."""
        # a compressed tar file can only be read forwards without starting again
        order = sorted(range(len(names)), key=lambda i: self._members[names[i]].offset_data)
        for place in order:
            member = self._members[names[place]]
            _check_size(member.size, f"{member.name} in {self.origin}")
            try:
                stream = self._tar.extractfile(member)
                data = b"" if stream is None else stream.read()
            except (OSError, tarfile.TarError, EOFError) as error:
                raise UsageError(
                    f"cannot read {member.name} in {self.origin}: {error}",
                    hint="the tar file is damaged: fetch it again",
                ) from error
            yield place, data

    def close(self) -> None:
        """Close the tar file."""
        self._tar.close()


def _image_members(tar: tarfile.TarFile, path: Path) -> dict[str, tarfile.TarInfo]:
    members: dict[str, tarfile.TarInfo] = {}
    for count, member in enumerate(tar):
        if count >= _MAX_FILES:
            raise UsageError(f"{path} has too many files", hint="give a smaller tar file")
        # links and devices are not images, whatever their names
        if member.isreg() and PurePosixPath(member.name).suffix.lower() in IMAGE_ENDINGS:
            members[member.name.removeprefix("./")] = member
    return members


def open_pictures(path: str | Path) -> Pictures:
    """Open a folder or a tar file of images.

    Raises:
        UsageError: It is neither, or holds no image.
    """
    given = Path(path)
    if given.is_dir():
        return FolderPictures(given)
    if given.is_file():
        return TarPictures(given)
    raise UsageError(f"there is no {given}", hint="give a folder or a tar file of images")


@dataclass(frozen=True, slots=True)
class EmbeddedPictures:
    """Vectors of images, and a hash of what was read."""

    vectors: NDArray[np.float32]
    """float32 [n, dim], unit length, in the order of the names."""
    sha256: str
    """Of the names and the files' own SHA-256, sorted by name: see :func:`hash_of_files`."""


def embed_pictures(
    encoder: Encoder, pictures: Pictures, names: Sequence[str], *, reporter: Reporter = LOG
) -> EmbeddedPictures:
    """Embed images by name, each brought to the encoder's input by its authors' own geometry.

    Args:
        encoder: The encoder that embeds them.
        pictures: Where they are.
        names: Of those, as :attr:`Pictures.names` has them.
        reporter: Receives the progress.

    Raises:
        GeosearchError: One of them cannot be read.
    """
    vectors = np.empty((len(names), encoder.dim), np.float32)
    hashes: dict[str, str] = {}
    with reporter.track("embedding", len(names), "images") as advance:
        for batch in _batches(pictures.in_order(names)):
            fitted = []
            for place, data in batch:
                hashes[names[place]] = hashlib.sha256(data).hexdigest()
                fitted.append(encoder.fit(decode_image(data, names[place])))
            vectors[[place for place, _ in batch]] = encoder.encode_images(np.stack(fitted))
            advance(len(batch))
    return EmbeddedPictures(vectors, hash_of_files(hashes))


def _batches(files: Iterator[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    while batch := list(islice(files, _BATCH)):
        yield batch


def hash_of_files(hashes: dict[str, str]) -> str:
    """Return the SHA-256 of lines ``HASH  NAME``, sorted by name, as ``sha256sum`` prints them.

    Args:
        hashes: Name to the hexadecimal SHA-256 of the file.
    """
    lines = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def _check_size(size: int, name: str) -> None:
    if size > _LARGEST_FILE:
        raise UsageError(
            f"{name} has {size:,} bytes, more than {_LARGEST_FILE:,}",
            hint="give images, not tar files of them",
        )
