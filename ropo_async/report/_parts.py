"""What the sections of a report are put together from. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ropo_async._markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["axis", "details", "legend", "note", "scrolling", "section", "table"]


def section(title: str, *content: object) -> Markup:
    """Return a section; text in it becomes a paragraph."""
    parts = (part if isinstance(part, Markup) else element("p", part) for part in content)
    return element("section", element("h2", title), *parts)


def note(kind: str, text: str, *more: Markup) -> Markup:
    """Return a note that is seen first, `good` or `bad`."""
    return element("div", element("p", text), *more, class_=f"verdict {kind}")


def details(summary: str, content: Markup) -> Markup:
    """Return what is shown to those who ask for it."""
    return element("details", element("summary", summary), scrolling(summary, content))


def scrolling(name: str, content: Markup) -> Markup:
    """Return what may be wider than a phone, so that it scrolls and not the page; by the keyboard too."""
    return element("div", content, class_="scroll", role="region", aria_label=name, tabindex=0)


def axis(*marks: str) -> Markup:
    """Return what is written under a picture from its left to its right."""
    return element("div", *(element("span", mark) for mark in marks), class_="axis", aria_hidden="true")


def legend(*colours: tuple[str, str]) -> Markup:
    """Return what colours mean."""
    return element(
        "ul", *(element("li", text, style=f"--of: var(--{name})") for name, text in colours), class_="legend"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table, the first column of which names its rows. Text in the others is a figure, a picture is wide."""
    first, *others = heads
    top = [element("th", first, scope="col", class_="name")]
    # An empty heading would be read out as one.
    top += [element("th", head, scope="col", class_="count") if head else element("td") for head in others]
    body = [element("tr", element("th", row[0], scope="row"), *map(_cell, row[1:])) for row in rows]
    return element("table", element("thead", element("tr", *top)), element("tbody", *body))


def _cell(content: object) -> Markup:
    return element("td", content, class_="wide" if isinstance(content, Markup) else "count")
