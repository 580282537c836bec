"""Encoders are named, described and never silently replaced."""

import math
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from geosearch.encoders import entry, load, names
from geosearch.errors import EncoderError, UsageError


def test_every_name_has_an_entry() -> None:
    assert names() == ["dgtrs-clip-vit-b-16", "dgtrs-clip-vit-l-14", "mini"]
    for name in names():
        assert entry(name).name == name


def test_the_published_sizes_are_stated(published) -> None:
    sizes, layout = published
    name = "dgtrs-clip-vit-b-16" if sizes.dim == 512 else "dgtrs-clip-vit-l-14"
    numbers = sum(math.prod(shape) for shape in layout.values())
    assert entry(name).size_mb == round(numbers * 4 / 1e6)


def test_what_ships_with_the_package_has_the_size_that_is_stated() -> None:
    path = files("geosearch.encoders").joinpath("data", "mini.safetensors")
    if not path.is_file():
        pytest.skip("the package has no weights of mini yet")
    assert entry("mini").size_mb == round(len(path.read_bytes()) / 1e6)


def test_an_unknown_name_is_a_wrong_usage_that_lists_the_names() -> None:
    with pytest.raises(UsageError, match="dgtrs-clip-b16") as caught:
        load("dgtrs-clip-b16")
    assert "did you mean dgtrs-clip-vit-b-16?" in caught.value.hint
    assert "mini" in caught.value.hint


def test_a_named_encoder_never_falls_back(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"missing\.pt"):
        load("dgtrs-clip-vit-b-16", weights=tmp_path / "missing.pt")


def test_the_catalog_and_reading_images_need_no_torch() -> None:
    script = (
        "import sys; from geosearch.encoders import Encoder, names, read_image, embed_images;"
        "names(); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
