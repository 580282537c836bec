"""geosearch: find places in satellite and aerial image archives by what one says about them.

    import geosearch

    index = geosearch.build(["scenes/"], "indexes/scenes")
    hits = index.search("tennis court between two white buildings", bbox=(w, s, e, n), k=10)
    hits.to_geojson("hits.geojson")

Everything public is here; the rest may change. Importing this costs nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geosearch.errors import (
    EncoderError,
    GeosearchError,
    IndexFolderError,
    Refusal,
    SceneError,
    UsageError,
    WeightsError,
)

if TYPE_CHECKING:
    from geosearch.api import (
        Archive,
        Hits,
        build,
        compact,
        export_vectors,
        import_vectors,
        open,
        plan,
        remove,
        verify,
    )
    from geosearch.demo import write_archive as write_demo
    from geosearch.encoders import embed_images, embed_texts
    from geosearch.ingest import BuildReport
    from geosearch.search import Hit

__version__ = "0.1.0"

__all__ = [
    "Archive",
    "BuildReport",
    "EncoderError",
    "GeosearchError",
    "Hit",
    "Hits",
    "IndexFolderError",
    "Refusal",
    "SceneError",
    "UsageError",
    "WeightsError",
    "build",
    "compact",
    "embed_images",
    "embed_texts",
    "export_vectors",
    "import_vectors",
    "open",
    "plan",
    "remove",
    "verify",
    "write_demo",
]

_HOME = {
    "Archive": ("geosearch.api", "Archive"),
    "BuildReport": ("geosearch.ingest", "BuildReport"),
    "Hit": ("geosearch.search", "Hit"),
    "Hits": ("geosearch.api", "Hits"),
    "build": ("geosearch.api", "build"),
    "compact": ("geosearch.api", "compact"),
    "embed_images": ("geosearch.encoders", "embed_images"),
    "embed_texts": ("geosearch.encoders", "embed_texts"),
    "export_vectors": ("geosearch.api", "export_vectors"),
    "import_vectors": ("geosearch.api", "import_vectors"),
    "open": ("geosearch.api", "open"),
    "plan": ("geosearch.api", "plan"),
    "remove": ("geosearch.api", "remove"),
    "verify": ("geosearch.api", "verify"),
    "write_demo": ("geosearch.demo", "write_archive"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'geosearch' has no attribute {name!r}")
    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)
