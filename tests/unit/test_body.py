"""Bodies as bytes: their codings undone, and lists cut into records without being read."""

import gzip
import json
import time
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async import _body, operations
from ropo_async._body import plain, split
from ropo_async._messages import Answer
from ropo_async.errors import DecodeError

TEXT = '{"a":"Työ 😀"}'.encode()
LATIN = '{"a":"Työ"}'.encode("iso-8859-1")


def _answer(body: bytes, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(operation=operations.POLL, status=200, headers=named, body=body)


@pytest.mark.parametrize(
    "answer",
    [
        _answer(TEXT),
        _answer(TEXT, content_encoding=""),
        _answer(TEXT, content_encoding="identity"),
        _answer(TEXT, content_encoding=" Identity "),
        _answer(gzip.compress(TEXT), content_encoding="gzip"),
        _answer(gzip.compress(TEXT), content_encoding="X-GZIP"),
        _answer(zlib.compress(TEXT), content_encoding="deflate"),
        _answer(b"\xef\xbb\xbf" + TEXT),
        _answer(gzip.compress(b"\xef\xbb\xbf" + TEXT), content_encoding="gzip"),
        _answer(TEXT, content_type="application/json"),
        _answer(TEXT, content_type="application/json; charset=utf-8"),
        _answer(TEXT, content_type='application/json; charset="UTF-8"'),
        _answer(TEXT, content_type="application/json; charset=utf8"),
        _answer(TEXT, content_type="application/json; charset=no-such-charset"),
        _answer(TEXT, content_type="application/json; charset=hex"),
        _answer(TEXT, content_type="application/json; charset=us-ascii"),
        _answer(TEXT.decode().encode("utf-16"), content_type="application/json; charset=utf-16"),
        _answer(b"\xef\xbb\xbf" + TEXT, content_type="application/json; charset=utf-8-sig"),
    ],
    ids=lambda answer: str(dict(answer.headers)),
)
def test_a_body_without_its_coding(answer: Answer) -> None:
    assert plain(answer) == TEXT


@pytest.mark.parametrize("charset", ["iso-8859-1", '"ISO-8859-1"', "latin1", "windows-1252"])
def test_another_charset_that_is_named(charset: str) -> None:
    answer = _answer(LATIN, content_type=f"application/json; charset={charset}")
    assert plain(answer) == '{"a":"Työ"}'.encode()


def test_another_charset_that_is_not_named_stays_as_it_is() -> None:
    assert plain(_answer(LATIN)) == LATIN


@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape"])
def test_a_charset_that_only_python_knows_is_not_applied(charset: str) -> None:
    escaped = b'{"a":"\\u00e4 \\"quoted\\" \\/"}'
    assert plain(_answer(escaped, content_type=f"application/json; charset={charset}")) == escaped


GOOD = gzip.compress(TEXT, mtime=0)


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [
        (GOOD[:-1], "gzip", "cut or too large"),
        (GOOD[: len(GOOD) // 2], "gzip", "cut or too large"),
        (b"", "gzip", "cut or too large"),
        (GOOD + b"more", "gzip", "cut or too large"),
        (GOOD[:-8] + b"\0\0\0\0" + GOOD[-4:], "gzip", "damaged"),
        (TEXT, "gzip", "damaged"),
        (TEXT, "deflate", "damaged"),
        (TEXT, "br", "not known"),
        (TEXT, "zstd", "not known"),
        (gzip.compress(GOOD, mtime=0), "gzip, gzip", "not known"),
    ],
)
def test_a_coding_that_cannot_be_undone(body: bytes, coding: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason) as caught:
        plain(_answer(body, content_encoding=coding))
    assert caught.value.raw == body
    assert caught.value.operation == "status_updates.pages"


@pytest.mark.parametrize(("size", "fits"), [(999, True), (1001, False), (50_000_000, False)])
def test_a_body_may_grow_so_far_and_no_further(size: int, *, fits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_body, "MAX_DECODED", 1000)
    answer = _answer(gzip.compress(bytes(size), 1), content_encoding="gzip")
    if fits:
        assert len(plain(answer)) == size
        return
    with pytest.raises(DecodeError, match="too large"):
        plain(answer)


@given(body=st.binary(max_size=60), coding=st.sampled_from(["gzip", "deflate", "x"]), charset=st.text(max_size=12))
def test_any_body_is_read_or_refused(body: bytes, coding: str, charset: str) -> None:
    try:
        assert isinstance(plain(_answer(body, content_encoding=coding, content_type=f"charset={charset}")), bytes)
    except DecodeError as error:
        assert error.raw == body  # noqa: PT017 - that nothing else is raised is the point


# --- Cutting -------------------------------------------------------------------------------------------------------

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
lists = st.lists(values, max_size=6)
layouts: Any = st.fixed_dictionaries({"indent": st.none() | st.integers(0, 3), "ensure_ascii": st.booleans()})


def _page(records: list[Any], **layout: Any) -> bytes:
    return json.dumps({"result": {"status": records}}, **layout).encode("utf-8", "surrogatepass")


def _read(records: list[bytes]) -> list[str]:
    """Return the records in one spelling; NaN has no equal."""
    return [json.dumps(json.loads(record.decode("utf-8", "surrogatepass"))) for record in records]


@given(records=lists, layout=layouts)
def test_every_list_is_cut_into_its_records(records: list[Any], layout: dict[str, Any]) -> None:
    cut, complete = split(_page(records, **layout))
    assert complete
    assert _read(cut) == [json.dumps(record) for record in records]


@given(records=lists, layout=layouts, where=st.floats(0, 1, exclude_max=True))
def test_a_list_that_broke_off_has_whole_records_and_is_not_complete(
    records: list[Any],
    layout: dict[str, Any],
    where: float,
) -> None:
    whole = _page(records, **layout)
    cut, complete = split(whole[: int(len(whole) * where)])
    assert not complete
    assert cut == split(whole)[0][: len(cut)]


def test_a_list_that_broke_off_has_every_record_before_the_break() -> None:
    whole = b'{"result":{"status":[{"a":"}],"},{"c":[1,{}]},{"b":{}}]}}'
    kept = [len(split(whole[:length])[0]) for length in range(len(whole))]
    ends = [whole.index(b',{"c"'), whole.index(b',{"b"'), whole.index(b"]}}")]
    assert kept == [sum(length >= end for end in ends) for length in range(len(whole))]


@pytest.mark.parametrize("tail", [b"]}}", b"] } }\n", b"\n]\r\n}\t}"])
def test_a_list_with_its_end_is_complete(tail: bytes) -> None:
    assert split(b'{"result":{"status":[{"a":1}' + tail) == ([b'{"a":1}'], True)


@pytest.mark.parametrize("tail", [b'],"count":1}}', b']},"more":{"a":[1]}}', b'],"a":1},"b":2}'])
def test_what_follows_the_list_might_be_records_behind_a_bracket_too_many(tail: bytes) -> None:
    assert split(b'{"result":{"status":[{"a":1}' + tail) == ([b'{"a":1}'], False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"result":[]}',
        b'{"result":{"status":null}}',
        b'{"result":{"status":{}}}',
        b"<html>{}</html>",
    ],
)
def test_what_is_no_list_has_no_records(body: bytes) -> None:
    assert split(body) == ([], False)


@pytest.mark.parametrize("tail", [b"]", b"]}", b"]}}}", b"]}}x", b'],"a":1', b"]]}}", b"}}"])
def test_a_list_without_its_end_is_not_complete(tail: bytes) -> None:
    assert not split(b'{"result":{"status":[{"a":1}' + tail)[1]


ODD = [
    b"nonsense",
    b"",
    b"NaN",
    b'{"a":NaN,"b":-Infinity}',
    b"{'a':1}",
    b"{a:1}",
    b'{"a":"\xff\xfe"}',
    b'{"a":"\\ud800\\q"}',
    b'{"a":"one\ntwo\x00"}',
    b'{"a":"],[{}"}',
    b'{"a":"\\"],[{\\\\"}',
    b'{"a" 1}',
    b'{"a":1}}',
    b"}",
    b"[" * 50_000 + b"]" * 50_000,
    b"9" * 50_000,
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd[:24]))
def test_an_odd_record_does_not_hide_its_neighbours(odd: bytes) -> None:
    body = b'{"result":{"status":[{"n":1},' + odd + b',{"n":2}]}}'
    assert split(body) == ([b'{"n":1}', odd, b'{"n":2}'], True)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _vouched_for(odd: bytes) -> bool:
    """Whether a list with `odd` between two records is called complete although the last record is not in it."""
    body = b'{"result":{"status":[{"n":1},' + odd + b',{"n":2}]}}'
    records, complete = split(body)
    return complete and records[-1:] != [b'{"n":2}'] and not _is_json(body)


@pytest.mark.parametrize("odd", [b'{"a":1]]', b'{"a":"x"]],"b":2}', b"]", b'{"a":[1]]}]', b"]}"])
def test_a_record_whose_brackets_do_not_match_never_hides_the_others_in_a_complete_list(odd: bytes) -> None:
    assert not _vouched_for(odd)


@given(st.text('{}[]",:\\ a1', max_size=12).map(str.encode))
def test_no_record_hides_the_others_in_a_complete_list(odd: bytes) -> None:
    assert not _vouched_for(odd)


@given(st.binary(max_size=80))
def test_any_bytes_can_be_cut(body: bytes) -> None:
    head = b'{"result":{"status":['
    records, _ = split(head + body)
    assert sum(map(len, records)) <= len(body)
    assert all(record in body for record in records)


def test_a_long_tail_is_judged_in_no_time() -> None:
    started = time.process_time()
    assert not split(b'{"result":{"status":[]' + b",}" * 20_000 + b"x")[1]
    assert time.process_time() - started < 2
