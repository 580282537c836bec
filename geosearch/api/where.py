"""Where in each hit its query is found, and where in a scene."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geosearch.api.encoder_choice import EncoderChoice, encoder_choice
from geosearch.api.hits import Hits
from geosearch.atomic_write import atomic_write
from geosearch.errors import SceneError, UsageError
from geosearch.outputs import GEOTIFF, cannot_write, require_output
from geosearch.reporting import LOG, Reporter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geosearch.encoders import CellEncoder, Encoder
    from geosearch.index import Generation
    from geosearch.search import Hit


def with_places(
    hits: Hits, query: NDArray[np.float32], encoder: Encoder, index: Generation
) -> Hits:
    """Return hits that tell where in them a query is found; notes say why some do not.

    Raises:
        UsageError: The encoder cannot tell.
    """
    from geosearch.localization import place_in_hit

    cells = _with_cells(encoder)
    crs = {scene.id: scene.crs for scene in index.scenes} if hits else {}
    placed: list[Hit] = []
    notes: dict[str, None] = {}
    for hit in hits:
        try:
            found = place_in_hit(cells, hit, query, crs=crs.get(hit.scene))
        except SceneError as error:
            notes[f"no place in hits of {hit.scene}: {error.message}"] = None
            placed.append(hit)
        else:
            placed.append(replace(hit, where=found))
    return hits.with_hits(placed, tuple(notes))


def localize(
    text: str,
    scene: str | Path,
    path: str | Path,
    *,
    encoder: str | EncoderChoice | None = None,
    reporter: Reporter = LOG,
) -> Path:
    """Write a georeferenced map of how much each part of a scene is like a text.

    Args:
        text: What to look for.
        scene: One raster.
        path: The GeoTIFF to write: one band of 32-bit floats, whose mean over a chip is
            the chip's cosine; NaN where the scene shows nothing. Its pixel is 8 pixels of the
            scene wide.
        encoder: One that tells cells apart; None for the bundled one.
        reporter: Receives the progress.

    Returns:
        The file.

    Raises:
        UsageError: The encoder cannot tell where, or the file cannot be written.
        SceneError: The scene cannot be read, or has no place on Earth.
        EncoderError: The encoder cannot be loaded.
    """
    from geosearch.localization import scene_map, scene_windows
    from geosearch.scenes import find_scenes, open_scene, write_map

    require_output(path, GEOTIFF)
    found = find_scenes(str(scene))
    if len(found.files) != 1:
        reason = found.refused[0].reason if found.refused else f"{len(found.files)} scenes there"
        raise UsageError(f"{scene} is not one scene: {reason}", hint="name one raster")
    choice = encoder_choice(encoder)
    loaded = _with_cells((choice if choice.name else replace(choice, name="mini")).load())
    opened = open_scene(found.files[0])
    (query,) = loaded.encode_texts([text])
    windows = scene_windows(opened, loaded.image_size)
    with reporter.track("localizing", len(windows), "chips") as advance:
        answer = scene_map(loaded, opened, windows, query, advance=advance)
    try:
        with atomic_write(Path(path), shared=True) as beside:
            write_map(
                beside,
                answer.values,
                href=opened.href,
                pixel=(answer.pixel, answer.pixel),
                crs=opened.crs,
                description=text,
                tags={"query": text, "encoder": loaded.fingerprint},
            )
    except OSError as error:
        raise cannot_write(path, error) from error
    return Path(path)


def _with_cells(encoder: Encoder) -> CellEncoder:
    from geosearch.encoders import CellEncoder

    if not isinstance(encoder, CellEncoder):
        raise UsageError(
            f"{encoder.name} does not tell where in a chip it sees what",
            hint="mini does",
            parameter="where",
        )
    return encoder
