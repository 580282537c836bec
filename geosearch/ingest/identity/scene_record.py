"""What an index records of an open scene."""

from geosearch.index import SceneRecord
from geosearch.ingest.run.settings import RunSettings
from geosearch.scenes import Scene, without_secrets


def scene_record(
    settings: RunSettings, scene: Scene, *, chips_skipped: int = 0, sha256: str | None = None
) -> SceneRecord:
    """Return what an index records of a scene.

    Args:
        settings: How it is cut.
        scene: The scene, open.
        chips_skipped: Chips that are left out.
        sha256: Hash of its content.
    """
    return SceneRecord(
        id=scene.id,
        href=without_secrets(scene.href),
        size_bytes=scene.state.size_bytes,
        state=scene.state.text,
        width_px=scene.width_px,
        height_px=scene.height_px,
        crs=scene.crs,
        gsd_m=scene.gsd_m,
        datetime=scene.datetime,
        datetime_source=scene.datetime_source,
        bands=scene.bands,
        stretch=scene.stretch,
        outline=scene.outline,
        chips_skipped=chips_skipped,
        sha256=sha256,
        pixel_m=settings.pixel_m(scene),
        band_reason=scene.band_reason,
        placement_note=scene.placement_note,
        refers_to=scene.refers_to,
        item=scene.item,
    )
