"""Tells what the public API has lost since the last release, and whether the version says so.

It exits with 0 when nothing that a user may rely on is gone, or the version announces that something is. Else it exits
with 1.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import griffe

from scripts import changelog

__all__ = ["announced", "breaks", "last_release", "main"]

PACKAGE = "ropo_async"
_OBJECTS = (griffe.Object, griffe.Alias, type(None))
_ROOT = Path(__file__).resolve().parents[1]


def last_release(root: Path) -> str | None:
    """Return the newest tag of a version that leads to what is checked out, as `v1.2.3`; None where there is none."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def breaks(root: Path, tag: str) -> list[str]:
    """Return a line for each thing that worked at the tag and does not any more in the sources at `root`.

    Raises:
        subprocess.CalledProcessError: git does not know the tag.
    """
    command = ["git", "archive", "--format=tar", tag, PACKAGE]
    archive = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as released:
            released.extractall(folder, filter="data")
        old, new = _load(Path(folder)), _load(root)
        found = [_line(breakage) for breakage in griffe.find_breaking_changes(old, new)]
    withdrawn = {str(name) for name in old.exports or ()} - {str(name) for name in new.exports or ()}
    lines = {f"{PACKAGE}.{name}: still there, but not in __all__ any more" for name in withdrawn if name in new.members}
    return sorted(lines | set(found))


def announced(tag: str, version: str) -> bool:
    """Whether a version may take away what the tag had: its major number is higher or, below 1.0, its minor number."""
    old, new = (tuple(map(int, re.findall(r"\d+", text)[:3])) for text in (tag, version))
    return new[:1] > old[:1] or (new[0] == old[0] == 0 and new[1] > old[1])


def main(root: Path = _ROOT) -> int:
    """Print what broke; returns the exit status."""
    tag = last_release(root)
    if tag is None:
        print("api-diff: no release is tagged yet, so there is nothing to compare with")
        return 0
    found = breaks(root, tag)
    for line in found:
        print(line)
    version = changelog.version(root)
    if not found:
        print(f"api-diff: whoever uses {tag} can use this")
    elif announced(tag, version):
        print(f"api-diff: breaks users of {tag}, as version {version} says")
    else:
        print(f"api-diff: breaks users of {tag}, and version {version} does not say so")
        return 1
    return 0


def _load(folder: Path) -> griffe.Object | griffe.Alias:
    return griffe.load(
        PACKAGE, search_paths=[folder], try_relative_path=False, allow_inspection=False, resolve_aliases=True
    )


def _line(breakage: griffe.Breakage) -> str:
    shown = breakage.details or ("" if isinstance(breakage.old_value, _OBJECTS) else breakage.old_value)
    return f"{breakage.obj.path}: {breakage.kind.value}{f' ({shown})' if shown else ''}"


if __name__ == "__main__":
    sys.exit(main())
