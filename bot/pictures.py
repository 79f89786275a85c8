"""Pictures the bot draws itself, as the bytes of a PNG; a library is loaded when the first picture is wanted."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

SHARPEST = 1280  # pixels a side; Telegram makes larger photos smaller, and a printed code has to stay sharp
BARS_DRAWN_IN = "#2b7bb9"
ERRORS_MENDED = "q"  # a quarter of the code may be torn off or drawn over


def draw_code(link: str) -> bytes:
    """A QR code of the link, at least 1,000 pixels a side."""
    import segno  # here, because few processes ever draw one

    code = segno.make(link, error=ERRORS_MENDED, micro=False)
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=SHARPEST // code.symbol_size()[0])
    return drawn.getvalue()


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what stands below it, how high it is, and the same in words above it."""

    label: str
    height: int
    words: str


def draw_bars(bars: Sequence[Bar]) -> bytes:
    """Bars side by side; without words of a language, which the library's font may not have the letters for.

    The library costs about 2 s of processor time and 75 MB once, each picture 0.3 s: that is why it waits to be asked.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=150, layout="tight")
    axes = FigureCanvasAgg(figure).figure.subplots()
    drawn = axes.bar([bar.label for bar in bars], [bar.height for bar in bars], color=BARS_DRAWN_IN)
    axes.bar_label(drawn, [bar.words if bar.height else "" for bar in bars], padding=3, parse_math=False)
    axes.yaxis.set_visible(False)  # the amounts stand above the bars
    axes.spines[["top", "right", "left"]].set_visible(False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
