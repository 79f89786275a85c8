"""Plots as inline SVG in percent of their width, so that their letters keep their size on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.pages.markup import element
from domain.words import Html

ROW_HEIGHT = 26
COLUMNS_HEIGHT = 150
LABEL_SHARE = 24.0  # percent of the width
NUMBER_SHARE = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with its label, and what is written behind it."""

    label: str
    value: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a line of time, from 0 to 1 of it, with its class in the styles and what it is."""

    begins: float
    ends: float
    look: str
    words: str


def draw_bars(bars: Sequence[Bar]) -> Html:
    """Return bars below each other, the longest as wide as there is room."""
    most = max((bar.value for bar in bars), default=0) or 1
    room = 100 - LABEL_SHARE - NUMBER_SHARE
    parts = []
    for place, bar in enumerate(bars):
        top, width = place * ROW_HEIGHT, room * bar.value / most
        parts += [
            element("text", bar.label, x="0", y=top + 17),
            element(
                "rect", x=f"{LABEL_SHARE}%", y=top + 4, width=f"{width:.2f}%", height=ROW_HEIGHT - 8, rx=3, class_="bar"
            ),
            element("text", bar.words, x=f"{LABEL_SHARE + width + 1:.2f}%", y=top + 17, class_="strong"),
        ]
    return element("svg", *parts, height=ROW_HEIGHT * len(bars), role="img")


def draw_columns(columns: Sequence[Bar]) -> Html:
    """Return columns beside each other; a label that is empty is not written."""
    most = max((column.value for column in columns), default=0) or 1
    width, room = 100 / max(len(columns), 1), COLUMNS_HEIGHT - 36
    parts = [element("line", x1="0", x2="100%", y1=COLUMNS_HEIGHT - 18, y2=COLUMNS_HEIGHT - 18, class_="axis")]
    for place, column in enumerate(columns):
        height = room * column.value / most
        at = f"{place * width + width * 0.12:.2f}%"
        title = element("title", column.words)
        top = COLUMNS_HEIGHT - 18 - height
        if column.value:
            parts.append(
                element(
                    "rect",
                    title,
                    x=at,
                    y=f"{top:.1f}",
                    width=f"{width * 0.76:.2f}%",
                    height=f"{height:.1f}",
                    class_="bar",
                )
            )
        if column.label:
            is_last = place + 1 == len(columns)  # written to the left, or the edge would cut it
            x, anchor = ("100%", "end") if is_last else (at, None)
            parts.append(element("text", column.label, x=x, y=COLUMNS_HEIGHT - 3, text_anchor=anchor))
    return element("svg", *parts, height=COLUMNS_HEIGHT, role="img")


def draw_line(segments: Sequence[Segment]) -> Html:
    """Return a line of time with its segments."""
    parts = [
        element(
            "rect",
            element("title", segment.words),
            x=f"{segment.begins * 100:.2f}%",
            y=1,
            width=f"{max(segment.ends - segment.begins, 0.004) * 100:.2f}%",
            height=12,
            class_=segment.look,
        )
        for segment in segments
    ]
    return element("svg", *parts, height=14, role="img")
