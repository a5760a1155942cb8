"""Tells how two specifications differ, and whether that breaks the users of the client.

`spec_diff.py OLD NEW` exits with 0 when nothing differs, 1 when nothing that differs breaks anybody, 2 when something
does, and 64 when a file cannot be used. The last line says the same in words, because make turns every failure into 2.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scripts import compare, specs
from scripts.shape import shape
from scripts.specs import SpecError

__all__ = ["main"]

UNUSABLE = 64


def main(argv: list[str]) -> int:
    """Print the differences; returns the exit status."""
    if len(argv) != 2 or not all(argv):
        print("usage: make spec-diff OLD=file NEW=file", file=sys.stderr)
        return UNUSABLE
    try:
        old, new = (shape(specs.load(Path(name)), name) for name in argv)
    except SpecError as error:
        print(f"spec-diff: {error}", file=sys.stderr)
        return UNUSABLE
    found = compare.changes(old, new)
    status, word = compare.verdict(found)
    if found:
        print(compare.report(found))
    print(f"spec-diff: {word}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
