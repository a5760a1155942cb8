"""What the durable feed costs beside the plain one, and whether that grows with the journal.

`python -m benchmarks.feed` takes some minutes, with `--quick` less than one; `--help` lists what else can be said. The
server is in this process and what is measured in another. The parts take turns, so that a busy minute of the machine
meets all of them; still, read ratios rather than times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count, pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import anyio
from attrs import frozen
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ropo_async.simulator import Simulator, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from ropo_async.simulator import Record

CLIENT = Path(__file__).with_name("client.py")
PAGE = 1000
MIXED = 5000
"""Updates that are made up. Then they repeat, under new ids: making them up takes longer than serving them."""
A_DAY = 10_000
WARM = 50
"""Updates of another account, with which a client warms up."""
WINDOW = 20
"""Pages whose median stands for one size of the journal."""
FULL = {"rounds": 5, "records": 20_000, "sizes": [10_000, 100_000, 1_000_000]}
QUICK = {"rounds": 2, "records": 5_000, "sizes": [10_000, 20_000, 50_000]}


@frozen
class Cost:
    """What one run has cost."""

    records: int
    cpu: float
    """Seconds, user and system, of all threads."""
    wall: float
    polls: tuple[tuple[float, float], ...]
    """CPU and wall seconds at the end of each poll, from any beginning."""


def updates(size: int) -> Iterator[Record]:
    """Make up so many updates, with ids in two series, as the simulator gives them."""
    source = Simulator()
    for _ in range(MIXED // 5):
        source.add_invoice()
    made, first = source.make_updates(min(size, MIXED), days=1), date(2026, 1, 1)
    series = {"P": count(4_000_001), "C": count(9_000_001)}
    for number in range(size):
        record, day = made[number % len(made)], first + timedelta(days=number // A_DAY)
        kind, time = record["statusid"][0], record["statustime"][10:]
        yield record | {"statusid": f"{kind}{next(series[kind])}", "statustime": f"{day}{time}"}


async def run(part: str, records: Iterable[Record], journal: str) -> Cost:
    """Serve updates to a client that does one part with them, after another account has warmed it up."""
    simulators = [Simulator(cid="1000011", page_size=PAGE), Simulator(cid="1000012", page_size=PAGE)]
    for simulator, feed in zip(simulators, (updates(WARM), records), strict=True):
        for record in feed:
            simulator.truth.add_update(record)
    async with serve(*simulators) as running:
        accounts = [(simulator.cid, simulator.apicode) for simulator in simulators]
        told = json.dumps([part, running.url, accounts, journal])
        # What it says about failures is for whoever looks.
        done = await anyio.run_process([sys.executable, str(CLIENT), told], stderr=None)
    found = json.loads(done.stdout)
    if found["records"] != len(simulators[-1].truth.updates):
        raise SystemExit(f"{part}: {found['records']} records came, which is a bug.")
    return Cost(found["records"], found["cpu"], found["wall"], tuple(map(tuple, found["polls"])))


# --- Journals that are gone afterwards ------------------------------------------------------------------------------


@contextmanager
def no_journal() -> Generator[str]:
    """Where none is needed: one in memory."""
    yield "memory:"


@contextmanager
def sqlite_journal() -> Generator[str]:
    """One in a folder for temporary files."""
    with TemporaryDirectory(prefix="ropo-benchmark-") as folder:
        yield f"sqlite:///{folder}/journal.db"


def postgres_journals(url: str) -> Callable[[], AbstractContextManager[str]]:
    """Return what makes schemas in a PostgreSQL database, and removes them."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    numbers = count(1)

    @contextmanager
    def postgres_journal() -> Generator[str]:
        schema = f"benchmark_{os.getpid()}_{next(numbers)}"
        try:
            yield f"{url}{'&' if '?' in url else '?'}schema={schema}"
        finally:
            with psycopg.connect(url) as connection:
                connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))

    return postgres_journal


# --- What is measured -----------------------------------------------------------------------------------------------


@frozen
class Part:
    """One line of the first table."""

    title: str
    name: str
    """As the client has it."""
    journal: Callable[[], AbstractContextManager[str]]
    records: int


def parts(records: int, postgres: str | None) -> list[Part]:
    """Return what is compared; the first is what the others are compared with."""
    journals = {"SQLite": sqlite_journal} | ({"PostgreSQL": postgres_journals(postgres)} if postgres else {})
    kinds = (("Inbox.drain()", "journaled"), ("1 consumer", "delivered"), ("4 consumers", "shared"))
    return [Part("drain()", "drained", no_journal, records)] + [
        Part(f"{title}, {database}", name, journal, records)
        for title, name in kinds
        for database, journal in journals.items()
    ]


async def compare(compared: Sequence[Part], rounds: int) -> list[list[Cost]]:
    """Return what each part has cost in each round."""
    records = list(updates(max(part.records for part in compared)))
    found: list[list[Cost]] = [[] for _ in compared]
    for _ in range(rounds):
        for part, costs in zip(compared, found, strict=True):
            with part.journal() as journal:
                costs.append(await run(part.name, records[: part.records], journal))
    return found


def comparison(compared: Sequence[Part], found: list[list[Cost]]) -> Table:
    """Tell what a record costs, and how that relates to the first part of the same round."""
    table = _table("a record", "CPU us", "range", "x drain()", "range", "records/s")
    plain = [cost.cpu / cost.records for cost in found[0]]
    for part, costs in zip(compared, found, strict=True):
        cpu = [cost.cpu / cost.records for cost in costs]
        ratios = [mine / base for mine, base in zip(cpu, plain, strict=True)]
        pace = median(cost.records / cost.wall for cost in costs)
        table.add_row(part.title, *_spread([1e6 * each for each in cpu]), *_spread(ratios), f"{pace:,.0f}")
    return table


async def grow(sizes: Sequence[int], journal: str) -> list[tuple[float, float]]:
    """Drain until the journal has the largest size, and return the CPU and wall seconds that each page took."""
    cost = await run("journaled", updates(max(sizes)), journal)
    return [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(cost.polls)]


def growth(sizes: Sequence[int], pages: list[tuple[float, float]]) -> Table:
    """Tell what a page takes in a journal of each size, by the median of the pages around that."""
    table = _table("journaled", "CPU ms", "range", "x first", "wall ms", "range", "x first")
    first: list[float] = []
    for size in sizes:
        middle = size // PAGE
        half = min(middle, WINDOW // 2)
        spans = [[1e3 * each for each in span] for span in zip(*pages[middle - half : middle + half], strict=True)]
        medians = [median(span) for span in spans]
        first = first or medians
        cpu, wall = ([*_spread(span), f"{median(span) / base:.2f}"] for span, base in zip(spans, first, strict=True))
        table.add_row(f"{size:,}", *cpu, *wall)
    return table


async def stand(sizes: Sequence[int], records: int) -> list[Cost]:
    """Return what a feed costs, stored and delivered, in journals that hold so many updates already."""
    found, fed = list[Cost](), list(updates(records))
    for size in sizes:
        with sqlite_journal() as journal:
            found.append(await run(f"standing:{size}", fed, journal))
    return found


def standing(sizes: Sequence[int], found: Sequence[Cost]) -> Table:
    """Tell what a record takes in a journal of each size."""
    table = _table("held already", "CPU us", "x first", "wall us", "x first")
    first = [1e6 * each / found[0].records for each in (found[0].cpu, found[0].wall)]
    for size, cost in zip(sizes, found, strict=True):
        spans = [1e6 * each / cost.records for each in (cost.cpu, cost.wall)]
        told = [word for span, base in zip(spans, first, strict=True) for word in (f"{span:.1f}", f"{span / base:.2f}")]
        table.add_row(f"{size:,}", *told)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(first, box=SIMPLE, collapse_padding=True, pad_edge=False)
    for other in others:
        table.add_column(other, justify="right", no_wrap=True)
    return table


def _spread(values: list[float]) -> tuple[str, str]:
    """Return the median, and from where to where the values go."""
    low, middle, high = (f"{each:,.{1 if each < 10 else 0}f}" for each in (min(values), median(values), max(values)))
    return middle, f"{low}-{high}"


# --- The command ----------------------------------------------------------------------------------------------------


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feed", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and a journal of 50,000 records at most")
    parser.add_argument("--rounds", type=int, help="how often each part is measured")
    parser.add_argument("--records", type=int, help="how many are drained each time")
    parser.add_argument("--sizes", type=_sizes, help="of the journal, in records, such as 10000,100000")
    parser.add_argument("--standing", type=_sizes, default=[], help="of journals that are filled by SQL beforehand")
    parser.add_argument("--postgres", metavar="URL", help="a database to measure as well; schemas come and go in it")
    chosen = parser.parse_args(words)
    defaults = QUICK if chosen.quick else FULL
    for name, value in defaults.items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, value)
    return chosen


def _sizes(text: str) -> list[int]:
    return sorted(int(size) for size in text.split(","))


async def main() -> None:
    """Measure, and print two tables."""
    chosen, console = arguments(), Console(highlight=False)
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    console.print(f"{versions}, {os.cpu_count()} cores", style="bold")
    compared = parts(chosen.records, chosen.postgres)
    console.print(f"Cost: medians of {chosen.rounds} rounds of {chosen.records:,} records")
    console.print(comparison(compared, await compare(compared, chosen.rounds)))
    console.print(f"Growth: one page of {PAGE:,} records after the other into SQLite, none delivered")
    with sqlite_journal() as journal:
        console.print(growth(chosen.sizes, await grow(chosen.sizes, journal)))
    if chosen.standing:
        console.print(f"Size: {chosen.records:,} records stored and delivered, in a journal that holds others already")
        console.print(standing(chosen.standing, await stand(chosen.standing, chosen.records)))


if __name__ == "__main__":
    anyio.run(main)
