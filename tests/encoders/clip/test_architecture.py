"""The published sizes come out of the published keys."""

import math

import torch
from support.encoders.dgtrs_formulas import Sizes

from geosearch.encoders.clip.architecture import VitSizes, read_architecture
from geosearch.encoders.clip.dgtrs import merge_positions
from geosearch.encoders.clip.encoder import vision_tower
from geosearch.encoders.clip.text import TextTower

# keys and parameters of the authors' files, by embedding size
PUBLISHED = {512: (303, 149_835_265), 768: (447, 427_938_305)}


def test_both_published_models_have_their_published_size(
    published: tuple[Sizes, dict[str, tuple[int, ...]]],
) -> None:
    sizes, layout = published
    keys, parameters = PUBLISHED[sizes.dim]
    assert len(layout) == keys
    assert sum(math.prod(shape) for shape in layout.values()) == parameters
    state = {key: torch.empty(shape, device="meta") for key, shape in layout.items()}
    found = read_architecture(merge_positions(state), activation="quickgelu")
    assert isinstance(found.vision, VitSizes)
    assert (found.vision.heads, found.text_heads) == (
        sizes.vision_width // 64,
        sizes.text_width // 64,
    )
    assert (found.image_size, found.vision.patch_size, found.dim) == (224, sizes.patch, sizes.dim)
    with torch.device("meta"):
        towers = [vision_tower(found), TextTower(found)]
    # one table of 248 rows less, and the temperature, which no vector needs
    own = sum(p.numel() for tower in towers for p in tower.parameters())
    assert own == parameters - 248 * sizes.text_width - 1
    images = torch.empty(2, 3, 224, 224, device="meta")
    assert towers[0](images).shape == (2, sizes.dim)
