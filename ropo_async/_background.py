"""Work that goes on by itself, beside whatever its starter does next, on asyncio and on trio."""

from __future__ import annotations

import logging
import sys
from contextvars import Context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

_logger = logging.getLogger("ropo_async")
_tasks = set["asyncio.Task[None]"]()  # asyncio itself keeps no hold of them


def start(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run `work` in a task of its own, until it or the event loop ends.

    For short chores that may be cut at any wait and that nobody waits for. A block of a user's can neither own them, as
    it may end before they do, nor be cancelled by them.
    """
    trio: Any = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        trio.lowlevel.spawn_system_task(_alone, work)
        return
    import asyncio  # noqa: PLC0415 - a tenth of what it takes to import the client, and nothing to a program on trio

    # What the starter has in its context, such as a trace, is none of the chore's.
    task = asyncio.get_running_loop().create_task(_alone(work), context=Context())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _alone(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - on trio it would bring the whole program down
        _logger.error("background work failed (%s)", type(error).__name__)  # noqa: TRY400 - its words may be personal
