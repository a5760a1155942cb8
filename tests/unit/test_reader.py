"""What a record says, read field by field; and that one read at once is the same."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async._reader import UNREADABLE, Reader, read_object
from ropo_async.codec.updates import _read as read_at_once
from ropo_async.codec.updates import leniently
from ropo_async.records import PaymentReceipt, PaymentStatus, StatusType, StatusUpdate

NAMES = [name for name in StatusUpdate.__struct_fields__ if name not in ("extra", "raw")]
DOCUMENTED = {
    "jobid": 1500,
    "statusid": "P77",
    "billnum": "R-1",
    "openamount": 19.9,
    "statustype": "payment",
    "statustime": "2026-03-04 05:06:07",
    "paydate": "2026-03-04",
}


def _outcome(read: Any, record: bytes) -> str:
    """Return what is read in full, hidden fields as well; any other exception than a refusal goes through."""
    try:
        found = read(record)
    except UNREADABLE:
        return "refused"
    return repr([getattr(found, name) for name in (*NAMES, "extra", "raw")])


def _same(record: bytes) -> bool:
    return _outcome(read_at_once, record) == _outcome(leniently.read, record)


ODD = [
    *("null", '""', '"x"', "6", '"6"', "6.0", "-0", "-0.0", "1.5", "true", "[]", "{}", '" 6 "', '"+6"', '" "', '"5."'),
    *('"1,5"', '"1_000"', '"0x10"', '"NaN"', '"sNaN"', '"-Infinity"', '"\\u0662"', "1e5", "1E+5", "1e99", '"1e999999"'),
    *(
        '"2026-03-04"',
        '"2026-3-4"',
        '"20260304"',
        "1700000000",
        '"1700000000"',
        '"0000-00-00"',
        '"0000-00-00 00:00:00"',
    ),
    *('"2026-03-04 05:06:07"', '"2026-03-04T05:06:07"', '"2026-03-04 05:06"', '"2026-03-04T24:00:00"', '"P1D"'),
    *("9" * 25, "9" * 70, "18446744073709551616", '"payment"', '"refund"', '"Payment"', '"\\ud800"', '"\\u0000"'),
]


@pytest.mark.parametrize("name", NAMES)
def test_both_ways_read_the_same(name: str) -> None:
    different = [odd for odd in ODD if not _same(f'{{"{name}":{odd}}}'.encode())]
    assert different == []


@pytest.mark.parametrize("zone", ["Z", "+02:00", "-05:00"])
@pytest.mark.parametrize("more", ["", ',"new":1'], ids=["documented", "with a new field"])
def test_a_moment_with_a_zone_is_never_taken_for_one_without(zone: str, more: str) -> None:
    record = f'{{"statustime":"2026-03-04T05:06:07{zone}"{more}}}'.encode()
    try:
        update = read_at_once(record)
    except ValueError:
        return
    assert update.statustime is None or update.statustime.tzinfo is None


@pytest.mark.parametrize("moment", ["2026-03-04 05:06:07.123", "2026-03-04T05:06:07Z", "2026-03-04t05:06:07"])
def test_a_new_field_does_not_change_how_a_moment_is_read(moment: str) -> None:
    assert _same(f'{{"statustime":"{moment}"}}'.encode())


@pytest.mark.parametrize("name", ["amount", "jobid"])
def test_a_new_field_does_not_change_how_a_long_number_is_read(name: str) -> None:
    assert _same(f'{{"{name}":{"9" * 5000}}}'.encode())


@pytest.mark.parametrize("name", ["amount", "jobid", "billnum", "new"])
@pytest.mark.parametrize("number", ["1e99999999999999999999", "-1.5e-99999999999999999999"])
def test_an_endless_exponent_is_refused(name: str, number: str) -> None:
    record = f'{{"{name}":{number}}}'.encode()
    for read in (read_at_once, leniently.read, read_object):
        with pytest.raises(UNREADABLE):
            read(record)


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("more", ["", ',"new":1'], ids=["documented", "with a new field"])
def test_how_large_a_number_may_be(sign: str, more: str) -> None:
    largest = f"{sign}{'9' * 64}"
    assert read_at_once(f'{{"amount":{largest}{more}}}'.encode()).amount == Decimal(largest)
    with pytest.raises(ValueError, match="of ordinary size"):
        read_at_once(f'{{"amount":{sign}1{"0" * 64}{more}}}'.encode())


_texts = st.sampled_from(['":""', '\\":\\"\\"', ":", ': ""', "", "\\", 'x:"', ',"']) | st.text()


@given(st.dictionaries(st.sampled_from(["billnum", "statusref", "statustext", "new"]), _texts))
def test_no_text_is_taken_for_an_empty_one(texts: dict[str, str]) -> None:
    for layout in ({}, {"indent": 1}, {"separators": (" ,", " :  ")}):
        update = read_at_once(json.dumps(texts, **layout).encode())
        for name, text in texts.items():
            read = update.extra["new"] if name == "new" else getattr(update, name) or ""
            assert read == text


@given(
    changes=st.dictionaries(
        st.sampled_from([*NAMES, "new", "extra", "raw"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.decimals(allow_nan=False, allow_infinity=False).map(float)
        | st.sampled_from([json.loads(odd) for odd in ODD])
        | st.text(),
        max_size=4,
    ),
)
def test_any_record_is_the_same_both_ways(changes: dict[str, Any]) -> None:
    assert _same(json.dumps(DOCUMENTED | changes).encode())


@given(st.text('{}[]",:\\ e+-1.null', max_size=12), st.integers(0, 60), st.integers(0, 9))
def test_a_damaged_record_is_read_or_refused(put: str, place: int, removed: int) -> None:
    record = json.dumps(DOCUMENTED)
    _outcome(read_at_once, (record[:place] + put + record[place + removed :]).encode())


def test_a_documented_record() -> None:
    record = json.dumps(DOCUMENTED).encode()
    update = read_at_once(record)
    assert (update.jobid, update.statusid, update.statustype) == (1500, "P77", StatusType.PAYMENT)
    assert (str(update.openamount), update.extra, update.raw) == ("19.9", {}, record)
    assert update.amount is None


def test_a_receipt_is_read_the_same_way() -> None:
    receipt = Reader(PaymentReceipt).read(b'{"statusid":"6","amount":"710.10","capitalafter":0.00,"new":1.10}')
    assert receipt.statusid is PaymentStatus.OHISPAY
    assert [str(amount) for amount in (receipt.amount, receipt.capitalafter)] == ["710.10", "0.00"]
    assert receipt.extra == {"new": Decimal("1.10")}


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"5", b'"x"', b"{", b"\xff", b'{"a":NaN}'])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(UNREADABLE):
        read_object(body)
