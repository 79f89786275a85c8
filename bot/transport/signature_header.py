"""What a `Stripe-Signature` header must look like before a body is worth reading."""

import re

MAX_HEADER_LENGTH = 1024  # characters; Stripe sends one signature for each secret of an endpoint, about 70 each
_TIME = re.compile(r"t=([0-9]{1,12})")
_SIGNATURE = re.compile(r"v1=[0-9a-f]{64}")


def find_signing_time(header: str) -> int | None:
    """Return when the sender says they signed, in Unix seconds.

    None when Stripe cannot have sent the header: it has exactly one time, and at least one signature of 64 hex digits.
    """
    if len(header) > MAX_HEADER_LENGTH:
        return None
    parts = [part.strip() for part in header.split(",")]
    times = [part for part in parts if part.startswith("t=")]
    found = _TIME.fullmatch(times[0]) if len(times) == 1 else None
    if found is None or not any(_SIGNATURE.fullmatch(part) for part in parts):
        return None
    return int(found[1])
