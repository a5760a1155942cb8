"""Pictures as inline SVG of no fixed width: what is written stands beside them, where it can wrap. Pure."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from ropo_async._markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bar", "columns", "track"]

HEIGHT = 100
STEP, WIDTH = 10, 8
"""Of one column, the gap beside it included, and the column alone."""
TRACK = 1000
LEAST = 6
"""What is drawn of something that is too small to be seen."""


def columns(series: Sequence[tuple[str, Sequence[int]]], *, title: str, text: str, height: str = "chart") -> Markup:
    """Draw columns, the parts of which stand on one another.

    Args:
        series: The class of each part, the lowest first, and its value in each column.
        title: What it shows.
        text: What there is to be seen.
        height: The class of the picture.
    """
    # For each part where its columns begin, and where they end.
    edges = list(accumulate((values for _, values in series), _added, initial=[0] * len(series[0][1])))
    most = max(edges[-1])
    paths = [
        element("path", class_=kind, d=_columns(floor, top, most))
        for (kind, _), (floor, top) in zip(series, pairwise(edges), strict=True)
    ]
    return _picture(f"0 0 {STEP * len(edges[0])} {HEIGHT}", *paths, title=title, text=text, class_=height)


def _added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return list(map(sum, zip(one, other, strict=True)))


def bar(share: float, kind: str = "bar") -> Markup:
    """Draw one bar, `share` of the width long. The figure beside it says the same, so nobody is read it twice."""
    length = 0 if share <= 0 else max(LEAST, round(TRACK * share))
    drawn = element("rect", class_=kind, width=length, height=10)
    view = f"0 0 {TRACK} 10"
    return element("svg", drawn, class_="bar", viewBox=view, preserveAspectRatio="none", aria_hidden="true")


def track(parts: Sequence[tuple[str, float, float]], *, title: str, text: str) -> Markup:
    """Draw stretches of time on a line; each is a class and where it begins and ends, as shares of the whole."""
    line = element("rect", class_="line", y=9, width=TRACK, height=2)
    return _picture(
        f"0 0 {TRACK} 20", line, *(_stretch(*part) for part in parts), title=title, text=text, class_="track"
    )


def _stretch(kind: str, begin: float, end: float) -> Markup:
    left, right = (TRACK * min(max(share, 0.0), 1.0) for share in (begin, end))
    length = max(LEAST, right - left)
    y, height = (6, 8) if kind == "recovery" else (0, 20)
    return element("rect", class_=kind, x=f"{min(left, TRACK - length):.1f}", y=y, width=f"{length:.1f}", height=height)


def _columns(floor: Sequence[int], top: Sequence[int], most: int) -> str:
    return "".join(
        f"M{STEP * place + 1} {_y(low, most)}V{_y(high, most, low)}h{WIDTH}V{_y(low, most)}z"
        for place, (low, high) in enumerate(zip(floor, top, strict=True))
        if high > low
    )


def _y(value: int, most: int, low: int | None = None) -> str:
    """Return how far down a value is; what stands on `low` is seen however little it is."""
    y = HEIGHT * (1 - value / most)
    return f"{y if low is None else min(y, HEIGHT * (1 - low / most) - 1):.1f}".removesuffix(".0")


def _picture(view: str, *drawn: Markup, title: str, text: str, class_: str) -> Markup:
    words = (element("title", title), element("desc", text))
    return element(
        "svg",
        *words,
        *drawn,
        class_=class_,
        viewBox=view,
        preserveAspectRatio="none",
        role="img",
        aria_label=f"{title}. {text}",
    )
