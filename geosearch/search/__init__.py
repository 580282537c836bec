"""Search: a query vector and a filter in, ranked hits out.

What computes is imported when it is first used: naming what may be asked costs nothing heavy.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names
from geosearch.search.conditions import QUANTITIES, Conditions

if TYPE_CHECKING:
    from geosearch.index import SegmentPlan
    from geosearch.search.explanation import Explanation
    from geosearch.search.filters import make_filter
    from geosearch.search.hit import Hit
    from geosearch.search.notes import nothing_matches
    from geosearch.search.query_vectors import unit_queries
    from geosearch.search.ranking import hit_count, search, search_many

__all__ = [
    "QUANTITIES",
    "Conditions",
    "Explanation",
    "Hit",
    "SegmentPlan",
    "hit_count",
    "make_filter",
    "nothing_matches",
    "search",
    "search_many",
    "unit_queries",
]

_HOME = {
    "Explanation": "explanation",
    "Hit": "hit",
    "SegmentPlan": "explanation",
    "hit_count": "ranking",
    "make_filter": "filters",
    "nothing_matches": "notes",
    "search": "ranking",
    "search_many": "ranking",
    "unit_queries": "query_vectors",
}

__getattr__ = lazy_names(__name__, _HOME)
