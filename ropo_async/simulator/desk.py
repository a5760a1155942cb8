"""Who may see and use the page, and what a request to it leads to; the page has a port of its own."""

from __future__ import annotations

import base64
import hashlib
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from attrs import frozen

from ropo_async.simulator.forms import FORMS
from ropo_async.simulator.messages import Answer, Refusal
from ropo_async.simulator.page import View, document
from ropo_async.simulator.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.simulator.reading import Read
    from ropo_async.simulator.simulator import Simulator

__all__ = ["Desk"]

_HOST: Final = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]@/]+))(?::\d+)?")
_FORM: Final = "application/x-www-form-urlencoded"
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    # With `no-referrer`, browsers say `Origin: null` on a form of our own.
    ("Referrer-Policy", "same-origin"),
)


@frozen
class Desk:
    """Answers whoever visits the page; nothing it is asked counts as a request to the API."""

    simulators: tuple[Simulator, ...]
    host: str
    """The address that the page is bound to."""

    def answer(self, read: Read) -> Answer:
        """Show the page, or do what a form says and send the visitor back to it."""
        try:
            self._admit(read)
            return self._answer(read)
        except Refusal as refusal:
            return refusal.answer

    def _admit(self, read: Read) -> None:
        """Let in who came by an address of this machine, and forms that were filled in on this page.

        Raises:
            Refusal: another site's name points here, or another site's form does.
        """
        host = read.headers.get("host", "").lower()
        if not self._is_here(host):
            raise Refusal("The page is shown on an address of this machine only", 403)
        came_from = read.headers.get("origin") or read.headers.get("referer")
        if read.method == "POST" and came_from and not _is_of(came_from, host):
            raise Refusal("The form is not one of this page", 403)

    def _is_here(self, host: str) -> bool:
        matched = _HOST.fullmatch(host)
        name = (matched[1] or matched[2]) if matched else ""
        try:
            return name in {"localhost", self.host.lower()} or ip_address(name).is_loopback
        except ValueError:
            return False

    def _answer(self, read: Read) -> Answer:
        path, _, query = read.target.partition("?")
        asked = _fields(query)
        simulator = self._customer(asked)
        if path == "/":
            _allow(read.method, "GET", "HEAD")
            return self._show(simulator, asked)
        form = FORMS.get(path.removeprefix("/"))
        if form is None:
            raise Refusal("There is no such page", 404)
        _allow(read.method, "POST")
        if read.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise Refusal(f"A form is sent as {_FORM}", 415)
        sent = _fields(read.body.decode("utf-8", "replace"))
        try:
            form.submit(simulator, sent)
        except (LookupError, ValueError) as error:
            return self._show(simulator, asked, filled={form.name: sent}, error=f"{form.title}: {error.args[0]}.")
        # The visitor may now load the page again without doing it again.
        query = urlencode({"cid": simulator.cid, "done": form.name})
        return Answer(303, (("Location", f"/?{query}"), *_HEADERS))

    def _customer(self, asked: Mapping[str, str]) -> Simulator:
        cid = asked.get("cid", self.simulators[0].cid)
        found = next((simulator for simulator in self.simulators if simulator.cid == cid), None)
        if found is None:
            raise Refusal("There is no such customer", 404)
        return found

    def _show(
        self,
        simulator: Simulator,
        asked: Mapping[str, str],
        *,
        filled: Mapping[str, Mapping[str, str]] | None = None,
        error: str = "",
    ) -> Answer:
        done = FORMS.get(asked.get("done", ""))
        chosen = {name: {"invoice": asked.get("invoice", "")} for name in ("payment", "updates")}
        view = View(
            simulator=simulator,
            cids=tuple(simulator.cid for simulator in self.simulators),
            live="live" in asked,
            filled=filled or chosen,
            error=error,
            done=done.done if done and not error else "",
        )
        return Answer(400 if error else 200, _HEADERS, document(view).encode("utf-8", "replace"))


def _fields(encoded: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(encoded, keep_blank_values=True, max_num_fields=50))
    except ValueError as error:
        raise Refusal("Too many fields") from error


def _allow(method: str, *methods: str) -> None:
    if method not in methods:
        raise Refusal("Method not allowed", 405)


def _is_of(address: str, host: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.netloc.lower() == host
