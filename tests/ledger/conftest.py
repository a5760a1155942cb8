"""An office, and the storages that its journal can be on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ledger.office import Office, opened


@pytest.fixture
async def office(anyio_backend: str) -> AsyncIterator[Office]:
    """One on a journal in memory."""
    async with opened() as office:
        yield office


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, scratch: Path) -> str:
    """The URL of a journal that others can open, too."""
    if request.param == "sqlite":
        return f"sqlite:///{scratch / 'journal.db'}"
    return str(request.getfixturevalue("postgres_url"))
