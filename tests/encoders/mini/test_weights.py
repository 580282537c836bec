"""The file of weights: what goes in comes out, within the steps it is rounded to."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from geosearch.encoders import mini
from geosearch.encoders.mini.weights import quantized, restored
from geosearch.errors import WeightsError


@settings(max_examples=50, deadline=None)
@given(
    rows=st.integers(1, 20),
    width=st.integers(1, 50),
    size=st.floats(1e-6, 1e6),
    seed=st.integers(0, 2**31),
)
def test_eight_bits_are_off_by_at_most_half_a_step(
    rows: int, width: int, size: float, seed: int
) -> None:
    matrix = torch.randn(rows, width, generator=torch.manual_seed(seed)) * size
    values, scale = quantized(matrix)
    error = (restored(values, scale) - matrix).abs()
    assert (error <= scale[:, None] * 0.5001).all()
    assert torch.equal(restored(*quantized(torch.zeros(2, 3))), torch.zeros(2, 3))


def test_rounding_twice_is_rounding_once() -> None:
    matrix = torch.randn(30, 40, generator=torch.manual_seed(3))
    once = restored(*quantized(matrix))
    torch.testing.assert_close(restored(*quantized(once)), once, rtol=1e-6, atol=0)


def test_towers_come_back_from_their_file(tmp_path: Path) -> None:
    torch.manual_seed(4)
    image, text = mini.ImageTower(), mini.TextTower(50)
    floats = {
        key: torch.randn_like(tensor)
        for key, tensor in text.sentences.state_dict().items()
        if key not in ("words.values", "words.scale")
    }
    floats["words.values"] = torch.randn(50, 384)
    text.sentences.load_state_dict(mini.sentence_state(floats))
    mini.save(tmp_path / "w.safetensors", image, text, {"about": "a test"})
    image_again, text_again = mini.read(tmp_path / "w.safetensors")
    for key, tensor in image.state_dict().items():
        torch.testing.assert_close(image_again.state_dict()[key], tensor, rtol=1e-3, atol=1e-4)
    # the sentence encoder was rounded before: it comes back exactly
    for key, tensor in text.sentences.state_dict().items():
        found = text_again.sentences.state_dict()[key]
        torch.testing.assert_close(found, tensor, rtol=1e-6, atol=0)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nowhere\.safetensors"):
        mini.load(weights=tmp_path / "nowhere.safetensors")


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(2)}, path)
    with pytest.raises(WeightsError, match="not geosearch-mini-1"):
        mini.load(weights=path)
    path.write_bytes(b"no tensors at all")
    with pytest.raises(WeightsError, match="cannot read"):
        mini.load(weights=path)


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "torn.safetensors"
    save_file({"image.x": torch.zeros(2)}, path, metadata={"format": "geosearch-mini-1"})
    with pytest.raises(WeightsError, match="does not fit"):
        mini.load(weights=path)
