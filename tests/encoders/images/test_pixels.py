"""Images get the reference's geometry and numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from geosearch.encoders.images import pixels
from geosearch.errors import EncoderError


def random_image(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Noise over smooth shapes: both what antialiasing changes and what it keeps."""
    draw = np.random.default_rng(seed)
    coarse = Image.fromarray(draw.integers(0, 256, (7, 9, 3), np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.int16)
    noise = draw.integers(-40, 41, smooth.shape)
    return (smooth + noise).clip(0, 255).astype(np.uint8)


def reference(image: np.ndarray, size: int) -> np.ndarray:
    """torchvision's Resize(size, BICUBIC) and CenterCrop(size) on a Pillow image, by its code."""
    picture = Image.fromarray(image)
    width, height = picture.size
    short, long = min(width, height), max(width, height)
    if short != size:
        other = int(size * long / short)
        shape = (size, other) if width <= height else (other, size)
        picture = picture.resize(shape, Image.Resampling.BICUBIC)
    width, height = picture.size
    top, left = round((height - size) / 2.0), round((width - size) / 2.0)
    return np.asarray(picture.crop((left, top, left + size, top + size)))


SIZES = [(224, 224), (225, 224), (224, 227), (229, 224), (225, 225), (256, 256), (500, 333)]
SIZES += [(333, 500), (100, 130), (31, 700), (2, 3), (1, 1), (448, 448)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_an_image_is_fitted_as_the_reference_does_it(height: int, width: int) -> None:
    image = random_image(height, width)
    fitted = pixels.fit(image, 224)
    np.testing.assert_array_equal(fitted, reference(image, 224))
    np.testing.assert_array_equal(pixels.fit_batch(np.stack([image, image]), 224)[1], fitted)


@pytest.mark.parametrize(("extent", "offset"), [(224, 0), (225, 0), (227, 2), (229, 2), (230, 3)])
def test_a_centre_between_two_pixels_goes_to_the_even_one(extent: int, offset: int) -> None:
    assert pixels.crop_offset(extent, 224) == offset


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 400), st.integers(20, 400), st.sampled_from([32, 128, 224]))
def test_fitting_on_a_device_differs_from_pillow_by_rounding_alone(
    height: int, width: int, size: int
) -> None:
    image = random_image(height, width, seed=height)
    there = pixels.fit_on_device(torch.from_numpy(image)[None], size)[0].numpy()
    # rows first, whichever order the installed Pillow would choose
    rows, cols = pixels.resized_shape(height, width, size)
    half_way = Image.fromarray(image).resize((cols, height), Image.Resampling.BICUBIC)
    resized = np.asarray(half_way.resize((cols, rows), Image.Resampling.BICUBIC))
    difference = np.abs(there.astype(int) - pixels.fit(resized, size))
    assert difference.max() <= 2
    assert (difference > 1).mean() < 0.001
    assert (difference > 0).mean() < 0.01


def test_halves_are_rounded_up_on_a_device_as_pillow_rounds_them() -> None:
    image = random_image(20, 32, seed=20)  # 6.4 times as large: weights with short binary digits
    there = pixels.fit_on_device(torch.from_numpy(image)[None], 128)[0].numpy()
    wide = Image.fromarray(image).resize((204, 20), Image.Resampling.BICUBIC)
    resized = np.asarray(wide.resize((204, 128), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(there, pixels.fit(resized, 128))


@pytest.mark.parametrize("edge", [96, 225, 256, 448])
def test_fitting_a_square_on_a_device_is_fitting_it_by_pillow(edge: int) -> None:
    image = random_image(edge, edge)
    there = pixels.fit_on_device(torch.from_numpy(image)[None], 224)[0].numpy()
    assert np.abs(there.astype(int) - pixels.fit(image, 224)).max() <= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 400), st.integers(20, 400), st.sampled_from([32, 128, 256]))
def test_squeezing_on_a_device_differs_from_pillow_by_rounding_alone(
    height: int, width: int, size: int
) -> None:
    image = random_image(height, width, seed=width)
    there = pixels.squeeze_on_device(torch.from_numpy(image)[None], size)[0].numpy()
    # rows first, whichever order the installed Pillow would choose
    half_way = Image.fromarray(image).resize((size, height), Image.Resampling.BICUBIC)
    expected = np.asarray(half_way.resize((size, size), Image.Resampling.BICUBIC))
    difference = np.abs(there.astype(int) - expected)
    assert difference.max() <= 2
    assert (difference > 1).mean() < 0.001
    assert (difference > 0).mean() < 0.01


@pytest.mark.parametrize("squeezed", [False, True])
def test_on_a_cpu_pillow_fits_images_to_the_bit(squeezed: bool) -> None:
    image = random_image(300, 260)
    there = pixels.fit_there(torch.from_numpy(image)[None], 224, squeezed=squeezed)[0].numpy()
    expected = pixels.squeeze(image, 224) if squeezed else reference(image, 224)
    np.testing.assert_array_equal(there, expected)


def test_an_image_that_fits_is_not_copied() -> None:
    image = random_image(64, 64)
    assert np.shares_memory(pixels.fit(image, 64), image)


def test_numbers_are_those_of_clip() -> None:
    image = np.zeros((1, 2, 2, 3), np.uint8)
    image[0, 0, 1] = (255, 0, 128)
    numbers = pixels.normalise(torch.from_numpy(image)).numpy()
    assert numbers.shape == (1, 3, 2, 2)
    expected = [
        (1 - 0.48145466) / 0.26862954,
        -0.4578275 / 0.26130258,
        (128 / 255 - 0.40821073) / 0.27577711,
    ]
    np.testing.assert_allclose(numbers[0, :, 0, 1], expected, rtol=1e-6)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_what_is_no_rgb_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(EncoderError, match="cannot be embedded"):
        pixels.fit(image, 224)
    with pytest.raises(EncoderError, match="cannot be embedded"):
        pixels.fit_batch(image[None], 224)


def test_a_line_of_pixels_is_refused_before_it_grows() -> None:
    with pytest.raises(EncoderError, match="too long and thin"):
        pixels.fit(np.zeros((1, 20000, 3), np.uint8), 224)
    with pytest.raises(EncoderError, match="too long and thin"):
        pixels.fit_on_device(torch.zeros((1, 1, 20000, 3), dtype=torch.uint8), 224)
