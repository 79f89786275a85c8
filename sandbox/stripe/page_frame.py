"""The frame of the hosted pages: style, refusal pages and redirects at the end."""

from html import escape
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.stripe.stripe_refusals import StripeRefusal

CURRENCY_SIGNS = {"sgd": "S$", "usd": "US$", "eur": "€", "gbp": "£"}
CHAT_HOSTS = frozenset({"t.me", "telegram.me"})
STYLE = """
:root{color-scheme:light dark;--ink:#1a2230;--quiet:#5b6776;--card:#fff;--room:#eef1f6;--line:#cfd7e2;
--main:#4b45c6;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#edf0f5;--quiet:#9eabba;--card:#1c2330;--room:#10151d;--line:#3a4658;
--main:#7a76f0}}
body{font:16px/1.45 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;
background:var(--room);color:var(--ink)}
main{box-sizing:border-box;width:min(27em,100vw - 2em);margin:1em;padding:1.7em;border-radius:16px;
background:var(--card);box-shadow:0 4px 24px #0002}
h1{font-size:1.35em;margin:0 0 .6em}p{margin:.5em 0}
label{display:block;margin:.8em 0;color:var(--quiet);font-size:.93em}
button,select,input{font:inherit;box-sizing:border-box;width:100%;padding:.65em .8em;margin-top:.3em;border-radius:9px;
border:1px solid var(--line);background:transparent;color:var(--ink)}
select option{color:#111;background:#fff}
button{cursor:pointer;font-weight:600;margin-top:.6em}button.main{border:0;background:var(--main);color:var(--on)}
:focus-visible{outline:3px solid var(--main);outline-offset:2px}small{color:var(--quiet)}
"""
BACK_BUTTON = """<p><button class=main type=button
onclick="window.close();document.getElementById('by-hand').hidden=false">Back to the chat</button></p>
<p id=by-hand hidden>Your browser keeps this page open: close it by hand.</p>"""
TRY_AGAIN_TEXT = "Go back to the chat and tap the button again."
# The button, and a script that closes a window that the chat opened.
AUTO_CLOSE = f"{BACK_BUTTON}<script>if (window.opener) setTimeout(() => window.close(), 1600)</script>"


def render_page(title: str, content: str, *, status: int = 200) -> web.Response:
    """Return a page; `content` is trusted HTML and is not escaped."""
    text = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>"
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}"
        "<p><small>Stripe sandbox: no real money moves.</small></p></main></body></html>"
    )
    return web.Response(text=text, content_type="text/html", status=status)


def render_refusal_page(refusal: StripeRefusal, back: str) -> web.Response:
    """Return a page that shows a refusal and a link to `back`."""
    message = escape(str(refusal.error["message"]))
    return render_page(
        "That did not work", f"<p>{message}</p><p><a href='{escape(back)}'>Back</a></p>", status=refusal.status
    )


def redirect_to(url: str, title: str, words: str) -> web.Response:
    """Return a page that closes itself when `url` leads to a chat, because no browser can show a chat.

    Raises HTTPSeeOther for every other address.
    """
    if urlsplit(url).hostname not in CHAT_HOSTS:
        raise web.HTTPSeeOther(url)
    return render_page(title, f"<p>{escape(words)}</p>{AUTO_CLOSE}")


def redirect_after_failure(url: str, title: str) -> web.Response:
    """As `redirect_to`, but the page for a chat says how to try again and stays open until the person closes it."""
    if urlsplit(url).hostname not in CHAT_HOSTS:
        raise web.HTTPSeeOther(url)
    return render_page(title, f"<p>{TRY_AGAIN_TEXT}</p>{BACK_BUTTON}", status=410)


def format_page_amount(minor: int, currency: str) -> str:
    """Return an amount in minor units as text: S$26.30."""
    return f"{CURRENCY_SIGNS.get(currency, currency.upper() + ' ')}{minor / 100:.2f}"
