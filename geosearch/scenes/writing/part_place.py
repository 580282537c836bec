"""Where a part of a scene lies, or the whole of it in larger pixels."""

from typing import Any

from rasterio import Affine
from rasterio.control import GroundControlPoint


def part_place(
    scene: Any,
    *,
    start: tuple[int, int] = (0, 0),
    pixel: tuple[float, float] = (1.0, 1.0),
    crs: str | None,
) -> dict[str, Any]:
    """Return what places a raster that is made of a scene, as `rasterio.open` takes it.

    The scene's affine, control points or RPCs are taken over, moved and scaled. All control points
    are kept: those that lie beside the part decide about its place, too.

    Args:
        scene: An open rasterio dataset.
        start: Column and row of the scene at which the part starts.
        pixel: Width and height of the part's pixel, in pixels of the scene.
        crs: Of the scene's affine, where its file does not say; None where that is not known.
    """
    (col, row), (across, down) = start, pixel
    if not scene.transform.is_identity:
        # one after the other: `*` of affines is to become `@`
        moved = scene.transform * Affine.translation(col, row)
        return {"crs": scene.crs or crs, "transform": moved * Affine.scale(across, down)}
    points, points_crs = scene.gcps
    if points:
        parts = [
            GroundControlPoint(
                row=(p.row - row) / down, col=(p.col - col) / across, x=p.x, y=p.y, z=p.z
            )
            for p in points
        ]
        return {"crs": points_crs, "gcps": parts}
    rpcs = scene.rpcs
    if rpcs is None:
        return {}
    # RPCs count from the middle of the first pixel
    rpcs.samp_off, rpcs.line_off = (
        (rpcs.samp_off + 0.5 - col) / across - 0.5,
        (rpcs.line_off + 0.5 - row) / down - 0.5,
    )
    rpcs.samp_scale, rpcs.line_scale = rpcs.samp_scale / across, rpcs.line_scale / down
    return {"rpcs": rpcs}
