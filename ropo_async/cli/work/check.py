"""Whether the account can be used from here, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from ropo_async import Environment, codec
from ropo_async.cli.work.screen import span
from ropo_async.cli.work.status import Status
from ropo_async.config import base_url
from ropo_async.hooks import Event, TokenRenewed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.cli.work.desk import Desk

__all__ = ["check", "in_words", "skew_of"]

NOBODYS = "ropo-check"
"""An invoice number that nobody has: reading it takes nothing, whatever reading does."""
TOLERABLE = timedelta(seconds=5)
"""Of the clock. A header has whole seconds, and is on its way for a while."""


async def check(desk: Desk) -> Status:
    """Log in, read what there is of an invoice that there is not, and look at the server's clock."""
    lives = list[float]()

    def note(event: Event) -> None:
        if isinstance(event, TokenRenewed):
            lives.append(event.lifetime)

    async with desk.client(note) as ropo:
        server, cid = ropo.status_updates.server, ropo.status_updates.cid
        await ropo.status_updates.prepare()
        asked = datetime.now(UTC)
        answer = await ropo.status_updates.ask(codec.reread_request(billnum=NOBODYS))
        skew = skew_of(answer.headers, asked, datetime.now(UTC))
    life = lives[-1] if lives else None
    desk.screen.show(
        {
            "server": f"{_name_of(server)}, answers",
            "credentials": "the token is accepted" if cid is None else f"accepted for customer id {cid}",
            "token": "yours, renewed by you" if life is None else f"lives for {span(life)}",
            "feed": "may be read",
            "clock": in_words(skew),
        },
        {
            "server": server,
            "production": desk.is_production,
            "cid": cid,
            "token_seconds": life,
            "skew_seconds": None if skew is None else skew.total_seconds(),
        },
    )
    return Status.DONE


def _name_of(server: str) -> str:
    return next((f"{known.name} ({server})" for known in Environment if base_url(known) == server), server)


def skew_of(headers: Mapping[str, str], asked: datetime, answered: datetime) -> timedelta | None:
    """Return by how much this clock is ahead of the server's, at least; None where the answer does not tell.

    Args:
        headers: of the answer.
        asked: by this clock, when it was asked for.
        answered: by this clock, when it was there.
    """
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
        theirs = theirs.replace(tzinfo=UTC) if theirs.tzinfo is None else theirs
    except (ValueError, OverflowError):
        return None
    if asked > theirs + timedelta(seconds=1):  # it may have been the end of that second
        return asked - theirs - timedelta(seconds=1)
    return min(answered - theirs, timedelta(0))


def in_words(skew: timedelta | None) -> str:
    """Say how this clock stands to the server's."""
    if skew is None:
        return "the server does not tell the time"
    if abs(skew) <= TOLERABLE:
        return "agrees with the server's"
    where = "ahead of" if skew > timedelta(0) else "behind"
    return f"this one is {span(skew.total_seconds())} {where} the server's: set it by NTP"
