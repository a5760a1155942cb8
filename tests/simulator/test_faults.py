"""Every fault of the catalogue, byte by byte: what arrives, how the connection ends, what the truth says."""

import gzip
import json
import zlib
from collections.abc import Awaitable, Callable
from decimal import Decimal

import httpx
import pytest
from attrs import evolve

from ropo_async.simulator import CATALOGUE, Fault, Simulator

from .conftest import Heard

pytestmark = pytest.mark.anyio

Poll = Callable[..., Awaitable[Heard]]
FEED = "GET /jobs/statusupdates"

RECORDS = [
    {"jobid": 1, "statusid": "C1", "amount": Decimal("1.50")},
    {"jobid": 2, "statusid": "C2"},
    {"jobid": 3, "statusid": "C3"},
]
FIRST, SECOND = b'{"jobid":1,"statusid":"C1","amount":1.50}', b'{"jobid":2,"statusid":"C2"}'
PAGE = b'{"result":{"status":[%s,%s,{"jobid":3,"statusid":"C3"}]}}' % (FIRST, SECOND)
HALF = PAGE[: len(PAGE) // 2]
LENGTH = b"Content-Length: %d" % len(PAGE)
ODD = b'{"result":{"status":[{"oddity":%s,' + PAGE[len(b'{"result":{"status":[{') :]


def status(heard: Heard) -> int:
    return int(heard.data.split(b" ")[1])


def whole(heard: Heard) -> bool:
    return status(heard) == 200 and LENGTH in heard.head and heard.body == PAGE


def silent(heard: Heard) -> bool:
    return heard.data == b""


def half(heard: Heard) -> bool:
    return LENGTH in heard.head and heard.body == HALF


def chunked(heard: Heard) -> bool:
    return b"Transfer-Encoding: chunked" in heard.head and b"Content-Length" not in heard.head


def endless_text(heard: Heard) -> bool:
    return len(heard.data) > 100 and set(heard.data.split(b"\r\n\r\n")[:-1]) == {b"HTTP/1.1 102 Processing"}


def close_delimited(version: bytes) -> Callable[[Heard], bool]:
    start = b"HTTP/" + version
    return lambda heard: heard.head.startswith(start) and b"Length" not in heard.head and heard.body == HALF


def odd(value: bytes) -> Callable[[Heard], bool]:
    return lambda heard: heard.body == ODD % value


def says(code: int, body: bytes | None = b"") -> Callable[[Heard], bool]:
    return lambda heard: status(heard) == code and (body is None or heard.body == body)


def unzipped(heard: Heard) -> bytes:
    return gzip.decompress(heard.body) if b"Content-Encoding: gzip\r\n" in heard.head + b"\r\n" else b""


def stacked(heard: Heard) -> bool:
    body = heard.body
    for _ in range(10):
        body = gzip.decompress(body)
    return body == PAGE and heard.head.count(b"gzip") == 10


def cut_in_the_middle(heard: Heard) -> bool:
    unpack = zlib.decompressobj(wbits=31)
    return unpack.decompress(heard.body) == HALF and not unpack.eof


# How the connection ends, and what has to be true of what was heard.
EXPECTED: dict[str, tuple[str, Callable[[Heard], bool]]] = {
    "reset_on_accept": ("rst", silent),
    "close_on_accept": ("fin rst", silent),
    "hang_on_accept": ("open", silent),
    "drop_before": ("fin", silent),
    "drop_after": ("fin", silent),
    "reset_before": ("rst", silent),
    "reset_after": ("rst", silent),
    "hang_before": ("open", silent),
    "hang_after": ("open", silent),
    "status_line": ("fin", lambda heard: heard.data == b"HTTP/1.1 200 OK\r\n"),
    "drip": ("fin", whole),
    "endless_interim_after": ("open", endless_text),
    "raw_after": ("fin", lambda heard: heard.data == b"\x15\x03\x01\x00\x02\x02\x46"),
    "long_header": ("fin", lambda heard: b"X-Padding: " + b"x" * 200_000 in heard.head and heard.body == PAGE),
    "delay": ("fin", whole),
    "cut": ("fin", half),
    "cut_by_reset": ("rst", half),
    "stall": ("open", half),
    "unterminated_chunks": ("fin", lambda heard: chunked(heard) and heard.body == b"%x\r\n%s\r\n" % (len(PAGE), PAGE)),
    "bad_chunk_size": (
        "fin",
        lambda heard: chunked(heard) and heard.body.startswith(b"%x\r\n%s\r\nzz\r\n" % (len(HALF), HALF)),
    ),
    "close_delimited_1.1": ("fin", close_delimited(b"1.1")),
    "close_delimited_1.0": ("fin", close_delimited(b"1.0")),
    "two_lengths": ("fin", lambda heard: LENGTH in heard.head and b"Content-Length: 7" in heard.head),
    "negative_length": ("fin", lambda heard: b"Content-Length: -1" in heard.head and LENGTH not in heard.head),
    "length_and_chunks": (
        "fin",
        lambda heard: LENGTH in heard.head and heard.body == b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
    ),
    "trailing_bytes": ("fin", lambda heard: heard.body == PAGE + b"HTTP/1.1 200 OK\r\n\r\n"),
    "no_content_with_body": ("fin", lambda heard: status(heard) == 204 and LENGTH in heard.head and heard.body == PAGE),
    **{
        f"status_{code}_before": ("fin", says(code))
        for code in (401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504, 520)
    },
    **{f"status_{code}_after": ("fin", says(code)) for code in (500, 502, 503, 504)},
    **{
        f"status_{code}_before": ("fin", lambda heard: b"Location: http://127.0.0.1:9/rest" in heard.head)
        for code in (301, 302, 303, 307, 308)
    },
    "html_502_before": (
        "fin",
        lambda heard: status(heard) == 502 and b"text/html" in heard.head and b"<h1>" in heard.body,
    ),
    "html_200_before": (
        "fin",
        lambda heard: status(heard) == 200 and b"text/html" in heard.head and b"<h1>" in heard.body,
    ),
    "single_record": ("fin", says(200, b'{"result":{"status":%s}}' % FIRST)),
    "malformed_record": ("fin", says(200, PAGE.replace(FIRST, b'{"jobid":}'))),
    "content_type": ("fin", lambda heard: whole(heard) and b"text/plain" in heard.head and b"/json" not in heard.head),
    "gzip": ("fin", lambda heard: unzipped(heard) == PAGE),
    "gzip_stacked": ("fin", stacked),
    "gzip_cut": ("fin", cut_in_the_middle),
    "gzip_garbage": ("fin", lambda heard: b"Content-Encoding: gzip" in heard.head and heard.body == PAGE),
    "gzip_bomb": ("fin", lambda heard: len(heard.body) < 20_000 and len(unzipped(heard)) == 10_000_000),
    "bom": ("fin", says(200, b"\xef\xbb\xbf" + PAGE)),
    "repeat_page": ("fin", says(204)),
    "nan": ("fin", odd(b"NaN")),
    "invalid_utf8": ("fin", odd(b'"\xff\xfe\xc3("')),
    "deep_nesting": ("fin", odd(b"[" * 100_000 + b"]" * 100_000)),
    "huge_integer": ("fin", odd(b"9" * 5_000)),
    "body": ("fin", says(200)),
    **{
        f"body {text}": ("fin", says(200, text.encode()))
        for text in ("{}", "[]", '{"result":[]}', '{"result":{"status":null}}', '{"result":{"status":[]}}')
    },
}


def test_no_fault_goes_untested() -> None:
    assert set(EXPECTED) == set(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
async def test_a_fault_does_on_the_wire_what_it_says_and_the_truth_tells(
    simulator: Simulator, poll: Poll, name: str
) -> None:
    fault = CATALOGUE[name]
    ended, holds = EXPECTED[name]
    simulator.add_updates(RECORDS)
    simulator.fail(fault)
    heard = await poll(patience=0.3 if fault.endless else 20, silence=0.3 if holds is silent else 20)
    assert heard.ended in ended.split()
    assert holds(heard), heard.data[:500]

    assert fault.endless == (ended == "open")
    assert [handout.delivered for handout in simulator.truth.handed_out] == [fault.delivers] * fault.processed
    assert simulator.truth.connections == 1
    if fault.on_accept:
        assert simulator.truth.requests == []
    else:
        (exchange,) = simulator.truth.requests
        assert (exchange.fault, exchange.processed, exchange.operation) == (fault.name, fault.processed, FEED)
    # It strikes once: the next poll gets what is left.
    after = await poll()
    assert (status(after) == 204) == fault.processed
    assert (after.body == PAGE) == (not fault.processed)


@pytest.mark.parametrize("name", [name for name, fault in CATALOGUE.items() if fault.delivers])
async def test_what_counts_as_delivered_can_be_read(simulator: Simulator, client: httpx.AsyncClient, name: str) -> None:
    simulator.add_updates(RECORDS)
    await client.get("/jobs/statusupdates")
    simulator.add_updates(RECORDS)
    simulator.fail(CATALOGUE[name])
    answer = await client.get("/jobs/statusupdates")
    assert json.loads(answer.content.decode("utf-8-sig"), parse_float=Decimal)["result"]["status"] == RECORDS


@pytest.mark.parametrize(
    "name", ["nan", "cut", "gzip_cut", "single_record", "malformed_record", "no_content_with_body"]
)
async def test_faults_leave_an_answer_without_records_standing(simulator: Simulator, poll: Poll, name: str) -> None:
    simulator.fail(CATALOGUE[name])
    heard = await poll()
    assert heard.body == (b'{"oddity":NaN}' if name == "nan" else heard.body if name == "gzip_cut" else b"")
    assert status(heard) == (200 if name == "nan" else 204)


async def test_odd_members_go_into_other_objects_too(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.fail(Fault.huge_integer(3))
    answer = await client.get("/nowhere")
    assert (answer.status_code, answer.text) == (404, '{"oddity":999,"error":"No such resource"}')


async def test_the_latest_page_is_repeated_as_it_was(simulator: Simulator, poll: Poll) -> None:
    simulator.page_size = 2
    simulator.add_updates(RECORDS)
    first = await poll()
    simulator.fail(Fault.repeat_page())
    assert (await poll()).body == first.body
    assert json.loads((await poll()).body)["result"]["status"] == [{"jobid": 3, "statusid": "C3"}]
    assert simulator.truth.recorded == ["C1", "C2", "C3"]


@pytest.mark.parametrize("at", [0, 7, 1_000_000])
async def test_bodies_are_cut_where_asked(simulator: Simulator, poll: Poll, at: int) -> None:
    simulator.add_updates(RECORDS)
    simulator.fail(Fault.cut(at))
    assert (await poll()).body == PAGE[:at]


async def test_a_cut_of_a_large_page_arrives_as_far_as_it_goes(simulator: Simulator, poll: Poll) -> None:
    simulator.add_updates(count=1000)
    simulator.fail(Fault.cut(200_000))
    assert len((await poll()).body) == 200_000
    simulator.add_updates(count=1000)
    simulator.fail(Fault.stall(200_000))
    heard = await poll(patience=1.0)
    assert (len(heard.body), heard.ended) == (200_000, "open")


async def test_other_records_survive_a_malformed_one(simulator: Simulator, poll: Poll) -> None:
    simulator.add_updates(RECORDS)
    simulator.fail(Fault.malformed_record(1, b"<oops>"))
    assert (await poll()).body == PAGE.replace(SECOND, b"<oops>")
    simulator.add_updates(RECORDS)
    simulator.fail(Fault.malformed_record(3))
    assert (await poll()).body == PAGE


async def test_status_headers_and_bodies_are_the_callers(simulator: Simulator, poll: Poll) -> None:
    simulator.fail(Fault.status(429, headers={"Retry-After": "5"}, body=b"slow down"))
    heard = await poll()
    assert (status(heard), heard.body) == (429, b"slow down")
    assert b"Retry-After: 5\r\n" in heard.head
    simulator.fail(Fault.body(b"[]", status=207))
    assert (await poll()).head.startswith(b"HTTP/1.1 207 Multi-Status")
    with pytest.raises(ValueError, match="no final HTTP status"):
        Fault.status(101)


def test_faults_are_values_that_tell_about_themselves() -> None:
    fault = Fault.drop(processed=True)
    assert repr(fault).startswith("Fault(name='drop_after', processed=True, delivers=False")
    assert evolve(fault, name="mine").deliver is fault.deliver
    assert (fault.closes, Fault.html().closes, Fault.drip().closes) == (True, False, False)
