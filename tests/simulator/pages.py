"""The page as a reader takes it apart."""

from html.parser import HTMLParser
from typing import Any

from ropo_async.simulator import Simulator
from ropo_async.simulator.page import View, document

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;</td></table></textarea>"
TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "h1",
        "nav",
        "a",
        "main",
        "p",
        "dl",
        "div",
        "dt",
        "dd",
    ),
    *("section", "h2", "h3", "form", "label", "input", "select", "option", "small", "button"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Reader(HTMLParser):
    """Takes a page apart: tables by their title, tags, attributes, and whether all that is opened is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.title = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open += [] if tag in {"meta", "input"} else [tag]
        if tag == "h2":
            self.title = ""
        elif tag == "tr":
            self.tables.setdefault(self.title, []).append([])
        elif tag in {"td", "th"}:
            self.tables[self.title][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["h2"]:
            self.title += data
        elif {"td", "th"} & set(self.open):
            self.tables[self.title][-1][-1] += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.tags if found == tag]


def read(simulator: Simulator, **view: Any) -> Reader:
    return Reader(document(View(simulator, (simulator.cid,), **view)))
