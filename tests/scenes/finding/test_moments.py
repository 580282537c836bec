"""Times that texts state, against Python's own reader."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from geosearch.scenes.finding.moments import read_moment


@given(
    st.integers(1, 2019), st.integers(0, 364 * 86_400), st.integers(-14, 14),
)  # fmt: skip
def test_what_is_stated_as_a_time_counts_however_old(year: int, second: int, hours: int) -> None:
    """Truth: Python's own reader of RFC 3339."""
    zone = timezone(timedelta(hours=hours))
    said = datetime(year, 1, 1, 14, tzinfo=zone) + timedelta(seconds=second)
    moment = read_moment(said.isoformat(), "STAC")
    assert moment is not None
    assert len(moment.datetime) == len("0925-08-12T00:00:00Z")
    assert datetime.fromisoformat(moment.datetime) == said.astimezone(UTC)


def test_a_time_before_year_1_is_none() -> None:
    assert read_moment("0001-01-01T00:00:00+02:00", "STAC") is None
