"""`Retry-After` in its forms. Vectors as urllib3 has them, with its moment: 2019-06-03 11:00 UTC."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async.retry import parse_retry_after

NOW = datetime(2019, 6, 3, 11, tzinfo=UTC)


@pytest.fixture(params=["UTC", "Europe/Helsinki", "America/Los_Angeles"])
def local_zone(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("1000", 1000),
        ("\t42 ", 42),
        ("9" * 18, float("9" * 18)),
        ("9" * 19, float("inf")),
        ("9" * 5000, float("inf")),
        ("Mon, 3 Jun 2019 12:00:00 UTC", 3600),
        ("Mon, 03 Jun 2019 12:00:00 GMT", 3600),
        ("Mon, 3 Jun 2019 11:00:00 UTC", 0),
        ("Mon, 3 Jun 2019 10:00:00 UTC", 0),
        ("Monday, 03-Jun-19 11:30:12 GMT", 1812),
        ("Mon Jun  3 11:30:12 2019", 1812),
        ("-1", None),
        ("+1", None),
        ("1.0", None),
        ("1 1", None),
        ("\xb2", None),
        ("٣", None),
        ("-100", None),
        ("invalid", None),
        ("", None),
        ("Mon, 3 Jun 2019 12:00:00 +9999", None),
        ("Mon, 3 Jun 99999 12:00:00 GMT", None),
    ],
    ids=lambda value: str(value)[:32],
)
@pytest.mark.usefixtures("local_zone")
def test_what_is_asked_for(value: str, seconds: float | None) -> None:
    assert parse_retry_after({"retry-after": value}, NOW) == seconds


def test_nothing_is_asked_for() -> None:
    assert parse_retry_after({"date": "Mon, 3 Jun 2019 11:00:00 GMT"}, NOW) is None


def test_a_date_is_measured_against_the_answers_own() -> None:
    headers = {"retry-after": "Mon, 3 Jun 2019 11:30:00 GMT", "date": "Mon, 3 Jun 2019 11:29:00 GMT"}
    assert parse_retry_after(headers, NOW) == 60


def test_an_unreadable_date_of_the_answer_does_not_count() -> None:
    assert parse_retry_after({"retry-after": "Mon, 3 Jun 2019 11:30:00 GMT", "date": "soon"}, NOW) == 1800


def test_without_a_moment_the_clock_counts() -> None:
    assert parse_retry_after({"retry-after": "Mon, 3 Jun 2019 11:30:00 GMT"}) == 0


@given(value=st.text("MonTue, 3Junv-0129:\t+.GMTZ\x00é"), date=st.text(max_size=20))
def test_no_text_is_too_odd(value: str, date: str) -> None:
    seconds = parse_retry_after({"retry-after": value, "date": date}, NOW)
    assert seconds is None or seconds >= 0
