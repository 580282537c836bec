"""What is said with a class's name, protocol by protocol, and how a class becomes a vector.

Templates are those of OpenAI CLIP (EuroSAT), RemoteCLIP (issue 18), SkyScript, RS5M (GeoRSCLIP)
and RS-TransCLIP; ``{}`` stands for the class.
"""

import re
from dataclasses import dataclass

from geosearch.evaluation.classification.zeroshot import EUROSAT_TEMPLATES
from geosearch.evaluation.report import Protocol

_KINDS = ("a remote sensing image", "an aerial image", "a satellite image")
_PLAIN = ("{kind} of many {{}}.", "{kind} of a {{}}.", "{kind} of the {{}}.")
_SEEN = ("{kind} of the hard to see {{}}.", "{kind} of a hard to see {{}}.")
_LOOKS = (
    *("low resolution", "bad", "cropped", "bright", "dark", "close-up", "black and white"),
    *("jpeg corrupted", "blurry", "good"),
)
_THINGS = ("large", "nice", "small", "weird", "cool")


@dataclass(frozen=True, slots=True)
class ClassificationProtocol:
    """Templates, and how their vectors become one."""

    protocol: Protocol
    templates: tuple[str, ...]
    """With ``{}`` in place of the class."""
    raw_mean: bool
    """Average raw text vectors, not unit ones; the mean is brought to unit length either way."""
    run_together: bool
    """Class names stay as written but for case, ``_`` and ``/``: "annualcrop"."""


def _georsclip() -> tuple[str, ...]:
    """Return RS5M's 105 templates, in its order."""
    found = []
    for kind in _KINDS:
        found += [pattern.format(kind=kind) for pattern in (*_PLAIN, *_SEEN)]
        noun = kind.split(" ", 1)[1]
        found += [f"a {look} {noun} of {the} {{}}." for look in _LOOKS for the in ("the", "a")]
        found += [f"{kind} of {the} {thing} {{}}." for thing in _THINGS for the in ("the", "a")]
    return tuple(found)


GEORSCLIP_TEMPLATES = _georsclip()
"""35 patterns of each of three kinds of image."""

TRANSCLIP_TEMPLATES = ("a satellite photo of a {}.", *GEORSCLIP_TEMPLATES)
"""One more than RS5M's."""

CLASSIFICATION_PROTOCOLS = {
    one.protocol.name: one
    for one in (
        ClassificationProtocol(
            Protocol("clip", "CLIP's for EuroSAT: 3 templates, mean of unit vectors"),
            EUROSAT_TEMPLATES,
            raw_mean=False,
            run_together=False,
        ),
        ClassificationProtocol(
            Protocol("remoteclip", "RemoteCLIP's one template (its issue 18; code not released)"),
            ("a satellite photo of {}",),
            raw_mean=False,
            run_together=False,
        ),
        ClassificationProtocol(
            Protocol("skyscript", "SkyScript's 2 templates, mean of unit vectors"),
            ("a satellite photo of {}.", "a satellite image of {}"),
            raw_mean=False,
            run_together=False,
        ),
        ClassificationProtocol(
            Protocol("georsclip", "GeoRSCLIP's (RS5M) 105 templates, mean of raw text vectors"),
            GEORSCLIP_TEMPLATES,
            raw_mean=True,
            run_together=True,
        ),
        ClassificationProtocol(
            Protocol("transclip", "RS-TransCLIP's 106 templates, mean of unit vectors"),
            TRANSCLIP_TEMPLATES,
            raw_mean=False,
            run_together=False,
        ),
    )
}
"""By name."""

EUROSAT_NAMES = {
    "AnnualCrop": "annual crop land",
    "Forest": "forest",
    "HerbaceousVegetation": "brushland or shrubland",
    "Highway": "highway or road",
    "Industrial": "industrial buildings or commercial buildings",
    "Pasture": "pasture land",
    "PermanentCrop": "permanent crop land",
    "Residential": "residential buildings or homes or apartments",
    "River": "river",
    "SeaLake": "lake or sea",
}
"""Folder to the words of OpenAI CLIP, for the protocol ``clip``."""


def class_words(folder: str, protocol: ClassificationProtocol) -> str:
    """Return a class in words, as a protocol reads a folder's name.

    RS5M's rule is its code's; where a protocol's own names are in no code, words that a name
    runs together are taken apart: ``AnnualCrop``, ``annual_crop`` and ``annual-crop`` become
    "annual crop".
    """
    if protocol.run_together:
        return re.sub(r"[_/]", " ", folder).lower()
    if protocol.protocol.name == "clip" and folder in EUROSAT_NAMES:
        return EUROSAT_NAMES[folder]
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", folder)
    return re.sub(r"[_/\s-]+", " ", apart).strip().lower()
