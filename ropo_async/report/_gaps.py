"""The gaps in a report: each on its own line of time, with its state and its reason. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ropo_async._markup import Markup, element
from ropo_async.journal import DayState, GapState
from ropo_async.report._charts import track
from ropo_async.report._parts import axis, legend, section
from ropo_async.report._words import GAP_STATES, day, moment, number

if TYPE_CHECKING:
    from ropo_async.journal import Gap
    from ropo_async.report.facts import Facts

__all__ = ["gaps_section"]

SHOWN = 50
"""Gaps that are told one by one."""

_RANKS = {state: rank for rank, state in enumerate(GAP_STATES)}


def gaps_section(facts: Facts) -> Markup:
    """Return the section on gaps: the worst first, and of those the newest."""
    title = "Gaps and their recovery"
    if not facts.gaps:
        return section(title, "There was none in these days: every answer of the feed arrived whole.")
    newest = sorted(facts.gaps, key=lambda gap: gap.until, reverse=True)
    ranked = sorted(newest, key=lambda gap: _RANKS[gap.state])
    counts = [
        f"{number(count)} {words.lower()}"
        for state, words in GAP_STATES.items()
        if (count := sum(gap.state is state for gap in ranked))
    ]
    left = len(ranked) - SHOWN
    return section(
        title,
        f"{', '.join(counts)}. A gap is a stretch of time from which updates may be missing.",
        legend(("bad", "updates may be missing from here"), ("good", "their days were read again")),
        axis(day(facts.first), day(facts.last)),
        element("ol", *(_gap(facts, gap) for gap in ranked[:SHOWN]), class_="gaps"),
        *([f"And {number(left)} more."] if left > 0 else []),
    )


def _gap(facts: Facts, gap: Gap) -> Markup:
    read = [part.read_at for part in gap.days if part.read_at is not None]
    confirmed = sum(part.state is DayState.CONFIRMED for part in gap.days)
    ended = facts.now if gap.state in (GapState.OPEN, GapState.BACKFILLED) else max(read, default=gap.until)
    words = GAP_STATES[gap.state]
    when = f"{moment(gap.since)} to {moment(gap.until)}"
    progress = f"{number(confirmed)} of {number(len(gap.days))} days confirmed"
    picture = track(
        [
            ("recovery", _share(facts, gap.opened), _share(facts, ended)),
            ("lost", _share(facts, gap.since), _share(facts, gap.until)),
        ],
        title=f"Gap of account {gap.account.name}",
        text=f"{words}. Updates may be missing from {when}; {progress}.",
    )
    badge = element("span", words, class_=f"badge {gap.state.name.lower()}")
    facts_of = element("p", badge, element("b", gap.account.name), f" {when}, {progress}")
    return element("li", facts_of, picture, element("p", f"{gap.reason[:1].upper()}{gap.reason[1:]}", class_="soft"))


def _share(facts: Facts, when: datetime) -> float:
    """Return where a moment is between the beginning of the first day and the end of the last."""
    begin = datetime(facts.first.year, facts.first.month, facts.first.day, tzinfo=UTC)
    return (when - begin) / timedelta(days=facts.days)
