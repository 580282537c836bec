"""What a file says about what its pixels mean: names, units and tags."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geosearch.scenes.opening.bands import BandFacts

NAMES_HEIGHTS = re.compile(
    r"(?<![a-z])(dem|dsm|dtm|gdem|mnt|mns|ndsm|chm|srtm|nasadem|copdem|dted|dgm|dom|mdt|mds|aw3d"
    r"|elevations?|heights?|altitudes?|bathymetry|topobathy|gebco|hgt|slope|aspect|terrain"
    r"|digital (?:elevation|surface|terrain))(?![a-z])"
)
NAMES_SHADED = re.compile(
    r"hill ?shade|shaded|ortho|rgb|colou?r|pan|image|photo|reflectance|radiance"
)
"""Pictures of heights, and pictures that lie beside heights."""
NAMES_CLASSES = re.compile(
    r"(?<![a-z])(land ?cover|lulc|land ?use|nlcd|clc|corine|world ?cover|cdl|cropland|classes"
    r"|class(?:ification)?|categories|labels?|mask|scl|qa|qc|fmask|cloud ?mask|segmentation)"
    r"(?![a-z])"
)
NAMES_MAPS = re.compile(
    r"(?<![a-z])(map|topo|topographic|drg|chart|street ?map|osm|sheet)(?![a-z])"
)
NAMES_RADAR = re.compile(
    r"(?<![a-z])(sar|radar|sentinel 1[abc]?|s1[abc] (?:iw|ew|sm|wv)|grdh?|sigma ?0|gamma ?0|beta ?0"
    r"|terrasar|tandem ?x|tdx1?|tsx1?|radarsat|rcm[123]|palsar|iceye|capella|umbra|cosmo ?skymed"
    r"|backscatter|nisar|risat|ers [12]|envisat asar)(?![a-z])"
)
_LOSSY_DRIVERS = frozenset({"JPEG", "JP2OpenJPEG", "JP2ECW", "JP2KAK", "ECW", "MrSID"})
_LOSSY = ("JPEG", "JPEG2000", "WEBP", "JXL")


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What a file says about its meaning."""

    bands: BandFacts
    """Names and tags."""
    stated: tuple[str, str] | None = None
    """What it is, and what says so, where something outside of it does."""
    driver: str = ""
    """GDAL's name of its format."""
    units: tuple[str | None, ...] = ()
    """Of each band."""
    has_categories: bool = False
    """Whether its values have names."""
    is_lossy: bool = False
    """Whether its compression changes values, so that no colour is flat."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags of the band that is shown."""

    @property
    def names(self) -> str:
        """File's names and bands' descriptions, lower case, with blanks between words."""
        described = " ".join(one for one in self.bands.descriptions if one)
        return _words(f"{self.bands.names} {described}")

    @property
    def told(self) -> str:
        """What its tags say, likewise; other than what is long."""
        both = {**self.bands.tags, **self.tags}
        return _words(" ".join(value for value in both.values() if value and len(value) < 300))


def _words(text: str) -> str:
    return re.sub(r"[_\-./\\,;:()]+", " ", text.lower())


def kind_facts(
    dataset: Any, bands: BandFacts, shown: int, stated: tuple[str, str] | None
) -> KindFacts:
    """Look up what an open raster says about its meaning.

    Args:
        dataset: Open, of rasterio.
        bands: What it says about its bands.
        shown: The first band that is shown, from 1.
        stated: What a STAC Item says that it is, and by what.
    """
    tags = dataset.tags(shown)
    return KindFacts(
        bands=bands,
        stated=stated,
        driver=dataset.driver,
        units=tuple(dataset.units),
        has_categories=bool(tags.get("CATEGORY_NAMES"))
        or ("LAYER_TYPE" in tags and tags["LAYER_TYPE"].lower() == "thematic"),
        is_lossy=dataset.driver in _LOSSY_DRIVERS
        or dataset.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION", "").upper().endswith(_LOSSY),
        tags=tags,
    )
