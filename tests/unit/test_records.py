"""The records of the domain: values that compare, hash, travel and show nothing personal."""

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ropo_async.records import Page, PaymentReceipt, PaymentStatus, StatusType, StatusUpdate, Undecoded

PERSONAL = "Testi Henkilö"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 4)  # noqa: DTZ001 - the vendor gives no zone


def _update(**changes: Any) -> StatusUpdate:
    content: dict[str, Any] = {
        "jobid": 1500,
        "statusid": "P77",
        "billnum": PERSONAL,
        "openamount": Decimal("900.10"),
        "origamount": Decimal("1000.00"),
        "opencapital": Decimal(900),
        "openinterest": Decimal("0.10"),
        "openexpenses": Decimal("5.00"),
        "statustype": StatusType.PAYMENT,
        "statustime": MIDNIGHT,
        "statusref": PERSONAL,
        "statustext": PERSONAL,
        "statuscode": 17,
        "paydate": MIDNIGHT.date(),
        "amount": Decimal("710.10"),
        "extra": {"payer": PERSONAL},
        "raw": PERSONAL.encode(),
    }
    return StatusUpdate(**content | changes)


def _receipt(**changes: Any) -> PaymentReceipt:
    content: dict[str, Any] = {
        "jobid": 1500,
        "billnum": PERSONAL,
        "billcode": PERSONAL,
        "paydate": MIDNIGHT.date(),
        "amount": Decimal("710.10"),
        "capitalafter": Decimal("0.00"),
        "statusid": PaymentStatus.OHISPAY,
        "statustext": PERSONAL,
        "extra": {"payer": PERSONAL},
        "raw": PERSONAL.encode(),
    }
    return PaymentReceipt(**content | changes)


def _page(**changes: Any) -> Page:
    content: dict[str, Any] = {
        "updates": (_update(), _update(jobid=2)),
        "undecoded": (Undecoded(2, PERSONAL.encode(), "it is not JSON"),),
        "raw": PERSONAL.encode(),
        "received_at": NOW,
    }
    return Page(**content | changes)


MAKERS: list[Callable[[], Any]] = [_update, _receipt, _page]
COPIES: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(lambda thing, protocol=protocol: pickle.loads(pickle.dumps(thing, protocol)) for protocol in range(2, 6)),
]


@pytest.mark.parametrize("cls", [StatusUpdate, PaymentReceipt])
def test_every_field_may_be_absent(cls: Any) -> None:
    empty = cls()
    assert {getattr(empty, name) for name in get_type_hints(cls) if name not in ("extra", "raw")} == {None}
    assert (empty.extra, empty.raw) == ({}, b"")


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("duplicate", COPIES)
def test_copies_and_pickles_are_equal(make: Callable[[], Any], duplicate: Callable[[Any], Any]) -> None:
    original = make()
    assert duplicate(original) == original
    assert hash(duplicate(original)) == hash(original)
    assert duplicate(original).raw == original.raw


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_personal_shows(make: Callable[[], Any]) -> None:
    shown = f"{make()!r} {make()}"
    for personal in (PERSONAL, "Henkil", "710.10", "900.10"):
        assert personal not in shown


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_can_be_changed(make: Callable[[], Any]) -> None:
    thing = make()
    with pytest.raises(AttributeError):
        thing.raw = b""


@pytest.mark.parametrize("make", [_update, _receipt])
def test_the_raw_record_takes_no_part_in_equality(make: Callable[..., Any]) -> None:
    assert make(raw=b"1") == make(raw=b"2")
    assert hash(make(raw=b"1")) == hash(make(raw=b"2"))


@pytest.mark.parametrize("make", [_update, _receipt])
def test_new_fields_take_part_in_equality(make: Callable[..., Any]) -> None:
    assert make(extra={"new": 1}) != make(extra={"new": 2})
    assert hash(make(extra={"new": 1})) == hash(make(extra={"new": 2}))
    assert hash(make(extra={"new": [1, {}]})) == hash(make())


@pytest.mark.parametrize("name", [name for name in StatusUpdate.__struct_fields__ if name not in ("extra", "raw")])
def test_each_field_takes_part_in_equality(name: str) -> None:
    assert _update(**{name: None}) != _update()
    change: dict[str, Any] = {name: None}
    assert replace(_update(), **change) == _update(**change)


def test_a_page_is_a_sequence_of_its_updates() -> None:
    page = _page()
    assert len(page) == 2
    assert list(page) == list(page.updates)
    assert "<2>" in repr(page)


def test_pages_compare_by_what_is_in_them() -> None:
    assert _page(raw=b"other") == _page()
    assert _page(updates=()) != _page()
    assert _page(undecoded=()) != _page()
    assert len({_page(), _page(raw=b"other")}) == 1


def test_a_page_knows_when_it_came() -> None:
    before = datetime.now(UTC)
    assert before <= Page(updates=(), raw=b"").received_at <= datetime.now(UTC)


# --- Open enums ----------------------------------------------------------------------------------------------------

UNKNOWN: list[Any] = [StatusType("refund"), StatusType("Payment"), PaymentStatus(7), PaymentStatus(-1)]


@pytest.mark.parametrize("member", [*StatusType, *PaymentStatus])
def test_a_known_value_is_the_member_itself(member: Any) -> None:
    assert type(member)(member.value) is member
    assert copy.deepcopy(member) is member
    assert pickle.loads(pickle.dumps(member)) is member


@pytest.mark.parametrize("unknown", UNKNOWN, ids=repr)
def test_an_unknown_value_is_kept_as_it_is(unknown: Any) -> None:
    cls: Any = type(unknown)
    assert unknown == cls(unknown.value) == unknown.value
    assert hash(unknown) == hash(unknown.value)
    assert unknown not in list(cls)
    assert str(unknown) == str(unknown.value)
    assert unknown.name in repr(unknown)
    assert all(duplicate(unknown) == unknown and type(duplicate(unknown)) is cls for duplicate in COPIES)


@pytest.mark.parametrize("wrong", [None, "six", b"6", 1.5], ids=repr)
def test_a_payment_status_is_a_number(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid PaymentStatus"):
        PaymentStatus(wrong)


@pytest.mark.parametrize("wrong", [None, 1, b"payment"], ids=repr)
def test_a_status_type_is_text(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid StatusType"):
        StatusType(wrong)


@given(st.integers())
def test_any_number_is_a_payment_status(number: int) -> None:
    status = PaymentStatus(number)
    assert status == number
    assert pickle.loads(pickle.dumps(status)) == number


@given(st.text())
def test_any_text_is_a_status_type(text: str) -> None:
    assert StatusType(text) == text


@pytest.mark.parametrize("status", [*PaymentStatus, PaymentStatus(7), PaymentStatus(42)], ids=repr)
def test_only_some_codes_settle_the_matter(status: PaymentStatus) -> None:
    assert status.conclusive == (status in {1, 5, 6, 8, 9, 10, 11})


# --- When it happened ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("2026-07-01 12:00:00", "2026-07-01T09:00:00+00:00"),
        ("2026-01-01 12:00:00", "2026-01-01T10:00:00+00:00"),
        ("2026-10-25 02:59:59", "2026-10-24T23:59:59+00:00"),
        ("2026-10-25 03:30:00", "2026-10-25T00:30:00+00:00"),  # comes twice that night: the first pass
        ("2026-10-25 04:00:00", "2026-10-25T02:00:00+00:00"),
        ("2026-03-29 04:00:00", "2026-03-29T01:00:00+00:00"),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Helsinki", ZoneInfo("Europe/Helsinki")], ids=["name", "zone"])
def test_a_moment_in_its_zone(local: str, moment: str, zone: Any) -> None:
    occurred = _update(statustime=datetime.fromisoformat(local)).occurred_at(zone)
    assert occurred is not None
    assert occurred.astimezone(UTC) == datetime.fromisoformat(moment)


def test_a_moment_that_is_not_known() -> None:
    assert _update(statustime=None).occurred_at("Europe/Helsinki") is None


def test_a_zone_that_is_not_known() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        _update().occurred_at("Europe/Nowhere")


def test_a_zone_of_ones_own() -> None:
    occurred = _update(statustime=datetime(2026, 7, 1)).occurred_at(UTC)  # noqa: DTZ001 - the vendor gives no zone
    assert occurred == datetime(2026, 7, 1, tzinfo=UTC)
    assert occurred.utcoffset() == timedelta(0)
