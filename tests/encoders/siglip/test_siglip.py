"""SigLIP checkpoints give what transformers computes with them; texts are cut as it cuts them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from geosearch.encoders import Encoder, encoder_info, load_encoder, read_siglip_towers
from geosearch.encoders.siglip.encoder import SiglipEncoder
from geosearch.encoders.siglip.tokens import SiglipTokenizer, canonical
from geosearch.errors import UsageError, WeightsError

transformers = pytest.importorskip("transformers")
sentencepiece = pytest.importorskip("sentencepiece")

TEXTS = [
    "a tennis court between two white buildings",
    "Remote-sensing image: 25 boats, 3 piers & a light-house!",
    "  many\twhite \n spaces  ",
    "annual_crop",
    "",
    "harbour " * 90,
    "café straße 河流",
]
WORDS = "a the of court tennis between two white buildings remotesensing image boats piers harbour"


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small unigram model with the marks where SigLIP's has them: </s> is 1, unknown is 2."""
    folder = tmp_path_factory.mktemp("pieces")
    lines = [" ".join(np.random.default_rng(i).permutation(WORDS.split())) for i in range(300)]
    (folder / "corpus.txt").write_text("\n".join(lines))
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "corpus.txt"),
        model_prefix=str(folder / "spiece"),
        model_type="unigram",
        vocab_size=34,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    return folder / "spiece.model"


def config(image_size: int, width: int = 128, layers: int = 2) -> Any:
    shared = {
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": width // 64,
    }
    return transformers.SiglipConfig(
        text_config={**shared, "vocab_size": 80, "max_position_embeddings": 64},
        vision_config={**shared, "image_size": image_size, "patch_size": 16},
    )


@pytest.fixture(scope="module", params=[32, 64])
def model(request: pytest.FixtureRequest) -> Any:
    torch.manual_seed(request.param)
    made = transformers.SiglipModel(config(request.param)).eval()
    for parameter in made.parameters():  # its own start leaves biases at 0
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, 0.5, 0.2)
    return made


@pytest.fixture(scope="module")
def folder(model: Any, pieces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("git-rsclip")
    model.save_pretrained(home)
    (home / "spiece.model").write_bytes(pieces.read_bytes())
    return home


def load32(path: Path) -> Encoder:
    return load_encoder("git-rsclip-base", weights=path, device="cpu", precision="float32")


def cosines(found: np.ndarray, wanted: torch.Tensor) -> np.ndarray:
    unit = torch.nn.functional.normalize(wanted.double(), dim=1).numpy()
    return (found.astype(np.float64) * unit).sum(axis=1)


def features(found: Any) -> torch.Tensor:
    """transformers 5 returns an output object where 4 returned the tensor."""
    return found if isinstance(found, torch.Tensor) else found.pooler_output


def squeezed(image: np.ndarray, size: int) -> torch.Tensor:
    """The reference's preprocessing, written out."""
    small = Image.fromarray(image).resize((size, size), Image.BICUBIC)
    return (torch.from_numpy(np.array(small)).permute(2, 0, 1) / 255 - 0.5) / 0.5


@torch.inference_mode()
def test_images_are_those_of_transformers(model: Any, folder: Path) -> None:
    encoder = load32(folder / "model.safetensors")
    rng = np.random.default_rng(2)
    images = [rng.integers(0, 256, (40 + 30 * i, 90, 3), np.uint8) for i in range(3)]
    for image in images:
        numbers = squeezed(image, encoder.image_size)[None]
        wanted = features(model.get_image_features(pixel_values=numbers))
        assert cosines(encoder.encode_images(image[None]), wanted).min() > 0.99999
        np.testing.assert_array_equal(
            encoder.encode_images(encoder.fit(image)[None]), encoder.encode_images(image[None])
        )


def test_bf16_is_close_to_float32(folder: Path) -> None:
    full = load32(folder)
    half = load_encoder("git-rsclip-base", weights=folder, device="cpu", precision="bf16")
    images = np.random.default_rng(4).integers(0, 256, (4, 70, 50, 3), np.uint8)
    for a, b in [
        (full.encode_images(images), half.encode_images(images)),
        (full.encode_texts(TEXTS), half.encode_texts(TEXTS)),
    ]:
        assert (a * b).sum(axis=1).min() > 0.999


@torch.inference_mode()
def test_texts_are_those_of_transformers(model: Any, folder: Path, pieces: Path) -> None:
    encoder = load32(folder)  # a folder that holds the checkpoint will do
    model_ids = SiglipTokenizer(pieces).tokenize(TEXTS, 64)
    wanted = features(model.get_text_features(input_ids=torch.from_numpy(model_ids)))
    assert cosines(encoder.encode_texts(TEXTS), wanted).min() > 0.99999
    assert isinstance(encoder, SiglipEncoder)
    np.testing.assert_allclose(encoder.encode_texts_raw(TEXTS), wanted.numpy(), atol=1e-4)
    assert (encoder.dim, encoder.text_length) == (128, 64)


def test_tokens_are_pieces_of_the_canonical_text(pieces: Path) -> None:
    model = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    ids = SiglipTokenizer(pieces).tokenize(TEXTS, 64)
    for row, text in zip(ids, TEXTS, strict=True):
        wanted = [*model.encode(canonical(text))[:63], 1]
        assert row.tolist() == wanted + [1] * (64 - len(wanted))


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("Remote-Sensing", "remotesensing"),
        ("annual_crop", "annualcrop"),
        (" a \t\n b ", "a b"),
        ("a & b", "a b"),
    ],
)
def test_texts_are_brought_to_one_form(text: str, same_as: str) -> None:
    assert canonical(text) == same_as


def test_a_tokenizer_that_cannot_be_read_is_refused(folder: Path, tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes((folder / "model.safetensors").read_bytes())
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(WeightsError, match=r"tokenizer\.json"):
        load32(weights)


def test_one_string_instead_of_a_list_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="list"):
        load32(folder).encode_texts("harbour")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("width", "layers", "image", "keys", "elements"),
    [(768, 12, 256, 408, 203.20), (768, 12, 224, 408, 203.16), (1024, 24, 256, 792, 652.15)],
)
def test_published_models_have_their_published_size(
    width: int, layers: int, image: int, keys: int, elements: float
) -> None:
    from geosearch.encoders.siglip.towers import TextTower, VisionTower, read_sizes

    shared = {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": width // 64,
    }
    with torch.device("meta"):
        theirs = transformers.SiglipModel(
            transformers.SiglipConfig(
                text_config={**shared, "projection_size": width},
                vision_config={**shared, "image_size": image},
            )
        )
        state = theirs.state_dict()
        sizes = read_sizes(state)
        own = (VisionTower(sizes), TextTower(sizes))
    found = sum(parameter.numel() for tower in own for parameter in tower.parameters())
    assert len(state) == keys == sum(len(tower.state_dict()) for tower in own) + 2
    assert found / 1e6 == pytest.approx(elements, abs=0.01)
    assert (sizes.image_size, sizes.heads) == (image, width // 64)


def test_towers_that_learn_compute_the_same_and_come_back(folder: Path, tmp_path: Path) -> None:
    name = "git-rsclip-base"
    towers = read_siglip_towers(encoder_info(name), folder)
    towers.save(tmp_path / "learned.safetensors")
    chips = np.random.default_rng(2).integers(
        0, 256, (3, towers.image_size, towers.image_size, 3), np.uint8
    )
    with torch.inference_mode():
        seen, said = towers.see(torch.from_numpy(chips)), towers.read(TEXTS)
    unit = torch.nn.functional.normalize
    for weights in (folder, tmp_path / "learned.safetensors"):
        encoder = load_encoder(name, weights=weights, device="cpu", precision="float32")
        np.testing.assert_allclose(encoder.encode_images(chips), unit(seen, dim=1), atol=2e-5)
        np.testing.assert_allclose(encoder.encode_texts(TEXTS), unit(said, dim=1), atol=2e-5)
