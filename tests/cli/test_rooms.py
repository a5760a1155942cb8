"""The house rules hold in this package too; and the help must not wait for the library."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import ropo_async_cli

PACKAGE = Path(ropo_async_cli.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
EARLY = [path for path in FILES if path.parent.name != "work"]
"""What is loaded for a help."""
MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(ropo_async_cli.__path__, "ropo_async_cli.")
    if not found.name.endswith("__main__")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_room_is_not_too_large(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_each_module_says_what_it_offers(module: object) -> None:
    offered = vars(module)["__all__"]
    assert offered == sorted(
        set(offered), key=lambda name: (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
    )
    assert [name for name in offered if name not in vars(module)] == []


@pytest.mark.parametrize("path", EARLY, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_what_a_help_needs_imports_nothing_of_the_library(path: Path) -> None:
    at_once = {
        name.partition(".")[0]
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for name in _imported(node)
        if not name.startswith(("ropo_async_cli.commands", "ropo_async_cli.options"))
    }
    assert at_once & {"ropo_async", "ropo_async_cli", "rich", "attrs", "anyio", "msgspec", "httpx"} == (
        {"ropo_async_cli"} if path.name == "__main__.py" else set()
    )


def _imported(node: ast.stmt) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []
