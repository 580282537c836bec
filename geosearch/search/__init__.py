"""Search: a query vector and a filter in, ranked hits out."""

from geosearch.search.filters import Filter, TimeSpan, make_filter
from geosearch.search.hit import Hit
from geosearch.search.query_vectors import unit_queries
from geosearch.search.ranking import Explanation, SegmentPlan, search, search_many
from geosearch.search.selection import matching_rows, matching_runs

__all__ = [
    "Explanation",
    "Filter",
    "Hit",
    "SegmentPlan",
    "TimeSpan",
    "make_filter",
    "matching_rows",
    "matching_runs",
    "search",
    "search_many",
    "unit_queries",
]
