"""From facts to one HTML page. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ropo_async._markup import Markup, element, joined
from ropo_async._version import __version__
from ropo_async.report._charts import bar, columns
from ropo_async.report._gaps import gaps_section
from ropo_async.report._parts import axis, details, legend, note, scrolling, section, table
from ropo_async.report._style import STYLE
from ropo_async.report._words import LAG_NAMES, OUTCOMES, ago, day, moment, number, percent, within
from ropo_async.report.facts import attention

if TYPE_CHECKING:
    from ropo_async.report.facts import AccountFacts, Facts

__all__ = ["html_report"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What the page may load: nothing."""


def html_report(facts: Facts) -> str:
    """Return a page about `facts` that needs nothing else: no script, no other file, no network."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"Journal report {day(facts.last)}"),
        element("style", Markup(STYLE)),
    )
    body = element("body", _header(facts), element("main", *_sections(facts)), _footer())
    return f"<!doctype html>\n{element('html', joined([head, body]), lang='en')}\n"


def _sections(facts: Facts) -> list[Markup]:
    return [
        _verdict(facts),
        _figures(facts),
        _updates(facts),
        _lags(facts),
        gaps_section(facts),
        _bookings(facts),
        _accounts(facts),
    ]


def _header(facts: Facts) -> Markup:
    days = f"{day(facts.first)} to {day(facts.last)}, {number(facts.days)} {'day' if facts.days == 1 else 'days'}"
    return element(
        "header",
        element("h1", "Journal report"),
        element("p", f"{days}. Made {moment(facts.now)}. All times are UTC.", class_="soft"),
    )


def _footer() -> Markup:
    text = "It holds counts, times and states: no names, no invoice numbers, no amounts."
    return element("footer", element("p", f"Made by ropo-async {__version__}. {text}"))


def _verdict(facts: Facts) -> Markup:
    needs = attention(facts)
    if not facts.accounts:
        return note("good", "The journal is empty: no account was polled yet.")
    if not needs:
        return note("good", "Nothing needs attention: no update is known to be missing, dead or unreadable.")
    listed = element("ul", *(element("li", f"{what}: {number(count)} ({why})") for what, count, why in needs))
    return note("bad", "This needs attention:", listed)


def _figures(facts: Facts) -> Markup:
    health, lags = facts.health, facts.lags
    figures = {
        "Updates in these days": number(facts.arrived),
        "Updates in the journal": number(health.records),
        "Waiting for a consumer": number(health.waiting),
        "Oldest of them came, ago": ago(health.oldest, facts.now),
        "Feed last read to its end, ago": ago(health.drained, facts.now),
        "Half were acknowledged in": within(lags.within(0.5)),
        "95 % were acknowledged in": within(lags.within(0.95)),
        "Dead letters": number(health.dead),
        "In quarantine, unreadable": number(health.quarantined),
        "Gaps being closed": number(health.open_gaps),
        "Gaps unresolved": number(health.unresolved_gaps),
        "Seen by a sweep alone": number(health.seen_only_by_sweep),
    }
    parts = [element("div", element("dt", name), element("dd", figure)) for name, figure in figures.items()]
    return element("dl", *parts)


def _updates(facts: Facts) -> Markup:
    periods = facts.periods
    each = "week" if facts.weekly else "day"
    most = max(periods, key=lambda period: period.arrived)
    title = f"Updates per {each}"
    if not most.arrived:
        return section(title, "No update arrived in these days.")
    busiest = f"Most in one {each}: {number(most.arrived)}, {'from' if facts.weekly else 'on'} {day(most.first)}."
    picture = columns(
        [
            ("feed", [period.arrived - period.recovered for period in periods]),
            ("again", [p.recovered for p in periods]),
        ],
        title=title,
        text=f"{number(facts.arrived)} updates, {number(facts.recovered)} of them found by reading again. {busiest}",
    )
    marks = axis(*map(day, (facts.first, periods[len(periods) // 2].first, facts.last)))
    colours = legend(("main", "by the feed"), ("again", "found by reading a day or an invoice again"))
    heads = ("From" if facts.weekly else "Day", "Arrived", "Found again", "Waiting", "Dead")
    rows = [
        (day(p.first), number(p.arrived), number(p.recovered), number(p.waiting), number(p.dead)) for p in periods[::-1]
    ]
    return section(title, busiest, picture, marks, colours, details("The figures", table(heads, rows)))


def _lags(facts: Facts) -> Markup:
    title, lags = "From arrival to acknowledgement", facts.lags
    if not lags.total:
        return section(title, "No update of these days was acknowledged yet.")
    most = max(lags.counts)
    rows = [
        (name, number(count), percent(count, lags.total), bar(count / most))
        for name, count in zip(LAG_NAMES, lags.counts, strict=True)
    ]
    text = f"{number(lags.total)} updates that arrived in these days were acknowledged."
    return section(title, text, table(("Took", "Updates", "Share", ""), rows))


def _bookings(facts: Facts) -> Markup:
    title, bookings = "Payments and credit notes", facts.bookings
    if not bookings:
        return section(title, "None were asked for in these days, or not through this journal.")
    most = max(bookings.values())
    kinds = sorted({kind for kind, _ in bookings}, reverse=True)
    rows = [
        (f"{kind.capitalize()}: {words[0].lower()}{words[1:]}", number(count), bar(count / most))
        for kind in kinds
        for state, words in OUTCOMES.items()
        if (count := bookings[kind, state])
    ]
    text = f"{number(bookings.total())} were first asked for in these days. What they have come to:"
    return section(title, text, table(("Outcome", "Count", ""), rows))


def _accounts(facts: Facts) -> Markup:
    if not facts.accounts:
        return Markup("")
    heads = ("Account", "Updates", "", "Waiting", "Oldest", "95 % in", "Dead", "Quarantine", "Gaps", "Last read")
    rows = [_account(facts, account) for account in facts.accounts]
    text = "Gaps are those that are not closed. What is dated says how long ago."
    return section("Accounts", text, scrolling("Accounts", table(heads, rows)))


def _account(facts: Facts, account: AccountFacts) -> tuple[object, ...]:
    activity, health = account.activity, account.health
    periods = facts.periods_of([account])
    title = f"Updates of account {activity.account.name}"
    spark = columns(
        [("feed", [period.arrived for period in periods])],
        title=title,
        text=f"{number(activity.arrived)} in these days",
        height="spark",
    )
    return (
        joined(
            [
                element("b", activity.account.name),
                element("br"),
                element("small", urlsplit(activity.account.server).hostname or ""),
            ]
        ),
        number(activity.arrived),
        spark,
        number(health.waiting),
        ago(health.oldest, facts.now),
        within(activity.lags.within(0.95)),
        number(health.dead),
        number(health.quarantined),
        number(health.open_gaps + health.unresolved_gaps),
        ago(health.drained, facts.now),
    )
