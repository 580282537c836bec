"""Images of any kind, and chips, as examples of what is looked for."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.small_index import build, unit

from geosearch.encoders import load_encoder
from geosearch.errors import UsageError
from geosearch.index import Generation
from geosearch.search import search
from geosearch.search.queries.examples import example_pixels, read_examples

SIZE = 64


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return build(tmp_path_factory.mktemp("examples") / "index")


def colours(size: int = SIZE) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (size, size, 3)).astype(np.uint8)


def no_encoder() -> None:
    raise AssertionError("a chip needs no encoder")


def test_a_plain_picture_is_shown_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(colours()).save(tmp_path / "a.png")
    assert np.array_equal(example_pixels(tmp_path / "a.png", SIZE), colours())


def test_a_picture_without_a_place_is_read_from_a_tiff(tmp_path: Path) -> None:
    Image.fromarray(colours()).save(tmp_path / "a.tif")
    assert np.array_equal(example_pixels(tmp_path / "a.tif", SIZE), colours())


def test_sixteen_bits_are_stretched_as_scenes_are(tmp_path: Path) -> None:
    grey = np.random.default_rng(2).integers(0, 3000, (SIZE, SIZE)).astype(np.uint16)
    Image.fromarray(grey).save(tmp_path / "a.png")
    low, high = np.percentile(grey, (2, 98))
    expected = np.rint((grey.clip(low, high) - low) * 255 / (high - low))
    found = example_pixels(tmp_path / "a.png", SIZE)
    assert found.shape == (SIZE, SIZE, 3)
    assert np.abs(found - expected[..., None]).max() <= 1


def test_a_large_raster_is_read_by_means(tmp_path: Path) -> None:
    small = np.repeat(np.repeat(colours(128), 8, axis=0), 8, axis=1)
    Image.fromarray(small).save(tmp_path / "a.tif")
    found = example_pixels(tmp_path / "a.tif", SIZE)
    assert np.array_equal(found, colours(128))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("text.png", b"this is no picture"),
        ("cut.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("empty.tif", b""),
        ("bomb.tif", b"II*\0\xff\xff\xff\xff"),
        ("list.vrt", b"<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>"),
    ],
)
def test_what_is_no_image_is_refused_in_one_line(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError) as caught:
        example_pixels(tmp_path / name, SIZE)
    assert name in caught.value.message
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_an_image_is_embedded_as_its_pixels_are(index: Generation, tmp_path: Path) -> None:
    encoder = load_encoder("null")
    Image.fromarray(colours()).save(tmp_path / "a.png")
    found = read_examples([str(tmp_path / "a.png"), colours()], index, lambda: encoder)
    expected = encoder.encode_images(encoder.fit(colours())[None])[0]
    assert np.allclose(found.vectors, expected, atol=1e-6)
    assert found.names == (str(tmp_path / "a.png"), "an image of 64 x 64 px")


def test_a_chip_is_its_stored_vector(index: Generation) -> None:
    hits, _ = search(index, unit(1), k=1)
    found = read_examples([hits[0].id, hits[0]], index, no_encoder)  # type: ignore[arg-type]
    assert all(np.array_equal(one, hits[0].vector) for one in found.vectors)
    assert found.names == (hits[0].id, hits[0].id)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("nowhere.png", "neither an image file nor a chip"),
        ("scene0.tif@1,1,64x64", "no chip of this index"),
        (Path("nowhere.png"), "no image"),
        (5, "not an image"),
        ([5], "not an image"),
        (np.zeros((4, 4)), "uint8"),
        ("\0", "neither"),
        ("x" * 5000, "neither"),
    ],
)
def test_what_is_no_example_is_refused(index: Generation, given: object, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_examples(given, index, no_encoder)  # type: ignore[arg-type]
    assert word in f"{caught.value.message} {caught.value.hint}"
