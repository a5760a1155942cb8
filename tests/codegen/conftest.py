"""What the tests of the specification and its workflow share."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts import generate, spec_import, specs

if TYPE_CHECKING:
    from collections.abc import Callable

    Document = dict[str, Any]
    Vendor = Callable[..., Document]
    Page = Callable[..., Path]
    Run = Callable[..., tuple[int, list[str], str]]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def api() -> Path:
    return ROOT / "openapi" / "ropo-one"


@pytest.fixture
def source(api: Path) -> Document:
    return specs.load(api / "source.json")


@pytest.fixture
def openapi(api: Path) -> Document:
    return specs.load(api / "openapi.json")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make generate` would write, made once."""
    target = tmp_path_factory.mktemp("built")
    generate.build(ROOT, target)
    return target


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the project's specifications and generated code that a test may spoil."""
    for name in ("openapi", "generated"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def vendor(source: Document) -> Vendor:
    """Make what the vendor would publish of some operations: our source, in other words and without our remarks."""

    def publish(*operations: tuple[str, str]) -> Document:
        document = copy.deepcopy(source)
        if operations:
            document["paths"] = {
                path: {method: document["paths"][path][method] for p, method in operations if p == path}
                for path in dict.fromkeys(path for path, _ in operations)
            }
        reworded: Document = _reworded(document)
        return reworded

    return publish


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """Write a page of documentation with one fenced fragment for each document."""

    def write(*documents: Document, name: str = "page.md") -> Path:
        blocks = [f"## Section\n\n> Words\n\n```json\n{json.dumps(document)}\n```\n" for document in documents]
        path = tmp_path / name
        path.write_text("# Title\n\n```json\n{an example\n```\n\n" + "\n".join(blocks), encoding="utf-8")
        return path

    return write


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Import into a copy of the project; returns status, report and complaint, and proves that only APPLY writes."""
    path = root / "openapi/ropo-one/source.json"

    def run(file: Path, *flags: str) -> tuple[int, list[str], str]:
        before = path.read_bytes()
        status = spec_import.main([str(file), "--root", str(root), *flags])
        if status or "--apply" not in flags:
            assert path.read_bytes() == before
        assert [item.name for item in path.parent.iterdir() if item.name.startswith(".")] == []
        said = capsys.readouterr()
        return status, said.out.splitlines(), said.err

    return run


@pytest.fixture
def kept(root: Path) -> Callable[[], Document]:
    return lambda: specs.load(root / "openapi/ropo-one/source.json")


@pytest.fixture
def swagger(tmp_path: Path) -> Page:
    def write(document: Document, name: str = "swagger.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write


def _reworded(node: Any, *, named: bool = False) -> Any:
    if isinstance(node, list):
        return [_reworded(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: item for key, item in node.items() if named or not key.startswith("x-")}
    return {
        key: "The vendor's words." if key == "description" and not named else _reworded(item, named=key == "properties")
        for key, item in kept.items()
    }
