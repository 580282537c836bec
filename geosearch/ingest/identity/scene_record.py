"""What an index records of an open scene."""

from dataclasses import fields

from geosearch.index import SceneRecord
from geosearch.ingest.run.settings import RunSettings
from geosearch.scenes import Scene, without_secrets

_SHARED = {field.name for field in fields(Scene)} & {field.name for field in fields(SceneRecord)}
"""What a record keeps of a scene as it is: a field of this name in both is copied."""


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
    values = {name: getattr(scene, name) for name in _SHARED}
    values |= {
        "href": without_secrets(scene.href),
        "size_bytes": scene.state.size_bytes,
        "state": scene.state.text,
        "chips_skipped": chips_skipped,
        "sha256": sha256,
        "pixel_m": settings.pixel_m(scene),
    }
    return SceneRecord(**values)
