"""Reads the changelog, and refuses to release what it and the version do not say alike.

`changelog.py v1.2.3` prints what has changed in that version, as the text of its release. It needs nothing but Python.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

__all__ = ["headings", "main", "section", "version"]

ROOT = Path(__file__).resolve().parents[1]
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


def version(root: Path = ROOT) -> str:
    """Return the version that the sources state, without importing them.

    Raises:
        ValueError: they state none.
    """
    found = _VERSION.search((root / "ropo_async" / "_version.py").read_text(encoding="utf-8"))
    if not found:
        raise ValueError("ropo_async/_version.py states no version")
    return found[1]


def headings(changelog: str) -> list[str]:
    """Return the headings of the versions: `Unreleased` or `1.2.3 - 2026-11-21`, the newest first."""
    return _HEADING.findall(changelog)


def section(changelog: str, wanted: str) -> str:
    """Return what has changed in one version, without its heading.

    Raises:
        ValueError: the version has no section, no date, or nothing to tell.
    """
    parts = _HEADING.split(changelog)[1:]
    for heading, body in zip(parts[::2], parts[1::2], strict=True):
        if re.fullmatch(rf"{re.escape(wanted)} - \d{{4}}-\d\d-\d\d", heading) and body.strip():
            return f"{body.strip()}\n"
    raise ValueError(f"CHANGELOG.md has no section '{wanted} - <date>' that tells what has changed")


def main(argv: list[str], root: Path = ROOT) -> int:
    """Print what a release's tag stands for; returns the exit status."""
    try:
        (tag,) = argv
        stated = version(root)
        if tag != f"v{stated}":
            raise ValueError(f"the tag {tag!r} is not that of version {stated}")  # noqa: TRY301
        print(section((root / "CHANGELOG.md").read_text(encoding="utf-8"), stated), end="")
    except ValueError as error:
        print(f"changelog: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
