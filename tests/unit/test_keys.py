"""What updates are told apart by: everything that stays as it is, and nothing that changes by itself."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ropo_async import codec
from ropo_async.errors import DecodeError
from ropo_async.journal import Entry
from ropo_async.journal.entries import entries_of, entry_of, unreadable_of
from ropo_async.records import Page, StatusType, StatusUpdate, Undecoded

VOLATILE = {"openamount", "origamount", "opencapital", "openinterest", "openexpenses"}
"""As of the reading, not of the change."""
IDENTITY = {"statusid", "raw", "extra"}
"""What the key has already; where it came from; and what nobody knows yet."""
STABLE = sorted({*StatusUpdate.__struct_fields__} - VOLATILE - IDENTITY)

TEXT = st.none() | st.text(max_size=5) | st.sampled_from(["0", "None", "2026-03-11", "1:x", "\0", "10.5"])
AMOUNT = st.none() | st.decimals(-(10**9), 10**9, places=2)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "jobid": st.none() | st.integers(),
    "statusid": st.none() | st.text(min_size=1, max_size=5),
    "billnum": TEXT,
    "statustype": st.none() | st.sampled_from(StatusType) | st.text(min_size=1, max_size=5).map(StatusType),
    "statustime": st.none() | st.datetimes(),
    "statuscode": st.none() | st.integers(),
    "statusref": TEXT,
    "statustext": TEXT,
    "paydate": st.none() | st.dates(),
    "amount": AMOUNT,
    **dict.fromkeys(VOLATILE, AMOUNT),
}
UPDATES = st.builds(StatusUpdate, **VALUES)
fewer = settings(max_examples=40)


def update(**fields: Any) -> StatusUpdate:
    """Return an update with a value in every field."""
    full: dict[str, Any] = {
        "jobid": 7_000_001,
        "statusid": "P1",
        "billnum": "B1",
        "statustype": StatusType.PAYMENT,
        "statustime": datetime(2026, 3, 11),  # noqa: DTZ001 - the vendor gives no zone
        "statuscode": 98,
        "statusref": "Suoritus",
        "statustext": "1",
        "paydate": date(2026, 3, 10),
        "amount": Decimal("10.50"),
        **dict.fromkeys(VOLATILE, Decimal("1.00")),
    }
    return StatusUpdate(**full | fields)


def wire(**fields: Any) -> bytes:
    return json.dumps({"statusid": "P1", "statustype": "payment", "amount": 10.5} | fields).encode()


def told_apart(one: Entry, other: Entry) -> bool:
    return (one.key, one.hash) != (other.key, other.hash)


# --- what matters, and what does not ----------------------------------------------------------------------------------


def test_every_field_is_either_stable_or_not() -> None:
    assert set(VALUES) | {"raw", "extra"} == set(StatusUpdate.__struct_fields__)


@fewer
@given(UPDATES, UPDATES, st.dictionaries(st.text(), st.integers()), st.binary())
def test_what_changes_by_itself_does_not_matter(
    one: StatusUpdate, other: StatusUpdate, extra: dict[str, Any], raw: bytes
) -> None:
    changed = replace(one, extra=extra, raw=raw, **{name: getattr(other, name) for name in VOLATILE})
    assert not told_apart(entry_of(one), entry_of(changed))


@fewer
@given(UPDATES, UPDATES, st.sampled_from(STABLE))
def test_everything_else_does(one: StatusUpdate, other: StatusUpdate, name: str) -> None:
    changed = replace(one, **{name: getattr(other, name)})
    assume(getattr(changed, name) != getattr(one, name))
    assert told_apart(entry_of(one), entry_of(changed))


@pytest.mark.parametrize("name", STABLE)
def test_what_is_absent_differs_from_what_is_there(name: str) -> None:
    assert entry_of(update()).hash != entry_of(update(**{name: None})).hash


@pytest.mark.parametrize("name", ["billnum", "statusref", "statustext"])
@pytest.mark.parametrize("like", ["", "\0", "None"], ids=repr)
def test_no_text_looks_absent(name: str, like: str) -> None:
    assert entry_of(update(**{name: None})).hash != entry_of(update(**{name: like})).hash


@given(TEXT, TEXT, TEXT, TEXT)
def test_fields_cannot_run_into_one_another(one: str, two: str, three: str, four: str) -> None:
    assume((one, two) != (three, four))
    first = entry_of(update(statusref=one, statustext=two))
    assert first.hash != entry_of(update(statusref=three, statustext=four)).hash


def test_no_text_can_pretend_to_be_the_next_field() -> None:
    assert entry_of(update(statusref="a", statustext="1:b")).hash != entry_of(update(statusref="a1:b")).hash
    assert (
        entry_of(update(statusref="11:a", statustext=None)).hash != entry_of(update(statusref="1", statustext="a")).hash
    )


# --- money ----------------------------------------------------------------------------------------------------------


@given(st.decimals(-(10**9), 10**9), st.integers(0, 5))
def test_zeros_at_the_end_do_not_matter(amount: Decimal, zeros: int) -> None:
    written = f"{amount:f}"
    longer = Decimal((written if "." in written else f"{written}.") + "0" * zeros)
    assert entry_of(update(amount=amount)).hash == entry_of(update(amount=longer)).hash


@given(AMOUNT, AMOUNT)
def test_amounts_are_told_apart_as_numbers_are(one: Decimal | None, other: Decimal | None) -> None:
    same = entry_of(update(amount=one)).hash == entry_of(update(amount=other)).hash
    assert same == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("10.5", "10.50"), ("10", "10.00"), ("0", "-0.00"), ("100", "1E+2"), ("0", "0E-9")],
    ids=str,
)
def test_the_same_money(one: str, other: str) -> None:
    assert entry_of(update(amount=Decimal(one))).hash == entry_of(update(amount=Decimal(other))).hash


@pytest.mark.parametrize(("one", "other"), [("10.5", "1.05"), ("100", "10"), ("1", "-1"), ("0", "0.01")], ids=str)
def test_other_money(one: str, other: str) -> None:
    assert entry_of(update(amount=Decimal(one))).hash != entry_of(update(amount=Decimal(other))).hash


@pytest.mark.parametrize("amount", ["10.5", "10.50", "10.500", "1.05e1", '"10.50"'], ids=str)
def test_however_it_was_written(amount: str) -> None:
    written = wire().replace(b"10.5", amount.encode())
    assert not told_apart(entry_of(codec.read_update(wire())), entry_of(codec.read_update(written)))


# --- keys -----------------------------------------------------------------------------------------------------------


def test_an_id_is_of_its_type() -> None:
    """Payments and comments are numbered each by themselves, as far as anyone knows."""
    payment, comment = entry_of(update()), entry_of(update(statustype=StatusType.COMMENT))
    assert (payment.key, comment.key) == ("id:payment:P1", "id:comment:P1")
    assert payment.identified
    assert comment.identified


@fewer
@given(UPDATES)
def test_what_has_an_id_goes_by_it_whatever_else_is_said(one: StatusUpdate) -> None:
    assume(one.statusid is not None)
    entry = entry_of(one)
    assert entry.identified
    assert entry.key == entry_of(StatusUpdate(statusid=one.statusid, statustype=one.statustype)).key


@fewer
@given(UPDATES, UPDATES)
def test_what_has_none_goes_by_its_content(one: StatusUpdate, other: StatusUpdate) -> None:
    one, other = replace(one, statusid=None), replace(other, statusid=None)
    first, second = entry_of(one), entry_of(other)
    assert not first.identified
    assert (first.key == second.key) == (first.hash == second.hash)
    assert first.key == entry_of(replace(one, openamount=Decimal(1), extra={"new": 1})).key


@fewer
@given(UPDATES)
def test_what_it_is_filed_under(one: StatusUpdate) -> None:
    entry = entry_of(one)
    # A zero is no text for a database.
    assert (entry.billnum, entry.body) == (one.billnum and one.billnum.replace("\0", "\ufffd"), one.raw)
    assert entry.day == (one.statustime and one.statustime.date())
    assert entry.is_open == (one.openamount is not None and one.openamount > 0)


@given(st.text())
def test_odd_text_is_no_trouble(text: str) -> None:
    assert entry_of(update(statustext=text)).hash


# --- what cannot be read ----------------------------------------------------------------------------------------------


def undecoded(raw: bytes) -> Undecoded:
    with pytest.raises(DecodeError):
        codec.read_update(raw)
    return Undecoded(0, raw=raw, reason="expected a number")


@pytest.mark.parametrize("fields", [{"amount": "ten"}, {"statustime": "yesterday"}, {"jobid": "no number"}], ids=str)
def test_an_unreadable_record_goes_by_its_id(fields: dict[str, Any]) -> None:
    """So that it is known when it can be read."""
    unreadable = unreadable_of(undecoded(wire(**fields)))
    assert unreadable.key == entry_of(codec.read_update(wire())).key
    assert (unreadable.body, unreadable.reason) == (wire(**fields), "expected a number")


@pytest.mark.parametrize(
    "raw",
    [
        b'{"jobid":}',
        b"[]",
        b"\xff",
        wire(statusid="", amount="ten"),
        wire(statusid=["P1"]),
        wire(statusid="\ud800"),
        b"[" * 200_000,
    ],
    ids=["no JSON", "no object", "no text", "no id", "an odd id", "half a character", "too deep"],
)
def test_without_one_it_goes_by_its_bytes(raw: bytes) -> None:
    key = unreadable_of(undecoded(raw)).key
    assert key.startswith("raw:")
    assert key == unreadable_of(undecoded(raw)).key
    assert key != unreadable_of(undecoded(raw + b" ")).key


def test_a_page_brings_both() -> None:
    good, bad = codec.read_update(wire()), undecoded(wire(amount="ten"))
    entries, unreadable = entries_of(Page(updates=(good,), undecoded=(bad,), raw=b""))
    assert entries == [entry_of(good)]
    assert unreadable == [unreadable_of(bad)]


@fewer
@given(UPDATES)
def test_nothing_personal_shows(one: StatusUpdate) -> None:
    secret = "SENT-BY-SOMEBODY"
    entry = entry_of(replace(one, statusid="C1", billnum=secret, statustext=secret, raw=secret.encode()))
    assert secret not in repr(entry)
    assert secret not in entry.key


def test_a_second_more_is_another_time() -> None:
    later = update().statustime
    assert later is not None
    changed = update(statustime=later + timedelta(seconds=1))
    assert entry_of(update()).hash != entry_of(changed).hash
    assert entry_of(update()).day == entry_of(changed).day


def test_journals_outlive_versions() -> None:
    """A hash that comes out otherwise than it was stored would deliver everything once more that is read again."""
    assert entry_of(update()).hash.hex() == "36d484e6c31bf5f8e2a16557770aff7d"
