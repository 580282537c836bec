"""How good an encoder or an index is: retrieval, classification, localisation, recall."""

from geosearch.evaluation.classification.confusion import confusion_picture
from geosearch.evaluation.classification.prompts import CLASSIFICATION_PROTOCOLS
from geosearch.evaluation.classification.protocols import evaluate_classification, read_class_names
from geosearch.evaluation.classification.zeroshot import class_vectors, top1_accuracy
from geosearch.evaluation.index_recall import SELECTIVITIES, evaluate_recall
from geosearch.evaluation.localization.maps import localization_maps
from geosearch.evaluation.localization.protocol import evaluate_localization
from geosearch.evaluation.localization.scores import localization_scores
from geosearch.evaluation.mini.answer_sheet import Answer, write_answer_sheet
from geosearch.evaluation.mini.card import card_table
from geosearch.evaluation.mini.figures import (
    EXAMPLE,
    HeldOutSets,
    LabelledImages,
    judge,
    worst_sentences,
)
from geosearch.evaluation.mini.relation import RelationFigures, search_draws
from geosearch.evaluation.mini.wild import WildFigures, WildQuestion, read_questions, search_scenes
from geosearch.evaluation.pictures import Pictures, open_pictures
from geosearch.evaluation.report import Breakdown, Report, Theirs
from geosearch.evaluation.retrieval.captions import CaptionedSet, read_karpathy, read_text_files
from geosearch.evaluation.retrieval.protocols import (
    RETRIEVAL_PROTOCOLS,
    evaluate_retrieval,
    queries_of,
)
from geosearch.evaluation.retrieval.recall import (
    Recalls,
    average_precision,
    pooled_recall,
    precision_at,
    recalls,
    retrieval_recall,
)

__all__ = [
    "CLASSIFICATION_PROTOCOLS",
    "EXAMPLE",
    "RETRIEVAL_PROTOCOLS",
    "SELECTIVITIES",
    "Answer",
    "Breakdown",
    "CaptionedSet",
    "HeldOutSets",
    "LabelledImages",
    "Pictures",
    "Recalls",
    "RelationFigures",
    "Report",
    "Theirs",
    "WildFigures",
    "WildQuestion",
    "average_precision",
    "card_table",
    "class_vectors",
    "confusion_picture",
    "evaluate_classification",
    "evaluate_localization",
    "evaluate_recall",
    "evaluate_retrieval",
    "judge",
    "localization_maps",
    "localization_scores",
    "open_pictures",
    "pooled_recall",
    "precision_at",
    "queries_of",
    "read_class_names",
    "read_karpathy",
    "read_questions",
    "read_text_files",
    "recalls",
    "retrieval_recall",
    "search_draws",
    "search_scenes",
    "top1_accuracy",
    "worst_sentences",
    "write_answer_sheet",
]
