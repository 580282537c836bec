"""How good an encoder is: classification without training, retrieval, scenes in the wild."""

from geosearch.evaluation.figures import HeldOutSets, LabelledImages, judge
from geosearch.evaluation.retrieval import (
    Recalls,
    average_precision,
    precision_at,
    recalls,
)
from geosearch.evaluation.wild import WildFigures, WildQuestion, read_questions, search_scenes
from geosearch.evaluation.zeroshot import class_vectors, top1_accuracy

__all__ = [
    "HeldOutSets",
    "LabelledImages",
    "Recalls",
    "WildFigures",
    "WildQuestion",
    "average_precision",
    "class_vectors",
    "judge",
    "precision_at",
    "read_questions",
    "recalls",
    "search_scenes",
    "top1_accuracy",
]
