"""How good an encoder is: classification without training, retrieval, scenes in the wild."""

from geosearch.evaluation.answer_sheet import Answer, write_answer_sheet
from geosearch.evaluation.card import card_table
from geosearch.evaluation.figures import (
    EXAMPLE,
    HeldOutSets,
    LabelledImages,
    judge,
    worst_sentences,
)
from geosearch.evaluation.localization import localization_scores
from geosearch.evaluation.relation import RelationFigures, search_draws
from geosearch.evaluation.retrieval import (
    Recalls,
    average_precision,
    precision_at,
    recalls,
    retrieval_recall,
)
from geosearch.evaluation.wild import WildFigures, WildQuestion, read_questions, search_scenes
from geosearch.evaluation.zeroshot import class_vectors, top1_accuracy

__all__ = [
    "EXAMPLE",
    "Answer",
    "HeldOutSets",
    "LabelledImages",
    "Recalls",
    "RelationFigures",
    "WildFigures",
    "WildQuestion",
    "average_precision",
    "card_table",
    "class_vectors",
    "judge",
    "localization_scores",
    "precision_at",
    "read_questions",
    "recalls",
    "retrieval_recall",
    "search_draws",
    "search_scenes",
    "top1_accuracy",
    "worst_sentences",
    "write_answer_sheet",
]
