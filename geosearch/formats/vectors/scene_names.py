"""What imported files are called as scenes of an index: by their names, or longer ones.

Files of a partitioned data set often have one name in many folders (``year=2020/part-0.parquet``).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from geosearch.index import SceneRecord
from geosearch.scenes import FileKeys, files_are_missing, unique_ids


def scene_names(states: Mapping[Path, str], known: Iterable[SceneRecord]) -> dict[Path, str]:
    """Return each file's scene id, a file that is named twice once.

    A file that the index has keeps its id, and so does one that was moved. Others are called by
    their names; where that is the id of another scene, or of several files, by as many folders
    more as tell them apart.

    Args:
        states: The files, or links to them, which are called by the links; each with its state.
        known: The index's scenes.

    Returns:
        Where each file is to its id, in the order of ``states``.
    """
    keys = FileKeys()
    files: dict[Path, Path] = {}
    for path in states:
        files.setdefault(path.resolve(), path)
    records = list(known)
    of_file = {keys.key(one.href): one.id for one in records}
    lost = {
        (one.state, Path(one.href).name): one.id for one in records if files_are_missing(one.href)
    }
    names: dict[Path, str] = {}
    for file, path in files.items():
        moved = lost.pop((states[path], path.name), None)
        found = of_file.get(keys.key(str(file)), moved)
        if found is not None:
            names[file] = found
    new = [file for file in files if file not in names]
    given = unique_ids(
        [_longer_names(files[file].absolute()) for file in new], {one.id for one in records}
    )
    names |= dict(zip(new, given, strict=True))
    return {file: names[file] for file in files}


def _longer_names(file: Path) -> list[str]:
    parts = file.parts
    return [*("/".join(parts[-count:]) for count in range(1, len(parts))), file.as_posix()]
