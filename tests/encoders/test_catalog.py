"""Encoders are named, described and never silently replaced."""

import math
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from support.encoders.dgtrs_formulas import Sizes

from geosearch.encoders import encoder_info, encoder_names, load_encoder, with_activation
from geosearch.errors import EncoderError, UsageError


def test_every_name_has_an_entry() -> None:
    assert len(encoder_names()) == len(set(encoder_names()))
    for name in encoder_names():
        assert encoder_info(name).name == name


@pytest.mark.parametrize(
    "name",
    [
        "dgtrs-clip-vit-b-16",
        "dgtrs-clip-vit-l-14",
        "remoteclip-rn50",
        "remoteclip-vit-b-32",
        "remoteclip-vit-l-14",
        "git-rsclip-base",
        "git-rsclip",
        "rsm-clip-vit-b-32",
        "mini",
    ],
)
def test_the_models_of_the_family_are_there(name: str) -> None:
    assert name in encoder_names()


def test_an_activation_is_part_of_a_name_where_it_is_another_one() -> None:
    assert with_activation("remoteclip-rn50", "quickgelu") == "remoteclip-rn50"
    other = with_activation("remoteclip-rn50", "gelu")
    assert other == "remoteclip-rn50:gelu"
    assert (encoder_info(other).activation, encoder_info(other).file) == (
        "gelu",
        "RemoteCLIP-RN50.pt",
    )
    assert with_activation(other, "quickgelu") == "remoteclip-rn50"
    assert with_activation("open-clip:RN50", "quickgelu") == "open-clip:RN50:quickgelu"
    assert with_activation("mini", None) == "mini"


@pytest.mark.parametrize(("name", "activation"), [("mini", "gelu"), ("remoteclip-rn50", "relu")])
def test_an_activation_that_is_no_choice_is_refused(name: str, activation: str) -> None:
    with pytest.raises(UsageError, match="activation"):
        with_activation(name, activation)


def test_the_published_sizes_are_stated(
    published: tuple[Sizes, dict[str, tuple[int, ...]]],
) -> None:
    sizes, layout = published
    name = "dgtrs-clip-vit-b-16" if sizes.dim == 512 else "dgtrs-clip-vit-l-14"
    numbers = sum(math.prod(shape) for shape in layout.values())
    assert encoder_info(name).size_mb == round(numbers * 4 / 1e6)


def test_what_ships_with_the_package_has_the_size_that_is_stated() -> None:
    path = files("geosearch.encoders").joinpath("data", "mini.safetensors")
    if not path.is_file():
        pytest.skip("the package has no weights of mini yet")
    assert encoder_info("mini").size_mb == round(len(path.read_bytes()) / 1e6)


def test_an_unknown_name_is_a_wrong_usage_that_lists_the_names() -> None:
    with pytest.raises(UsageError, match="dgtrs-clip-b16") as caught:
        load_encoder("dgtrs-clip-b16")
    assert "did you mean dgtrs-clip-vit-b-16?" in caught.value.hint
    assert "mini" in caught.value.hint


@pytest.mark.parametrize("name", ["mini", "null", "dgtrs-clip-vit-b-16"])
@pytest.mark.parametrize("asked", [{"device": "abacus"}, {"device": "xla"}, {"precision": "int8"}])
def test_what_cannot_compute_is_refused_before_weights_are_looked_for(
    tmp_path: Path, name: str, asked: dict[str, str]
) -> None:
    (value,) = asked.values()
    with pytest.raises(UsageError, match=value):
        load_encoder(name, weights=tmp_path / "missing.pt", **asked)


def test_a_named_encoder_never_falls_back(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"missing\.pt"):
        load_encoder("dgtrs-clip-vit-b-16", weights=tmp_path / "missing.pt")


def test_the_catalog_and_reading_images_need_no_torch() -> None:
    script = (
        "import sys;"
        "from geosearch.encoders import Encoder, encoder_names, read_image, embed_images;"
        "encoder_names(); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
