"""Search: a query vector and a filter in, ranked hits out.

Rooms, each of which imports only from those before it:

- ``conditions``: what may be asked of chips, in the words that users write
- ``asking``: what may be asked beside them
- ``filters``: these words become a filter
- ``hits``: hits, how they were found, which of them show one place
- ``likely``: how likely hits are right, and whether there is a right one at all
- ``queries``: what is asked, as vectors
- ``ranking``: the best rows of all segments become hits

What computes is imported when it is first used: naming what may be asked costs nothing heavy.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names
from geosearch.search.asking import AnswerOptions, Asking, split_asking
from geosearch.search.conditions import QUANTITIES, Conditions

if TYPE_CHECKING:
    from geosearch.index import SegmentPlan
    from geosearch.search.filters.make_filter import make_filter
    from geosearch.search.filters.notes import nothing_matches, without_others
    from geosearch.search.hits.explanation import Explanation
    from geosearch.search.hits.hit import Hit
    from geosearch.search.hits.where import MARKED, Where
    from geosearch.search.likely.judging import Judgement, judge
    from geosearch.search.likely.saying import NONE_BELOW
    from geosearch.search.queries.question import Question, ask_texts
    from geosearch.search.queries.unit_vectors import unit_queries
    from geosearch.search.queries.wording import Wording
    from geosearch.search.ranking.scale import Preference, preference
    from geosearch.search.ranking.search import hit_count, search, search_many

__all__ = [
    "MARKED",
    "NONE_BELOW",
    "QUANTITIES",
    "AnswerOptions",
    "Asking",
    "Conditions",
    "Explanation",
    "Hit",
    "Judgement",
    "Preference",
    "Question",
    "SegmentPlan",
    "Where",
    "Wording",
    "ask_texts",
    "hit_count",
    "judge",
    "make_filter",
    "nothing_matches",
    "preference",
    "search",
    "search_many",
    "split_asking",
    "unit_queries",
    "without_others",
]

_HOME = {
    "Explanation": "hits.explanation",
    "Hit": "hits.hit",
    "SegmentPlan": "hits.explanation",
    "Judgement": "likely.judging",
    "MARKED": "hits.where",
    "NONE_BELOW": "likely.saying",
    "judge": "likely.judging",
    "Preference": "ranking.scale",
    "Question": "queries.question",
    "preference": "ranking.scale",
    "ask_texts": "queries.question",
    "Where": "hits.where",
    "Wording": "queries.wording",
    "hit_count": "ranking.search",
    "make_filter": "filters.make_filter",
    "without_others": "filters.notes",
    "nothing_matches": "filters.notes",
    "search": "ranking.search",
    "search_many": "ranking.search",
    "unit_queries": "queries.unit_vectors",
}

__getattr__ = lazy_names(__name__, _HOME)
