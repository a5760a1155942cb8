"""Writes the README's table of operations from the specification and the table of effects."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ropo_async.operations import OPERATIONS, Effect, Operation

__all__ = ["main", "table", "with_table"]

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SPECIFICATION = ROOT / "openapi" / "ropo-one" / "openapi.json"
BEGIN, END = "<!-- operations: begin; `make readme` writes this -->\n", "<!-- operations: end -->\n"
AGAIN = {
    Effect.READ: "after any failure that may pass",
    Effect.CONSUME: "only what was provably not sent, or refused",
    Effect.WRITE: "only what was provably not sent, or refused",
}


def table() -> str:
    """Return the table: which call of the facade is which operation, and when it is sent again."""
    paths = {
        operation["operationId"]: f"{method.upper()} {path}"
        for path, methods in json.loads(SPECIFICATION.read_text(encoding="utf-8"))["paths"].items()
        for method, operation in methods.items()
    }
    head = ["| call | operation | effect | sent again |", "|---|---|---|---|"]
    return "\n".join([*head, *(_row(row, paths[row.id]) for row in OPERATIONS), ""])


def with_table(readme: str) -> str:
    """Return the README with the table as it has to be."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    """Write it, or with `--check` fail where it has to be written."""
    old = README.read_text(encoding="utf-8")
    new = with_table(old)
    if "--check" not in sys.argv:
        README.write_text(new, encoding="utf-8")
        return 0
    return int(new != old)


def _row(row: Operation, path: str) -> str:
    return f"| `{row.name}` | {path} | {row.effect.value} | {AGAIN[row.effect]} |"


if __name__ == "__main__":
    sys.exit(main())
