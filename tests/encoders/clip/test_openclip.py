"""Checkpoints in OpenCLIP's layout give what open_clip computes with them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from geosearch.encoders import Encoder, encoder_info, load_encoder
from geosearch.encoders.clip.encoder import ClipEncoder
from geosearch.encoders.clip.openclip import architectures
from geosearch.errors import UsageError, WeightsError

sys.path.insert(0, str(Path(__file__).parent))
from support.encoders.reference_clip import open_clip

TEXTS = [
    "a tennis court between two white buildings",
    "harbour",
    "",
    "many planes are parked next to a long building in an airport . " * 9,
]
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


def chips(size: int, count: int = 3) -> np.ndarray:
    rng = np.random.default_rng(1)
    smooth = [Image.fromarray(rng.integers(0, 256, (9, 9, 3), np.uint8)) for _ in range(count)]
    return np.stack(
        [np.asarray(one.resize((size, size), Image.Resampling.BICUBIC)) for one in smooth]
    )


def reference(architecture: str, *, quick: bool) -> Any:
    """Build open_clip's model with seeded weights, batch norms as after some training."""
    torch.manual_seed(7)
    name = architecture + ("-quickgelu" if quick else "")
    model = open_clip().create_model(name, pretrained=None).eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            assert module.num_batches_tracked is not None
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            module.num_batches_tracked.fill_(1000)
            torch.nn.init.uniform_(module.weight, 0.5, 1.0)
            torch.nn.init.uniform_(module.bias, -0.1, 0.1)
    return model


@torch.inference_mode()
def expected(model: Any, images: np.ndarray, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    ids = open_clip().tokenizer.SimpleTokenizer()(texts, context_length=77)
    seen = model.encode_image((pixels - MEAN) / STD, normalize=True)
    said = model.encode_text(ids, normalize=True)
    return seen.double().numpy(), said.double().numpy()


def cosines(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    return np.asarray((found.astype(np.float64) * wanted).sum(axis=1))


def saved(tmp_path: Path, model: Any, name: str = "weights.pt") -> Path:
    torch.save(model.state_dict(), tmp_path / name)
    return tmp_path / name


def load32(name: str, weights: Path) -> Encoder:
    return load_encoder(name, weights=weights, device="cpu", precision="float32")


@dataclass(frozen=True)
class Known:
    """Weights in a file, and what open_clip makes of pictures and texts with them."""

    weights: Path
    images: np.ndarray
    texts: np.ndarray


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], Known]:
    """Make weights of an architecture, each once: to draw a model's takes seconds."""

    @cache
    def make(architecture: str, quick: bool) -> Known:
        model = reference(architecture, quick=quick)
        images, texts = expected(model, chips(224), TEXTS)
        return Known(saved(tmp_path_factory.mktemp(architecture), model), images, texts)

    return make


@pytest.mark.parametrize(
    ("name", "architecture", "quick"),
    [
        ("remoteclip-vit-b-32", "ViT-B-32", True),
        ("rsm-clip-vit-b-32", "ViT-B-32", True),
        ("georsclip-vit-b-32", "ViT-B-32", True),
        ("remoteclip-rn50", "RN50", True),
        ("open-clip:ViT-B-32", "ViT-B-32", False),
        ("open-clip:ViT-B-32-quickgelu", "ViT-B-32", True),
        ("open-clip:ViT-B-16", "ViT-B-16", False),
    ],
)
def test_vectors_are_open_clips(
    known: Callable[[str, bool], Known], name: str, architecture: str, quick: bool
) -> None:
    wanted = known(architecture, quick)
    encoder = load32(name, wanted.weights)
    assert isinstance(encoder, ClipEncoder)
    assert cosines(encoder.encode_images(chips(224)), wanted.images).min() > 0.99999
    assert cosines(encoder.encode_texts(TEXTS), wanted.texts).min() > 0.99999
    assert (encoder.dim, encoder.text_length) == (wanted.images.shape[1], 77)
    assert (encoder.name, encoder.image_size) == (name, 224)


@pytest.mark.parametrize("architecture", ["ViT-B-32", "RN50"])
def test_vectors_in_bf16_are_close_to_open_clips_in_float32(
    known: Callable[[str, bool], Known], architecture: str
) -> None:
    wanted = known(architecture, True)
    name = f"open-clip:{architecture}-quickgelu"
    encoder = load_encoder(name, weights=wanted.weights, device="cpu", precision="bf16")
    assert cosines(encoder.encode_images(chips(224)), wanted.images).min() > 0.999
    assert cosines(encoder.encode_texts(TEXTS), wanted.texts).min() > 0.999


@pytest.fixture
def small(known: Callable[[str, bool], Known]) -> Path:
    """A ViT-B/32 in a file, for the tests that need no reference."""
    return known("ViT-B-32", True).weights


def test_the_activation_changes_the_vectors_and_the_fingerprint(small: Path) -> None:
    quick = load32("remoteclip-vit-b-32", small)
    plain = load32("remoteclip-vit-b-32:gelu", small)
    same = load32("open-clip:ViT-B-32", small)
    assert quick.fingerprint != plain.fingerprint
    assert plain.fingerprint == same.fingerprint  # the same weights, the same computation
    images = chips(224)
    assert cosines(quick.encode_images(images), plain.encode_images(images)).max() < 1 - 1e-7
    np.testing.assert_array_equal(plain.encode_texts(TEXTS), same.encode_texts(TEXTS))


def test_a_training_checkpoint_is_read_like_its_state_dict(small: Path, tmp_path: Path) -> None:
    state = torch.load(small, weights_only=True)
    wrapped = {"module." + key: value for key, value in state.items()}
    torch.save({"epoch": 20, "state_dict": wrapped}, tmp_path / "epoch_20.pt")
    found = load32("open-clip:ViT-B-32", tmp_path / "epoch_20.pt")
    np.testing.assert_array_equal(
        found.encode_texts(TEXTS), load32("open-clip:ViT-B-32", small).encode_texts(TEXTS)
    )


def test_a_file_of_another_architecture_is_named(small: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        load32("open-clip:ViT-L-14", small)
    assert "ViT of 12 layers, patch 32" in caught.value.message
    assert "it is a ViT-B-32" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda state: state.pop("visual.proj"), "missing: visual.proj"),
        (lambda state: state.update(extra=torch.zeros(2)), "unknown: extra"),
        (lambda state: state.update(logit_scale=torch.zeros(2)), "logit_scale"),
        (lambda state: state.pop("text_projection"), "text_projection"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    small: Path, tmp_path: Path, break_it: Callable[[dict[str, Any]], Any], said: str
) -> None:
    state = dict(torch.load(small, weights_only=True))
    break_it(state)
    torch.save(state, tmp_path / "broken.pt")
    with pytest.raises(WeightsError, match=said):
        load32("remoteclip-vit-b-32", tmp_path / "broken.pt")


def test_names_that_mean_nothing_are_refused(small: Path) -> None:
    with pytest.raises(UsageError, match="ViT-B-33") as caught:
        load32("open-clip:ViT-B-33", small)
    assert "ViT-B-32" in str(caught.value.hint)
    with pytest.raises(UsageError, match="is fixed"):
        load_encoder("mini:gelu", device="cpu")
    with pytest.raises(WeightsError, match="no hub"):
        load_encoder("rsm-clip-vit-b-32", device="cpu")


@pytest.mark.parametrize("architecture", architectures())
def test_sizes_are_open_clips(architecture: str) -> None:
    module = open_clip()
    with torch.device("meta"):
        config = module.get_model_config(architecture)
        model = module.model.CLIP(
            config["embed_dim"], config["vision_cfg"], config["text_cfg"], quick_gelu=False
        )
    from geosearch.encoders.clip import openclip

    wanted = openclip.architecture_of(architecture)
    sizes = openclip._checked(Path("f"), model.state_dict(), architecture, wanted, "gelu")
    assert sizes.image_size == encoder_info(f"open-clip:{architecture}").image_size
    visual = model.visual
    heads = (
        visual.attnpool.num_heads
        if hasattr(sizes.vision, "blocks")
        else visual.transformer.resblocks[0].attn.num_heads
    )
    assert sizes.vision.heads == heads
    assert sizes.text_heads == model.transformer.resblocks[0].attn.num_heads
