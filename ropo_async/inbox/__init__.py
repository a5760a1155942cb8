"""The durable feed: polled into a journal, read again where something went missing, and delivered at least once."""

from ropo_async.inbox.delivery import Deliveries, Delivery
from ropo_async.inbox.inbox import Inbox
from ropo_async.inbox.inboxes import Inboxes
from ropo_async.inbox.policy import InboxPolicy
from ropo_async.inbox.rounds import Round

__all__ = ["Deliveries", "Delivery", "Inbox", "InboxPolicy", "Inboxes", "Round"]
