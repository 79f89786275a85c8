"""How a campus is named on a customer's card statement, as far as Stripe and the banks allow."""

import re
import unicodedata

MAX_SUFFIX_LENGTH = 10  # behind the platform's own prefix of up to ten letters; Stripe allows 22 in all
_FORBIDDEN = re.compile(r"[^A-Z0-9 .&-]")


def statement_suffix(title: str) -> str | None:
    """Return a short name in Latin capitals without accents; None where nothing with a letter is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().upper()
    suffix = " ".join(_FORBIDDEN.sub(" ", plain).split())[:MAX_SUFFIX_LENGTH].strip()
    return suffix if re.search("[A-Z]", suffix) else None
