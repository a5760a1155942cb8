"""Turns `openapi/` into `generated/`, and tells whether that has been done. Both leave nothing else behind.

`generate.py` brings every `openapi.json` and the generated code up to date; `generate.py --check` only compares, and
exits with 1 when a byte differs.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts import overlay, specs, tools
from scripts.specs import SpecError

__all__ = ["PACKAGE", "build", "differences", "main"]

PACKAGE = "ropo_async_generated"
CODEGEN = Path(__file__).resolve().parent / "codegen"
HEADER = "# Generated from {source}. Do not edit: correct the overlay beside it, then run `make generate`.\n"
ABOUT = '"""The code that is generated from the specifications in openapi/, one package for each API."""\n'
# Compilers and checkers leave these beside the code they read.
CACHES = {"__pycache__", ".ruff_cache", ".mypy_cache"}
# Isolated, or the settings of this project would decide the bytes; without a cache, or one is left in the output.
RUFF = (
    ("check", "--fix-only", "--select=F401,I,UP", "--target-version=py311", "--line-length=100"),
    ("format", "--target-version=py311", "--line-length=100"),
)

# What writing does about a difference.
_DONE = {"stale": "removed", "missing": "written", "different": "rewritten"}

# What an operation is to the outside: method, path, documented statuses.
Operation = tuple[str, str, tuple[int, ...]]


def main(argv: list[str]) -> int:
    """Generate, or check; returns the exit status."""
    parser = argparse.ArgumentParser("generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("--root", type=Path, default=tools.ROOT, help="the folder that holds openapi/ and generated/")
    parser.add_argument("--tools", type=Path, default=tools.TOOLS, help="the environment of the generator")
    options = parser.parse_args(argv)
    try:
        tools.check(options.tools)
        with tempfile.TemporaryDirectory() as folder:
            build(options.root, Path(folder), options.tools)
            found = differences(options.root, Path(folder))
            if not options.check:
                _bring(options.root, Path(folder), found)
    except SpecError as error:
        print(f"generate: {error}", file=sys.stderr)
        return 1
    for path, what in found.items():
        print(f"{what}: {path}" if options.check else f"{_DONE[what]}: {path}")
    if found:
        print(
            "What is committed is not what the specifications give: run `make generate`."
            if options.check
            else "Now see what the client must follow in: make test TESTS='tests/codegen tests/contract'"
        )
    return int(options.check and bool(found))


def build(root: Path, target: Path, environment: Path = tools.TOOLS) -> None:
    """Write into `target` what `root` should hold.

    Raises:
        SpecError: a specification cannot be used, or the generator left something out.
    """
    package = target / "generated" / PACKAGE
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(ABOUT, encoding="utf-8")
    (package / "py.typed").touch()
    folders = sorted(root.glob("openapi/*/"))
    if not folders:
        raise SpecError(f"{root / 'openapi'} holds no folder with a specification")
    for folder in folders:
        _build_api(folder, target, environment / "bin")
    _head(package, "openapi/")


def differences(root: Path, target: Path) -> dict[str, str]:
    """What `root` lacks, has beyond, or has otherwise than `target`: path to word."""
    have, want = _files(root), _files(target)
    words = {
        path: "stale" if path not in want else "missing" if path not in have else "different"
        for path in sorted(have | want)
    }
    same = {p for p in have & want if (root / p).read_bytes() == (target / p).read_bytes()}
    return {path: word for path, word in words.items() if path not in same}


def _build_api(source: Path, target: Path, programs: Path) -> None:
    try:
        document = overlay.apply(specs.load(source / "source.json"), specs.load(source / "overlay.json"))
    except SpecError as error:
        raise SpecError(f"openapi/{source.name}/overlay.json: {error}") from None
    spec = target / "openapi" / source.name / "openapi.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(specs.dump(document), encoding="utf-8")
    tools.validate(spec, programs.parent)
    wanted = _documented(document)

    package = target / "generated" / PACKAGE / f"{source.name.replace('-', '_')}_api"
    _generate(spec, package, programs)
    _head(package, f"openapi/{source.name}/openapi.json")

    # The generator can leave out an operation or an answer and still call it a success.
    if (made := _generated(package)) != wanted:
        lost = sorted(name for name in made.keys() | wanted.keys() if made.get(name) != wanted.get(name))
        raise SpecError(f"{source.name}: the generated code and the specification differ in {', '.join(lost)}")


def _generate(spec: Path, package: Path, programs: Path) -> None:
    # Programs are named by their path: what the PATH holds may be another version, or nothing.
    where = (f"--path={spec}", f"--output-path={package}")
    how = (f"--config={CODEGEN / 'config.json'}", f"--custom-template-path={CODEGEN / 'templates'}")
    tools.run([programs / "openapi-python-client", "generate", "--meta=none", "--fail-on-warning", *where, *how])
    for verb, *flags in RUFF:
        tools.run([programs / "ruff", verb, package, "--isolated", "--no-cache", "--quiet", *flags])


def _documented(document: dict[str, Any]) -> dict[str, Operation]:
    """The inventory that the specification gives."""
    found: dict[str, Operation] = {}
    for (path, method), operation in specs.operations(document).items():
        place = f"{method.upper()} {path}"
        if lacking := {"operationId", "security", "tags"} - operation.keys():
            words = ", ".join(sorted(lacking))
            raise SpecError(f"{place} does not state {words}: add it, in source.json marked as x-inferred")
        statuses = [status for status in operation["responses"] if not status.startswith("x-")]
        if not all(status.isdecimal() for status in statuses):
            raise SpecError(f"{place} has answers without a status of their own: {', '.join(statuses)}")
        found[operation["operationId"]] = (method.upper(), path, tuple(sorted(map(int, statuses))))
    return found


def _generated(package: Path) -> dict[str, Operation]:
    """The inventory that the generated packages carry, each entry with its module."""
    found: dict[str, Operation] = {}
    for init in sorted(package.glob("api/*/__init__.py")):
        for node in ast.parse(init.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AnnAssign) and node.value is not None:
                found |= ast.literal_eval(node.value)
    return found


def _head(package: Path, source: str) -> None:
    """Say in each file where it comes from, unless it has been said."""
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not text.startswith(HEADER.split("{", 1)[0]):
            path.write_text(HEADER.format(source=source) + text, encoding="utf-8")


def _files(root: Path) -> set[str]:
    """The files that come from the specifications, relative to `root`."""
    paths = [*root.glob("openapi/*/openapi.json"), *root.glob("generated/**/*")]
    return {path.relative_to(root).as_posix() for path in paths if path.is_file() and not CACHES & set(path.parts)}


def _bring(root: Path, target: Path, found: dict[str, str]) -> None:
    for path, word in found.items():
        if word == "stale":
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            specs.write(root / path, (target / path).read_text(encoding="utf-8"))
    for folder in sorted(root.glob("generated/**/"), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
