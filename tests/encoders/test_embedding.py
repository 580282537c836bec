"""Files and texts in, vectors and what was left out back."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geosearch.encoders import Encoder, embed_images, embed_texts, find_images, write_embedding
from geosearch.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    (tmp_path / "deep").mkdir()
    for name, shape in {
        "b.png": (40, 50, 3),
        "a.jpg": (90, 60, 3),
        "deep/c.tif": (8, 8, 3),
    }.items():
        Image.fromarray(draw.integers(0, 256, shape, np.uint8)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "broken.png").write_text("no image either")
    return tmp_path


def test_a_folder_gives_its_images_in_order_and_names_what_it_left_out(
    folder: Path, encoder: Encoder
) -> None:
    found = embed_images(encoder, [folder])
    names = [Path(item).name for item in found.items]
    assert names == ["a.jpg", "b.png", "c.tif"]
    assert found.vectors.shape == (3, encoder.dim)
    assert [Path(one.input).name for one in found.refused] == ["broken.png"]
    again = embed_images(encoder, [folder / "deep" / "c.tif"])
    np.testing.assert_allclose(again.vectors[0], found.vectors[2], atol=2e-6)


def test_nothing_to_embed_is_a_wrong_usage(folder: Path, encoder: Encoder) -> None:
    for paths in ([], [folder / "notes.txt"], [folder / "missing.png"]):
        with pytest.raises(UsageError):
            embed_images(encoder, paths)
    with pytest.raises(UsageError):
        embed_texts(encoder, [])


def test_one_string_is_not_taken_for_a_list_of_letters(encoder: Encoder) -> None:
    with pytest.raises(UsageError, match="a river"):
        encoder.encode_texts("a river")


def test_what_is_written_is_what_was_embedded(encoder: Encoder, tmp_path: Path) -> None:
    embedding = embed_texts(encoder, ["a river", "", "河流"])
    write_embedding(embedding, tmp_path / "texts")
    with np.load(tmp_path / "texts") as stored:
        np.testing.assert_array_equal(stored["vectors"], embedding.vectors)
        assert stored["items"].tolist() == ["a river", "", "河流"]
    with pytest.raises(UsageError):
        write_embedding(embedding, tmp_path / "no folder" / "texts.npz")


def test_a_named_file_is_taken_whatever_it_ends_in(folder: Path) -> None:
    assert find_images([folder / "notes.txt"]) == [folder / "notes.txt"]
