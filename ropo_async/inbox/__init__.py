"""The durable feed: polled into a journal, read again where something went missing, and delivered at least once."""

from ropo_async.inbox.delivery import Deliveries, Delivery
from ropo_async.inbox.feeds import Feed, Round
from ropo_async.inbox.inbox import Inbox
from ropo_async.inbox.inboxes import Inboxes
from ropo_async.inbox.policy import InboxPolicy

__all__ = ["Deliveries", "Delivery", "Feed", "Inbox", "InboxPolicy", "Inboxes", "Round"]
