"""Plain float32 readings of the encoders, by the libraries their authors used.

open_clip and transformers come with the extra `test` (scripts/environment). Without them the
encoder is measured alone.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.encoding.random_checkpoints import RandomCheckpoint
from geosearch.encoders import EncoderInfo, mini
from geosearch.encoders.clip.architecture import ClipArchitecture, ResnetSizes
from geosearch.encoders.clip.bpe import ClipTokenizer
from geosearch.encoders.images import pixels
from geosearch.encoders.siglip.towers import SiglipSizes

_TESTS = Path(__file__).resolve().parents[2] / "tests"


@dataclass(frozen=True, slots=True)
class Reference:
    """How another library embeds images and one text, in float32."""

    name: str
    images: Callable[[Tensor], Tensor]
    """uint8 [n, size, size, 3] on the device to float32 [n, dim] of unit length."""
    text: Callable[[str], Tensor] | None
    """One text, padded to the model's full length, to [1, dim]; None where it cannot."""


def of_clip(known: EncoderInfo, drawn: RandomCheckpoint, device: str) -> Reference | None:
    """Build OpenCLIP's model with the same weights; None where it is not installed."""
    if not all(importlib.util.find_spec(name) for name in ("open_clip", "pytest")):
        return None
    sys.path.insert(0, str(_TESTS))
    from support.encoders.reference_clip import open_clip

    sizes = drawn.sizes
    assert isinstance(sizes, ClipArchitecture)
    model = open_clip().model.CLIP(
        sizes.dim,
        _vision_config(sizes),
        {
            "context_length": sizes.text_length,
            "vocab_size": sizes.vocabulary,
            "width": sizes.text_width,
            "heads": sizes.text_heads,
            "layers": sizes.text_layers,
        },
        quick_gelu=sizes.activation == "quickgelu",
    )
    model.load_state_dict(drawn.state)
    model = model.to(device).eval()
    tokenizer = ClipTokenizer()

    def text(words: str) -> Tensor:
        ids = torch.zeros(1, sizes.text_length, dtype=torch.int64)
        framed = tokenizer.frame(words, sizes.text_length)
        ids[0, : len(framed)] = torch.tensor(framed)
        embedded: Tensor = model.encode_text(ids.to(device), normalize=True)
        return embedded

    def images(chips: Tensor) -> Tensor:
        embedded: Tensor = model.encode_image(pixels.normalise(chips), normalize=True)
        return embedded

    return Reference(f"open_clip, {sizes.text_length} positions", images, text)


def _vision_config(sizes: ClipArchitecture) -> dict[str, Any]:
    vision = sizes.vision
    if isinstance(vision, ResnetSizes):
        shape: dict[str, Any] = {"layers": list(vision.blocks), "width": vision.width}
    else:
        shape = {
            "layers": vision.layers,
            "width": vision.width,
            "head_width": vision.width // vision.heads,
            "patch_size": vision.patch_size,
        }
    return {"image_size": vision.image_size, **shape}


def of_siglip(known: EncoderInfo, drawn: RandomCheckpoint, device: str) -> Reference | None:
    """Build transformers' model with the same weights; None where it is not installed."""
    if not importlib.util.find_spec("transformers"):
        return None
    from geosearch.encoders.siglip.tokens import SiglipTokenizer

    sizes = drawn.sizes
    assert isinstance(sizes, SiglipSizes)
    transformers: Any = importlib.import_module("transformers")
    transformers.logging.set_verbosity_error()
    model = transformers.SiglipModel(_siglip_config(transformers, sizes))
    model.load_state_dict(drawn.state)
    model = model.to(device).eval()
    tokenizer = SiglipTokenizer(drawn.path.parent / "spiece.model")

    def text(words: str) -> Tensor:
        ids = torch.from_numpy(tokenizer.tokenize([words], sizes.text_length))
        return _unit(model.get_text_features(input_ids=ids.to(device)))

    def images(chips: Tensor) -> Tensor:
        numbers = pixels.normalise(chips, pixels.SIGLIP_MEAN, pixels.SIGLIP_STD)
        return _unit(model.get_image_features(pixel_values=numbers))

    return Reference(f"transformers, {sizes.text_length} positions", images, text)


def _siglip_config(transformers: Any, sizes: SiglipSizes) -> Any:
    shared = {
        "hidden_size": sizes.width,
        "intermediate_size": sizes.hidden,
        "num_attention_heads": sizes.heads,
    }
    return transformers.SiglipConfig(
        text_config={
            **shared,
            "num_hidden_layers": sizes.text_layers,
            "vocab_size": sizes.vocabulary,
            "max_position_embeddings": sizes.text_length,
            "projection_size": sizes.width,
        },
        vision_config={
            **shared,
            "num_hidden_layers": sizes.vision_layers,
            "image_size": sizes.image_size,
            "patch_size": sizes.patch_size,
        },
    )


def _unit(found: Any) -> Tensor:
    """Bring to unit length; transformers 5 returns an object where 4 returned the tensor."""
    features = found if isinstance(found, Tensor) else found.pooler_output
    return functional.normalize(features.float(), dim=1)


def of_mini(device: str) -> Reference:
    """Read mini's image tower as it was trained: nothing folded, nothing fused."""
    tower, _ = mini.read(mini.bundled_weights())
    tower = tower.to(device)

    def images(chips: Tensor) -> Tensor:
        return functional.normalize(tower(chips.permute(0, 3, 1, 2).float()), dim=1)

    return Reference("the tower as trained", images, None)
