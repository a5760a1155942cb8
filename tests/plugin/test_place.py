"""Where the plugin stands: nothing imports it, and it imports nothing until a test asks for a fixture."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "ropo_async_pytest" / "__init__.py"
ROOMS = sorted((ROOT / "ropo_async").rglob("*.py"))


def imported(nodes: list[ast.AST]) -> set[str]:
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


def test_no_room_imports_the_plugin() -> None:
    importing = {path: imported(list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))) for path in ROOMS}
    assert [path for path, names in importing.items() if "ropo_async_pytest" in names] == []


def test_the_plugin_itself_imports_pytest_alone() -> None:
    tree = ast.parse(PLUGIN.read_text(encoding="utf-8"))
    assert imported(list(tree.body)) == {"__future__", "typing", "pytest"}
    assert imported(list(ast.walk(tree))) == {"__future__", "collections", "typing", "pytest", "ropo_async"}
