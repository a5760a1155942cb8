"""The pretended Iopole itself: its settings, its state, and what tests do to it."""

from __future__ import annotations

import hmac
import re
import time
from datetime import UTC, datetime, timedelta
from itertools import count, groupby
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote
from uuid import UUID

from ropo_async.simulator.books import Login
from ropo_async.simulator.host import Host
from ropo_async.simulator.iopole.shapes import ENTRIES, Entry
from ropo_async.simulator.iopole.truth import IopoleTruth
from ropo_async.simulator.messages import EMPTY, Answer, json_answer
from ropo_async.simulator.plan import FaultPlan
from ropo_async.simulator.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ropo_async.simulator.messages import Request

__all__ = ["HISTORY", "NOT_SEEN", "SEEN", "TOKEN", "IopoleSimulator"]

TOKEN: Final = "POST /realms/iopole/protocol/openid-connect/token"  # noqa: S105 - the name of an operation
HISTORY: Final = "GET /v1/invoice/{invoiceId}/status-history"
NOT_SEEN: Final = "GET /v1/invoice/status/notSeen"
SEEN: Final = "PUT /v1/invoice/status/{statusId}/markAsSeen"

_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ROUTES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {name: re.compile(re.sub(r"\{(\w+)\}", "(?P<\\1>[^/]+)", name)) for name in (TOKEN, HISTORY, NOT_SEEN, SEEN)}
)
_PAGE: Final = 100
_CHAIN: Final = (
    ("SUBMITTED", "PPF"),
    ("SUBMITTED", "OPERATOR"),
    ("ISSUED", "OPERATOR"),
    ("RECEIVED", "OPERATOR"),
    ("MADE_AVAILABLE", "OPERATOR"),
)
"""What a fresh invoice goes through at once: submitted twice, as it is told to two."""
_START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)


class IopoleSimulator(Host[IopoleTruth]):
    """A stateful Iopole. `serve` puts it on a socket. It is not thread-safe: talk to it where its server runs.

    Attributes:
        truth: What really happened; compare a client with it.
        faults: What will go wrong; `fail` is the short way.
    """

    def __init__(
        self,
        *,
        client_id: str = "made-up+client@example.com",
        client_secret: str = "made-up-secret",  # noqa: S107 - a made-up one
        token_life: float | None = 600.0,
        customers: Iterable[str] | None = None,
        make: str = "C",
        unseen_key: str = "newstatus",
        single: bool = False,
        webhook: bool = False,
        history_limit: tuple[int, float] | None = None,
        retry_after: int | None = None,
        keeps_marks: bool = True,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Make one that is empty and well-behaved.

        Args:
            client_id: What asks for tokens.
            client_secret: The secret that goes with it; made up, never a real one.
            token_life: Seconds that a token lives, told as `expires_in`; None leaves that out, and it lives an hour.
            customers: The ids that `customer-id` must name one of; None takes any, and none.
            make: `A`, `B` or `C`: which make of answers it gives.
            unseen_key: How the answer of notSeen writes its key; `newStatus` is the other way.
            single: A history of one status comes without its list, as the page shows it.
            webhook: There is one, so that nothing is ever unseen.
            history_limit: So many histories in so many seconds, by the clock; more get 429. None sets no limit.
            retry_after: Seconds that a 429 asks to wait, if any.
            keeps_marks: Whether marking as seen has an effect.
            clock: Monotonic seconds.
            now: The time of day, with a zone.
        """
        self.client_id, self.client_secret, self.token_life = client_id, client_secret, token_life
        self.customers = None if customers is None else set(customers)
        self.make, self.unseen_key, self.single, self.webhook = make, unseen_key, single, webhook
        self.history_limit, self.retry_after, self.keeps_marks = history_limit, retry_after, keeps_marks
        self.clock, self.now = clock, now
        self.truth, self.faults = IopoleTruth(), FaultPlan()
        self.tokens = Tokens(3600.0 if token_life is None else token_life, clock, now)
        self._numbers = count(1)

    def __repr__(self) -> str:
        return f"<IopoleSimulator: {len(self.truth.requests)} requests>"

    @property
    def cid(self) -> str:
        """What the server tells simulators apart by."""
        return self.client_id

    def new_id(self) -> str:
        """Return the next id; like real ones they grow with time."""
        return str(UUID(int=(0x01A0_15F1_C49C_7000_8000 << 48) + next(self._numbers)))

    def add_invoice(self, *, statuses: bool = True) -> str:
        """Add an invoice, with the statuses that every fresh one gets unless told otherwise, and return its id."""
        invoice = self.new_id()
        for code, dest_type in _CHAIN if statuses else ():
            self.add_status(invoice, code, dest_type=dest_type)
        return invoice

    def add_status(self, invoice_id: str, code: str, *, date: datetime | None = None, **members: Any) -> Entry:
        """Add a status to an invoice and return it; `members` are those of `Entry`."""
        moment = date or _START + timedelta(milliseconds=100 * len(self.truth.statuses))
        entry = Entry(self.new_id(), invoice_id, code, moment, **members)
        self.truth.statuses.append(entry)
        return entry

    def operation_of(self, method: str, target: str) -> str:
        """Name the operation of a request."""
        name = f"{method} {unquote(target.partition('?')[0])}"
        return next((route for route, pattern in _ROUTES.items() if pattern.fullmatch(name)), name)

    def handle(self, request: Request) -> Answer:
        """Answer a request as Iopole would when all is well."""
        if request.operation == TOKEN:
            return self._token(request)
        if not self.tokens.admits(request.headers):
            return json_answer(401, {"statusMessage": "Token is missing or invalid"})
        customer = request.headers.get("customer-id")
        self.truth.customers.append(customer)
        if self.customers is not None and customer not in self.customers:
            return json_answer(403, {"statusMessage": "No such customer"})
        answers: dict[str, Callable[..., Answer]] = {HISTORY: self._history, NOT_SEEN: self._not_seen, SEEN: self._seen}
        answer = answers.get(request.operation)
        found = _ROUTES[request.operation].fullmatch(f"{request.method} {request.path}") if answer else None
        if answer is None or found is None:
            return json_answer(404, {"statusMessage": "No such resource"})
        for name, value in found.groupdict().items():
            if not _ID.fullmatch(value):
                return _invalid(name)
        return answer(*found.groups())

    def _token(self, request: Request) -> Answer:
        sent = {name: values[0] for name, values in parse_qs(request.body.decode("ascii", "replace")).items()}
        known = [
            request.headers.get("content-type") == "application/x-www-form-urlencoded",
            sent.get("grant_type") == "client_credentials",
            sent.get("client_id") == self.client_id,
            hmac.compare_digest(sent.get("client_secret", "").encode(), self.client_secret.encode()),
        ]
        if not all(known):
            self.truth.logins.append(Login(request.index, None))
            return json_answer(401, {"error": "invalid_client", "error_description": "Invalid client credentials"})
        token, generation = self.tokens.issue(self.client_id)
        self.truth.logins.append(Login(request.index, generation))
        life = {} if self.token_life is None else {"expires_in": int(self.token_life)}
        return json_answer(200, {"access_token": token, "token_type": "Bearer", "refresh_expires_in": 0, **life})

    def _history(self, invoice_id: str) -> Answer:
        self.truth.history_calls.append(self.clock())
        if self.history_limit is not None:
            most, seconds = self.history_limit
            if sum(call > self.clock() - seconds for call in self.truth.history_calls) > most:
                hint = () if self.retry_after is None else (("Retry-After", str(self.retry_after)),)
                return Answer(429, hint)
        entries = [self._shown(entry) for entry in self.truth.statuses if entry.invoice_id == invoice_id]
        # In no order, as none is promised.
        return json_answer(200, entries[0] if self.single and len(entries) == 1 else entries[::-1])

    def _not_seen(self) -> Answer:
        entries = [] if self.webhook else self.truth.unseen[:_PAGE]
        by_invoice = attrgetter("invoice_id")
        groups = [
            {"invoiceId": invoice, self.unseen_key: [self._shown(entry) for entry in group]}
            for invoice, group in groupby(sorted(entries, key=by_invoice), key=by_invoice)
        ]
        return json_answer(200, groups)

    def _seen(self, status_id: str) -> Answer:
        if all(entry.status_id != status_id for entry in self.truth.statuses):
            return json_answer(404, {"statusMessage": "No such status"})
        if self.keeps_marks:
            self.truth.marked.append(status_id)
        return EMPTY

    def _shown(self, entry: Entry) -> dict[str, Any]:
        return ENTRIES[self.make](entry) | dict(entry.extra)


def _invalid(name: str) -> Answer:
    """Refuse an id as the documented example does, with what is wrong beside the message."""
    detail = {"validation": "uuid", "code": "invalid_string", "message": "Invalid uuid", "path": ["params", name]}
    return json_answer(400, {"statusMessage": "Request validation issues", "details": detail})
