"""How good an encoder or an index is: retrieval, classification, localization, recall."""

from geosearch.evaluation.classification.confusion import confusion_picture
from geosearch.evaluation.classification.protocols import evaluate_classification, read_class_names
from geosearch.evaluation.classification.zeroshot import (
    EUROSAT_TEMPLATES,
    class_vectors,
    top1_accuracy,
)
from geosearch.evaluation.index_recall import SELECTIVITIES, box_around, evaluate_recall
from geosearch.evaluation.localization.protocol import evaluate_localization
from geosearch.evaluation.pictures import open_pictures
from geosearch.evaluation.report import Breakdown, Report
from geosearch.evaluation.retrieval.captions import read_karpathy, read_text_files
from geosearch.evaluation.retrieval.first_right import mean_reciprocal_rank, success_at
from geosearch.evaluation.retrieval.protocols import evaluate_retrieval
from geosearch.evaluation.retrieval.recall import average_precision, precision_at, recalls

__all__ = [
    "EUROSAT_TEMPLATES",
    "SELECTIVITIES",
    "Breakdown",
    "Report",
    "average_precision",
    "box_around",
    "class_vectors",
    "confusion_picture",
    "evaluate_classification",
    "evaluate_localization",
    "evaluate_recall",
    "evaluate_retrieval",
    "mean_reciprocal_rank",
    "open_pictures",
    "precision_at",
    "read_class_names",
    "read_karpathy",
    "read_text_files",
    "recalls",
    "success_at",
    "top1_accuracy",
]
