"""Random weights of DGTRS-CLIP, and the encoders and formulas that read them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from support.encoders.dgtrs_formulas import SMALL, Reference, Sizes, random_state, shapes

from geosearch.encoders import Encoder, load_encoder


@pytest.fixture(scope="session", params=SMALL, ids=lambda s: f"{s.vision_width}-{s.text_width}")
def sizes(request: pytest.FixtureRequest) -> Sizes:
    found: Sizes = request.param
    return found


@pytest.fixture(scope="session")
def state(sizes: Sizes) -> dict[str, torch.Tensor]:
    return random_state(sizes)


@pytest.fixture(scope="session")
def weights(
    sizes: Sizes, state: dict[str, torch.Tensor], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("weights") / "no-suffix"
    torch.save(state, path)
    return path


@pytest.fixture(scope="session")
def encoder(weights: Path) -> Encoder:
    return load_encoder("dgtrs-clip-vit-b-16", weights=weights, device="cpu", precision="float32")


@pytest.fixture(scope="session", params=["ViT-B-16", "ViT-L-14"])
def published(request: pytest.FixtureRequest) -> tuple[Sizes, dict[str, tuple[int, ...]]]:
    """The sizes of a published model, and its file's keys and shapes."""
    sizes = {
        "ViT-B-16": Sizes(512, 224, 16, 768, 12, 512, 12),
        "ViT-L-14": Sizes(768, 224, 14, 1024, 24, 768, 12),
    }[request.param]
    return sizes, shapes(sizes)


@pytest.fixture(scope="session")
def smallest() -> dict[str, torch.Tensor]:
    return random_state(SMALL[0], seed=1)


@pytest.fixture
def save(tmp_path: Path) -> Callable[[object], Path]:
    """Write anything as a torch checkpoint and return its path."""

    def write(content: object) -> Path:
        path = tmp_path / "checkpoint.pt"
        torch.save(content, path)
        return path

    return write


@pytest.fixture(scope="session")
def reference(sizes: Sizes, state: dict[str, torch.Tensor]) -> Reference:
    return Reference(sizes, state)
