"""Fixtures for tests of what uses Ropo One: a simulator of it, and a client connected to that.

pytest loads this by itself where ropo-async is installed; `-p no:ropo_async` keeps it out. It stands beside the package
and not in it, so that the test suites that use none of it do not import the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from ropo_async import RopoClient
    from ropo_async.simulator import ServedSimulator

__all__ = ["pytest_configure", "ropo_client", "ropo_simulator"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "ropo_simulator(**settings): make the fixture of this name with these settings")


@pytest.fixture
def ropo_simulator(request: pytest.FixtureRequest) -> Generator[ServedSimulator]:
    """A Ropo One of this test's own on loopback, as `ServedSimulator`: empty, and well-behaved until told otherwise.

    `@pytest.mark.ropo_simulator(page_size=100)` sets what `Simulator` takes. It is served from a thread of its own, so
    the test may be synchronous or run on any event loop, and so may the service under test.
    """
    from ropo_async.simulator import ServedSimulator  # noqa: PLC0415 - only who uses it waits for the import

    marker = request.node.get_closest_marker("ropo_simulator")
    settings: dict[str, Any] = dict(marker.kwargs) if marker else {}
    with ServedSimulator(**settings) as simulator:
        yield simulator


@pytest.fixture
def ropo_client(ropo_simulator: ServedSimulator) -> RopoClient:
    """A client of `ropo_simulator` that tries again at once, and waits for 5 seconds of silence at most.

    It keeps no connection between two calls, so it may be used from any event loop and needs none to be closed.
    """
    # Only who uses it waits for the imports.
    from ropo_async import RetryPolicy, RopoClient, Timeouts  # noqa: PLC0415
    from ropo_async._bridge import PoolTransport  # noqa: PLC0415
    from ropo_async._http import AsyncClient  # noqa: PLC0415
    from ropo_async._pool import Pool  # noqa: PLC0415

    return RopoClient.from_env(
        ropo_simulator.environ,
        timeouts=Timeouts(read=5, total=20, poll_read=5, poll_total=20),
        retries=RetryPolicy(base=0.001, throttled_base=0.001),
        http_client=AsyncClient(transport=PoolTransport(Pool(max_idle=0)), trust_env=False),
    )
