"""Checkpoints of random weights in the true key layout, to measure encoders without their files.

They are written as files and read by the real loaders. Speed does not depend on the values.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from geosearch.encoders import EncoderInfo
from geosearch.encoders.clip.architecture import ClipArchitecture
from geosearch.encoders.clip.encoder import vision_tower
from geosearch.encoders.clip.openclip import sizes_of
from geosearch.encoders.clip.text import TextTower
from geosearch.encoders.entries import DGTRS, OPEN_CLIP, SIGLIP
from geosearch.encoders.siglip.towers import SiglipSizes
from geosearch.encoders.siglip.towers import TextTower as SiglipText
from geosearch.encoders.siglip.towers import VisionTower as SiglipVision

_SIGLIP_SIZES = {"git-rsclip-base": (768, 12), "git-rsclip": (1024, 24)}
_WORDS = "a the of court tennis between two white buildings remotesensing image boats harbour"
_PIECES = 30


@dataclass(frozen=True, slots=True)
class RandomCheckpoint:
    """A file of random weights, and what the reference needs to compute with them too."""

    path: Path
    sizes: ClipArchitecture | SiglipSizes
    state: dict[str, Tensor]
    """As the reference's own state dict has it: one table of text positions."""
    vision: nn.Module
    """geosearch's image tower on the device ``meta``: shapes only."""


def can_draw(known: EncoderInfo) -> bool:
    """Say whether an encoder's architecture is known without its file."""
    return known.family in (DGTRS, OPEN_CLIP) or known.name in _SIGLIP_SIZES


def draw(known: EncoderInfo, folder: Path, seed: int = 0) -> RandomCheckpoint:
    """Write random weights of an encoder's architecture, with a tokenizer if it needs one."""
    if known.family == SIGLIP:
        return _draw_siglip(known, folder, seed)
    return _draw_clip(known, folder, seed)


def _draw_clip(known: EncoderInfo, folder: Path, seed: int) -> RandomCheckpoint:
    sizes = clip_sizes(known)
    with torch.device("meta"):
        vision, text = vision_tower(sizes), TextTower(sizes)
    towers: dict[str, nn.Module] = {"visual.": vision, "": text}
    state = _numbers(towers, seed) | {"logit_scale": torch.tensor(4.6)}
    stored = dict(state)
    if known.family == DGTRS:
        stored["positional_embedding_res"] = state["positional_embedding"].clone()
    path = folder / f"{known.name}.pt"
    torch.save(stored, path)
    return RandomCheckpoint(path, sizes, state, vision)


def clip_sizes(known: EncoderInfo) -> ClipArchitecture:
    """Return the sizes of a CLIP that is named in the catalog."""
    name = known.architecture or ("ViT-L-14" if "l-14" in known.name else "ViT-B-16")
    assert known.activation is not None
    return sizes_of(name, activation=known.activation, text_length=known.text_length)


def _draw_siglip(known: EncoderInfo, folder: Path, seed: int) -> RandomCheckpoint:
    width, layers = _SIGLIP_SIZES[known.name]
    sizes = SiglipSizes(
        known.image_size, 16, width, 4 * width, layers, layers, known.text_length, 32000
    )
    with torch.device("meta"):
        vision, text = SiglipVision(sizes), SiglipText(sizes)
    state = _numbers({"vision_model.": vision, "text_model.": text}, seed)
    state |= {"logit_scale": torch.tensor([4.7]), "logit_bias": torch.tensor([-10.0])}
    home = folder / known.name
    home.mkdir()
    save_file(state, home / "model.safetensors")
    _write_pieces(home)
    return RandomCheckpoint(home / "model.safetensors", sizes, state, vision)


def _numbers(towers: dict[str, nn.Module], seed: int) -> dict[str, Tensor]:
    """Draw tensors of a size at which every part of the formulas matters."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for prefix, tower in towers.items():
        for key, shape in ((k, v.shape) for k, v in tower.state_dict().items()):
            state[prefix + key] = _drawn(key, shape, generator)
    return state


def _drawn(key: str, shape: torch.Size, generator: torch.Generator) -> Tensor:
    if key.endswith("num_batches_tracked"):
        return torch.tensor(1000)
    if key.endswith("running_var"):
        return torch.rand(shape, generator=generator) + 0.5
    values = torch.randn(shape, generator=generator)
    if len(shape) < 2 and key.endswith("weight"):  # of a norm
        return values * 0.2 + 1
    is_table = "embedding" in key and "patch" not in key
    if len(shape) >= 2 and not is_table:
        return values.mul(float(values[0].numel()) ** -0.5)
    return values * 0.3


def _write_pieces(home: Path) -> None:
    """Write a small tokenizer with the marks where SigLIP's has them."""
    import sentencepiece

    (home / "corpus.txt").write_text("\n".join([_WORDS] * 100))
    sentencepiece.SentencePieceTrainer.train(
        input=str(home / "corpus.txt"),
        model_prefix=str(home / "spiece"),
        vocab_size=_PIECES,
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
