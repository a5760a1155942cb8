"""The short ways of telling records apart come to what the long ones do."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b

from hypothesis import given, settings
from hypothesis import strategies as st

from ropo_async.journal import Account, Entry, Leased, Source
from ropo_async.journal._merge import sort, sorted_out
from ropo_async.journal.entries import entry_of
from ropo_async.records import StatusType, StatusUpdate
from tests.unit.test_keys import UPDATES

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False) | st.sampled_from([Decimal("-0.00"), Decimal("1E+3")])
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(["id:payment:1", "id:payment:2", "id:comment:1", "content:aa", "content:bb"]),
        st.sampled_from([b"1", b"2"]),
        st.just(b"{}"),
    ),
    max_size=5,
)


def spelled_out(update: StatusUpdate) -> bytes:
    """Return the hash of an update, made step by step."""
    kind, amount = update.statustype, update.amount
    digits = None if amount is None else f"{amount:f}"
    if digits is not None and "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    parts = [
        update.jobid,
        update.billnum,
        None if kind is None else str(StatusType(kind)),
        None if update.statustime is None else update.statustime.isoformat(),
        update.statuscode,
        update.statusref,
        update.statustext,
        None if update.paydate is None else update.paydate.isoformat(),
        "0" if digits == "-0" else digits,
    ]
    told = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    # The two spell control characters their own ways.
    for number in range(0x20):
        told = told.replace(json.dumps(chr(number))[1:-1], _SHORT.get(number, f"\\u{number:04x}"))
    return blake2b(told.encode(), digest_size=16).digest()


_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}


@settings(max_examples=50)
@given(UPDATES, AMOUNTS)
def test_a_hash_is_that_of_the_words(update: StatusUpdate, amount: Decimal) -> None:
    fields = {name: getattr(update, name) for name in ("jobid", "billnum", "statustype", "statustime", "statuscode")}
    fields |= {name: getattr(update, name) for name in ("statusref", "statustext", "paydate")}
    assert entry_of(StatusUpdate(**fields, amount=amount)).hash == spelled_out(StatusUpdate(**fields, amount=amount))


@settings(max_examples=50)
@given(ENTRIES, st.sampled_from(Source))
def test_records_that_nobody_knows_are_sorted_at_once_as_one_by_one(entries: list[Entry], source: Source) -> None:
    new, consumed = sorted_out({}, entries, consuming=source.consumed)
    sorting = sort({}, entries, consuming=source.consumed)
    assert sorted(new, key=repr) == sorted(sorting.new, key=repr)
    assert consumed == sorting.consumed


def test_what_is_lent_shows_no_content() -> None:
    account, now = Account("https://one.example", "1001"), datetime.now(UTC)
    leased = Leased(1, 2, account, "id:payment:1", 1, 1, Source.DRAIN, 3, b'{"billnum":"B-secret"}', arrived=now)
    assert "secret" not in repr(leased)
    assert "token=2" in repr(leased)
    assert "B-secret" not in repr(Entry("id:1", b"hash", b'{"billnum":"B-secret"}', None, "B-secret"))
