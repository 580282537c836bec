"""Drawn views from afar: repeatable, all kinds there, and each looks like what is said."""

import numpy as np
import pytest

from workshop.mini import overview_scenes
from workshop.mini.overview_scenes import brush
from workshop.mini.sentences import OVERVIEWS

KINDS = list(OVERVIEWS)


def drawn(kind: str, count: int = 6, size_px: int = 96) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.stack([overview_scenes.PAINTERS[kind](rng, size_px) for _ in range(count)])


def test_every_kind_is_drawn_and_named() -> None:
    assert sorted(overview_scenes.PAINTERS) == sorted(KINDS)
    assert all(OVERVIEWS[kind] for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_view_is_a_picture_with_something_in_it(kind: str) -> None:
    views = drawn(kind)
    assert views.shape == (6, 96, 96, 3)
    assert np.isfinite(views).all()
    assert views.std(axis=(1, 2)).max() > 3  # grey levels


def test_the_same_state_gives_the_same_view() -> None:
    first, again = (overview_scenes.draw_overview(np.random.default_rng(2), 64) for _ in range(2))
    np.testing.assert_array_equal(first[0], again[0])
    assert first[1] == again[1]
    assert first[0].dtype == np.uint8


@pytest.mark.parametrize(
    ("brighter", "darker"),
    [("overcast", "night"), ("snow mountains", "ships"), ("desert", "clouds over the sea")],
)
def test_light_and_dark_kinds_are_so(brighter: str, darker: str) -> None:
    assert np.median(drawn(brighter)) > np.median(drawn(darker)) + 30


def test_deserts_are_yellow_and_seas_are_blue() -> None:
    desert, sea = drawn("desert").mean((0, 1, 2)), drawn("ships").mean((0, 1, 2))
    assert desert[0] > desert[1] > desert[2]
    assert sea[2] > sea[0]


@pytest.mark.parametrize("roughness", [0.5, 1.0, 2.0])
def test_noise_falls_with_frequency_as_it_says(roughness: float) -> None:
    rng = np.random.default_rng(3)
    power = np.mean(
        [np.abs(np.fft.rfft2(brush.fractal(rng, 128, roughness)))[:, :33] ** 2 for _ in range(30)],
        axis=0,
    )
    frequency = np.hypot(np.fft.fftfreq(128)[:, None], np.arange(33)[None, :] / 128)
    low = power[(frequency > 0.03) & (frequency < 0.05)].mean()
    high = power[(frequency > 0.12) & (frequency < 0.2)].mean()
    # four times the frequency: 4 ** -roughness in amplitude, about; edges and tanh bend it
    assert np.log(low / high) / np.log(4) / 2 == pytest.approx(roughness, abs=0.45)
