"""A report says what is in a journal, in figures, and nothing of whom it is about."""

import re
import stat
from datetime import UTC, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import evolve

from ropo_async import InvalidInput, Journal
from ropo_async.journal import Activity, DayFigures, Gap, GapState, Health, Lags
from ropo_async.report import AccountFacts, Facts, gather, html_report, write_report
from ropo_async.report._words import span, within
from tests.report.conftest import DAY, MINE, NOW, PERSONAL, YOURS

anyio_test = pytest.mark.anyio
VOID = {"meta", "br"}


class Checked(HTMLParser):
    """Reads a page, and keeps its elements and its text; what is not closed in order is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ") + "\n"


def facts(**changes: Any) -> Facts:
    return evolve(Facts(now=NOW, days=90, health=Health()), **changes)


def account(*days: DayFigures, cid: str = "1000011", health: Health | None = None) -> AccountFacts:
    return AccountFacts(Activity(account=evolve(MINE, cid=cid), days=days), health or Health())


@anyio_test
async def test_the_page_says_what_is_in_the_journal(journal: Journal) -> None:
    found = await gather(journal, days=90, now=NOW)
    health = await journal.health(now=NOW)
    assert found.arrived == health.records
    assert found.recovered == 60
    assert [account.activity.account for account in found.accounts] == [MINE, YOURS]
    assert found.lags.total == health.records - health.waiting - health.dead
    text = Checked(html_report(found)).text
    for line in (
        f"{health.records}\n",
        "Gaps unresolved: 1 ",
        "Dead letters: 1 ",
        "In quarantine: 1 ",
        "Payments in doubt: 1 ",
        "1 unresolved, 1 open, 1 closed.",
        "Payment: booked\n3\n",
        "Credit note: rejected by the server\n1\n",
        "under 5 min\n",
        "fi-test.example",
        "2000022",
        "An answer went missing: the connection was lost. It cannot be shown that nothing is missing",
    ):
        assert line in text


@anyio_test
async def test_nothing_personal_is_on_it_and_nothing_is_fetched(journal: Journal) -> None:
    page = html_report(await gather(journal, days=90, now=NOW))
    for secret in PERSONAL[:-1]:
        assert secret not in page
    tags = Checked(page).tags
    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object", "base", "a"}
    assert not {name for _, attributes in tags for name in attributes} & {"src", "href", "onload", "srcset", "action"}
    assert "url(" not in page
    assert "@import" not in page
    assert page.count("default-src") == 1


@anyio_test
async def test_every_picture_is_told_in_words(journal: Journal) -> None:
    page = html_report(await gather(journal, days=90, now=NOW))
    for picture in re.findall("<svg.*?</svg>", page):
        assert 'aria-hidden="true"' in picture or re.search("<title>.+</title><desc>.+</desc>", picture)


@anyio_test
async def test_the_file_replaces_what_is_there_and_is_its_owners(journal: Journal, tmp_path: Path) -> None:
    place = tmp_path / "report.html"
    place.write_text("older", encoding="utf-8")
    assert await write_report(journal, place, days=7, now=NOW) == place
    assert place.read_text(encoding="utf-8") == html_report(await gather(journal, days=7, now=NOW))
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == [place]
    with pytest.raises(FileNotFoundError):
        await write_report(journal, tmp_path / "nowhere" / "report.html", now=NOW)


@anyio_test
@pytest.mark.parametrize(
    "wrong", [{"days": 0}, {"days": 3661}, {"days": True}, {"days": 1.5}, {"now": NOW.replace(tzinfo=None)}]
)
async def test_what_cannot_be_right_is_refused(anyio_backend: str, wrong: dict[str, object]) -> None:
    async with Journal.open("memory:") as journal:
        with pytest.raises(InvalidInput):
            await gather(journal, **wrong)  # type: ignore[arg-type]


@anyio_test
async def test_an_empty_journal_is_reported_on(anyio_backend: str) -> None:
    async with Journal.open("memory:") as journal:
        text = Checked(html_report(await gather(journal, now=NOW))).text
    assert "The journal is empty" in text
    assert "No update arrived in these days" in text


def test_a_journal_in_order_says_so() -> None:
    text = Checked(html_report(facts(accounts=[account(DayFigures(NOW.date(), 1, waiting=1))]))).text
    assert "Nothing needs attention" in text


@pytest.mark.parametrize(
    ("days", "columns", "title"), [(1, 1, "day"), (100, 100, "day"), (101, 15, "week"), (365, 53, "week")]
)
def test_many_days_become_weeks_that_end_today(days: int, columns: int, title: str) -> None:
    first = NOW.date() - timedelta(days=days - 1)
    every = [DayFigures(first + timedelta(days=day), arrived=10, recovered=1) for day in range(days)]
    found = facts(days=days, accounts=[account(*every), account(*every, cid="1000012")])
    assert len(found.periods) == columns
    assert (found.periods[0].first, found.periods[-1].first) == (
        first,
        NOW.date() - (DAY * 6 if title == "week" else 0 * DAY),
    )
    assert sum(period.arrived for period in found.periods) == found.arrived == 20 * days
    page = html_report(found)
    assert f"Updates per {title}" in page
    assert len(page) < 40_000


def test_big_numbers_are_grouped() -> None:
    page = html_report(facts(health=Health(records=12_345_678), accounts=[account()]))
    assert "12\N{NARROW NO-BREAK SPACE}345\N{NARROW NO-BREAK SPACE}678" in page


def test_many_gaps_are_told_briefly_the_worst_first() -> None:
    gaps = [
        Gap(number, MINE, GapState.CLOSED, ("<b>lost</b>",), NOW - DAY * 99, NOW - DAY * (number / 10), (), NOW)
        for number in range(200)
    ]
    gaps[150] = evolve(gaps[150], state=GapState.UNRESOLVED, causes=("the worst",))
    page = html_report(facts(accounts=[account()], gaps=gaps))
    assert page.count('class="track"') == 50
    assert "And 150 more." in page
    assert page.index("The worst") < page.index("&lt;b&gt;lost")
    assert "<b>lost" not in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.6, "1 min"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (200, "3 min"),
        (86400 * 400, "400 d"),
        (-5, "0 s"),
    ],
)
def test_a_length_of_time_is_read_at_a_glance(seconds: float, words: str) -> None:
    assert span(seconds).replace("\N{NO-BREAK SPACE}", " ") == words


def test_lags_say_within_what_a_share_was_acknowledged() -> None:
    lags = Lags((5, 0, 0, 4, 0, 0, 0, 0, 0, 1))
    assert [lags.within(share) for share in (0.1, 0.5, 0.51, 0.9, 1)] == [1.0, 1.0, 60.0, 60.0, float("inf")]
    assert Lags().within(0.5) is None
    assert within(lags.within(1)).startswith("> 1")
    assert (lags + lags).counts == (10, 0, 0, 8, 0, 0, 0, 0, 0, 2)
    assert NOW.tzinfo is UTC
