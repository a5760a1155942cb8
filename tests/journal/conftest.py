"""The storages that a journal can be on."""

from pathlib import Path

import pytest

from tests.journal.postgres_engines import admin, engine, other, url

__all__ = ["admin", "engine", "journal_url", "other", "url"]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest, scratch: Path) -> str:
    """The URL of a journal that is not there yet, on each kind of storage."""
    match request.param:
        case "memory":
            return "memory:"
        case "sqlite":
            return f"sqlite:///{scratch / 'journal.db'}"
        case _:
            return str(request.getfixturevalue("postgres_url"))
