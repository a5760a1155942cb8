"""The pretended Iopole on a real socket."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

from attrs import frozen

from ropo_async.simulator import server

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ropo_async.simulator.iopole.simulator import IopoleSimulator
    from ropo_async.simulator.simulator import Simulator

__all__ = ["IopoleRunning", "serve"]


@frozen
class IopoleRunning:
    """A simulator that listens."""

    simulator: IopoleSimulator
    host: str
    port: int
    """The real one, also where 0 was asked for."""

    @property
    def url(self) -> str:
        """The URL for clients: the API, and the host of the tokens as well."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@asynccontextmanager
async def serve(simulator: IopoleSimulator, *, host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator[IopoleRunning]:
    """Serve a simulator while the block runs, on asyncio or trio. Port 0 takes a free one.

    Raises:
        OSError: the address cannot be had.
    """
    # The server asks of a simulator what `Host` has, and the `cid` that it tells them apart by.
    async with server.serve(cast("Simulator", simulator), host=host, port=port) as running:
        yield IopoleRunning(simulator, running.host, running.port)
