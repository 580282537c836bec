"""DGTRS-CLIP equals its published formulas, and says what is wrong with a file."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.encoders.dgtrs_formulas import Reference, Sizes

from geosearch.encoders import Encoder, load_encoder
from geosearch.encoders.clip.bpe import ClipTokenizer
from geosearch.encoders.clip.dgtrs import load_dgtrs, merge_positions
from geosearch.encoders.clip.stretching import KEPT
from geosearch.errors import WeightsError

TEXTS = [
    "a",
    " ".join(["harbour"] * 18),
    " ".join(["harbour"] * 19),
    "a small harbour with many boats and a long pier, next to a road " * 5,
    "trees " * 246,
    "trees and a house " * 100,
    "",
    "café ☕ 河流 на берегу, 3 étages &amp; <|endoftext|> more",
    "!!!",
]


def load32(path: Path, **options: str) -> Encoder:
    return load_encoder(
        "dgtrs-clip-vit-b-16", weights=path, device="cpu", precision="float32", **options
    )


def distances(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """1 - cosine; ``found`` must be of unit length already."""
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    unit = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    return np.asarray(1 - (found.astype(np.float64) * unit).sum(axis=1))


def padded(texts: list[str]) -> np.ndarray:
    tokenizer = ClipTokenizer()
    ids = np.zeros((len(texts), 248), int)
    for row, text in zip(ids, texts, strict=True):
        framed = tokenizer.frame(text, 248)
        row[: len(framed)] = framed
    return ids


def test_images_equal_the_published_formulas(
    encoder: Encoder, sizes: Sizes, reference: Reference
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, sizes.image, sizes.image, 3), np.uint8)
    images[0] = 0
    found = encoder.encode_images(images)
    assert found.shape == (5, sizes.dim)
    assert found.dtype == np.float32
    assert distances(found, reference.images(images)).max() < 1e-6
    assert distances(found[1:], reference.images(images[::-1])[:-1]).min() > 1e-3


def test_texts_equal_the_published_formulas_at_full_length(
    encoder: Encoder, reference: Reference
) -> None:
    found = encoder.encode_texts(TEXTS)
    assert distances(found, reference.texts(padded(TEXTS))).max() < 1e-6


def test_raw_texts_keep_the_length_that_the_formulas_give(
    encoder: Encoder, reference: Reference
) -> None:
    raw: Any = encoder
    found = raw.encode_texts_raw(TEXTS)
    np.testing.assert_allclose(found, reference.texts(padded(TEXTS)), atol=2e-5)


@pytest.mark.parametrize("tokens", [1, 20, 77, 248, 400])
def test_a_text_of_any_length_equals_the_formulas(
    tokens: int, encoder: Encoder, reference: Reference
) -> None:
    text = " ".join(["field"] * tokens)
    found = encoder.encode_texts([text])
    assert distances(found, reference.texts(padded([text]))).max() < 1e-6


def test_an_embedding_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    together = encoder.encode_texts(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(encoder.encode_texts([text])[0], vector, atol=2e-6)


def test_many_texts_come_back_in_their_order(encoder: Encoder) -> None:
    texts = ["a lake " * (i % 40) + str(i) for i in range(100)]
    together = encoder.encode_texts(texts)
    picked = [0, 39, 77, 99]
    np.testing.assert_allclose(
        together[picked], encoder.encode_texts([texts[i] for i in picked]), atol=2e-6
    )


def test_nothing_to_encode_gives_no_vectors(encoder: Encoder, sizes: Sizes) -> None:
    assert encoder.encode_texts([]).shape == (0, sizes.dim)
    none = np.zeros((0, sizes.image, sizes.image, 3), np.uint8)
    assert encoder.encode_images(none).shape == (0, sizes.dim)


def test_chips_of_another_size_are_fitted_as_single_images_are(
    encoder: Encoder, sizes: Sizes
) -> None:
    chips = np.random.default_rng(1).integers(0, 256, (3, 70, 97, 3), np.uint8)
    fitted = np.stack([encoder.fit(chip) for chip in chips])
    assert fitted.shape[1:] == (sizes.image, sizes.image, 3)
    np.testing.assert_array_equal(encoder.encode_images(chips), encoder.encode_images(fitted))


def test_the_contract_is_kept(encoder: Encoder, sizes: Sizes) -> None:
    assert isinstance(encoder, Encoder)
    assert (encoder.dim, encoder.image_size, encoder.text_length) == (sizes.dim, sizes.image, 248)
    assert (encoder.name, encoder.device, encoder.precision) == (
        "dgtrs-clip-vit-b-16",
        "cpu",
        "float32",
    )


def test_transformers_own_clip_gives_the_same_vectors(
    smallest: dict[str, torch.Tensor], save: Callable[[object], Path]
) -> None:
    transformers = pytest.importorskip("transformers")
    model = transformers_clip(transformers, smallest)
    encoder = load32(save(smallest))
    images = np.random.default_rng(2).integers(0, 256, (4, 32, 32, 3), np.uint8)
    numbers = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
    std = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
    with torch.inference_mode():
        pooled = model.vision_model(pixel_values=(numbers - mean) / std).pooler_output
        images_there = model.visual_projection(pooled).double().numpy()
        pooled = model.text_model(input_ids=torch.from_numpy(padded(TEXTS))).pooler_output
        texts_there = model.text_projection(pooled).double().numpy()
    assert distances(encoder.encode_images(images), images_there).max() < 1e-6
    assert distances(encoder.encode_texts(TEXTS), texts_there).max() < 1e-6


def transformers_clip(transformers: Any, state: dict[str, torch.Tensor]) -> Any:
    shared = {"hidden_act": "quick_gelu", "num_hidden_layers": 2, "projection_dim": 32}
    shared |= {"hidden_size": 64, "intermediate_size": 256, "num_attention_heads": 1}
    text = shared | {"max_position_embeddings": 248, "eos_token_id": 49407, "vocab_size": 49408}
    vision = shared | {"image_size": 32, "patch_size": 8}
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=32)
    model = transformers.CLIPModel(config).eval()
    table = torch.cat([state["positional_embedding"][:20], state["positional_embedding_res"][20:]])
    renamed = {
        "text_model.embeddings.position_embedding.weight": table,
        "text_model.embeddings.token_embedding.weight": state["token_embedding.weight"],
        "vision_model.embeddings.position_embedding.weight": state["visual.positional_embedding"],
        "vision_model.embeddings.class_embedding": state["visual.class_embedding"],
        "vision_model.embeddings.patch_embedding.weight": state["visual.conv1.weight"],
        "visual_projection.weight": state["visual.proj"].T,
        "text_projection.weight": state["text_projection"].T,
        "logit_scale": state["logit_scale"],
    }
    norms = {
        "ln_final": "text_model.final_layer_norm",
        "visual.ln_pre": "vision_model.pre_layrnorm",
    }
    for ours, theirs in (norms | {"visual.ln_post": "vision_model.post_layernorm"}).items():
        renamed |= {f"{theirs}.{p}": state[f"{ours}.{p}"] for p in ("weight", "bias")}
    parts = {"ln_1": "layer_norm1", "ln_2": "layer_norm2", "attn.out_proj": "self_attn.out_proj"}
    parts |= {"mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2"}
    for ours, theirs in {"": "text_model", "visual.": "vision_model"}.items():
        for i in range(2):
            block = f"{ours}transformer.resblocks.{i}"
            layer = f"{theirs}.encoder.layers.{i}"
            for p in ("weight", "bias"):
                for a, b in parts.items():
                    renamed[f"{layer}.{b}.{p}"] = state[f"{block}.{a}.{p}"]
                joint = state[f"{block}.attn.in_proj_{p}"].chunk(3)
                for name, third in zip("qkv", joint, strict=True):
                    renamed[f"{layer}.self_attn.{name}_proj.{p}"] = third
    left = model.load_state_dict(renamed, strict=False)
    assert not left.unexpected_keys
    assert all(key.endswith("position_ids") for key in left.missing_keys)
    return model


def test_the_fingerprint_is_of_the_weights_not_of_the_machine(
    smallest: dict[str, torch.Tensor], save: Callable[[object], Path], tmp_path: Path
) -> None:
    path = save(smallest)
    first = load32(path).fingerprint
    assert first.startswith("dgtrs-clip-")
    assert len(first.removeprefix("dgtrs-clip-")) == 16
    in_bf16 = load_encoder("dgtrs-clip-vit-l-14", weights=path, device="cpu", precision="bf16")
    assert in_bf16.fingerprint == first
    save(smallest | {"logit_scale": torch.tensor(1.0)})
    os.utime(path, ns=(1, 1))
    assert load32(path).fingerprint != first


def test_bf16_is_close_to_float32(
    smallest: dict[str, torch.Tensor], save: Callable[[object], Path]
) -> None:
    path = save(smallest)
    images = np.random.default_rng(3).integers(0, 256, (8, 32, 32, 3), np.uint8)
    full = load32(path)
    half = load_encoder("dgtrs-clip-vit-b-16", weights=path, device="cpu", precision="bf16")
    assert half.precision == "bf16"
    for a, b in [
        (full.encode_images(images), half.encode_images(images)),
        (full.encode_texts(TEXTS), half.encode_texts(TEXTS)),
    ]:
        assert b.dtype == np.float32
        assert (a * b).sum(axis=1).min() > 0.999


@pytest.mark.parametrize("form", ["float16", "prefixed", "nested", "safetensors", "old", "extras"])
def test_other_ways_to_write_the_same_weights_are_read(
    form: str, smallest: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "weights.bin"
    expected = smallest
    if form == "float16":
        expected = {key: value.half().float() for key, value in smallest.items()}
        torch.save({key: value.half() for key, value in smallest.items()}, path)
    elif form == "prefixed":
        torch.save({f"module.{key}": value for key, value in smallest.items()}, path)
    elif form == "nested":
        torch.save({"epoch": 3, "state_dict": smallest, "name": "x"}, path)
    elif form == "safetensors":
        from safetensors.torch import save_file

        save_file(smallest, path)
    elif form == "old":
        torch.save(smallest, path, _use_new_zipfile_serialization=False)
    else:
        torch.save(smallest | {"context_length": torch.tensor(248)}, path)
    plain = tmp_path / "plain.pt"
    torch.save(expected, plain)
    np.testing.assert_allclose(
        load32(path).encode_texts(TEXTS), load32(plain).encode_texts(TEXTS), atol=1e-6
    )


def without(state: dict[str, torch.Tensor], key: str) -> dict[str, torch.Tensor]:
    return {k: v for k, v in state.items() if k != key}


RUINED: dict[str, tuple[Callable[[dict[str, torch.Tensor]], object], str]] = {
    "a CLIP for short texts": (
        lambda s: (
            without(s, "positional_embedding_res")
            | {"positional_embedding": s["positional_embedding"][:77]}
        ),
        "77 rows",
    ),
    "no second table": (lambda s: without(s, "positional_embedding_res"), "_res"),
    "no first table": (lambda s: without(s, "positional_embedding"), "no 'positional_embedding'"),
    "tables of other lengths": (
        lambda s: s | {"positional_embedding_res": s["positional_embedding_res"][:100]},
        "248 rows",
    ),
    "a key too few": (lambda s: without(s, "ln_final.bias"), "missing: ln_final.bias"),
    "a key too many": (lambda s: s | {"visual.extra": torch.zeros(1)}, "unknown: visual.extra"),
    "no image tower": (
        lambda s: {k: v for k, v in s.items() if not k.startswith("visual.")},
        "visual.conv1.weight",
    ),
    "another shape": (lambda s: s | {"visual.proj": torch.zeros(64, 31)}, "visual.proj"),
    "whole numbers": (
        lambda s: s | {"visual.proj": torch.zeros(64, 32, dtype=torch.int64)},
        "int64",
    ),
    "no square of patches": (
        lambda s: s | {"visual.positional_embedding": torch.zeros(16, 64)},
        "visual.positional_embedding",
    ),
    "another vocabulary": (
        lambda s: s | {"token_embedding.weight": torch.zeros(100, 64)},
        "100 tokens",
    ),
    "a list": (lambda s: [1, 2], "does not hold a state dict"),
    "one tensor": (lambda s: s["visual.proj"], "does not hold a state dict"),
    "numbers": (lambda s: {"a": 1}, "does not hold a state dict"),
    "nothing": (lambda s: {}, "does not hold a state dict"),
    "code": (lambda s: {"f": Path("x")}, "plain tensors"),
}


@pytest.mark.parametrize("what", RUINED)
def test_weights_that_do_not_fit_are_refused_by_what_is_wrong(
    what: str, smallest: dict[str, torch.Tensor], save: Callable[[object], Path]
) -> None:
    ruin, message = RUINED[what]
    with pytest.raises(WeightsError, match=message) as caught:
        load32(save(ruin(smallest)))
    assert caught.value.hint


def test_widths_that_heads_do_not_divide_are_refused(
    smallest: dict[str, torch.Tensor], save: Callable[[object], Path]
) -> None:
    state = smallest | {"visual.conv1.weight": torch.zeros(129, 3, 8, 8)}
    with pytest.raises(WeightsError, match="129 wide"):
        load32(save(state))


def test_files_that_cannot_be_read_are_refused(
    smallest: dict[str, torch.Tensor], save: Callable[[object], Path], tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match="no weights file"):
        load32(tmp_path / "missing.pt")
    with pytest.raises(WeightsError, match="no checkpoint"):
        load32(tmp_path)
    whole = save(smallest).read_bytes()
    for name, content in {
        "empty": b"",
        "words": b"not a checkpoint at all, but a sentence",
        "cut.pt": whole[: len(whole) // 2],
        "cut.safetensors": b"\x10\x00\x00\x00\x00\x00\x00\x00{",
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WeightsError, match=name):
            load32(tmp_path / name)


def test_merged_positions_take_the_first_twenty_rows_of_the_first_table() -> None:
    first, second = torch.arange(248.0)[:, None], -torch.arange(248.0)[:, None]
    table = merge_positions({"positional_embedding": first, "positional_embedding_res": second})
    merged = table["positional_embedding"][:, 0]
    assert KEPT == 20
    assert merged[:21].tolist() == [*range(20), -20.0]
    assert merged[-1] == -247


def test_load_dgtrs_remembers_a_file_the_user_named(
    smallest: dict[str, torch.Tensor], save: Callable[[object], Path]
) -> None:
    path = save(smallest)
    loaded: Any = load32(path)
    assert loaded.weights_path == path
    assert load_dgtrs("dgtrs-clip-vit-b-16", path, device="cpu").weights_path is None
