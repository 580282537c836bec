"""Encoders: chips and texts to unit vectors of one space. The only door to torch.

Sub-rooms and modules, bottom first: ``contract`` and ``entries``; ``compute``, ``images``,
``texts``; ``weights``; ``layers``; ``two_towers``; the families ``clip``, ``siglip``, ``mini`` and
``null``, side by side; ``catalog``, which loads them by name; ``embedding``.

Importing this costs nothing heavy: torch comes when an encoder is loaded; of `mini`, when it
encodes images.
"""

from typing import TYPE_CHECKING

from geosearch.encoders.contract import CellEncoder, Encoder, RawTextEncoder, WordReader
from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.encoders.catalog import (
        choose_default,
        encoder_info,
        encoder_names,
        load_encoder,
        weights_here,
        with_activation,
    )
    from geosearch.encoders.clip.trainable import new_clip_towers, read_clip_towers
    from geosearch.encoders.compute.device import resolve_device, resolve_precision
    from geosearch.encoders.embedding import (
        Embedding,
        embed_images,
        embed_texts,
        find_images,
        write_embedding,
    )
    from geosearch.encoders.entries import EncoderInfo
    from geosearch.encoders.images.image_files import (
        IMAGE_ENDINGS,
        decode_image,
        is_plain_image,
        read_image,
    )
    from geosearch.encoders.siglip.trainable import read_siglip_towers

__all__ = [
    "IMAGE_ENDINGS",
    "CellEncoder",
    "Embedding",
    "Encoder",
    "EncoderInfo",
    "RawTextEncoder",
    "WordReader",
    "choose_default",
    "decode_image",
    "embed_images",
    "embed_texts",
    "encoder_info",
    "encoder_names",
    "find_images",
    "is_plain_image",
    "load_encoder",
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
    "choose_default": "catalog",
    "encoder_info": "catalog",
    "encoder_names": "catalog",
    "load_encoder": "catalog",
    "weights_here": "catalog",
    "with_activation": "catalog",
    "EncoderInfo": "entries",
    "Embedding": "embedding",
    "embed_images": "embedding",
    "embed_texts": "embedding",
    "find_images": "embedding",
    "write_embedding": "embedding",
    "IMAGE_ENDINGS": "images.image_files",
    "decode_image": "images.image_files",
    "is_plain_image": "images.image_files",
    "read_image": "images.image_files",
    "new_clip_towers": "clip.trainable",
    "read_clip_towers": "clip.trainable",
    "read_siglip_towers": "siglip.trainable",
    "resolve_device": "compute.device",
    "resolve_precision": "compute.device",
}

__getattr__ = lazy_names(__name__, _HOME)
