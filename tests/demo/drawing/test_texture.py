import numpy as np

from geosearch.demo.drawing.texture import crown_tile, furrowed, noise, noise_tile, part_of


def test_noise_has_mean_zero_and_deviation_one() -> None:
    for roughness in (0.0, 0.9, 2.2):
        tile = noise_tile(roughness)
        assert abs(tile.mean()) < 1e-3
        assert abs(tile.std() - 1) < 1e-3


def test_a_tile_repeats_without_a_seam() -> None:
    tile = noise_tile(1.3)
    steps = np.abs(np.diff(tile, axis=1))
    seam = np.abs(tile[:, 0] - tile[:, -1])
    assert seam.mean() < 1.5 * steps.mean()


def test_a_part_that_leaves_the_tile_goes_on_at_its_other_side() -> None:
    tile = noise_tile(1.3)
    part = part_of(tile, 4, 6, 510, 511)
    assert part[0, 0] == tile[511, 510]
    assert part[1, 2] == tile[0, 0]


def test_rough_noise_is_smoother_from_pixel_to_pixel() -> None:
    rng = np.random.default_rng(0)
    jumps = [np.abs(np.diff(noise(rng, 128, 128, rough))).mean() for rough in (0.0, 1.0, 2.0)]
    assert jumps[0] > jumps[1] > jumps[2]


def test_crowns_leave_gaps_and_stand_up_to_one() -> None:
    heights, values = crown_tile(3.5)
    assert 0.0 < (heights == 0).mean() < 0.4
    assert 0.8 < heights.max() <= 1.0
    assert values.min() >= -1
    assert values.max() <= 1


def test_furrows_are_darker_and_brighter_across_their_direction() -> None:
    field = furrowed(np.random.default_rng(5), (120.0, 100.0, 80.0), 0.0, 0.0)(64, 64)
    across = field[:, :, 0].mean(axis=0).std()
    along = field[:, :, 0].mean(axis=1).std()
    assert across > 3 * along
