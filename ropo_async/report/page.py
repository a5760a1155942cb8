"""From facts to one HTML page. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ropo_async._markup import element, joined

if TYPE_CHECKING:
    from ropo_async.report.facts import Facts

__all__ = ["html_report"]


def html_report(facts: Facts) -> str:
    """Return a page about `facts` that needs nothing else: no script, no other file, no network."""
    head = element("head", element("meta", charset="utf-8"), element("title", "Journal report"))
    body = element("body", element("h1", "Journal report"), element("p", f"{facts.health.records} updates"))
    return f"<!doctype html>\n{element('html', joined([head, body]), lang='en')}\n"
