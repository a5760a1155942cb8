"""Which operation of Iopole has which effect; the same kind of table as Ropo One's."""

from __future__ import annotations

from ropo_async.operations import MEBIBYTE, Effect, Operation

__all__ = ["OPERATIONS"]

TOKEN = Operation("GetToken", "iopole.token", Effect.READ)
# Every entry carries whole documents, so an answer grows large.
HISTORY = Operation(
    "SearchStatusById", "invoices.status_history", Effect.READ, expects=(200, 204), max_body=64 * MEBIBYTE
)
UNSEEN = Operation("SearchStatusNotseen", "statuses.not_seen", Effect.READ, expects=(200, 204), max_body=256 * MEBIBYTE)
# It sets a flag: done twice it is as done once, so it may be repeated like a read.
SEEN = Operation("MarkStatusAsSeen", "statuses.mark_as_seen", Effect.READ, expects=(200, 204))

OPERATIONS = (TOKEN, HISTORY, UNSEEN, SEEN)
"""Every operation of `openapi/iopole/openapi.json`."""
