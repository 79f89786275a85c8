"""The answers of the console, and the headers that every one has."""

from collections.abc import Mapping

from aiohttp import web

TELEGRAM_WEB = "https://web.telegram.org https://webk.telegram.org https://weba.telegram.org"


def answer_page(page: str, status: int) -> web.Response:
    """Return a page; it is kept by no cache."""
    return web.Response(text=page, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})


def answer_plain(sentence: str, status: int) -> web.Response:
    """Return one sentence."""
    return web.Response(text=sentence, status=status, headers={"Cache-Control": "no-store"})


def security_headers(*, is_public: bool) -> Mapping[str, str]:
    """Return what the browser may load: from our own port only. Telegram's web client may show us in a frame."""
    frames = TELEGRAM_WEB if is_public else "'none'"
    return {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
            f"base-uri 'none'; form-action 'self'; frame-ancestors {frames}"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
