"""Files beside a raster that decide how it is read: masks, overviews, world files, projections.

GDAL finds them by their names (drivers' `GetFileList`, and the PAM and MD readers), and so do we
where it does not (``.prj``). A folder is listed once, and again when its entries have changed.
"""

import os
import re
from collections import OrderedDict
from time import time_ns

_OF_THE_NAME = (".aux.xml", ".ovr", ".ovr.ovr", ".msk", ".msk.ovr", ".aux", ".rrd", ".xml", ".imd")
"""Behind a file's whole name: ``x.tif.ovr``."""
_OF_THE_STEM = (
    *(".aux.xml", ".aux", ".ovr", ".msk", ".rrd", ".rde", ".ige"),
    *(".prj", ".wld", ".tab", ".hdr", ".geo", ".points", ".xml", ".met"),
    *(".rpb", "_rpc.txt", ".rpc", ".imd", ".pvl", "_metadata.txt", ".tfw", ".tifw", ".jgw", ".pgw"),
)
"""Behind its name without the ending: ``x.tfw``."""
_OF_THE_PICTURE = re.compile(r"\.(?:aux\.xml|aux|ovr|msk|rrd|rde|ige|hdr)", re.IGNORECASE)
"""Those that decide about pixels; the rest decide about the place and the date."""
_REMEMBERED = 64
_SETTLED_NS = 2_000_000_000
"""A folder whose entries changed less than this ago may change again within the same tick of its
clock (as git's index reckons with "racy" files)."""


class _Folders:
    """Names in folders, lower case to as they are."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, dict[str, str]]] = OrderedDict()

    def names(self, folder: str) -> dict[str, str] | None:
        """Return a folder's names; None where it cannot be listed."""
        try:
            changed_ns = os.stat(folder).st_mtime_ns
            known = self._known.get(folder)
            if known is not None and known[0] == changed_ns:
                return known[1]
            names = {name.lower(): name for name in os.listdir(folder)}
        except OSError:
            return None
        self._known.pop(folder, None)
        if time_ns() - changed_ns > _SETTLED_NS:
            self._known[folder] = changed_ns, names
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return names


_FOLDERS = _Folders()


def companions(file: str) -> list[str]:
    """Return the files beside a local raster that decide how it is read, sorted.

    Args:
        file: Its path; what it is called in, upper or lower case, does not matter.
    """
    folder, name = os.path.split(file)
    there = _FOLDERS.names(folder or ".")
    if there is None:  # a folder may be entered and not listed
        places = (os.path.join(folder, one) for one in _names_beside(name))
        return sorted(place for place in places if os.path.lexists(place))
    lower = name.lower()
    found = [there[one] for one in _names_beside(lower) if one in there]
    return sorted(os.path.join(folder, one) for one in found if one != name)


def makes_picture(companion: str) -> bool:
    """Return whether a companion decides about the pixels, by its name."""
    return bool(_OF_THE_PICTURE.search(os.path.basename(companion)))


def _names_beside(name: str) -> set[str]:
    stem, ending = os.path.splitext(name)
    names = {name + suffix for suffix in _OF_THE_NAME}
    names.update([stem + suffix for suffix in _OF_THE_STEM])
    if len(ending) > 1:
        # world files (GDALReadWorldFile): the ending with w behind it, or its first and last letter
        names.update((f"{name}w", f"{stem}.{ending[1]}{ending[-1]}w"))
    return names
