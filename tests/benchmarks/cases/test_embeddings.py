"""The embeddings that benchmarks grow their archives from."""

from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from PIL import Image

from benchmarks.cases.archive import Base
from benchmarks.cases.embeddings import embedding_options, read_base, take_source
from geosearch.errors import UsageError


def read(*arguments: object) -> Base:
    found = []

    @click.command()
    @embedding_options
    def command(**options: Any) -> None:
        found.append(read_base(take_source(options)))

    command.main([str(argument) for argument in arguments], standalone_mode=False)
    return found[0]


def unit(rng: np.random.Generator, *shape: int) -> np.ndarray:
    vectors = rng.normal(size=shape)
    return np.asarray(
        (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float16)
    )


@pytest.fixture
def published(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for name in ("A", "B"):
        arrays[f"{name}/images"] = unit(rng, 150, 16)
        arrays[f"{name}/class_texts"] = unit(rng, 5, 16)
        arrays[f"{name}/prompt_texts"] = unit(rng, 3, 5, 16)
    path = tmp_path / "vectors.npz"
    np.savez(path, **arrays)
    return path


def test_published_embeddings_are_those_of_the_model_named(published: Path) -> None:
    base = read("--vectors", published, "--model", "B")
    with np.load(published) as stored:
        want = stored["B/images"].astype(np.float32)
    assert base.images.dtype == np.float32
    assert np.abs(base.images - want).max() < 1e-3


def test_all_their_texts_are_asked_at_unit_length(published: Path) -> None:
    base = read("--vectors", published)
    assert base.texts.shape == (20, 16)
    assert np.allclose(np.linalg.norm(base.texts, axis=1), 1, atol=1e-6)


def test_a_model_that_is_not_there_is_refused_with_those_that_are(published: Path) -> None:
    with pytest.raises(UsageError, match="C/images") as refused:
        read("--vectors", published, "--model", "C")
    assert "A, B" in refused.value.hint


def test_drawn_chips_are_embedded_by_mini(capsys: pytest.CaptureFixture[str]) -> None:
    base = read("--drawn", 128)
    assert base.images.shape == (128, 512)
    assert base.texts.shape[1] == 512
    assert "mini" in base.name


def test_images_that_are_there_twice_count_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for number in range(110):
        pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        for copy in range(2 if number < 3 else 1):
            Image.fromarray(pixels).save(tmp_path / f"{number}-{copy}.png")
    assert len(read("--images", tmp_path).images) == 110


def test_too_few_images_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(tmp_path / "one.png")
    with pytest.raises(UsageError, match="1 different image"):
        read("--images", tmp_path)
