"""All of it side by side: `make bench` takes some minutes, `make bench-quick` less than one.

Every peer and the server run in processes of their own, and take turns, so that a busy minute of the machine meets all
of them. What counts is the ratio of CPU times, user and system, within one round.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from attrs import define, field

from benchmarks import report
from benchmarks.server import PAGE, TOTAL

if TYPE_CHECKING:
    from collections.abc import Generator

    Cost = dict[str, Any]

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
FULL = {"rounds": 3, "drain": 1_000_000, "durable": 50_000, "calls": 10_000, "documents": 200, "memory": 1_000_000}
QUICK = {"rounds": 1, "drain": 20_000, "durable": 5_000, "calls": 1_000, "documents": 50, "memory": 100_000}
CONSUMERS = 4
IMPORTS = {"httpx": "import httpx", "ropo_async": "import ropo_async", "client": "from ropo_async import RopoClient"}


@contextmanager
def serving() -> Generator[str]:
    """Run the server while the block does; the URL lacks what its feeds are called."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.stdin.close()


@define
class Bench:
    """One run of everything."""

    server: str
    sizes: dict[str, int]
    folder: Path
    postgres: str | None = None
    costs: dict[tuple[str, str], list[Cost]] = field(factory=dict[tuple[str, str], "list[Cost]"])
    _numbers: count[int] = field(factory=count)

    def url(self, records: int) -> str:
        """Return the URL of a feed of its own."""
        return f"{self.server}/run{next(self._numbers)}-{records // PAGE}/rest"

    def run(self, work: str, peer: str, number: int, *, url: str = "", journal: str = "") -> subprocess.Popen[str]:
        """Begin one work."""
        words = [work, peer, url or self.url(number), str(number), *([journal] if journal else [])]
        command = [sys.executable, "-m", "benchmarks.peers", *words]
        return subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)

    def cost(self, work: str, peer: str, number: int, *, journal: str = "", checked: bool = False) -> Cost:
        """Do one work and return its cost; where amounts are added up their sum must be right."""
        found = _ended(self.run(work, peer, number, journal=journal))
        if checked and abs(Decimal(found["total"]) - TOTAL * (number // PAGE)) > Decimal("0.01"):
            raise SystemExit(f"{work} by {peer}: the sum is wrong, {found['total']}")
        return found

    def round(self) -> None:
        """Do everything that is repeated, once."""
        for peer in ("floor", "httpx", "aiohttp", "generated", "ours"):
            self._note("drain", peer, self.cost("drain", peer, self.sizes["drain"], checked=True))
        self._note("durable", "sqlite", self._sqlite())
        if self.postgres:
            self._note("durable", "postgresql", self._postgres())
        for work in ("sequential", "concurrent", "payments"):
            for peer in ("httpx", "aiohttp", "ours"):
                self._note(work, peer, self.cost(work, peer, self.sizes["calls"] // (1 if work == "sequential" else 2)))
        for peer in ("httpx", "ours"):
            self._note("documents", peer, self.cost("documents", peer, self.sizes["documents"]))
        for name, statement in IMPORTS.items():
            self._note("import", name, _imported(statement))
        self._note("blocked", "ours", self.cost("blocked", "ours", min(100_000, self.sizes["drain"]), checked=True))

    def once(self) -> None:
        """Do what need not be repeated."""
        for number in (100_000, self.sizes["memory"]):
            self._note("memory", str(number), self.cost("drain", "ours", number, checked=True))

    def _note(self, work: str, peer: str, cost: Cost) -> None:
        print(f"{work:12} {peer:12} {cost['cpu']:8.3f} s CPU {cost['wall']:8.3f} s", file=sys.stderr, flush=True)
        self.costs.setdefault((work, peer), []).append(cost)

    def _sqlite(self) -> Cost:
        number = self.sizes["durable"]
        with TemporaryDirectory(dir=self.folder) as folder:
            return self.cost("durable", "sqlite", number, journal=f"sqlite:///{folder}/journal.db", checked=True)

    def _postgres(self) -> Cost:
        """Have one process poll, and several deliver what that has brought."""
        number, journal = self.sizes["durable"], f"{self.postgres}&schema=bench_{next(self._numbers)}"
        url = self.url(number)
        found = [_ended(self.run("polled", "postgresql", number, url=url, journal=journal))]
        consumers = [self.run("consumed", "postgresql", number, url=url, journal=journal) for _ in range(CONSUMERS)]
        ended = [_ended(consumer) for consumer in consumers]
        if sum(Decimal(cost["total"]) for cost in ended) != TOTAL * (number // PAGE):
            raise SystemExit("the consumers on PostgreSQL have not had each update once")
        wall = found[0]["wall"] + max(cost["wall"] for cost in ended)
        return {"cpu": sum(cost["cpu"] for cost in (*found, *ended)), "wall": wall}


def _ended(process: subprocess.Popen[str]) -> Cost:
    said, _ = process.communicate(timeout=900)
    if process.returncode:
        raise SystemExit(f"{process.args!r} failed")
    return dict(json.loads(said))


def _imported(statement: str) -> Cost:
    """Return the CPU seconds of Python with one import, less those of Python alone."""
    program = (
        "import resource as r, sys; exec(sys.argv[1]); u = r.getrusage(r.RUSAGE_SELF); print(u.ru_utime + u.ru_stime)"
    )

    def spent(statement: str) -> float:
        command = [sys.executable, "-c", program, statement]
        runs = [subprocess.run(command, env=ENVIRONMENT, check=True, stdout=subprocess.PIPE) for _ in range(5)]
        return median(float(run.stdout) for run in runs)

    cpu = spent(statement) - spent("pass")
    return {"cpu": cpu, "wall": cpu}


def _database() -> Any:
    """Return a PostgreSQL server that ends with the block; None where its programs are not installed."""
    try:
        from tests.journal.postgres import running_postgres
    except ImportError:
        return None
    return running_postgres(durable=True)


def main() -> None:
    """Measure, print, and write the table and the chart."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one small round; nothing is written")
    parser.add_argument("--write", type=Path, help="the folder for the table and the chart")
    chosen = parser.parse_args()
    sizes = dict(QUICK if chosen.quick else FULL)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ropo-bench-")))
        bench = Bench(stack.enter_context(serving()), sizes, folder)
        database = _database()
        if database is not None:
            bench.postgres = stack.enter_context(database)
        for _ in range(sizes.pop("rounds")):
            bench.round()
        bench.once()
    rows = report.rows(bench.costs, sizes)
    text = report.markdown(rows, bench.costs, sizes)
    print(text)
    if chosen.write:
        chosen.write.mkdir(exist_ok=True)
        (chosen.write / "performance-table.md").write_text(text, encoding="utf-8")
        (chosen.write / "performance.svg").write_text(report.chart(bench.costs, sizes), encoding="utf-8")


if __name__ == "__main__":
    main()
