"""From images of any size to an encoder's input: CLIP's geometry, then its numbers.

The geometry is that of the authors' code (OpenAI CLIP, Long-CLIP, DGTRS and their kin): the
shorter side becomes the input's size (bicubic, antialiased, by Pillow), the longer one is
``int(size * long / short)``, and the centre is cut out at offsets rounded by Python's round,
halves to even.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import EncoderError

if TYPE_CHECKING:
    import torch

VERSION = "clip-pixels-1"
"""Part of an encoder's fingerprint: changes when the numbers of any image change."""

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
SIGLIP_MEAN = SIGLIP_STD = (0.5, 0.5, 0.5)

_MAX_PIXELS = 1 << 28  # of a resized image: a line of pixels would otherwise grow to gigabytes


def fit(image: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    """Resize the shorter side to ``size_px`` and cut the centre out; bit-equal to the reference.

    Args:
        image: uint8 [h, w, 3], RGB.
        size_px: Edge of the result, pixels.

    Returns:
        uint8 [size_px, size_px, 3]; the image itself where it has that size already.

    Raises:
        EncoderError: It is not an RGB image, or too long and thin.
    """
    _check_image(image)
    height, width = image.shape[:2]
    rows, cols = resized_shape(height, width, size_px)
    if (rows, cols) != (height, width):
        image = _resized(image, rows, cols)
    top, left = crop_offset(rows, size_px), crop_offset(cols, size_px)
    return image[top : top + size_px, left : left + size_px]


def squeeze(image: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    """Resize both sides to ``size_px``, whatever their ratio, as SigLIP's processor does.

    Args:
        image: uint8 [h, w, 3], RGB.
        size_px: Edge of the result, pixels.

    Raises:
        EncoderError: It is not an RGB image.
    """
    _check_image(image)
    if image.shape[:2] == (size_px, size_px):
        return image
    return _resized(image, size_px, size_px)


def _resized(image: NDArray[np.uint8], rows: int, cols: int) -> NDArray[np.uint8]:
    from PIL import Image  # here: a text needs none

    picture = Image.fromarray(np.ascontiguousarray(image))
    return np.asarray(picture.resize((cols, rows), Image.Resampling.BICUBIC))


def fit_batch(
    chips: NDArray[np.uint8], size_px: int, one: Callable[..., NDArray[np.uint8]] = fit
) -> NDArray[np.uint8]:
    """Fit images of one size: uint8 [n, h, w, 3] to [n, size_px, size_px, 3].

    Args:
        chips: The images.
        size_px: Edge of the result, pixels.
        one: What fits one image: :func:`fit` or :func:`squeeze`.

    Raises:
        EncoderError: They are not RGB images.
    """
    check_batch(chips)
    if chips.shape[1:3] == (size_px, size_px):
        return chips
    fitted = np.empty((len(chips), size_px, size_px, 3), np.uint8)
    for i, chip in enumerate(chips):
        fitted[i] = one(chip, size_px)
    return fitted


def _check_image(image: NDArray[np.uint8]) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise EncoderError(
            f"an image of type {image.dtype} and shape {image.shape} cannot be embedded",
            hint="give uint8 RGB images, [height, width, 3]",
        )


def check_batch(chips: NDArray[np.uint8]) -> None:
    """Refuse what is not uint8 [n, h, w, 3].

    Raises:
        EncoderError: They are not RGB images.
    """
    if chips.ndim != 4 or chips.dtype != np.uint8 or chips.shape[3] != 3 or 0 in chips.shape[1:]:
        raise EncoderError(
            f"chips of type {chips.dtype} and shape {chips.shape} cannot be embedded",
            hint="give uint8 RGB images, [n, height, width, 3]",
        )


def resized_shape(height_px: int, width_px: int, size_px: int) -> tuple[int, int]:
    """Return rows and columns after the shorter side became ``size_px``.

    Raises:
        EncoderError: The image is so long and thin that it would grow beyond all bounds.
    """
    long_px = int(size_px * max(height_px, width_px) / min(height_px, width_px))
    if long_px * size_px > _MAX_PIXELS:
        raise EncoderError(
            f"an image of {width_px} x {height_px} pixels is too long and thin to embed",
            hint="cut it into squarer pieces",
        )
    return (size_px, long_px) if height_px <= width_px else (long_px, size_px)


def crop_offset(extent_px: int, size_px: int) -> int:
    """Return where a centred cut of ``size_px`` starts; Python's round, halves to even."""
    return round((extent_px - size_px) / 2)


def fit_there(chips: "torch.Tensor", size_px: int, *, squeezed: bool = False) -> "torch.Tensor":
    """Fit images of one size on their device: by Pillow on a CPU, bit-equal to the reference.

    Args:
        chips: uint8 [n, h, w, 3] on any device.
        size_px: Edge of the result, pixels.
        squeezed: Nothing is cut, as :func:`squeeze` does it; else as :func:`fit`.

    Returns:
        uint8 [n, size_px, size_px, 3] on the same device.

    Raises:
        EncoderError: They are too long and thin.
    """
    if chips.device.type == "cpu":
        import torch

        one = squeeze if squeezed else fit
        return torch.from_numpy(fit_batch(chips.numpy(), size_px, one))
    there = squeeze_on_device if squeezed else fit_on_device
    return there(chips, size_px)


def squeeze_on_device(chips: "torch.Tensor", size_px: int) -> "torch.Tensor":
    """Squeeze images of one size where they are, as exactly as :func:`fit_on_device`.

    Args:
        chips: uint8 [n, h, w, 3] on any device.
        size_px: Edge of the result, pixels.

    Returns:
        uint8 [n, size_px, size_px, 3].
    """
    across = _resize_once(chips, chips.shape[1], size_px)
    return _resize_once(across, size_px, size_px)


def fit_on_device(chips: "torch.Tensor", size_px: int) -> "torch.Tensor":
    """Fit images of one size where they are, nearly always to the same grey levels as Pillow.

    Where a sum lies at the border between two levels, its last digit decides: then the results
    differ by one level, hardly ever by two.

    One pass along the rows, then one along the columns, each rounded to whole grey levels, as
    Pillow does it. (From 13.0 on, Pillow takes the columns first where that is cheaper, which
    square images never meet: python-pillow/Pillow pull request 9549. In strong noise the order
    makes several grey levels.)

    Args:
        chips: uint8 [n, h, w, 3] on any device.
        size_px: Edge of the result, pixels.

    Returns:
        uint8 [n, size_px, size_px, 3].
    """
    height, width = chips.shape[1:3]
    rows, cols = resized_shape(height, width, size_px)
    if (rows, cols) != (height, width):
        chips = _resize_once(_resize_once(chips, height, cols), rows, cols)
    top, left = crop_offset(rows, size_px), crop_offset(cols, size_px)
    return chips[:, top : top + size_px, left : left + size_px]


def _resize_once(chips: "torch.Tensor", rows: int, cols: int) -> "torch.Tensor":
    import torch
    from torch.nn import functional

    if chips.shape[1:3] == (rows, cols):
        return chips
    planes = chips.permute(0, 3, 1, 2).float()
    planes = functional.interpolate(
        planes, (rows, cols), mode="bicubic", antialias=True, align_corners=False
    )
    # halves go up, as in Pillow (Resample.c); images that are enlarged meet many of them
    return (planes + 0.5).floor().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)


def normalise(
    chips: "torch.Tensor",
    mean: tuple[float, float, float] = CLIP_MEAN,
    std: tuple[float, float, float] = CLIP_STD,
) -> "torch.Tensor":
    """Return ``(chips / 255 - mean) / std`` with the colours first.

    Args:
        chips: uint8 [n, h, w, 3] on any device.
        mean: Of red, green, blue, in 0..1.
        std: Of red, green, blue, in 0..1.

    Returns:
        float32 [n, 3, h, w] on the same device.
    """
    import torch

    scaled = chips.permute(0, 3, 1, 2).to(torch.float32) / 255
    shift = torch.tensor(mean, dtype=torch.float32, device=chips.device).view(3, 1, 1)
    scale = torch.tensor(std, dtype=torch.float32, device=chips.device).view(3, 1, 1)
    return (scaled - shift) / scale
