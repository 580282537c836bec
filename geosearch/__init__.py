"""geosearch: find places in satellite and aerial image archives from a text description.

    import geosearch

    index = geosearch.build(["scenes/"], "indexes/scenes")
    hits = index.search("tennis court between two white buildings", bbox=(w, s, e, n), k=10)
    hits.to_geojson("hits.geojson")

Everything public is here; the rest may change. Importing this costs nothing heavy.
"""

from typing import TYPE_CHECKING

from geosearch.chips import Chips
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
        EncoderChoice,
        Hits,
        Index,
        IndexingJob,
        build,
        compact,
        export_vectors,
        import_vectors,
        open,
        prepare,
        remove,
        verify,
    )
    from geosearch.demo import write_archive as write_demo
    from geosearch.encoders import embed_images, embed_texts
    from geosearch.encoders import load as load_encoder
    from geosearch.ingest import BuildReport, IndexingEstimate
    from geosearch.search import Conditions, Hit

__version__ = "0.1.0"

__all__ = [
    "BuildReport",
    "Chips",
    "Conditions",
    "EncoderChoice",
    "EncoderError",
    "GeosearchError",
    "Hit",
    "Hits",
    "Index",
    "IndexFolderError",
    "IndexingEstimate",
    "IndexingJob",
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
    "prepare",
    "remove",
    "verify",
    "write_demo",
]

_HOME = {
    "BuildReport": "ingest",
    "Conditions": "search",
    "EncoderChoice": "api",
    "Hit": "search",
    "Hits": "api",
    "Index": "api",
    "IndexingEstimate": "ingest",
    "IndexingJob": "api",
    "build": "api",
    "compact": "api",
    "embed_images": "encoders",
    "embed_texts": "encoders",
    "export_vectors": "api",
    "import_vectors": "api",
    "load_encoder": "encoders:load",
    "open": "api",
    "prepare": "api",
    "remove": "api",
    "verify": "api",
    "write_demo": "demo:write_archive",
}

__getattr__ = lazy_names(__name__, _HOME)
