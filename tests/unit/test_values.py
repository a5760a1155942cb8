"""Single values of the wire: read leniently, never guessed, never rounded."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async import _values as value
from ropo_async._values import HELSINKI, days_at_risk

CONVERTERS: list[Callable[[Any], Any]] = [value.decimal, value.integer, value.text, value.day, value.moment]
SENT = "SENT-BY-SOMEBODY"


@pytest.mark.parametrize("convert", CONVERTERS, ids=lambda convert: convert.__name__)
@pytest.mark.parametrize("nothing", [None, ""], ids=repr)
def test_empty_is_nothing(convert: Callable[[Any], Any], nothing: Any) -> None:
    assert convert(nothing) is None


@pytest.mark.parametrize("convert", CONVERTERS, ids=lambda convert: convert.__name__)
@pytest.mark.parametrize("wrong", [True, False, [], {}, [1], {"a": 1}, b"6", 1.5, ...], ids=repr)
def test_the_wrong_kind_is_refused(convert: Callable[[Any], Any], wrong: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        convert(wrong)


@pytest.mark.parametrize("convert", [value.decimal, value.integer, value.day, value.moment])
def test_what_cannot_be_read_is_not_repeated(convert: Callable[[Any], Any]) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        convert(SENT)
    assert SENT not in repr(caught.value)


@pytest.mark.parametrize(
    ("sent", "exact"),
    [
        (0, "0"),
        (-7, "-7"),
        ("12.34", "12.34"),
        (" 12.34 ", "12.34"),
        ("+1", "1"),
        ("-0.10", "-0.10"),
        ("1e3", "1E+3"),
        ("19.90", "19.90"),
        (Decimal("19.90"), "19.90"),
        (Decimal("1000000000000000.01"), "1000000000000000.01"),
        (10**40, "1" + "0" * 40),
        ("9" * 64, "9" * 64),
        (Decimal("9" * 64), "9" * 64),
    ],
)
def test_numbers_keep_every_digit(sent: Any, exact: str) -> None:
    assert str(value.decimal(sent)) == exact


@pytest.mark.parametrize(
    "sent",
    ["12,34", "1 000", "0x10", "NaN", "sNaN", "-Infinity", " ", "--1", "1e", "6 of 6", "1e99999999999999999999"],
)
def test_what_is_no_number_is_refused(sent: str) -> None:
    for convert in (value.decimal, value.integer):
        with pytest.raises(ValueError, match="expected a"):
            convert(sent)


@pytest.mark.parametrize("sent", [Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")], ids=str)
def test_what_is_not_finite_is_refused(sent: Decimal) -> None:
    for convert in (value.decimal, value.integer, value.text):
        with pytest.raises(ValueError, match="expected a number"):
            convert(sent)


@pytest.mark.parametrize("sent", [Decimal("1e65"), "1e65", "1e999999", Decimal("1e999999"), "9" * 66])
def test_a_whole_number_that_would_fill_the_memory_is_refused(sent: Any) -> None:
    with pytest.raises(ValueError, match="of ordinary size"):
        value.integer(sent)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**20), max_value=10**20))
def test_an_amount_comes_out_as_it_went_in(amount: Decimal) -> None:
    for sent in (amount, str(amount), f"{amount:f}"):
        assert str(value.decimal(sent)) == str(amount)


@given(st.text() | st.integers() | st.decimals() | st.floats() | st.booleans() | st.binary())
def test_a_value_is_read_or_refused(sent: Any) -> None:
    for convert in CONVERTERS:
        try:
            convert(sent)
        except ValueError as error:
            assert type(error) is ValueError  # noqa: PT017 - the kind of refusal is the point


@pytest.mark.parametrize("sent", [6, "6", "6.0", Decimal(6), Decimal("6.0"), Decimal("6.000"), "+6", "6e0"], ids=repr)
def test_six_is_six(sent: Any) -> None:
    six = value.integer(sent)
    assert six == 6
    assert type(six) is int


@pytest.mark.parametrize("sent", [True, "true", 1.5, "1.5", Decimal("1.5"), "6 of 6"], ids=repr)
def test_what_is_not_whole_is_refused(sent: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        value.integer(sent)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("R-1", "R-1"),
        (" ", " "),
        (0, "0"),
        (500, "500"),
        (-7, "-7"),
        (Decimal("1.50"), "1.50"),
        ("Työ", "Työ"),
        ("😀", "😀"),
    ],
)
def test_text_stays_and_numbers_become_their_digits(sent: Any, text: str) -> None:
    assert value.text(sent) == text


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2026-03-04", date(2026, 3, 4)),
        ("2026-3-4", date(2026, 3, 4)),
        ("2024-02-29", date(2024, 2, 29)),
        ("0000-00-00", None),
        ("0000-00-00 00:00:00", None),
        (date(2026, 3, 4), date(2026, 3, 4)),
    ],
)
def test_days(sent: Any, day: date | None) -> None:
    assert value.day(sent) == day


@pytest.mark.parametrize(
    "sent",
    ["2026-02-29", "2026-13-01", "26-03-04", "2026/03/04", "04.03.2026", "2026-03-04T", "٢٠٢٦-03-04", 20260304],
    ids=repr,
)
def test_what_is_no_day_is_refused(sent: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a date|day|month"):
        value.day(sent)


def test_a_moment_is_no_day() -> None:
    with pytest.raises(ValueError, match="expected a date"):
        value.day(datetime(2026, 3, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        ("2026-03-04 05:06:07", (2026, 3, 4, 5, 6, 7)),
        ("2026-03-04T05:06:07", (2026, 3, 4, 5, 6, 7)),
        ("2026-3-4 5:06:07", (2026, 3, 4, 5, 6, 7)),
        ("2026-03-04 05:06", (2026, 3, 4, 5, 6)),
        ("2026-03-04", (2026, 3, 4)),
    ],
)
def test_moments(sent: str, parts: tuple[int, ...]) -> None:
    moment = value.moment(sent)
    assert moment == datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - the vendor gives no zone
    assert moment.tzinfo is None


@pytest.mark.parametrize("zero", ["0000-00-00", "0000-00-00 00:00:00"])
def test_a_zero_moment_is_nothing(zero: str) -> None:
    assert value.moment(zero) is None


@pytest.mark.parametrize(
    "sent",
    ["2026-03-04 24:00:00", "2026-03-04 05:60:00", "2026-03-04 05:06:07Z", "05:06:07", 1772600000, "2026-02-30 00:00"],
    ids=repr,
)
def test_what_is_no_moment_is_refused(sent: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a time|hour|minute|day"):
        value.moment(sent)


# --- Days to read again --------------------------------------------------------------------------------------------

HOUR = timedelta(hours=1)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from([UTC, HELSINKI, ZoneInfo("America/Los_Angeles"), timezone(timedelta(hours=14))])


def _days(first: str, last: str, lateness: timedelta = timedelta(0)) -> list[str]:
    since, until = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return [day.isoformat() for day in days_at_risk(since, until, lateness=lateness)]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        pytest.param("2026-07-01T12:00Z", "2026-07-01T12:01Z", ["2026-07-01"], id="noon"),
        pytest.param("2026-07-01T20:59Z", "2026-07-01T20:59Z", ["2026-07-01"], id="a minute before midnight"),
        pytest.param("2026-07-01T21:00Z", "2026-07-01T21:00Z", ["2026-07-01", "2026-07-02"], id="midnight in summer"),
        pytest.param("2026-01-01T21:59Z", "2026-01-01T21:59Z", ["2026-01-01"], id="before midnight in winter"),
        pytest.param("2026-01-01T22:00Z", "2026-01-01T22:00Z", ["2026-01-01", "2026-01-02"], id="midnight in winter"),
        pytest.param(
            "2026-07-01T20:50Z",
            "2026-07-01T21:05Z",
            ["2026-07-01", "2026-07-02"],
            id="across midnight",
        ),
        pytest.param("2026-03-28T22:00Z", "2026-03-28T22:00Z", ["2026-03-28", "2026-03-29"], id="the short day"),
        pytest.param("2026-10-25T21:59Z", "2026-10-25T21:59Z", ["2026-10-25"], id="the long day ends late"),
        pytest.param("2026-10-24T21:00Z", "2026-10-24T21:00Z", ["2026-10-24", "2026-10-25"], id="it begins early"),
    ],
)
def test_days_of_helsinki_and_of_utc(first: str, last: str, days: list[str]) -> None:
    assert _days(first, last) == days


def test_changes_may_be_two_days_late() -> None:
    noon = datetime(2026, 7, 3, 12, tzinfo=UTC)
    assert days_at_risk(noon, noon) == (date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 3))


@given(since=moments, lasting=st.timedeltas(timedelta(0), timedelta(days=9)), share=st.floats(0, 1))
def test_no_moment_between_is_left_out(since: datetime, lasting: timedelta, share: float) -> None:
    until = since + lasting
    days = days_at_risk(since, until)
    assert list(days) == [days[0] + timedelta(days=offset) for offset in range(len(days))]
    start = since - timedelta(hours=48)
    between = start + (until - start) * share
    for zone in (UTC, HELSINKI):
        assert between.astimezone(zone).date() in days
    assert {start.astimezone(UTC).date(), until.astimezone(HELSINKI).date()} == {days[0], days[-1]}


@given(since=moments, zone=zones)
def test_the_days_do_not_depend_on_the_zone_a_moment_is_written_in(since: datetime, zone: Any) -> None:
    until = since + HOUR
    assert days_at_risk(since.astimezone(zone), until.astimezone(zone)) == days_at_risk(since, until)


def test_the_days_across_a_change_of_the_clock_do_not_depend_on_the_zone() -> None:
    moment = datetime(2026, 3, 29, 23, 30, tzinfo=UTC)
    assert days_at_risk(moment.astimezone(HELSINKI), moment.astimezone(HELSINKI)) == days_at_risk(moment, moment)
