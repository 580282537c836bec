"""The bundled encoder as users get it: the weights that ship with the package."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from geosearch.encoders import Encoder, mini
from geosearch.encoders.compute.device import resolve_device, resolve_precision
from geosearch.errors import UsageError, WeightsError

if not mini.bundled_weights().exists():
    pytest.skip("the embedded weights are not in this checkout", allow_module_level=True)

TEXTS = [
    "",
    "a river",
    "Forêt d'Orléans 東京 🏟️",
    "tennis court between two white buildings",
    "many trees and a road " * 100,
]


@pytest.fixture(scope="module")
def encoder() -> mini.MiniEncoder:
    return mini.load(device="cpu", precision="float32")


@pytest.fixture(scope="module")
def chips() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (5, 128, 128, 3), dtype=np.uint8)


def test_it_keeps_the_contract(encoder: mini.MiniEncoder) -> None:
    assert isinstance(encoder, Encoder)
    assert (encoder.name, encoder.dim, encoder.image_size, encoder.text_length) == (
        "mini",
        512,
        128,
        256,
    )
    assert encoder.fingerprint.startswith("mini-")
    assert len(encoder.fingerprint) == len("mini-") + 16


def test_the_files_that_ship_are_at_most_35_megabytes() -> None:
    vocabulary = len(mini.vocabulary_bytes())
    assert mini.bundled_weights().stat().st_size + vocabulary <= 35_000_000


@pytest.mark.parametrize("what", ["texts", "images"])
def test_vectors_have_unit_length(encoder: mini.MiniEncoder, chips: np.ndarray, what: str) -> None:
    vectors = encoder.encode_texts(TEXTS) if what == "texts" else encoder.encode_images(chips)
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, 512)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_gives_no_vectors(encoder: mini.MiniEncoder) -> None:
    assert encoder.encode_texts([]).shape == (0, 512)
    assert encoder.encode_images(np.zeros((0, 128, 128, 3), np.uint8)).shape == (0, 512)


def test_a_vector_does_not_depend_on_its_batch(
    encoder: mini.MiniEncoder, chips: np.ndarray
) -> None:
    alone = np.concatenate([encoder.encode_texts([text]) for text in TEXTS])
    np.testing.assert_allclose(encoder.encode_texts(TEXTS), alone, atol=1e-5)
    alone = np.concatenate([encoder.encode_images(chip[None]) for chip in chips])
    np.testing.assert_allclose(encoder.encode_images(chips), alone, atol=1e-5)


def test_the_same_input_gives_the_same_bits(encoder: mini.MiniEncoder, chips: np.ndarray) -> None:
    again = mini.load(device="cpu", precision="float32")
    assert again.fingerprint == encoder.fingerprint
    np.testing.assert_array_equal(again.encode_texts(TEXTS), encoder.encode_texts(TEXTS))
    np.testing.assert_array_equal(again.encode_images(chips), encoder.encode_images(chips))


def test_threads_that_see_the_first_image_together_see_the_same(
    encoder: mini.MiniEncoder, chips: np.ndarray
) -> None:
    fresh = mini.load(device="cpu", precision="float32")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: fresh.encode_images(chips), range(4)))
    for vectors in found:
        np.testing.assert_array_equal(vectors, encoder.encode_images(chips))


def test_what_is_decided_late_is_what_would_be_decided_at_once() -> None:
    late, named = mini.load(), mini.load(device="cpu", precision="bf16")
    assert late.encode_texts(["a river"]).shape == (1, 512)
    assert (late.device, late.precision) == (resolve_device(), resolve_precision(late.device))
    assert (named.device, named.precision) == ("cpu", "bf16")


@pytest.mark.parametrize("wrong", [{"device": "tpu?"}, {"precision": "fp16"}])
def test_an_unknown_device_or_precision_is_refused_at_once(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        mini.load(**wrong)  # type: ignore[arg-type]


def test_an_image_tower_that_does_not_fit_is_refused_with_the_first_image(
    chips: np.ndarray, tmp_path: Path
) -> None:
    arrays = load_file(mini.bundled_weights())
    arrays["image.conv_stem.weight"] = arrays["image.conv_stem.weight"][:, :2].copy()
    path = tmp_path / "torn.safetensors"
    save_file(arrays, path, metadata={"format": "geosearch-mini-1"})
    torn = mini.load(weights=path, device="cpu")
    assert torn.encode_texts(["a river"]).shape == (1, 512)
    for _ in range(2):
        with pytest.raises(WeightsError, match="does not fit mini"):
            torn.encode_images(chips)


def test_larger_images_are_fitted_first(encoder: mini.MiniEncoder) -> None:
    image = np.random.default_rng(6).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    fitted = encoder.fit(image)
    assert fitted.shape == (128, 128, 3)
    np.testing.assert_array_equal(
        encoder.encode_images(image[None]), encoder.encode_images(fitted[None])
    )


def demo_chips(count: int) -> np.ndarray:
    from geosearch.demo import training_chip

    rng = np.random.default_rng(7)
    return np.stack([training_chip(rng, 128)[0] for _ in range(count)])


def test_half_precision_points_the_same_way(encoder: mini.MiniEncoder) -> None:
    half = mini.load(device="cpu", precision="bf16")
    chips = demo_chips(8)
    cosines = (half.encode_images(chips) * encoder.encode_images(chips)).sum(axis=1)
    assert half.fingerprint == encoder.fingerprint
    assert cosines.min() > 0.999
    np.testing.assert_array_equal(half.encode_texts(TEXTS), encoder.encode_texts(TEXTS))


def test_the_readme_example_comes_first_in_fresh_archives() -> None:
    """Against the same things in eleven other arrangements; the model card tells of more draws."""
    from workshop.mini.figures.arrangements import search_draws
    from workshop.mini.figures.held_out import EXAMPLE

    found = search_draws(mini.load(device="cpu"), EXAMPLE, range(2000, 2003))
    assert found.chips > 1000
    assert found.right_first == 1, found


@pytest.mark.parametrize(
    ("what", "draw"),
    [
        ("open water", lambda: np.full((128, 128, 3), (20, 60, 90), np.uint8)),
        ("farmland", lambda: np.full((128, 128, 3), (120, 150, 70), np.uint8)),
    ],
)
def test_plain_colours_are_taken_for_what_they_are(
    encoder: mini.MiniEncoder, what: str, draw: Callable[[], np.ndarray]
) -> None:
    names = ["open water", "farmland", "a railway station", "a stadium", "a parking lot with cars"]
    noise = np.random.default_rng(9).normal(0, 6, (128, 128, 1))
    picture = np.clip(draw() + noise, 0, 255).astype(np.uint8)
    scores = encoder.encode_texts(names) @ encoder.encode_images(picture[None])[0]
    assert scores[names.index(what)] > scores[2:].max()
