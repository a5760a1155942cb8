"""Pages of status updates: one record that cannot be read costs itself alone, and a body that lies is refused."""

import pickle
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from ropo_async.records import Page, StatusType, StatusUpdate
from tests.unit.pages import NAMES, NOW, list_of, page_of

SIZE, PLACE = 1000, 500


def _record(number: int) -> bytes:
    return (
        f'{{"jobid":{number},"statusid":"C{number}","billnum":"R-{number}","openamount":19.90,"origamount":"1000.00",'
        f'"opencapital":0,"openinterest":null,"openexpenses":"","statustype":"comment",'
        f'"statustime":"2026-03-04 05:06:07","statusref":"Ty\\u00f6","statustext":"","statuscode":"500",'
        f'"paydate":"","amount":1000000000000000.01}}'
    ).encode()


RECORDS = [_record(number) for number in range(SIZE)]


def _with(record: bytes) -> bytes:
    return list_of(*RECORDS[:PLACE], record, *RECORDS[PLACE + 1 :])


def _neighbours(page: Page) -> list[int | None]:
    return [update.jobid for update in page if update.jobid is not None and 0 <= update.jobid < SIZE]


OTHERS = [number for number in range(SIZE) if number != PLACE]


def test_a_page_is_read_exactly() -> None:
    body = list_of(*RECORDS)
    page = page_of(body)
    assert (len(page), page.undecoded, page.raw, page.received_at) == (SIZE, (), body, NOW)
    update = page.updates[7]
    assert update.raw == RECORDS[7]
    assert (update.jobid, update.statusid, update.billnum, update.statuscode) == (7, "C7", "R-7", 500)
    assert (str(update.openamount), str(update.origamount), str(update.opencapital)) == ("19.90", "1000.00", "0")
    assert (update.openinterest, update.openexpenses, update.statustext, update.paydate) == (None, None, None, None)
    assert update.amount == Decimal("1000000000000000.01")
    assert (update.statustype, update.statusref) == (StatusType.COMMENT, "Työ")
    assert update.statustime == datetime(2026, 3, 4, 5, 6, 7)  # noqa: DTZ001 - the vendor gives no zone


LOST = {
    b"null": "expected an object",
    b'"oops"': "expected an object",
    b"5": "expected an object",
    b"1.5": "expected an object",
    b"true": "expected an object",
    b"[]": "expected an object",
    b'[["jobid",1]]': "expected an object",
    b'{"jobid":1.5}': "expected a whole number",
    b'{"jobid":true}': "expected a number",
    b'{"jobid":{}}': "expected a number",
    b'{"statustype":1.5,"amount":[]}': "expected a number",
    b'{"statustype":[]}': "expected text",
    b'{"statusref":true}': "expected text",
    b'{"statuscode":"five"}': "expected a number with a decimal point",
    b'{"amount":"12,34"}': "expected a number with a decimal point",
    b'{"amount":"NaN"}': "a number in it is none, or too long",
    b'{"amount":"Infinity","new":1}': "expected a number of ordinary size",
    b'{"jobid":1e100}': "expected a number of ordinary size",
    b'{"paydate":"04.03.2026"}': "expected a date, YYYY-MM-DD",
    b'{"paydate":20260304}': "expected a date, YYYY-MM-DD",
    b'{"statustime":"yesterday"}': "expected a time, YYYY-MM-DD HH:mm:ss",
    b'{"amount":NaN}': "it is not JSON",
    b'{"amount":-Infinity}': "it is not JSON",
    b'{"x":NaN}': "it is not JSON",
    b'{"statusref":"\xff\xfe"}': "it is not UTF-8",
    '{"statusref":"Työ"}'.encode("iso-8859-1"): "it is not UTF-8",
    b'{"\xe4":1}': "it is not UTF-8",
    b'{"statusref":"\\ud800"}': "it is not JSON",
    b'{"statusref":"one\ntwo"}': "it is not JSON",
    b"{'jobid':1}": "it is not JSON",
    b'{"jobid":1,}': "it is not JSON",
    b'{"jobid":01}': "it is not JSON",
    b'{"jobid":1}}': "it is not JSON",
    b"": "it is not JSON",
    b"oops": "it is not JSON",
    b'{"jobid":' + b"9" * 5000 + b"}": "a number in it is too long",
    b'{"new":' + b"9" * 5000 + b"}": "a number in it is too long",
    b"[" * 100_000 + b"]" * 100_000: "it is nested too deeply",
    b'{"new":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001: "it is nested too deeply",
}


@pytest.mark.parametrize("record", LOST, ids=lambda record: ascii(record[:32]))
def test_one_record_that_cannot_be_read_costs_itself_alone(record: bytes) -> None:
    page = page_of(_with(record))
    assert _neighbours(page) == OTHERS
    (undecoded,) = page.undecoded
    assert (undecoded.index, undecoded.raw, undecoded.reason) == (PLACE, record, LOST[record])


KEPT: dict[bytes, dict[str, Any]] = {
    b"{}": {},
    b'{"statustype":"refund"}': {"statustype": "refund"},
    b'{"statustype":"Payment"}': {"statustype": "Payment"},
    b'{"statustype":""}': {"statustype": None},
    b'{"statustype":null}': {"statustype": None},
    b'{"statustype":1}': {"statustype": "1"},
    b'{"statusid":500}': {"statusid": "500"},
    b'{"statusid":1.50}': {"statusid": "1.50"},
    b'{"billnum":12345678901234567890123}': {"billnum": "12345678901234567890123"},
    b'{"jobid":"1500"}': {"jobid": 1500},
    b'{"jobid":1500.0}': {"jobid": 1500},
    b'{"jobid":1180591620717411303424}': {"jobid": 2**70},
    b'{"amount":"12.34"}': {"amount": Decimal("12.34")},
    b'{"amount":-0.10}': {"amount": Decimal("-0.10")},
    b'{"amount":1E+2}': {"amount": 100},
    b'{"paydate":"2026-3-4"}': {"paydate": NOW.date()},
    b'{"paydate":"0000-00-00"}': {"paydate": None},
    b'{"statustime":"0000-00-00 00:00:00"}': {"statustime": None},
    b'{"amount":1,"amount":2}': {"amount": 2},
    b'{"new":{"a":[1.10,null]},"newer":true}': {"extra": {"new": {"a": [Decimal("1.10"), None]}, "newer": True}},
    b'{"raw":"x","extra":{"a":1},"self":1}': {"extra": {"raw": "x", "extra": {"a": 1}, "self": 1}},
    b'{"":1}': {"extra": {"": 1}},
    b'{"new":"\\u0000\\ud83d\\ude00"}': {"extra": {"new": "\0😀"}},
}


@pytest.mark.parametrize("record", KEPT, ids=ascii)
def test_one_record_that_is_odd_is_kept(record: bytes) -> None:
    page = page_of(_with(record))
    assert (len(page), page.undecoded) == (SIZE, ())
    assert page.updates[PLACE] == StatusUpdate(**KEPT[record])
    assert page.updates[PLACE].raw == record


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("nothing", ['"%s":null', '"%s":""', '"other_than_%s":1'])
def test_null_empty_and_absent_are_the_same(name: str, nothing: str) -> None:
    page = page_of(list_of(b"{" + (nothing % name).encode() + b"}"))
    assert getattr(page.updates[0], name) is None


@pytest.mark.parametrize("name", ["amount", "jobid", "new"])
@pytest.mark.parametrize("number", ["1e99999999999999999999", "-1.5e-99999999999999999999"])
def test_a_number_with_an_endless_exponent_costs_its_record_alone(name: str, number: str) -> None:
    page = page_of(_with(f'{{"{name}":{number}}}'.encode()))
    assert _neighbours(page) == OTHERS


def test_many_records_that_cannot_be_read_keep_their_places() -> None:
    page = page_of(list_of(*[RECORDS[place] if place % 2 else b"NaN" for place in range(SIZE)]))
    assert [update.jobid for update in page] == list(range(1, SIZE, 2))
    assert [undecoded.index for undecoded in page.undecoded] == list(range(0, SIZE, 2))
    assert pickle.loads(pickle.dumps(page)) == page


def test_a_reason_does_not_repeat_what_was_sent() -> None:
    page = page_of(list_of(b'{"jobid":"SECRET"}', b'{"amount":"SECRET"}', b'{"statustime":"SECRET"}', b"SECRET"))
    assert len(page.undecoded) == 4
    assert "SECRET" not in repr(page)
