"""Encoders: chips and texts to unit vectors of one space. The only door to torch.

Importing this costs nothing heavy: torch comes when an encoder is loaded.
"""

from typing import TYPE_CHECKING

from geosearch.encoders.contract import Encoder, RawTextEncoder
from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.encoders.catalog import (
        Choice,
        choose_default,
        entry,
        load,
        names,
        weights_here,
        with_activation,
    )
    from geosearch.encoders.device import resolve_device, resolve_precision
    from geosearch.encoders.embedding import (
        Embedding,
        embed_images,
        embed_texts,
        find_images,
        write_embedding,
    )
    from geosearch.encoders.entries import Entry
    from geosearch.encoders.images import IMAGE_ENDINGS, decode_image, read_image
    from geosearch.encoders.siglip_trainable import SiglipTowers, read_siglip_towers
    from geosearch.encoders.trainable import ClipTowers, new_clip_towers, read_clip_towers

__all__ = [
    "IMAGE_ENDINGS",
    "Choice",
    "ClipTowers",
    "Embedding",
    "Encoder",
    "Entry",
    "RawTextEncoder",
    "SiglipTowers",
    "choose_default",
    "decode_image",
    "embed_images",
    "embed_texts",
    "entry",
    "find_images",
    "load",
    "names",
    "new_clip_towers",
    "read_clip_towers",
    "read_image",
    "read_siglip_towers",
    "resolve_device",
    "resolve_precision",
    "weights_here",
    "with_activation",
    "write_embedding",
]

_HOME = {
    "Choice": "catalog",
    "Entry": "entries",
    "choose_default": "catalog",
    "entry": "catalog",
    "load": "catalog",
    "names": "catalog",
    "weights_here": "catalog",
    "with_activation": "catalog",
    "Embedding": "embedding",
    "embed_images": "embedding",
    "embed_texts": "embedding",
    "find_images": "embedding",
    "write_embedding": "embedding",
    "IMAGE_ENDINGS": "images",
    "decode_image": "images",
    "read_image": "images",
    "ClipTowers": "trainable",
    "new_clip_towers": "trainable",
    "read_clip_towers": "trainable",
    "SiglipTowers": "siglip_trainable",
    "read_siglip_towers": "siglip_trainable",
    "resolve_device": "device",
    "resolve_precision": "device",
}

__getattr__ = lazy_names(__name__, _HOME)
