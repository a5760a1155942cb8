"""Where the plugin stands: nothing imports it, and it imports nothing until a test asks for a fixture."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "ropo_async_pytest" / "__init__.py"
ROOMS = sorted((ROOT / "ropo_async").rglob("*.py"))


def imported(nodes: list[ast.AST]) -> set[str]:
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("path", ROOMS, ids=[path.relative_to(ROOT).as_posix() for path in ROOMS])
def test_no_room_imports_the_plugin(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert "ropo_async_pytest" not in imported(list(ast.walk(tree)))


def test_the_plugin_itself_imports_pytest_alone() -> None:
    tree = ast.parse(PLUGIN.read_text(encoding="utf-8"))
    assert imported(list(tree.body)) == {"__future__", "typing", "pytest"}
    assert imported(list(ast.walk(tree))) == {"__future__", "collections", "typing", "pytest", "ropo_async"}
