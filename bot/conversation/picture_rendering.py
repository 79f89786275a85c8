"""Pictures that the bot renders, as the bytes of a PNG.

The plotting library is imported for the first picture of a process. That costs about 1.5 s of processor time and 75 MB,
and each picture costs 0.1 s. So callers run these functions in a thread.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 160
POSTER_SIZE = (1000, 1280)  # pixels; Telegram shrinks larger photos, and a printed code must stay sharp
MAX_QR_CODE_SIZE = 900  # pixels a side, at most
QR_CODE_TOP_MARGIN = 190  # pixels, for the text above it
QR_ERROR_CORRECTION = "q"  # a quarter of the code may be unreadable
BAR_COLOR = "#2b7bb9"
FONT = "DejaVu Sans"  # part of the library


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label below, its height, and the same amount as text above."""

    label: str
    height: int
    words: str


def render_poster(link: str, title: str, line: str) -> bytes:
    """Render a page to print: title, QR code, a line below; texts that the font has no glyphs for are left out."""
    import segno
    from matplotlib.figure import Figure

    code = segno.make(link, error=QR_ERROR_CORRECTION, micro=False)
    scale = (
        MAX_QR_CODE_SIZE // code.symbol_size()[0]
    )  # whole pixels for each module: the library's scaling would blur it
    light = [[1 - dark for dark in row] for row in code.matrix_iter(scale=scale, border=4)]
    width, height = POSTER_SIZE
    page = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH, facecolor="white")
    left, bottom = (width - len(light)) // 2, height - QR_CODE_TOP_MARGIN - len(light)
    page.figimage(light, left, bottom, cmap="gray", vmin=0, vmax=1, origin="upper")
    _write_line(page, title, at=height - QR_CODE_TOP_MARGIN // 2, size=_fit_font_size(title, 30))
    _write_line(page, line, at=bottom // 2, size=_fit_font_size(line, 16))
    return _to_png(page)


def render_bars(bars: Sequence[Bar]) -> bytes:
    """Render bars side by side, without text of a language: the font may lack its glyphs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=DOTS_PER_INCH, layout="tight")
    axes = figure.subplots()
    rendered_bars = axes.bar([bar.label for bar in bars], [bar.height for bar in bars], color=BAR_COLOR)
    axes.bar_label(rendered_bars, [bar.words if bar.height else "" for bar in bars], padding=3, parse_math=False)
    axes.yaxis.set_visible(False)  # the amounts are above the bars
    axes.spines[["top", "right", "left"]].set_visible(False)
    return _to_png(figure)


def _write_line(page: "Figure", words: str, *, at: int, size: float) -> None:
    """Write a centred line of text, this many pixels from the bottom."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(FONT))
    if all(font.get_char_index(ord(letter)) for letter in words):
        place = 0.5, at / POSTER_SIZE[1]
        page.text(*place, words, fontsize=size, fontfamily=FONT, ha="center", va="center", parse_math=False)


def _fit_font_size(words: str, max_size: float) -> float:
    """Return the size (points) at which the text fits the page; a letter is about 0.65 times as wide as its size."""
    points = (POSTER_SIZE[0] - 100) / DOTS_PER_INCH * 72
    return min(max_size, points / (0.65 * max(len(words), 1)))


def _to_png(figure: "Figure") -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=DOTS_PER_INCH)
    return picture.getvalue()
