"""Ids of scenes: as little of their path as tells them from all others."""

from collections import Counter
from collections.abc import Sequence, Set
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from geosearch.scenes.places.href import short_name
from geosearch.scenes.places.remote import is_remote, without_secrets


def unique_ids(names: Sequence[Sequence[str]], taken: Set[str]) -> list[str]:
    """Return an id for each of some scenes, no two the same.

    Args:
        names: What each may be called, the shortest first. Where two would be called the same,
            both get longer names.
        taken: Ids of other scenes.
    """
    depth = [0] * len(names)
    while True:
        ids = [_name(one, at) for one, at in zip(names, depth, strict=True)]
        counts, met = Counter(ids), set[str]()
        again = []
        for at, name in enumerate(ids):
            # of those that have no longer names left, the first keeps what all are called
            is_last = depth[at] >= len(names[at]) - 1 and name not in met
            if name in taken or (counts[name] > 1 and not is_last):
                again.append(at)
            elif is_last:
                met.add(name)
        if not again:
            return ids
        for at in again:
            depth[at] += 1


def _name(names: Sequence[str], depth: int) -> str:
    beyond = depth - len(names) + 1
    # the last one, a whole path, is another's only if somebody called that one so
    return names[depth] if beyond <= 0 else f"{names[-1]} ({beyond + 1})"


def names_below(path: Path, root: Path) -> tuple[str, ...]:
    """Return what a file or a folder may be called: its path below a folder, then more of it.

    Args:
        path: Absolute.
        root: What was named to be indexed: a folder above it, or the file itself.
    """
    # the folder that was given may be the product, or lie in it
    folder = root if root in path.parents else path.parent
    above = (folder, *folder.parents)
    return (*(path.relative_to(one).as_posix() for one in above), path.as_posix())


def item_names(item_id: str, document: str, href: str) -> tuple[str, ...]:
    """Return what a STAC Item may be called: its id; with its document's folder, or its file.

    Args:
        item_id: Collection and id.
        document: Where it was found, a path or a URL.
        href: Where its pixels are.
    """
    place = without_secrets(document)
    path = PurePosixPath(urlsplit(place).path if is_remote(place) else place)
    folders = [part for part in path.parent.parts if part != "/"]
    if is_remote(place):
        folders.insert(0, urlsplit(place).netloc)
    short, *longer = ("/".join((*folders[at:], item_id)) for at in range(len(folders), -1, -1))
    of_file = f"{item_id}/{short_name(href)}"
    return (short, *longer[:1], of_file, *longer[1:], without_secrets(href))
