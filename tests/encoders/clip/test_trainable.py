"""Towers that learn compute what the encoder of their checkpoint computes."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional

from geosearch.encoders import encoder_info, load_encoder, new_clip_towers, read_clip_towers
from geosearch.encoders.clip.trainable import ClipTowers
from geosearch.errors import UsageError

TEXTS = ["a harbour", "many planes are parked next to a long building in an airport . " * 9]
SMALLEST = "open-clip:ViT-S-32"


def vectors(towers: ClipTowers, chips: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with torch.inference_mode():
        seen, said = towers.see(torch.from_numpy(chips)), towers.read(TEXTS)
    return functional.normalize(seen, dim=1).numpy(), functional.normalize(said, dim=1).numpy()


def chips(size: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (3, size, size, 3), np.uint8)


def test_they_compute_what_the_encoder_computes(weights: Path) -> None:
    encoder = load_encoder(
        "dgtrs-clip-vit-b-16", weights=weights, device="cpu", precision="float32"
    )
    towers = read_clip_towers(encoder_info("dgtrs-clip-vit-b-16"), weights, long_texts=True)
    seen, said = vectors(towers, chips(encoder.image_size))
    np.testing.assert_allclose(encoder.encode_images(chips(encoder.image_size)), seen, atol=2e-5)
    np.testing.assert_allclose(encoder.encode_texts(TEXTS), said, atol=2e-5)


@pytest.fixture(scope="module")
def new() -> ClipTowers:
    return new_clip_towers(encoder_info(SMALLEST), long_texts=True, seed=1)


def test_new_ones_come_back_from_their_file(new: ClipTowers, tmp_path: Path) -> None:
    new.save(tmp_path / "new.safetensors")
    encoder = load_encoder(
        SMALLEST, weights=tmp_path / "new.safetensors", device="cpu", precision="float32"
    )
    assert encoder.text_length == 248
    seen, said = vectors(new, chips(224))
    np.testing.assert_allclose(encoder.encode_images(chips(224)), seen, atol=2e-5)
    np.testing.assert_allclose(encoder.encode_texts(TEXTS), said, atol=2e-5)


def test_new_ones_repeat_by_their_seed(new: ClipTowers) -> None:
    again = new_clip_towers(encoder_info(SMALLEST), long_texts=True, seed=1)
    other = new_clip_towers(encoder_info(SMALLEST), long_texts=True, seed=2)
    name = "text.token_embedding.weight"
    assert torch.equal(new.state_dict()[name], again.state_dict()[name])
    assert not torch.equal(new.state_dict()[name], other.state_dict()[name])


def test_a_short_table_is_stretched_and_has_two_tables_in_its_file(tmp_path: Path) -> None:
    short = new_clip_towers(encoder_info(SMALLEST), long_texts=False, seed=1)
    short.save(tmp_path / "short.safetensors")
    assert "positional_embedding_res" not in load_file(tmp_path / "short.safetensors")
    long = read_clip_towers(encoder_info(SMALLEST), tmp_path / "short.safetensors", long_texts=True)
    long.save(tmp_path / "long.safetensors")
    state = load_file(tmp_path / "long.safetensors")
    assert state["positional_embedding"].shape == state["positional_embedding_res"].shape
    kept = load_file(tmp_path / "short.safetensors")["positional_embedding"][:20]
    assert torch.equal(state["positional_embedding"][:20], kept)
    assert len(state["positional_embedding"]) == 248


def test_what_cannot_be_tuned_or_made_is_said() -> None:
    with pytest.raises(UsageError, match="mini cannot be tuned"):
        read_clip_towers(encoder_info("mini"), None, long_texts=False)
    with pytest.raises(UsageError, match="RN50"):
        new_clip_towers(encoder_info("open-clip:RN50"), long_texts=False, seed=0)
    with pytest.raises(UsageError, match="mini"):
        new_clip_towers(encoder_info("mini"), long_texts=False, seed=0)
