"""The body of a page: in whichever dress, salvaged where it broke off, and refused where it cannot be vouched for."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

from ropo_async import operations
from ropo_async._messages import Answer
from ropo_async.codec import read_page, salvage_page
from ropo_async.errors import DecodeError
from ropo_async.records import Page, StatusUpdate

NOW = datetime(2026, 3, 4, tzinfo=UTC)
HEAD, TAIL = b'{"result":{"status":[', b"]}}"
SIZE = 1000
NAMES = [field.name for field in fields(StatusUpdate) if field.name not in ("extra", "raw")]
RECORDS = [
    f'{{"jobid":{number},"statusid":"C{number}","openamount":19.90,"statusref":"]}}"}}'.encode()
    for number in range(SIZE)
]


def _answer(body: bytes, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(operation=operations.POLL, status=status, headers=named, body=body, received_at=NOW)


def _list(*records: bytes) -> bytes:
    return HEAD + b",".join(records) + TAIL


def _read(body: bytes, **headers: Any) -> Page:
    page = read_page(_answer(body, **headers))
    assert page is not None
    return page


SMALL = _list(*RECORDS[:3])


@pytest.mark.parametrize(
    "answer",
    [
        _answer(SMALL),
        _answer(b"\xef\xbb\xbf" + SMALL),
        _answer(b" \r\n" + SMALL + b"\n"),
        _answer(json.dumps(json.loads(SMALL), indent=2).encode()),
        _answer(b'{"count":3,"result":{"more":false,"status":[' + b",".join(RECORDS[:3]) + b'],"x":[]},"y":{}}'),
        _answer(gzip.compress(SMALL), content_encoding="gzip"),
        _answer(SMALL.decode().encode("utf-16"), content_type="application/json; charset=utf-16"),
    ],
    ids=["plain", "mark", "spaces", "indented", "more fields", "gzip", "utf-16"],
)
def test_a_body_in_another_dress(answer: Answer) -> None:
    page = read_page(answer)
    assert page is not None
    assert [update.jobid for update in page] == [0, 1, 2]
    assert page.raw == answer.body


def test_a_mark_and_an_odd_record_together() -> None:
    page = _read(b"\xef\xbb\xbf" + _list(RECORDS[0], b"NaN", RECORDS[1]))
    assert [update.jobid for update in page] == [0, 1]


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252"])
def test_a_charset_that_is_named(charset: str) -> None:
    body = _list('{"statusref":"Työ"}'.encode(charset))
    assert _read(body, content_type=f"application/json; charset={charset}").updates[0].statusref == "Työ"


def test_one_record_may_come_without_its_list() -> None:
    page = _read(b'{"result":{"status":' + RECORDS[7] + b"}}")
    assert [update.statusid for update in page] == ["C7"]
    assert str(page.updates[0].openamount) == "19.90"


@pytest.mark.parametrize("status", [b"{}", b'{"message":"none today"}'])
def test_an_object_that_is_no_record_is_not_taken_for_one(status: bytes) -> None:
    with pytest.raises(DecodeError):
        read_page(_answer(b'{"result":{"status":' + status + b"}}"))


@pytest.mark.parametrize("body", [b'{"result":{"status":[]}}', b'{"result": {"status" : [ ] } }'])
def test_an_empty_list_is_a_page(body: bytes) -> None:
    page = _read(body)
    assert (len(page), page.undecoded) == (0, ())


@pytest.mark.parametrize("body", [b"", b"whatever", SMALL])
def test_no_content_is_no_page(body: bytes) -> None:
    assert read_page(_answer(body, status=204)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"{}",
        b'"x"',
        b"5",
        b'{"result":null}',
        b'{"result":"x"}',
        b'{"result":[]}',
        b'{"result":{}}',
        b'{"result":{"status":null}}',
        b'{"result":{"status":"x"}}',
        b'{"result":{"status":5}}',
        b'{"result":{"commonerror":"x"}}',
        b"<html><body>Log in</body></html>",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"result":' * 100_000,
        SMALL[:-1],
        SMALL[:-3],
        SMALL + b"x",
        SMALL[1:],
        HEAD + b"NaN]",
        HEAD + b'{"a":"]}}',
        b'{"result":{"status":{"amount":NaN}}}',
    ],
    ids=lambda body: ascii(body[:40]),
)
def test_what_is_no_whole_list_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError, match="no whole list") as caught:
        _read(body)
    assert caught.value.raw == body


@pytest.mark.parametrize("odd", [b'{"a":1]]', b'{"a":"x"]],"b":2}', b"]", b"]}"])
def test_brackets_that_do_not_match_never_cost_a_neighbour_in_silence(odd: bytes) -> None:
    try:
        page = _read(_list(RECORDS[0], odd, RECORDS[1]))
    except DecodeError:
        return
    assert [update.jobid for update in page] == [0, 1]


def test_a_cut_compressed_page_is_refused() -> None:
    body = gzip.compress(SMALL)[:-4]
    with pytest.raises(DecodeError, match="cut") as caught:
        _read(body, content_encoding="gzip")
    assert caught.value.raw == body


# --- Salvage -------------------------------------------------------------------------------------------------------


def test_what_broke_off_gives_its_whole_records() -> None:
    body = _list(*RECORDS)[: -len(RECORDS[-1]) - 50]
    page = salvage_page(_answer(body))
    assert page is not None
    assert [update.jobid for update in page] == list(range(SIZE - 2))
    assert (page.raw, page.received_at) == (body, NOW)


def test_odd_records_are_salvaged_too() -> None:
    page = salvage_page(_answer(HEAD + RECORDS[0] + b",NaN," + RECORDS[1] + b',{"jobid":2'))
    assert page is not None
    assert [update.jobid for update in page] == [0, 1]
    assert [undecoded.index for undecoded in page.undecoded] == [1]


@pytest.mark.parametrize(
    "answer",
    [
        _answer(b""),
        _answer(HEAD),
        _answer(HEAD + b'{"jobid":1'),
        _answer(b"<html>"),
        _answer(gzip.compress(SMALL)[:-1], content_encoding="gzip"),
        _answer(SMALL, content_encoding="br"),
    ],
)
def test_where_there_is_nothing_to_salvage(answer: Answer) -> None:
    assert salvage_page(answer) is None


# --- Any bytes -----------------------------------------------------------------------------------------------------


def _check(body: bytes, **headers: Any) -> None:
    answer = _answer(body, **headers)
    salvage_page(answer)
    try:
        page = read_page(answer)
    except DecodeError as error:
        assert error.raw == body  # noqa: PT017 - that nothing else is raised is the point
    else:
        assert page is not None
        assert page.raw == body


@given(body=st.binary(max_size=100), inside=st.booleans(), coding=st.sampled_from(["", "gzip", "deflate"]))
def test_any_bytes_are_a_page_or_refused(body: bytes, coding: str, *, inside: bool) -> None:
    _check(_list(RECORDS[0], body, RECORDS[1]) if inside else body, content_encoding=coding)


@given(place=st.integers(0, len(SMALL)), removed=st.integers(0, 20), put=st.text('{}[]",:\\ e+-1.null', max_size=9))
def test_a_damaged_page_is_a_page_or_refused(place: int, removed: int, put: str) -> None:
    _check(SMALL[:place] + put.encode() + SMALL[place + removed :])


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from([*NAMES, "new"]), _json) | _json, max_size=5))
def test_every_record_of_any_list_is_an_update_or_undecoded(records: list[Any]) -> None:
    page = _read(json.dumps({"result": {"status": records}}).encode())
    lost = {undecoded.index for undecoded in page.undecoded}
    assert len(page) + len(lost) == len(records)
    kept = [json.loads(update.raw) for update in page]
    assert kept == [record for index, record in enumerate(records) if index not in lost]
