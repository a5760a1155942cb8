"""Each dependency has its reason written down, and each library that is imported is a dependency."""

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [
    *PROJECT["dependencies"],
    *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
]
OPTIONAL = {"pytest", "typing_extensions"}
"""What is imported where it is there already: by the fixtures and the conformance suite, and by type checkers."""


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0]


def _imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return {
        name.split(".")[0]
        for name in plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    }


def test_each_dependency_has_its_row() -> None:
    table = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE)
    assert sorted(rows) == sorted(map(_name, REQUIREMENTS))


def test_what_is_imported_is_a_dependency() -> None:
    paths = [path for package in (*ROOT.glob("ropo_async*/"), ROOT / "generated") for path in package.rglob("*.py")]
    theirs = set().union(*map(_imported, paths)) - sys.stdlib_module_names
    known = {_name(one).replace("opentelemetry-api", "opentelemetry") for one in REQUIREMENTS} | OPTIONAL
    missing = {name for name in theirs if not name.startswith("ropo_async")} - known
    assert not missing, f"pyproject.toml does not name {sorted(missing)}"
