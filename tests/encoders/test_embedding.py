"""Files and texts in, vectors and what was left out back."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from geosearch.encoders import (
    Embedding,
    Encoder,
    embed_images,
    embed_texts,
    find_images,
    load_encoder,
    write_embedding,
)
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


def test_many_images_keep_their_order_whatever_takes_longer_to_read(
    tmp_path: Path, encoder: Encoder
) -> None:
    draw = np.random.default_rng(4)
    images, files = [], []
    for i in range(150):  # several batches; every seventh is large, every tenth no image
        files.append(tmp_path / f"{i:03}.png")
        if i % 10 == 3:
            files[-1].write_text("no image")
            continue
        edge = 700 if i % 7 == 0 else 20
        images.append(draw.integers(0, 256, (edge, edge, 3), np.uint8))
        Image.fromarray(images[-1]).save(files[-1], compress_level=0)
    found = embed_images(encoder, [tmp_path])
    readable = [str(file) for i, file in enumerate(files) if i % 10 != 3]
    assert list(found.items) == readable
    assert [one.input for one in found.refused] == [str(file) for file in files[3::10]]
    one_by_one = np.concatenate([encoder.encode_images(image[None]) for image in images])
    np.testing.assert_allclose(found.vectors, one_by_one, atol=2e-6)


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


def test_an_encoder_is_named_or_given_before_or_after_what_it_embeds(folder: Path) -> None:
    one, mini = folder / "b.png", load_encoder("mini", precision="float32")
    expected = embed_images(mini, [one]).vectors
    for found in (
        embed_images([one], encoder="mini"),
        embed_images(str(one), "mini"),
        embed_images(encoder=mini, paths=one),
        embed_images("mini", [one]),
    ):
        np.testing.assert_array_equal(found.vectors, expected)
    texts = embed_texts(["a river"], encoder="mini").vectors
    np.testing.assert_array_equal(texts, embed_texts(mini, ["a river"]).vectors)
    with pytest.raises(UsageError, match="unknown encoder"):
        embed_images([one], encoder="mono")
    with pytest.raises(UsageError, match="is not an encoder"):
        embed_images([one], [one])


@pytest.mark.parametrize("name", ["mini", "null"])
@given(texts=st.lists(st.text(), max_size=4), lone=st.characters(categories=("Cs",)))
@settings(max_examples=15, deadline=None)
def test_a_text_that_is_none_is_named_and_no_tokenizer_gets_it(
    name: str, texts: list[str], lone: str
) -> None:
    encoder = load_encoder(name)
    assert encoder.encode_texts(texts).shape == (len(texts), encoder.dim)
    which = "the text is" if not texts else f"text {len(texts) + 1} of {len(texts) + 1} is"
    for call in (embed_texts, type(encoder).encode_texts):
        with pytest.raises(UsageError, match=f"{which} not UTF-8 text"):
            call(encoder, [*texts, f"a {lone} lake"])


def test_a_place_that_cannot_be_written_is_found_before_the_vectors_are(tmp_path: Path) -> None:
    nothing = Embedding(np.zeros((0, 2), np.float32), ())
    for name, said in (("texts.npy", r"\.npz"), ("nowhere/texts.npz", "cannot write")):
        with pytest.raises(UsageError, match=said):
            write_embedding(nothing, tmp_path / name)


def test_a_named_file_is_taken_whatever_it_ends_in(folder: Path) -> None:
    assert find_images([folder / "notes.txt"]) == [folder / "notes.txt"]
