"""geosearch: find places in satellite and aerial image archives from a text description.

    import geosearch

    index = geosearch.build(["scenes/"], "indexes/scenes")
    hits = index.search("tennis court between two white buildings", bbox=(w, s, e, n), k=10)
    hits.to_geojson("hits.geojson")

Everything public is here; the rest may change. Importing this costs nothing heavy.
"""

from typing import TYPE_CHECKING

from geosearch.errors import (
    EncoderError,
    GeosearchError,
    IndexFolderError,
    Refusal,
    SceneError,
    UsageError,
    WeightsError,
)
from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.api import (
        Hits,
        Index,
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
    from geosearch.encoders import embed_images, embed_texts, load_encoder
    from geosearch.ingest import BuildReport
    from geosearch.search import Conditions, Hit

__version__ = "0.1.0"

__all__ = [
    "BuildReport",
    "Conditions",
    "EncoderError",
    "GeosearchError",
    "Hit",
    "Hits",
    "Index",
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
    "load_encoder",
    "open",
    "plan",
    "remove",
    "verify",
    "write_demo",
]

_HOME = {
    "Index": "api",
    "BuildReport": "ingest",
    "Conditions": "search",
    "Hit": "search",
    "Hits": "api",
    "build": "api",
    "compact": "api",
    "embed_images": "encoders",
    "embed_texts": "encoders",
    "export_vectors": "api",
    "import_vectors": "api",
    "load_encoder": "encoders",
    "open": "api",
    "plan": "api",
    "remove": "api",
    "verify": "api",
    "write_demo": "demo:write_archive",
}

__getattr__ = lazy_names(__name__, _HOME)
