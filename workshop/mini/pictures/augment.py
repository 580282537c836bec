"""Changes that leave what is seen in a picture as it is said: on whole batches, in torch.

First those that benchmarks reward (turns, flips, cuts, colour), then those that archives hold:
single bands and false colour, stretched contrast, haze, dark, coarse ground resolution, noise,
black collars, JPEG damage. Each of the latter comes seldom, so that most pictures
stay as they are. Images are float32 [n, 3, h, w] in grey levels 0..255; every choice comes from
the generator given.
"""

import io
import math

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

_BLUR_FACTORS = (1.5, 2.0, 3.0, 4.5)


def cut(
    images: torch.Tensor, size_px: int, sides: tuple[float, float], chance: torch.Generator
) -> torch.Tensor:
    """Cut a turned, perhaps mirrored and a little stretched window out of each picture.

    Args:
        images: uint8 [n, 3, h, w].
        size_px: Edge of the result.
        sides: Minimum and maximum side of the window, as a fraction of the picture's.
        chance: Source of every choice.

    Returns:
        float32 [n, 3, size_px, size_px].
    """
    n = len(images)
    side = sides[0] + (sides[1] - sides[0]) * _uniform(n, chance)
    turns = torch.randint(0, 4, (n,), generator=chance) * math.pi / 2
    angle = turns + (_uniform(n, chance) - 0.5) * math.radians(20)
    mirror = torch.where(_uniform(n, chance) < 0.5, -1.0, 1.0)
    stretch = torch.exp((_uniform(n, chance) - 0.5) * 0.3)
    shift = (torch.rand(n, 2, generator=chance) * 2 - 1) * (1 - side).clamp_min(0)[:, None]
    cos, sin = angle.cos() * side, angle.sin() * side
    rows = (
        torch.stack([cos * stretch * mirror, -sin * stretch, shift[:, 0]], 1),
        torch.stack([sin * mirror / stretch, cos / stretch, shift[:, 1]], 1),
    )
    affine = torch.stack(rows, 1)  # [n, 2, 3]
    grid = functional.affine_grid(affine, [n, 3, size_px, size_px], align_corners=False)
    return functional.grid_sample(
        images.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )


def recolour(images: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Change light, contrast, saturation and tint of each picture."""
    n = len(images)
    x = images * _each(0.75 + 0.5 * _uniform(n, chance))
    x = x + _each(40 * (_uniform(n, chance) - 0.5))
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * _each(0.65 + 0.75 * _uniform(n, chance)) + mean
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * _each(0.4 + 1.2 * _uniform(n, chance))
    return x * (1 + (torch.rand(n, 3, 1, 1, generator=chance) - 0.5) * 0.25)


def as_archives_hold(images: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Show some of the pictures as other sensors, seasons and processing would.

    Returns:
        float32 of the same shape, clamped to 0..255.
    """
    x = _single_band(images, chance)
    x = _false_colour(x, chance)
    x = _stretched(x, chance)
    x = _hazy_or_dark(x, chance)
    x = _coarse(x, chance)
    x = _noisy(x, chance)
    return _compressed(_collared(x, chance).clamp(0, 255), chance)


def _single_band(x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Make one in eight grey: the mean of the colours, or one of them."""
    n = len(x)
    band = torch.randint(0, 3, (n,), generator=chance)
    one = x[torch.arange(n), band].unsqueeze(1)
    grey = torch.where(_each(_uniform(n, chance) < 0.5), one, x.mean(1, keepdim=True))
    return torch.where(_each(_uniform(n, chance) < 0.125), grey.expand_as(x), x)


def _false_colour(x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Swap bands of one in sixteen; show plants bright red, as near infrared does, in some more."""
    n = len(x)
    swapped = x.flip(1)
    x = torch.where(_each(_uniform(n, chance) < 0.06), swapped, x)
    # chlorophyll: green above red and blue; near infrared is bright there and dark on water
    excess = (x[:, 1] - (x[:, 0] + x[:, 2]) / 2).unsqueeze(1)
    infrared = (x[:, 1:2] + 3 * excess + 10).clamp(0, 255)
    composite = torch.cat([infrared, x[:, 0:1], x[:, 1:2]], 1)
    return torch.where(_each(_uniform(n, chance) < 0.05), composite, x)


def _stretched(x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Stretch bands of one in eight between low and high percentiles, as viewers do."""
    n = len(x)
    sample = x.reshape(n, 3, -1)[:, :, ::16]
    share = 0.005 + 0.045 * torch.rand(1, generator=chance).item()
    low = torch.quantile(sample, share, dim=2)[..., None, None]
    high = torch.quantile(sample, 1 - share, dim=2)[..., None, None]
    stretched = (x - low) / (high - low).clamp_min(20) * 255
    return torch.where(_each(_uniform(n, chance) < 0.12), stretched, x)


def _hazy_or_dark(x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Lay white over one in ten, and take light from another tenth."""
    n = len(x)
    veil, white = _each(0.55 * _uniform(n, chance)), _each(190 + 50 * _uniform(n, chance))
    x = torch.where(_each(_uniform(n, chance) < 0.1), x * (1 - veil) + white * veil, x)
    light = _each(0.25 + 0.5 * _uniform(n, chance))
    return torch.where(_each(_uniform(n, chance) < 0.1), x * light, x)


def _coarse(x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Show a quarter at a coarser ground resolution: shrunk, and enlarged again."""
    n, _, height, width = x.shape
    drawn = _uniform(n, chance) / 0.25 * len(_BLUR_FACTORS)
    x = x.clone()
    for i, factor in enumerate(_BLUR_FACTORS):
        rows = ((drawn >= i) & (drawn < i + 1)).nonzero()[:, 0]
        if len(rows):
            size = (int(height / factor), int(width / factor))
            small = functional.interpolate(x[rows], size, mode="area")
            x[rows] = functional.interpolate(small, (height, width), mode="bilinear")
    return x


def _noisy(x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Add a sensor's noise to one in ten."""
    rows = (_uniform(len(x), chance) < 0.1).nonzero()[:, 0]
    strength = _each(3 + 14 * _uniform(len(rows), chance) ** 2)
    x = x.clone()
    x[rows] += strength * torch.randn(x[rows].shape, generator=chance)
    return x


def _compressed(x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Damage one in twelve as JPEG of low quality does."""
    rows = (_uniform(len(x), chance) < 0.08).nonzero()[:, 0].tolist()
    quality = torch.randint(12, 60, (len(rows),), generator=chance).tolist()
    x = x.clone()
    for row, value in zip(rows, quality, strict=True):
        stream = io.BytesIO()
        pixels = x[row].permute(1, 2, 0).to(torch.uint8).numpy()
        Image.fromarray(pixels).save(stream, "JPEG", quality=value)
        x[row] = torch.from_numpy(np.array(Image.open(stream))).permute(2, 0, 1).float()
    return x


def _collared(x: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Cover one side of one in ten with black, up to half of it, along a line of any angle."""
    n, _, height, width = x.shape
    angle = 2 * math.pi * _uniform(n, chance)
    reach = (0.05 + 0.8 * _uniform(n, chance)) * width / 2  # from the centre to the collar
    row = torch.arange(height) - height / 2
    col = torch.arange(width) - width / 2
    across = col * _each(angle.cos())[:, 0] + row[:, None] * _each(angle.sin())[:, 0]
    covered = (across > reach.view(-1, 1, 1)).unsqueeze(1)
    return x.masked_fill(covered & _each(_uniform(n, chance) < 0.1), 0.0)


def _uniform(n: int, chance: torch.Generator) -> torch.Tensor:
    return torch.rand(n, generator=chance)


def _each(values: torch.Tensor) -> torch.Tensor:
    """Shape one value a picture, [n], so that it meets [n, 3, h, w]."""
    return values.view(-1, 1, 1, 1)
