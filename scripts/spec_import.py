"""Compares what the vendor publishes with our source, and takes it over when told to.

`spec_import.py FILE` reads a Markdown page of the documentation with OpenAPI fragments in it, or a JSON document, and
reports how it differs from `openapi/<api>/source.json`; `--apply` writes the differences into the source. A page speaks
only of the operations that it shows. So does a JSON document with less than half of the operations that we know; a
larger one is taken for the whole API, and `--whole` or `--part` overrule that. Exits with 0, or 64 when the file cannot
be used; then nothing has been written.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts import compare, specs, tools
from scripts.adopt import adopt
from scripts.shape import shape
from scripts.specs import SpecError, is_object

__all__ = ["main", "read_published"]

UNUSABLE = 64
_FENCE = re.compile(r"^ *(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<text>.*?)^ *(?P=fence)", re.MULTILINE | re.DOTALL)
_PREFIX = "/rest"


def main(argv: list[str]) -> int:
    """Report, and apply on request; returns the exit status."""
    parser = argparse.ArgumentParser("spec-import", description=__doc__)
    parser.add_argument("file", type=_named_file)
    parser.add_argument("--api", default="ropo-one", help="the folder in openapi/")
    parser.add_argument("--apply", action="store_true", help="write the differences into source.json")
    parser.add_argument("--root", type=Path, default=tools.ROOT, help="the folder that holds openapi/")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--whole", action="store_const", const=True, help="the file is the whole API", dest="whole")
    size.add_argument("--part", action="store_const", const=False, help="the file is a part of the API", dest="whole")
    try:
        options = parser.parse_args(argv)
    except SystemExit as stop:
        return UNUSABLE if stop.code else 0
    try:
        found = _import(options.file, options.root / "openapi" / options.api / "source.json", options)
    except SpecError as error:
        print(f"spec-import: {error}", file=sys.stderr)
        return UNUSABLE
    if found:
        print(compare.report(found))
    done = "; source.json is up to date, now run `make generate`" if options.apply and found else ""
    print(f"spec-import: {len(found)} differences, {sum(change.breaking for change in found)} breaking{done}")
    return 0


def _named_file(name: str) -> Path:
    if not name:
        raise argparse.ArgumentTypeError("no file is named")
    return Path(name)


def read_published(path: Path) -> tuple[dict[str, Any], bool]:
    """Read what the vendor publishes; returns the document, and whether it was cut out of a page.

    Raises:
        SpecError: the file cannot be read, or holds no OpenAPI.
    """
    text = specs.read(path)
    if text.lstrip().startswith("{") and not text.lstrip().startswith("{%"):  # that would be a page with a template tag
        document, page = specs.parse(text, str(path)), False
    else:
        document, page = _joined(_fragments(text, str(path)), str(path)), True
    if not isinstance(document.get("paths"), dict):
        raise SpecError(f"{path}: holds no paths")
    document["paths"] = {_unprefixed(route): item for route, item in document["paths"].items()}
    return document, page


def _import(file: Path, source: Path, options: argparse.Namespace) -> list[compare.Change]:
    ours = specs.load(source)
    theirs, page = read_published(file)
    _same_api(ours, theirs, file)
    known, published = shape(ours, str(source)), shape(theirs, str(file))
    whole = options.whole
    if whole is None:
        whole = not page and 2 * len(known.keys() & published.keys()) >= len(known)
    found = compare.changes(known, published, whole=whole)
    if options.apply and found:
        _write(source, specs.dump(_adopted(ours, theirs, file, whole=whole)))
    return found


def _adopted(ours: dict[str, Any], theirs: dict[str, Any], file: Path, *, whole: bool) -> dict[str, Any]:
    try:
        return adopt(ours, theirs, whole=whole)
    except specs.MALFORMED as error:
        raise SpecError(f"{file}: not laid out as OpenAPI 3 ({type(error).__name__}: {error})") from None


def _write(source: Path, text: str) -> None:
    """Write a source only when it is a valid specification."""
    with tempfile.TemporaryDirectory() as folder:
        candidate = Path(folder) / source.name
        candidate.write_text(text, encoding="utf-8")
        tools.validate(candidate)
    specs.write(source, text)


def _fragments(text: str, name: str) -> list[dict[str, Any]]:
    """The OpenAPI documents in the fenced blocks of a page; other blocks are examples."""
    blocks = [match["text"] for match in _FENCE.finditer(text.replace("\r\n", "\n"))]
    fragments = [specs.parse(block, f"{name}: fragment") for block in blocks if '"openapi"' in block]
    if not fragments:
        raise SpecError(f"{name}: neither JSON nor a page with an OpenAPI fragment")
    return fragments


def _joined(fragments: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """One document out of the fragments of a page, which may repeat but not contradict each other."""
    joined = fragments[0]
    for fragment in fragments[1:]:
        joined = _join(joined, fragment, name, ())
    return joined


def _join(one: Any, other: Any, name: str, where: tuple[str, ...]) -> Any:
    if one == other or where[:1] == ("tags",):
        return one
    if not is_object(one) or not is_object(other):
        raise SpecError(f"{name}: two fragments contradict each other at {'.'.join(where)}")
    shared = {key: _join(one[key], item, name, (*where, key)) for key, item in other.items() if key in one}
    return one | other | shared


def _same_api(ours: dict[str, Any], theirs: dict[str, Any], file: Path) -> None:
    title, other = _title(ours), _title(theirs)
    if title != other:
        raise SpecError(f"{file}: describes another API: {other!r}, not {title!r}")
    # A page may show an operation that is new to us, but hardly a whole new branch.
    if not {_branch(path) for path in ours["paths"]} & {_branch(path) for path in theirs["paths"]}:
        raise SpecError(f"{file}: describes another API: no path in common with {title!r}")


def _title(document: dict[str, Any]) -> Any:
    info = document.get("info")
    return info.get("title") if is_object(info) else None


def _branch(path: str) -> str:
    return path.split("/")[1] if path.startswith("/") else path


def _unprefixed(path: str) -> str:
    return path.removeprefix(_PREFIX) if path.startswith(f"{_PREFIX}/") else path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
