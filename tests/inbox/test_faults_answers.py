"""Every way in which an answer of the feed can go wrong, one row each: how the poll ends, and that nothing is lost."""

from enum import StrEnum
from types import NoneType

import anyio
import pytest
from attrs import frozen

from ropo_async.errors import (
    AuthenticationError,
    DecodeError,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RopoError,
    StatusError,
)
from ropo_async.hooks import GapOpened
from ropo_async.inbox import Inbox, Round
from ropo_async.journal import GapState
from ropo_async.simulator import CATALOGUE, Fault
from ropo_async.simulator.deliveries import close_delimited, reframed
from ropo_async.simulator.messages import Answer
from ropo_async.simulator.rewrites import replaced
from ropo_async.simulator.wire import Wire, body_of, head_of
from tests.inbox.feeds import PAGE, POLL, QUICK, World, everywhere, journal_url, world  # noqa: F401

pytestmark = pytest.mark.anyio


class End(StrEnum):
    """What becomes of the poll that a fault strikes."""

    WHOLE = "its page is taken as if nothing had happened"
    AGAIN = "it was refused, is sent once more, and its page is taken"
    REFUSED = "it was refused, which raises; its page waits at the server"
    LOST = "nothing of its answer is kept; a gap"
    KEPT = "what came of its answer is kept, and no update can be read in it; a gap"
    SALVAGED = "the whole updates of its answer are taken; a gap"


GAPS = (End.LOST, End.KEPT, End.SALVAGED)
STATES = {
    End.WHOLE: ["parsed", "parsed", "parsed"],
    End.AGAIN: ["parsed", "parsed", "parsed"],
    End.REFUSED: ["parsed"],
    End.LOST: ["parsed", "lost"],
    End.KEPT: ["parsed", "partial, kept"],
    End.SALVAGED: ["parsed", "partial, kept"],
}
"""The states that the polls of the round end in, but for those that brought nothing; the fault strikes the second."""
POLLS = {End.WHOLE: 4, End.AGAIN: 5} | dict.fromkeys((End.REFUSED, *GAPS), 2)
"""How often the feed is asked in the round: for nothing that was lost a second time."""


@frozen
class Row:
    """One fault of the second of three pages, and the end that it must come to."""

    number: int
    fault: Fault
    end: End
    note: str = ""
    error: type[RopoError] = StatusError
    times: int = 1

    def __str__(self) -> str:
        return f"{self.number:02}-{self.note or self.fault.name}".replace(" ", "_")

    @property
    def endless(self) -> bool:
        return self.fault.endless or self.note == "endless"


async def mid_chunk(wire: Wire, answer: Answer) -> None:
    """Announce a chunk, send half of it, then FIN."""
    body = body_of(answer)
    head = head_of(answer, "Transfer-Encoding: chunked", length=False)
    await wire.send(head + b"%x\r\n" % len(body) + body[: len(body) // 2])


async def early(wire: Wire, answer: Answer) -> None:
    """Send it, then RST, as a server does that does not care for the rest of the request."""
    await wire.send(head_of(answer) + body_of(answer))
    await anyio.sleep(0.02)
    wire.reset()


def headed(*lines: str) -> Fault:
    """Return the right answer with more header lines."""
    return Fault("headed", delivers=True, deliver=reframed(*lines, length=True))


def limited(retry_after: str) -> Fault:
    return Fault.status(429, headers={"Retry-After": retry_after})


NUL = b"HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 2\r\n\r\n{}"
WHOLE_THOUGH_UNFRAMED = close_delimited(1 << 20, "1.1")
EARLY_401 = Fault("early_401", processed=False, rewrite=replaced(401, {}, b""), deliver=early)
AWAY = {"Location": "https://ropo.example/rest"}
ELSEWHERE = {"same host": "/rest/elsewhere", "plain http": "http://ropo.example/rest", "loop": "/rest/jobs"}

ROWS = [
    Row(9, Fault.drop(processed=False), End.LOST),
    Row(9, Fault.drop(processed=True), End.LOST),
    Row(10, Fault.reset(processed=False), End.LOST),
    Row(10, Fault.reset(processed=True), End.LOST),
    Row(11, Fault.hang(processed=False), End.LOST),
    Row(11, Fault.hang(processed=True), End.LOST),
    Row(12, Fault.status_line(), End.LOST),
    Row(13, Fault.drip(0.2), End.LOST, "endless"),
    Row(13, Fault.drip(0.001), End.WHOLE),
    Row(14, Fault.endless_interim(), End.LOST),
    Row(15, Fault.raw(), End.LOST, note="tls_alert"),
    Row(15, Fault.raw(b"ICY 200 OK\r\n\r\n"), End.LOST, note="icy"),
    Row(15, Fault.raw(b"220 smtp.example ESMTP\r\n"), End.LOST, note="smtp"),
    Row(16, Fault.long_header(), End.LOST),
    Row(16, Fault.raw(NUL), End.LOST, note="nul_in_header"),
    Row(17, headed("X-Folded: one", " two"), End.WHOLE, note="folded_header"),
    Row(18, Fault.cut(), End.SALVAGED),
    Row(18, Fault.cut(0), End.LOST, note="cut_before_the_body"),
    Row(18, Fault.cut(100), End.KEPT, note="cut_in_the_first_record"),
    Row(19, Fault.cut(reset=True), End.SALVAGED),
    Row(20, Fault.stall(), End.SALVAGED),
    Row(21, Fault.unterminated_chunks(), End.SALVAGED),
    Row(22, Fault.bad_chunk_size(), End.SALVAGED),
    Row(22, Fault("mid_chunk", delivers=None, deliver=mid_chunk), End.SALVAGED),
    Row(23, Fault.close_delimited(), End.SALVAGED),
    Row(23, Fault("unframed", delivers=True, deliver=WHOLE_THOUGH_UNFRAMED), End.WHOLE),
    Row(24, Fault.close_delimited(version="1.0"), End.SALVAGED),
    Row(25, Fault.two_lengths(), End.LOST),
    Row(25, Fault.negative_length(), End.LOST),
    Row(26, Fault.length_and_chunks(), End.WHOLE),
    Row(27, Fault.trailing_bytes(), End.WHOLE),
    Row(28, Fault.gzip(), End.WHOLE),
    Row(28, Fault.gzip_cut(), End.KEPT),
    Row(29, Fault.gzip_garbage(), End.KEPT),
    Row(30, Fault.gzip_bomb(10_000_000), End.KEPT),
    Row(31, Fault.gzip(10), End.KEPT),
    Row(34, CATALOGUE["body {}"], End.KEPT),
    Row(34, CATALOGUE["body []"], End.KEPT),
    Row(34, CATALOGUE['body {"result":[]}'], End.KEPT),
    Row(34, CATALOGUE['body {"result":{"status":null}}'], End.KEPT),
    Row(34, Fault.body(), End.KEPT, note="empty_body"),
    Row(34, Fault.html(200), End.KEPT, note="captive_portal"),
    Row(35, Fault.bom(), End.WHOLE),
    Row(35, Fault.body(b"[" * 100_000), End.KEPT, note="nothing_but_nesting"),
    Row(39, Fault.status(401), End.AGAIN),
    Row(39, EARLY_401, End.AGAIN),
    Row(40, Fault.status(401), End.REFUSED, "401_twice", AuthenticationError, times=2),
    Row(40, Fault.status(403), End.REFUSED, error=PermissionDenied),
    Row(41, limited("0"), End.AGAIN, note="retry_after_0"),
    Row(41, limited("Wed, 21 Oct 2015 07:28:00 GMT"), End.AGAIN, note="retry_after_date"),
    Row(41, limited("soon"), End.AGAIN, note="retry_after_junk"),
    Row(41, limited("1000000000"), End.REFUSED, "retry_after_1e9", RateLimited),
    *(Row(42, Fault.status(code, processed=when), End.LOST) for code in (500, 502, 503, 504) for when in (False, True)),
    Row(42, Fault.status(503, headers={"Retry-After": "0"}), End.LOST, note="503_with_retry_after"),
    Row(42, Fault.html(), End.LOST),
    Row(42, Fault.status(520), End.LOST),
    Row(43, Fault.status(408), End.LOST),
    Row(43, Fault.status(425), End.LOST),
    *(Row(43, Fault.status(code), End.REFUSED) for code in (400, 404, 405, 406, 409, 415, 422)),
    *(Row(43, Fault.status(code, processed=True), End.LOST) for code in (402, 418, 451)),
    *(Row(43, Fault.html(code, processed=True), End.LOST) for code in (403, 404)),
    *(Row(44, Fault.status(code, headers=AWAY), End.LOST) for code in (301, 302, 303, 307, 308)),
    *(Row(44, Fault.status(307, headers={"Location": url}), End.LOST, f"to {name}") for name, url in ELSEWHERE.items()),
    *(Row(44, Fault.status(code), End.LOST, note=f"other_2xx_{code}") for code in (201, 202, 206)),
    Row(55, headed("Set-Cookie: session=abc"), End.WHOLE, note="cookie"),
    Row(55, Fault.raw(b"HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\n\r\n"), End.LOST, note="cr_in_header"),
]  # fmt: skip


@everywhere
@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_row(row: Row, journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        feed.add(2 * PAGE + 3)
        inbox = await feed.another(timeouts=QUICK) if row.endless else feed.inbox
        feed.simulator.fail(row.fault, operation=POLL, query=(), skip=1, times=row.times)
        # So that a gap can be seen before it is filled.
        feed.simulator.fail(Fault.status(404), operation=POLL, query=("date",))

        asked = feed.polls
        found = await round_of(inbox, row)
        assert await feed.states() == STATES[row.end]
        assert feed.polls - asked == POLLS[row.end] + (row.times - 1)
        await gap_is_there(feed, row, found)
        await feed.conserved()

        feed.simulator.faults.clear()
        left, asked = len(feed.simulator.truth.pending), feed.polls
        assert (await feed.inbox.drain()).drained
        assert feed.polls - asked == -(-left // PAGE) + 1
        await feed.complete()
        feed.clock.advance(days=2)
        await feed.inbox.drain()
        assert [gap.state for gap in await feed.inbox.gaps()] == [GapState.CLOSED] * (row.end in GAPS)
        await feed.complete()


async def round_of(inbox: Inbox, row: Row) -> Round | None:
    """Return what the round has brought; None where it raised what it had to raise."""
    if row.end is End.REFUSED:
        with pytest.raises(row.error):
            await inbox.drain()
        return None
    return await inbox.drain()


async def gap_is_there(feed: World, row: Row, found: Round | None) -> None:
    """Check that there is a gap, which says so everywhere, or that there is none."""
    gaps = await feed.inbox.gaps()
    assert len(gaps) == len(feed.told(GapOpened)) == (row.end in GAPS)
    if found is None:
        return
    assert found.drained is (row.end not in GAPS)
    assert isinstance(found.trouble, OutcomeUnknown | DecodeError if gaps else NoneType)
    assert isinstance(found.recovery, NotFound if gaps else NoneType)
    salvaged = found.new - PAGE if gaps else 0
    assert (0 < salvaged <= PAGE) if row.end is End.SALVAGED else salvaged == 0
