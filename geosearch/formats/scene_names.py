"""What imported files are called as scenes of an index: by their names, or longer ones.

Files of a partitioned data set often have one name in many folders (``year=2020/part-0.parquet``).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path


def scene_names(paths: Iterable[Path], known: Mapping[str, str]) -> dict[Path, str]:
    """Return each file's scene id, a file that is named twice once.

    A file that the index has keeps its id. Others are called by their names; where that is the id
    of another file which is there, or comes before, by as many folders more as tell them apart.
    A file that is not there any more gives way: one of its name takes its place.

    Args:
        paths: The files, or links to them, which are called by the links.
        known: Ids of the index's scenes to where they are.

    Returns:
        Where each file is to its id, in the order of ``paths``.
    """
    files: dict[Path, Path] = {}
    for path in paths:
        files.setdefault(path.resolve(), path.absolute())
    ids = {Path(href): scene_id for scene_id, href in known.items()}
    names = {file: ids[file] for file in files if file in ids}
    taken = set(names.values()) | {one for one, href in known.items() if Path(href).exists()}
    for file, named in files.items():
        if file not in names:
            names[file] = _free_name(named, taken)
            taken.add(names[file])
    return {file: names[file] for file in files}


def _free_name(file: Path, taken: set[str]) -> str:
    parts = file.parts
    names = ["/".join(parts[-count:]) for count in range(1, len(parts))]
    # all of the path, which no other file has
    return next((name for name in names if name not in taken), file.as_posix())
