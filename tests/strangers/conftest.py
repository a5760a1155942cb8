"""Tools of others: where they are, and how one runs as a server. `make torture` installs them."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.calls import SPECIFICATION

INSTALLED = Path(__file__).parents[2] / ".venv-strangers"


@pytest.fixture(scope="session")
def schemathesis() -> str:
    return _installed("bin/schemathesis")


@pytest.fixture(scope="session")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Prism that answers as the specification says."""
    options = ["mock", "-h", "127.0.0.1", "-p", "0", str(SPECIFICATION)]
    command = [_program("node"), _installed("node_modules/.bin/prism"), *options]
    with _served(command, r"listening on (http://127\.0\.0\.1:\d+)", tmp_path_factory) as url:
        yield url


@pytest.fixture(scope="session")
def wiremock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a WireMock that knows no answers yet."""
    options = ["--port", "0", "--bind-address", "127.0.0.1", "--disable-banner", "--root-dir", "."]
    jar = _installed("node_modules/wiremock/build/wiremock-standalone-*.jar")
    with _served([_java(), "-jar", jar, *options], r"port: +(\d+)", tmp_path_factory) as port:
        yield f"http://127.0.0.1:{port}"


def _installed(pattern: str) -> str:
    found = sorted(INSTALLED.glob(pattern))
    if not found:
        pytest.skip(f"{pattern} is not installed: make strangers-env")
    return str(found[0])


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"there is no {name} here")
    return path


def _java() -> str:
    path = _program("java")
    told = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < 17:
        pytest.skip("there is no Java 17 here")
    return path


@contextmanager
def _served(command: list[str], told: str, folders: pytest.TempPathFactory, patience: float = 50) -> Iterator[str]:
    """Run a server while the block runs, and give what it tells of where it listens."""
    folder = folders.mktemp("stranger")
    said, until = folder / "said", time.monotonic() + patience
    with said.open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) as process:
        try:
            while not (found := re.search(told, said.read_text(encoding="utf-8", errors="replace"))):
                assert process.poll() is None, said.read_text(encoding="utf-8", errors="replace")
                assert time.monotonic() < until, "it did not start"
                time.sleep(0.05)
            yield found[1]
        finally:
            process.kill()
