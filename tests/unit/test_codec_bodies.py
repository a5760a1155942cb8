"""The body of a page: in whichever dress, salvaged where it broke off, and refused where it cannot be vouched for."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async._messages import Answer
from ropo_async.codec import read_page, salvage_page
from ropo_async.errors import DecodeError
from tests.unit.pages import HEAD, NAMES, NOW, answer_of, list_of, page_of

SIZE = 1000
RECORDS = [
    f'{{"jobid":{number},"statusid":"C{number}","openamount":19.90,"statusref":"]}}"}}'.encode()
    for number in range(SIZE)
]


SMALL = list_of(*RECORDS[:3])


@pytest.mark.parametrize(
    "answer",
    [
        answer_of(SMALL),
        answer_of(b"\xef\xbb\xbf" + SMALL),
        answer_of(b" \r\n" + SMALL + b"\n"),
        answer_of(json.dumps(json.loads(SMALL), indent=2).encode()),
        answer_of(b'{"count":3,"result":{"more":false,"status":[' + b",".join(RECORDS[:3]) + b'],"x":[]},"y":{}}'),
        answer_of(gzip.compress(SMALL), content_encoding="gzip"),
        answer_of(SMALL.decode().encode("utf-16"), content_type="application/json; charset=utf-16"),
    ],
    ids=["plain", "mark", "spaces", "indented", "more fields", "gzip", "utf-16"],
)
def test_a_body_in_another_dress(answer: Answer) -> None:
    page = read_page(answer)
    assert page is not None
    assert [update.jobid for update in page] == [0, 1, 2]
    assert page.raw == answer.body


def test_a_mark_and_an_odd_record_together() -> None:
    page = page_of(b"\xef\xbb\xbf" + list_of(RECORDS[0], b"NaN", RECORDS[1]))
    assert [update.jobid for update in page] == [0, 1]


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252"])
def test_a_charset_that_is_named(charset: str) -> None:
    body = list_of('{"statusref":"Työ"}'.encode(charset))
    assert page_of(body, content_type=f"application/json; charset={charset}").updates[0].statusref == "Työ"


def test_one_record_may_come_without_its_list() -> None:
    page = page_of(b'{"result":{"status":' + RECORDS[7] + b"}}")
    assert [update.statusid for update in page] == ["C7"]
    assert str(page.updates[0].openamount) == "19.90"


@pytest.mark.parametrize("status", [b"{}", b'{"message":"none today"}'])
def test_an_object_that_is_no_record_is_not_taken_for_one(status: bytes) -> None:
    with pytest.raises(DecodeError):
        read_page(answer_of(b'{"result":{"status":' + status + b"}}"))


@pytest.mark.parametrize("body", [b'{"result":{"status":[]}}', b'{"result": {"status" : [ ] } }'])
def test_an_empty_list_is_a_page(body: bytes) -> None:
    page = page_of(body)
    assert (len(page), page.undecoded) == (0, ())


@pytest.mark.parametrize("body", [b"", b"whatever", SMALL])
def test_no_content_is_no_page(body: bytes) -> None:
    assert read_page(answer_of(body, status=204)) is None


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
        page_of(body)
    assert caught.value.raw == body


@pytest.mark.parametrize("odd", [b'{"a":1]]', b'{"a":"x"]],"b":2}', b"]", b"]}"])
def test_brackets_that_do_not_match_never_cost_a_neighbour_in_silence(odd: bytes) -> None:
    try:
        page = page_of(list_of(RECORDS[0], odd, RECORDS[1]))
    except DecodeError:
        return
    assert [update.jobid for update in page] == [0, 1]


def test_a_cut_compressed_page_is_refused() -> None:
    body = gzip.compress(SMALL)[:-4]
    with pytest.raises(DecodeError, match="cut") as caught:
        page_of(body, content_encoding="gzip")
    assert caught.value.raw == body


# --- Salvage -------------------------------------------------------------------------------------------------------


def test_what_broke_off_gives_its_whole_records() -> None:
    body = list_of(*RECORDS)[: -len(RECORDS[-1]) - 50]
    page = salvage_page(answer_of(body))
    assert page is not None
    assert [update.jobid for update in page] == list(range(SIZE - 2))
    assert (page.raw, page.received_at) == (body, NOW)


def test_odd_records_are_salvaged_too() -> None:
    page = salvage_page(answer_of(HEAD + RECORDS[0] + b",NaN," + RECORDS[1] + b',{"jobid":2'))
    assert page is not None
    assert [update.jobid for update in page] == [0, 1]
    assert [undecoded.index for undecoded in page.undecoded] == [1]


@pytest.mark.parametrize(
    "answer",
    [
        answer_of(b""),
        answer_of(HEAD),
        answer_of(HEAD + b'{"jobid":1'),
        answer_of(b"<html>"),
        answer_of(gzip.compress(SMALL)[:-1], content_encoding="gzip"),
        answer_of(SMALL, content_encoding="br"),
    ],
)
def test_where_there_is_nothing_to_salvage(answer: Answer) -> None:
    assert salvage_page(answer) is None


# --- Any bytes -----------------------------------------------------------------------------------------------------


def _check(body: bytes, **headers: Any) -> None:
    answer = answer_of(body, **headers)
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
    _check(list_of(RECORDS[0], body, RECORDS[1]) if inside else body, content_encoding=coding)


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
    page = page_of(json.dumps({"result": {"status": records}}).encode())
    lost = {undecoded.index for undecoded in page.undecoded}
    assert len(page) + len(lost) == len(records)
    kept = [json.loads(update.raw) for update in page]
    assert kept == [record for index, record in enumerate(records) if index not in lost]
