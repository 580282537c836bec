"""Changes of pictures: shapes and ranges hold, chance is repeatable, and geometry is true."""

import pytest
import torch

from workshop.mini.pictures.augment import (
    _compressed,
    as_archives_hold,
    cut,
    recolour,
)


def pictures(n: int, size_px: int) -> torch.Tensor:
    return torch.randint(
        0, 256, (n, 3, size_px, size_px), generator=torch.manual_seed(1), dtype=torch.uint8
    )


def changed(seed: int, n: int = 40) -> torch.Tensor:
    chance = torch.Generator().manual_seed(seed)
    windows = cut(pictures(n, 96), 64, (0.5, 1.0), chance)
    return as_archives_hold(recolour(windows, chance), chance)


def test_pictures_keep_shape_and_range() -> None:
    x = changed(1)
    assert x.shape == (40, 3, 64, 64)
    assert x.dtype == torch.float32
    assert torch.isfinite(x).all()
    assert x.min() >= 0
    assert x.max() <= 255


def test_the_same_seed_gives_the_same_pictures() -> None:
    assert torch.equal(changed(2), changed(2))
    assert not torch.equal(changed(2), changed(3))


def test_a_whole_window_keeps_the_picture_up_to_turn_and_flip() -> None:
    flat = torch.full((16, 3, 32, 32), 77, dtype=torch.uint8)
    windows = cut(flat, 32, (1.0, 1.0), torch.Generator().manual_seed(4))
    torch.testing.assert_close(windows, torch.full((16, 3, 32, 32), 77.0))


def test_a_small_window_shows_a_part() -> None:
    # bright in the centre only: half-size windows hold a larger share of it than whole ones
    picture = torch.zeros(64, 3, 64, 64, dtype=torch.uint8)
    picture[:, :, 16:48, 16:48] = 200
    chance = torch.Generator().manual_seed(5)
    whole = cut(picture, 64, (1.0, 1.0), chance).mean()
    half = cut(picture, 64, (0.5, 0.5), chance).mean()
    assert whole == pytest.approx(50, rel=0.15)
    assert half > 1.4 * whole


def test_most_pictures_hold_no_large_black_part() -> None:
    chance = torch.Generator().manual_seed(6)
    # waves of light: no black of their own, and something to stretch
    bright = 128 + 60 * torch.sin(torch.arange(32.0)).expand(400, 3, 32, 32)
    black = (as_archives_hold(bright, chance).amax(1) == 0).float().mean((1, 2))
    collared = (black > 0.02).float().mean()
    assert 0.03 < collared < 0.2
    assert black.max() <= 0.7  # half of it, and what a stretch cuts off


def test_jpeg_damages_some_and_leaves_what_they_show() -> None:
    chance = torch.Generator().manual_seed(8)
    waves = 128 + 60 * torch.sin(torch.arange(64.0) / 3).expand(200, 3, 64, 64)
    shown = _compressed(waves, chance)
    damage = (shown - waves).abs().mean((1, 2, 3))
    assert 0.03 < (damage > 0.6).float().mean() < 0.15
    assert damage.max() < 12
