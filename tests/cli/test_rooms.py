"""A help must not wait for the library."""

import ast
from pathlib import Path

import pytest

from ropo_async import cli

PACKAGE = Path(cli.__file__).parent
EARLY = sorted(path for path in PACKAGE.rglob("*.py") if path.parent.name != "work")
"""What is loaded for a help."""


@pytest.mark.parametrize("path", EARLY, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_what_a_help_needs_imports_nothing_of_the_library(path: Path) -> None:
    at_once = {
        name.removeprefix("ropo_async.").partition(".")[0]
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for name in _imported(node)
        if not name.startswith(("ropo_async.cli.commands", "ropo_async.cli.options"))
    }
    assert at_once & {"ropo_async", "cli", "rich", "attrs", "anyio", "msgspec", "httpx"} == (
        {"cli"} if path.name == "__main__.py" else set()
    )


def _imported(node: ast.stmt) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []
