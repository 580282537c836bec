"""Numbers from papers and read-mes, to stand beside ours where set and protocol are the same.

They are their authors' figures, not measured here. A row is only given for the set's own test
part, told by its name, its split and its size. The sizes are those of the sets' authors; where a
source does not say which part it took, the size is left open and the row says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from geosearch.evaluation.report import PublishedResult

_REMOTECLIP = "RemoteCLIP, assets/table-2.png"
_RS5M = "RS5M read-me"
_FARSLIP = "FarSLIP, assets/retrieval.png"
_FARSLIP_CLASSES = "FarSLIP, assets/classification.png"
_TRANSCLIP = "RS-TransCLIP, github_data/results.png"
_SELO = "SemanticLocalizationMetrics read-me"
_OPEN = "which part of the set they took is not published with it"

_SIX = tuple(f"retrieval-{way}-R@{k}" for way in ("image2text", "text2image") for k in (1, 5, 10))
_MEAN = "retrieval-mean-recall"

_TEST_SIZES = {"rsitmd": (452, 2260), "rsicd": (1093, 5465), "ucm": (210, 1050)}
"""Images and captions of the test splits."""

_NAMES = {
    "ucmcaptions": "ucm",
    "ucmerced": "ucm",
    "eurosatrgb": "eurosat",
    "nwpuresisc45": "resisc45",
    "rsicb": "rsicb256",
    "optimal31": "opt31",
    "optimal": "opt31",
    "whurs": "whurs19",
}


@dataclass(frozen=True, slots=True)
class _Six:
    model: str
    source: str
    image_to_text: tuple[float, float, float]
    text_to_image: tuple[float, float, float]
    mean: float


_REMOTECLIP_PROTOCOL: dict[str, tuple[_Six, ...]] = {
    "rsitmd": (
        _Six("CLIP B/32", _REMOTECLIP, (9.51, 23.01, 32.74), (8.81, 27.88, 43.19), 24.19),
        _Six("RemoteCLIP RN50", _REMOTECLIP, (23.67, 47.57, 64.60), (19.29, 51.55, 70.58), 46.21),
        _Six("RemoteCLIP B/32", _REMOTECLIP, (27.88, 50.66, 65.71), (22.17, 56.46, 73.41), 49.38),
        _Six("RemoteCLIP L/14", _REMOTECLIP, (28.76, 52.43, 63.94), (23.76, 59.51, 74.73), 50.52),
        _Six("GeoRSCLIP B/32", _RS5M, (17.92, 34.96, 46.02), (14.12, 41.46, 57.52), 35.33),
        _Six("GeoRSCLIP H/14", _RS5M, (23.45, 42.92, 53.32), (18.01, 44.60, 59.96), 40.38),
        _Six("GeoRSCLIP-FT RET-2 B/32", _RS5M, (32.30, 53.32, 67.92), (25.04, 57.88, 74.38), 51.81),
    ),
    "rsicd": (
        _Six("CLIP B/32", _REMOTECLIP, (5.31, 14.18, 23.70), (5.78, 17.73, 27.76), 15.74),
        _Six("RemoteCLIP RN50", _REMOTECLIP, (13.36, 32.94, 44.83), (10.76, 32.83, 48.75), 30.58),
        _Six("RemoteCLIP B/32", _REMOTECLIP, (17.02, 37.97, 51.51), (13.71, 37.11, 54.25), 35.26),
        _Six("RemoteCLIP L/14", _REMOTECLIP, (18.39, 37.42, 51.05), (14.73, 39.93, 56.58), 36.35),
        _Six("GeoRSCLIP B/32", _RS5M, (12.17, 28.45, 38.61), (9.31, 26.51, 41.28), 26.06),
        _Six("GeoRSCLIP H/14", _RS5M, (14.27, 29.55, 40.44), (11.38, 30.80, 44.41), 28.48),
        _Six("GeoRSCLIP-FT RET-2 B/32", _RS5M, (21.13, 41.72, 55.63), (15.59, 41.19, 57.99), 38.87),
    ),
}

_REMOTECLIP_UCM = (  # of the six only R@1 is at hand
    ("RemoteCLIP RN50", 13.33, 15.24, 49.25),
    ("RemoteCLIP B/32", 20.48, 18.67, 56.36),
    ("RemoteCLIP L/14", 19.05, 17.71, 54.68),
)

_TRAINED_ON_IT = "trained on the set's training part"
_MEANS_OF_SETS = ("rsicd", "rsitmd", "ucm")
_SKYSCRIPT_MEANS: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...] = (
    ("CLIP B/32", "", ((16.3, 12.8), (24.7, 22.4), (53.2, 42.5))),
    ("RemoteCLIP B/32", _TRAINED_ON_IT, ((33.7, 28.1), (45.7, 42.8), (77.1, 73.5))),
    ("SkyCLIP B/32", "", ((21.2, 19.7), (29.1, 30.1), (66.7, 58.7))),
    ("GeoRSCLIP B/32", "", ((26.3, 22.0), (32.5, 31.9), (67.9, 61.5))),
    ("DGTRS-CLIP (LRSCLIP) B/16", _TRAINED_ON_IT, ((29.7, 26.3), (39.4, 33.1), (79.5, 68.7))),
)
"""Mean of R@1, 5 and 10: image to text, text to image."""

_SKYSCRIPT_SETS = (
    *("skyscript", "aid", "eurosat", "fmow", "millionaid", "patternnet", "nwpu", "rsicb256"),
)
_SKYSCRIPT_TOP1: dict[str, tuple[float, ...]] = {
    "CLIP B/32": (32.37, 58.00, 22.00, 15.61, 51.62, 52.97, 54.82, 29.92),
    "RemoteCLIP B/32": (27.67, 88.10, 28.52, 11.15, 45.50, 55.95, 69.10, 43.91),
    "SkyCLIP B/32": (52.92, 70.90, 33.33, 19.23, 62.72, 72.19, 66.63, 46.20),
    "GeoRSCLIP B/32": (51.92, 69.75, 41.33, 37.14, 71.60, 77.00, 69.90, 46.93),
    "CLIP B/16": (42.60, 65.85, 32.78, 19.85, 53.37, 63.82, 62.25, 33.56),
    "DGTRS-CLIP (LRSCLIP) B/16": (55.73, 69.75, 44.52, 22.66, 67.76, 77.89, 74.28, 54.75),
}

_TRANSCLIP_SETS = (
    *("aid", "eurosat", "mlrsnet", "opt31", "patternnet"),
    *("resisc45", "rsc11", "rsicb128", "rsicb256", "whurs19"),
)
_TRANSCLIP_TOP1: dict[str, tuple[float, ...]] = {
    "CLIP B/32": (66.4, 45.3, 51.2, 73.0, 59.6, 60.7, 55.5, 27.7, 40.3, 81.1),
    "CLIP L/14": (69.7, 60.1, 64.1, 80.6, 74.7, 71.3, 67.3, 37.9, 47.2, 85.5),
    "RemoteCLIP RN50": (89.1, 26.7, 43.0, 64.0, 43.6, 51.6, 67.0, 15.0, 36.4, 95.4),
    "RemoteCLIP B/32": (91.7, 35.5, 56.3, 77.6, 55.9, 68.1, 61.8, 26.0, 41.5, 95.2),
    "RemoteCLIP L/14": (84.1, 43.6, 62.2, 83.8, 61.4, 76.0, 67.8, 34.8, 50.7, 93.5),
    "GeoRSCLIP B/32": (70.3, 53.4, 65.0, 79.6, 75.8, 68.8, 68.3, 29.0, 46.5, 88.8),
    "GeoRSCLIP H/14": (76.3, 68.3, 67.4, 84.8, 82.7, 73.8, 77.4, 43.1, 56.5, 90.4),
    "SkyCLIP50 B/32": (70.3, 52.6, 63.2, 79.5, 73.8, 66.7, 61.2, 39.0, 47.1, 91.0),
    "SkyCLIP50 L/14": (72.1, 51.5, 64.0, 80.9, 75.3, 70.5, 66.8, 38.0, 46.6, 87.5),
}

_GEORSCLIP_SETS = ("eurosat", "resisc45", "aid")
_GEORSCLIP_TOP1: dict[str, tuple[float, ...]] = {
    "GeoRSCLIP B/32": (61.40, 72.74, 74.42),
    "GeoRSCLIP H/14": (67.47, 73.83, 76.33),
}

_WHOLE_SETS = {"eurosat": 27_000, "aid": 10_000, "resisc45": 31_500, "whurs19": 1_005}
"""Images of sets that are judged whole."""

_GELU = "with GELU where the weights were trained with QuickGELU"

_SELO_SIZES = {"images": 22, "queries": 59, "regions": 103}
_SELO_ROWS = (
    ("GeoRSCLIP B/32", _RS5M, (0.7556, 0.7309, 0.2580, 0.7447)),
    ("GeoRSCLIP H/14", _RS5M, (0.7595, 0.7418, 0.2566, 0.7494)),
    ("AMFMN (RSITMD)", _SELO, (0.6920, 0.6667, 0.3323, 0.6772)),
)
"""Rsu, Rda, Ras, Rmi on AIR-SLT."""


def published_retrieval(
    protocol: str, set_name: str, split: str, counts: Mapping[str, int]
) -> tuple[PublishedResult, ...]:
    """Return rows on a test split that has the published size.

    Args:
        protocol: ``remoteclip`` or ``skyscript``; others have none.
        set_name: Of the set, in any spelling.
        split: Only ``test`` has rows.
        counts: ``images`` and ``captions``; SkyScript's counts a caption once an image.
    """
    known = known_name(set_name)
    sizes = _TEST_SIZES.get(known)
    if split != "test" or sizes is None or counts["images"] != sizes[0]:
        return ()
    if protocol == "skyscript":
        column = _MEANS_OF_SETS.index(known)
        return tuple(
            PublishedResult(
                model,
                {
                    "retrieval-image2text-mean": values[column][0],
                    "retrieval-text2image-mean": values[column][1],
                },
                _FARSLIP,
                remark,
            )
            for model, remark, values in _SKYSCRIPT_MEANS
        )
    if protocol != "remoteclip" or counts["captions"] != sizes[1]:
        return ()
    if known == "ucm":
        return tuple(
            PublishedResult(model, {_SIX[0]: i2t, _SIX[3]: t2i, _MEAN: mean}, _REMOTECLIP)
            for model, i2t, t2i, mean in _REMOTECLIP_UCM
        )
    return tuple(
        PublishedResult(
            row.model,
            dict(zip(_SIX, (*row.image_to_text, *row.text_to_image), strict=True))
            | {_MEAN: row.mean},
            row.source,
        )
        for row in _REMOTECLIP_PROTOCOL[known]
    )


def published_classification(
    protocol: str, set_name: str, images: int
) -> tuple[PublishedResult, ...]:
    """Return top-1 rows on a set; none where it has another size than the whole set."""
    tables = {
        "skyscript": (_SKYSCRIPT_SETS, _SKYSCRIPT_TOP1, _FARSLIP_CLASSES, _OPEN),
        "transclip": (_TRANSCLIP_SETS, _TRANSCLIP_TOP1, _TRANSCLIP, _GELU),
        "georsclip": (_GEORSCLIP_SETS, _GEORSCLIP_TOP1, _RS5M, ""),
    }
    known = known_name(set_name)
    if protocol not in tables:
        return ()
    sets, rows, source, remark = tables[protocol]
    # SkyScript's authors and those after them took parts of some sets
    whole = None if protocol == "skyscript" else _WHOLE_SETS.get(known)
    if known not in sets or (whole is not None and whole != images):
        return ()
    column = sets.index(known)
    return tuple(
        PublishedResult(model, {"top1": values[column]}, source, remark)
        for model, values in rows.items()
    )


def published_localization(counts: Mapping[str, int]) -> tuple[PublishedResult, ...]:
    """Return rows on AIR-SLT, recognized by its counts of images, queries and regions."""
    if any(counts.get(what) != size for what, size in _SELO_SIZES.items()):
        return ()
    names = ("Rsu", "Rda", "Ras", "Rmi")
    return tuple(
        PublishedResult(model, dict(zip(names, values, strict=True)), source)
        for model, source, values in _SELO_ROWS
    )


def known_name(set_name: str) -> str:
    """Return a set's name in the one spelling of the tables here."""
    plain = re.sub(r"[^a-z0-9]", "", set_name.lower())
    return _NAMES.get(plain, plain)
