"""Publications come soon at first, and are few in the end."""

from geosearch.ingest.run.intervals import INTERVALS, next_publication_s

HOUR_S = 3600


def publications_s(run_s: float) -> list[float]:
    moments = [next_publication_s(INTERVALS, 0)]
    while moments[-1] < run_s:
        moments.append(next_publication_s(INTERVALS, moments[-1]))
    return moments[:-1]


def test_ten_minutes_of_work_can_be_searched_after_ten_minutes() -> None:
    assert publications_s(HOUR_S)[0] == 600


def test_a_week_makes_few_segments() -> None:
    assert len(publications_s(7 * 24 * HOUR_S)) < 20


def test_two_thirds_of_a_long_run_are_searchable_at_any_time() -> None:
    moments = publications_s(7 * 24 * HOUR_S)[2:]
    assert all(one / next_publication_s(INTERVALS, one) > 0.66 for one in moments)
