"""Which metadata files belong to a product, by the names that producers give."""

import re
from pathlib import Path

_ENDINGS = ("txt", "json", "xml")
_LANDSAT = re.compile(r"(L[COTEM]\d[A-Z0-9_]{15,40}?)_(?:S[RT]_)?B\d", re.IGNORECASE)


def metadata_files(file: Path) -> list[Path]:
    """Return the MTL or MTD files that are there and belong to one of a product's files.

    Args:
        file: A band or picture of a Landsat product, or of a Sentinel-2 SAFE folder.
    """
    if match := _LANDSAT.match(file.name):
        beside = (file.with_name(f"{match[1]}_MTL.{ending}") for ending in _ENDINGS)
        return [path for path in beside if path.is_file()]
    if ".safe" not in str(file.parent).lower():  # most files: a folder's parts take their time
        return []
    safe = next((part for part in file.parents if part.suffix.upper() == ".SAFE"), None)
    return sorted(safe.glob("MTD_MSI*.xml")) if safe else []
