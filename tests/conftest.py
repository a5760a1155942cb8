"""What every test folder shares."""

import pytest


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Promises hold on both event loops, so their tests run on both."""
    return str(request.param)
