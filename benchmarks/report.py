"""What the figures say: a table against the goals, and a chart. Pure but for what it asks of the machine."""

from __future__ import annotations

import math
import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Costs = Mapping[tuple[str, str], Sequence[dict[str, Any]]]

WIDE = 1.3
"""How many times the lowest figure the highest may be before the spread is called wide."""
PEERS = ("httpx", "httpcore", "anyio", "attrs", "msgspec", "aiohttp", "openapi-python-client", "psycopg")
NAMES = {
    "floor": "raw socket + msgspec",
    "httpx": "httpx + json()",
    "aiohttp": "aiohttp + json()",
    "generated": "openapi-python-client",
    "ours": "ropo-async",
}


@frozen
class Row:
    """One goal, and how it stands."""

    work: str
    against: str
    goal: float
    values: tuple[float, ...]
    unit: str = "x"
    least: bool = False
    """Whether the goal is a least and not a most."""

    @property
    def reached(self) -> bool:
        """Whether the median is where it ought to be."""
        middle = median(self.values)
        return middle >= self.goal if self.least else middle <= self.goal


_RATIOS = (
    ("drain", "ours", "drain", "floor", "plain drain, full `StatusUpdate`s", "raw socket + msgspec, Decimal", 1.4),
    ("drain", "ours", "drain", "httpx", "the same", "httpx + `response.json()`, floats", 0.8),
    ("drain", "ours", "drain", "generated", "the same", "openapi-python-client's functions, floats", 0.5),
    ("durable", "sqlite", "drain", "ours", "durable feed on SQLite, acknowledged one by one", "plain drain", 5.0),
    ("durable", "postgresql", "durable", "sqlite", "the same on PostgreSQL, 4 consumers", "SQLite", 2.0),
    ("sequential", "ours", "sequential", "httpx", "small calls one after another", "httpx, its own pool", 0.6),
    ("concurrent", "ours", "concurrent", "httpx", "100 small calls at a time", "httpx, its own pool", 0.25),
    ("payments", "ours", "payments", "httpx", "50 payments at a time", "httpx, its own pool", 0.25),
    ("import", "ropo_async", "import", "httpx", "`import ropo_async`", "`import httpx`", 1.35),
    ("import", "client", "import", "httpx", "`from ropo_async import RopoClient`", "the same", 1.35),
)


def rows(costs: Costs, sizes: Mapping[str, int]) -> list[Row]:
    """Return how every goal stands. Ratios are those of CPU seconds for one record or call, round by round."""
    found = list[Row]()
    for work, peer, other, against, title, beside, goal in _RATIOS:
        mine, theirs = costs.get((work, peer), ()), costs.get((other, against), ())
        scale = sizes.get(other, 1) / sizes.get(work, 1)
        ratios = tuple(one["cpu"] / two["cpu"] * scale for one, two in zip(mine, theirs, strict=False))
        if ratios:
            found.append(Row(title, beside, goal, ratios))
    paces = tuple(sizes["durable"] / cost["wall"] for cost in costs["durable", "sqlite"])
    found.append(Row("durable feed on SQLite", "records a second", 20_000, paces, "/s", least=True))
    grown = [tuple(cost["grown"] for cost in costs["documents", peer]) for peer in ("ours", "httpx")]
    ratios = tuple(one / two if two else math.inf for one, two in zip(*grown, strict=True))
    found.append(Row(f"{sizes['documents']} documents of 1 MB at a time, memory", "httpx, whole bodies", 0.2, ratios))
    (small,), (large,) = (
        [cost["peak"] for cost in costs["memory", str(number)][:1]] for number in (100_000, sizes["memory"])
    )
    found.append(Row(f"memory after {sizes['memory']:,} records drained", "after 100,000", 5.0, (large - small,), "MB"))
    blocked = tuple(1e3 * cost["blocked"] for cost in costs["blocked", "ours"])
    found.append(Row("event loop held at once, drain of pages of 1000", "CPU time", 3.0, blocked, "ms"))
    return found


def markdown(found: Sequence[Row], costs: Costs, sizes: Mapping[str, int]) -> str:
    """Return the tables, with date and machine."""
    lines = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}.",
        "",
        "| work | measured against | goal | median | range | |",
        "|---|---|---|---|---|---|",
    ]
    for row in found:
        sign, low, high = "at least" if row.least else "at most", min(row.values), max(row.values)
        wide = ", wide" if low > 0 and high / low > WIDE else ""
        cells = (
            f"{sign} {_told(row.goal)} {row.unit}",
            f"**{_told(median(row.values))}**",
            f"{_told(low)}-{_told(high)}{wide}",
        )
        lines.append(f"| {row.work} | {row.against} | {' | '.join(cells)} | {'reached' if row.reached else 'missed'} |")
    lines += ["", "| drain, CPU for each record | us | range | records a second |", "|---|---|---|---|"]
    for peer, name in NAMES.items():
        each = [1e6 * cost["cpu"] / sizes["drain"] for cost in costs["drain", peer]]
        pace = median(sizes["drain"] / cost["wall"] for cost in costs["drain", peer])
        lines.append(f"| {name} | {_told(median(each))} | {_told(min(each))}-{_told(max(each))} | {pace:,.0f} |")
    return "\n".join([*lines, ""])


def machine() -> str:
    """Return what it was measured on."""
    versions = [f"{name} {_version(name)}" for name in PEERS]
    system = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return ", ".join([system, f"SQLite {sqlite3.sqlite_version}", *versions])


def _version(name: str) -> str:
    if name == "openapi-python-client":
        return "0.29.1"  # what generated/ was made with, in an environment of its own
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _told(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def chart(costs: Costs, sizes: Mapping[str, int]) -> str:
    """Return bars of what one record costs each peer, as SVG."""
    each = {
        name: median(1e6 * cost["cpu"] / sizes["drain"] for cost in costs["drain", peer])
        for peer, name in NAMES.items()
    }
    widest, height = max(each.values()), 34
    bars = list[str]()
    for place, (name, value) in enumerate(sorted(each.items(), key=lambda item: item[1])):
        top, colour = 46 + place * height, "#1f6f8b" if name == NAMES["ours"] else "#b8c4cc"
        bars.append(
            f'<text x="190" y="{top + 17}" text-anchor="end">{name}</text>'
            f'<rect x="200" y="{top}" width="{380 * value / widest:.1f}" height="24" rx="3" fill="{colour}"/>'
            f'<text x="{206 + 380 * value / widest:.1f}" y="{top + 17}">{value:.1f} µs</text>'
        )
    foot = (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    total = 46 + len(each) * height + 28
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 {total}" font-family="sans-serif" font-size="14">'
        f'<rect width="660" height="{total}" fill="#fff"/>'
        '<text x="12" y="26" font-size="16">CPU time for one status update drained</text>'
        f'{"".join(bars)}<text x="12" y="{total - 8}" font-size="11" fill="#667">{foot}</text></svg>\n'
    )
