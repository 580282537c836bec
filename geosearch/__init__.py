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
    Interrupted,
    Refusal,
    SceneError,
    UnknownConditionError,
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
        IndexingOptions,
        Texts,
        build,
        compact,
        export_vectors,
        import_vectors,
        localize,
        open,
        prepare,
        read_queries,
        read_texts,
        remove,
        verify,
    )
    from geosearch.chips import Chips
    from geosearch.demo import write_archive as write_demo
    from geosearch.encoders import (
        Embedding,
        Encoder,
        embed_images,
        embed_texts,
        load_encoder,
        write_embedding,
    )
    from geosearch.evaluation import (
        evaluate_classification,
        evaluate_localization,
        evaluate_recall,
        evaluate_retrieval,
        open_pictures,
        read_class_names,
        read_karpathy,
        read_text_files,
    )
    from geosearch.formats import VectorImport
    from geosearch.index import Compaction, IndexInfo, Problem, Removal
    from geosearch.ingest import BuildReport, IndexingEstimate, SceneCount
    from geosearch.reporting import CONSOLE, LOG, SILENT, Reporter
    from geosearch.search import Asking, Chip, Conditions, Explanation, Hit, Marks, Place
    from geosearch.training import Tuning, train_pairs

__version__ = "0.1.0"

__all__ = [
    "CONSOLE",
    "LOG",
    "SILENT",
    "Asking",
    "BuildReport",
    "Chip",
    "Chips",
    "Compaction",
    "Conditions",
    "Embedding",
    "Encoder",
    "EncoderChoice",
    "EncoderError",
    "Explanation",
    "GeosearchError",
    "Hit",
    "Hits",
    "Index",
    "IndexFolderError",
    "IndexInfo",
    "IndexingEstimate",
    "IndexingJob",
    "IndexingOptions",
    "Interrupted",
    "Marks",
    "Place",
    "Problem",
    "Refusal",
    "Removal",
    "Reporter",
    "SceneCount",
    "SceneError",
    "Texts",
    "Tuning",
    "UnknownConditionError",
    "UsageError",
    "VectorImport",
    "WeightsError",
    "build",
    "compact",
    "embed_images",
    "embed_texts",
    "evaluate_classification",
    "evaluate_localization",
    "evaluate_recall",
    "evaluate_retrieval",
    "export_vectors",
    "import_vectors",
    "load_encoder",
    "localize",
    "open",
    "open_pictures",
    "prepare",
    "read_class_names",
    "read_karpathy",
    "read_queries",
    "read_text_files",
    "read_texts",
    "remove",
    "train_pairs",
    "verify",
    "write_demo",
    "write_embedding",
]

_HOME = {
    "BuildReport": "ingest",
    "CONSOLE": "reporting",
    "Chips": "chips",
    "Compaction": "index",
    "Asking": "search",
    "Chip": "search",
    "Marks": "search",
    "Place": "search",
    "Conditions": "search",
    "Embedding": "encoders",
    "Encoder": "encoders",
    "EncoderChoice": "api",
    "Explanation": "search",
    "Hit": "search",
    "Hits": "api",
    "Index": "api",
    "IndexInfo": "index",
    "IndexingEstimate": "ingest",
    "IndexingJob": "api",
    "IndexingOptions": "api",
    "LOG": "reporting",
    "Problem": "index",
    "Removal": "index",
    "Reporter": "reporting",
    "SILENT": "reporting",
    "SceneCount": "ingest",
    "Texts": "api",
    "Tuning": "training",
    "VectorImport": "formats",
    "build": "api",
    "compact": "api",
    "embed_images": "encoders",
    "embed_texts": "encoders",
    "evaluate_classification": "evaluation",
    "evaluate_localization": "evaluation",
    "evaluate_recall": "evaluation",
    "evaluate_retrieval": "evaluation",
    "export_vectors": "api",
    "import_vectors": "api",
    "localize": "api",
    "load_encoder": "encoders",
    "open": "api",
    "open_pictures": "evaluation",
    "prepare": "api",
    "read_class_names": "evaluation",
    "read_karpathy": "evaluation",
    "read_queries": "api",
    "read_text_files": "evaluation",
    "read_texts": "api",
    "remove": "api",
    "train_pairs": "training",
    "verify": "api",
    "write_demo": "demo:write_archive",
    "write_embedding": "encoders",
}

__getattr__ = lazy_names(__name__, _HOME)
