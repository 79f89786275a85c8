"""Pictures the bot draws itself, as the bytes of a PNG; a library is loaded when the first picture is wanted."""

import io

SHARPEST = 1280  # pixels a side; Telegram makes larger photos smaller, and a printed code has to stay sharp
ERRORS_MENDED = "q"  # a quarter of the code may be torn off or drawn over


def draw_code(link: str) -> bytes:
    """A QR code of the link, at least 1,000 pixels a side."""
    import segno  # here, because few processes ever draw one

    code = segno.make(link, error=ERRORS_MENDED, micro=False)
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=SHARPEST // code.symbol_size()[0])
    return drawn.getvalue()
