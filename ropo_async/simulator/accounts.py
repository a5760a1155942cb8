"""Many customers behind one socket: which of them a request belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, mutable

from ropo_async.simulator.handlers import TOKEN, accepts, operation_of
from ropo_async.simulator.messages import loads
from ropo_async.simulator.tokens import bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.simulator.reading import Read
    from ropo_async.simulator.simulator import Simulator

__all__ = ["Accounts"]


@mutable
class Accounts:
    """One simulator for each customer id; what belongs to none of them, such as a wrong password, is the first one's.

    Raises:
        ValueError: two have the same customer id, so that nobody could tell whose a login is.
    """

    simulators: tuple[Simulator, ...]
    _by_cid: dict[str, Simulator] = field(init=False, repr=False)
    _by_token: dict[str, Simulator] = field(factory=dict[str, "Simulator"], init=False, repr=False)
    """Learnt from requests: tokens may be issued at any time."""

    def __attrs_post_init__(self) -> None:
        self._by_cid = {simulator.cid: simulator for simulator in self.simulators}
        if len(self._by_cid) < len(self.simulators):
            raise ValueError("two simulators have the same cid")

    @property
    def first(self) -> Simulator:
        """The one that stands for the socket itself."""
        return self.simulators[0]

    def of(self, read: Read) -> Simulator:
        """Tell whose a request is: a login by its credentials, anything else by its token, live or not."""
        login = operation_of(read.method, read.target) == TOKEN
        return (self._of_login(read.body) if login else self._of_token(read.headers)) or self.first

    def _of_login(self, body: bytes) -> Simulator | None:
        try:
            sent = loads(body)
        except ValueError:
            return None
        simulator = self._by_cid.get(str(sent.get("cid")))
        return simulator if simulator and accepts(simulator, sent) else None

    def _of_token(self, headers: Mapping[str, str]) -> Simulator | None:
        token = bearer(headers)
        if token not in self._by_token:
            self._by_token.update((token, simulator) for simulator in self.simulators if token in simulator.tokens)
        return self._by_token.get(token)
