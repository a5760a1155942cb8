"""Adds the hashes of a lock to a bill of materials that was made of what is installed.

`sbom.py environment.json lock.txt out.json`. An environment knows the licences and who needs whom, but not which files
it was made from; the lock knows that.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from scripts import changelog

__all__ = ["hashes", "main", "problems", "with_hashes"]

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def hashes(lock: str) -> dict[tuple[str, str], list[str]]:
    """Return the SHA-256 hashes of a lock, in hexadecimal, by normalized name and version."""
    found: dict[tuple[str, str], list[str]] = {}
    current: list[str] = []
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            current = found.setdefault((_normal(pin[1]), pin[2]), [])
        current += _HASH.findall(line)
    return found


def with_hashes(bom: dict[str, Any], lock: str, version: str) -> dict[str, Any]:
    """Return a bill of materials with the hashes of each component's files, and the version of what it describes.

    Args:
        bom: CycloneDX, of an environment.
        lock: what the environment was installed by.
        version: that of the main component, which its pyproject.toml does not state.

    Raises:
        ValueError: the environment is not what the lock says.
    """
    known, main = hashes(lock), bom["metadata"]["component"]
    components = [part for part in bom["components"] if _normal(part["name"]) != _normal(main["name"])]
    stray = [part["name"] for part in components if (_normal(part["name"]), part["version"]) not in known]
    if stray:
        raise ValueError(f"not in the lock: {', '.join(stray)}")
    return bom | {
        "metadata": bom["metadata"] | {"component": main | {"version": version}},
        "components": [_hashed(part, known[_normal(part["name"]), part["version"]]) for part in components],
    }


def problems(bom: str) -> str:
    """Return what the schema of CycloneDX 1.6 has against a bill of materials; nothing when it is valid."""
    # They live in the environment of releases only.
    validation, schema = import_module("cyclonedx.validation.json"), import_module("cyclonedx.schema")
    found = validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(bom)
    return "" if found is None else str(found)


def main(argv: list[str]) -> int:
    """Write the bill of materials, if it is valid; returns the exit status."""
    environment, lock, out = argv
    made, locked = (Path(name).read_text(encoding="utf-8") for name in (environment, lock))
    bom = with_hashes(json.loads(made), locked, changelog.version())
    text = json.dumps(bom, indent=2, sort_keys=True) + "\n"
    if found := problems(text):
        print(f"sbom: not valid: {found}", file=sys.stderr)
        return 1
    Path(out).write_text(text, encoding="utf-8")
    return 0


def _hashed(component: dict[str, Any], digests: list[str]) -> dict[str, Any]:
    files = {
        "type": "distribution",
        "url": component["purl"],
        "comment": "any one of these, by the system and the Python",
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in digests],
    }
    return component | {"externalReferences": [*component.get("externalReferences", []), files]}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
