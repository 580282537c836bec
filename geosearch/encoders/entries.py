"""What is known about each encoder before it is loaded: where its weights are, how to read them."""

from dataclasses import dataclass

DGTRS, OPEN_CLIP, SIGLIP, MINI_FAMILY = "dgtrs-clip", "open-clip", "siglip", "mini"
NULL_FAMILY = "null"

_REMOTECLIP = "chendelong/RemoteCLIP"
_GEORSCLIP = "Zilun/GeoRSCLIP"


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """An encoder that can be named."""

    name: str
    family: str
    """Which code reads it: ``dgtrs-clip``, ``open-clip``, ``siglip`` or ``mini``."""
    repo: str | None
    """Hub repository of the weights; None if they ship with geosearch or come as a file only."""
    licence: str
    image_size: int
    """Edge of the input image, pixels."""
    text_length: int
    """Longest text, tokens."""
    size_mb: int
    """Weights, millions of bytes."""
    description: str
    file: str | None = None
    """Path of the weights in the repository; None where it holds one checkpoint only."""
    architecture: str | None = None
    """OpenCLIP's name of the architecture, for that family."""
    activation: str | None = None
    """What the weights were trained with, where no file says it: ``quickgelu`` or ``gelu``."""


def _remoteclip(size: str, architecture: str, size_mb: int, description: str) -> EncoderInfo:
    return EncoderInfo(
        f"remoteclip-{size}",
        OPEN_CLIP,
        _REMOTECLIP,
        "Apache-2.0",
        image_size=224,
        text_length=77,
        size_mb=size_mb,
        description=description,
        file=f"RemoteCLIP-{architecture}.pt",
        architecture=architecture,
        # tuned from OpenAI's weights; the authors' retrieval.py builds QuickGELU, their read-me
        # example plain GELU
        activation="quickgelu",
    )


def _georsclip(size: str, architecture: str, size_mb: int, activation: str) -> EncoderInfo:
    return EncoderInfo(
        f"georsclip-{size}",
        OPEN_CLIP,
        _GEORSCLIP,
        "cc",
        image_size=224,
        text_length=77,
        size_mb=size_mb,
        description=f"GeoRSCLIP {architecture}, tuned on the 5 million pairs of RS5M",
        file=f"ckpt/RS5M_{architecture}.pt",
        architecture=architecture,
        activation=activation,
    )


ENTRIES = (
    EncoderInfo(
        "dgtrs-clip-vit-b-16",
        DGTRS,
        "MitsuiChen14/DGTRS-CLIP-ViT-B-16",
        "Apache-2.0",
        image_size=224,
        text_length=248,
        size_mb=599,
        description="DGTRS-CLIP B/16, tuned on 2 million satellite images with long texts",
        activation="quickgelu",
    ),
    EncoderInfo(
        "dgtrs-clip-vit-l-14",
        DGTRS,
        "MitsuiChen14/DGTRS-CLIP-ViT-L-14",
        "Apache-2.0",
        image_size=224,
        text_length=248,
        size_mb=1712,
        description="DGTRS-CLIP L/14: larger and slower, for machines with a GPU",
        activation="quickgelu",
    ),
    _remoteclip("rn50", "RN50", 408, "RemoteCLIP with a residual image tower"),
    _remoteclip("vit-b-32", "ViT-B-32", 605, "RemoteCLIP B/32: few patches, quick"),
    _remoteclip("vit-l-14", "ViT-L-14", 1711, "RemoteCLIP L/14, for machines with a GPU"),
    EncoderInfo(
        "git-rsclip-base",
        SIGLIP,
        "lcybuaa/Git-RSCLIP-base",
        "Apache-2.0",
        image_size=256,
        text_length=64,
        size_mb=406,
        description="Git-RSCLIP base, a SigLIP tuned on 10 million satellite images",
    ),
    EncoderInfo(
        "git-rsclip",
        SIGLIP,
        "lcybuaa/Git-RSCLIP",
        "Apache-2.0",
        image_size=256,
        text_length=64,
        size_mb=1304,
        description="Git-RSCLIP large, for machines with a GPU",
    ),
    EncoderInfo(
        "rsm-clip-vit-b-32",
        OPEN_CLIP,
        None,
        "Apache-2.0",
        image_size=224,
        text_length=77,
        size_mb=605,
        description="RSM-CLIP B/32; its authors share the file",
        architecture="ViT-B-32",
        activation="quickgelu",
    ),
    _georsclip("vit-b-32", "ViT-B-32", 605, "quickgelu"),
    _georsclip("vit-l-14", "ViT-L-14", 1711, "quickgelu"),
    _georsclip("vit-h-14", "ViT-H-14", 3944, "gelu"),
    EncoderInfo(
        "mini",
        MINI_FAMILY,
        None,
        "research",
        image_size=128,
        text_length=256,
        size_mb=33,
        description="bundled with geosearch: small and quick, for a first look",
    ),
)
"""All encoders with a name of their own."""

NULL = EncoderInfo(
    "null",
    NULL_FAMILY,
    None,
    "Apache-2.0",
    image_size=224,
    text_length=77,
    size_mb=0,
    description="sees nothing: every vector is the same; for measuring and dry runs",
)
"""Not listed: it finds nothing."""
