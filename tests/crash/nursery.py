"""A process that has loaded everything and waits, so that a life begins at once: it forks for each.

Run as a program it reads a plan per line. Each life starts stopped, may stop once more and say where it dies, and has
"ended" with a status.
"""

import json
import os
import signal
import sys
import traceback

import anyio
from anyio._backends import _asyncio, _trio  # noqa: F401 - loaded once, for all lives

from ropo_async import codec
from tests.crash.life import Plan, live


def main() -> None:
    # These load what is generated, too.
    codec.token_request("cid", "apicode")
    codec.poll_request()
    codec.read_update(b"{}")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(Plan(**json.loads(line)))
        _, status = os.waitpid(child, os.WUNTRACED)
        while os.WIFSTOPPED(status):
            say("stopped", child)
            _, status = os.waitpid(child, os.WUNTRACED)
        say("ended", os.waitstatus_to_exitcode(status))


def _live(plan: Plan) -> None:
    failed = 1
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
        anyio.run(live, plan, backend=plan.backend)
        failed = 0
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
        traceback.print_exc()
    finally:
        os._exit(failed)


def say(*words: object) -> None:
    os.write(1, " ".join(map(str, words)).encode() + b"\n")


if __name__ == "__main__":
    main()
