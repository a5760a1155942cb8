"""The comparison with other clients runs and writes its table and chart; how long anything takes is not looked at."""

import xml.etree.ElementTree as ET
from decimal import Decimal
from typing import Any

import pytest

from benchmarks import bench, report, server

SIZES = {"drain": 1000, "durable": 1000, "calls": 10, "documents": 8, "memory": 2000}


def cost(cpu: float, **more: Any) -> dict[str, Any]:
    return {"cpu": cpu, "wall": 2 * cpu, "peak": 50.0, "grown": 2.0, "blocked": 0.002} | more


def costs() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return costs of every work, two rounds each; ours are twice those of the others."""
    found = {(work, peer): [cost(2.0), cost(4.0)] for work, peer, *_ in report._RATIOS} | {
        (other, against): [cost(1.0), cost(2.0)] for _, _, other, against, *_ in report._RATIOS
    }
    found |= {("drain", peer): [cost(1.0), cost(2.0)] for peer in report.NAMES}
    found |= {("documents", peer): [cost(1.0)] for peer in ("ours", "httpx")}
    found |= {("memory", "100000"): [cost(1.0)], ("memory", "2000"): [cost(1.0, peak=51.5)]}
    return found | {("blocked", "ours"): [cost(1.0)]}


def test_the_feed_of_the_server_is_what_its_sum_says() -> None:
    page = server._next_page(b"test-1").partition(b"\r\n\r\n")[2]
    assert page.count(b'"statusid":"P000000') == server.PAGE
    assert len(set(page.split(b'"statusid":"')[1:])) == server.PAGE
    assert sum(map(server.amount, range(server.PAGE)), Decimal()) == server.TOTAL
    assert server._next_page(b"test-1") == server.EMPTY


def test_ratios_are_those_of_a_round() -> None:
    rows = {(row.work, row.against): row for row in report.rows(costs(), SIZES)}
    assert rows["small calls one after another", "httpx, its own pool"].values == (2.0, 2.0)
    assert not rows["small calls one after another", "httpx, its own pool"].reached
    assert rows["memory after 2,000 records drained", "after 100,000"].values == (1.5,)
    assert rows["durable feed on SQLite", "records a second"].values == (500.0, 250.0)


def test_a_wide_spread_is_said() -> None:
    text = report.markdown(report.rows(costs(), SIZES), costs(), SIZES)
    (line,) = [line for line in text.splitlines() if line.startswith("| durable feed on SQLite | records")]
    assert "250-500, wide" in line
    assert line.endswith("| missed |")


def test_the_chart_is_a_picture_with_its_date() -> None:
    chart = report.chart(costs(), SIZES)
    assert ET.fromstring(chart).tag.endswith("svg")
    assert all(name in chart for name in report.NAMES.values())


@pytest.mark.slow
def test_every_work_can_be_done(tmp_path: Any) -> None:
    """Also with sums that must be right."""
    pytest.importorskip("aiohttp")
    with bench.serving() as url:
        done = bench.Bench(url, dict(SIZES), tmp_path)
        done.round()
        done.once()
    assert all(row.values for row in report.rows(done.costs, SIZES))


def test_a_wrong_sum_ends_it(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "TOTAL", Decimal(1))
    with bench.serving() as url, pytest.raises(SystemExit, match="sum"):
        bench.Bench(url, dict(SIZES), tmp_path).cost("drain", "floor", 1000, checked=True)
