"""What every test folder shares."""

import pytest

ELSEWHERE = [{"asyncio", "postgresql"}, {"asyncio", "postgres"}, {"trio", "sqlite"}]
"""Pairs of event loop and storage that wait for `make torture`: each loop, and each storage, is in another pair too."""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Promises hold on both event loops, so their tests run on both."""
    return str(request.param)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave every second pair of event loop and storage to the longer run."""
    for item in items:
        variant = getattr(item, "callspec", None)
        values = {value for value in variant.params.values() if isinstance(value, str)} if variant else set[str]()
        if any(pair <= values for pair in ELSEWHERE):
            item.add_marker(pytest.mark.slow)
