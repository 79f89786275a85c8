"""What Stripe's webhook endpoints mean: whether all events reach us that a worker waits for."""

from collections.abc import Iterator, Sequence

from workers.check.line import CheckLine, broken, note, works
from workers.check.stripe.stripe_facts import Unread
from workers.stripe.event_types import EVENT_TYPES, Handled
from workers.stripe.objects.platform import WebhookEndpoint

SUBJECT = "stripe: webhooks"
EVERY_TYPE = "*"
CONNECTED_ACCOUNT_EVENTS = frozenset({"account.application.deauthorized", "account.updated", "payout.failed"})


def judge_endpoints(endpoints: Sequence[WebhookEndpoint] | Unread, public_url: str | None) -> Iterator[CheckLine]:
    """Yield the lines about the endpoints that point at us; without an address of ours we poll, and need none."""
    if public_url is None:
        yield note(SUBJECT, "PUBLIC_URL is not set, so that workers ask Stripe for events: all works, a little later.")
        return
    if isinstance(endpoints, Unread):
        yield note(SUBJECT, "The key may not read the webhook endpoints (Webhook Endpoints: read).")
        return
    aimed = [each for each in endpoints if each.url.rstrip("/") == f"{public_url}/stripe"]
    if not aimed:
        yield broken(SUBJECT, f"No endpoint points at {public_url}/stripe: make two, as docs/deployment.md says.")
        return
    off = [each.id for each in aimed if not each.is_enabled]
    if off:
        yield broken(SUBJECT, f"{', '.join(off)} is disabled: enable it at https://dashboard.stripe.com/webhooks.")
    heard = [each for each in aimed if each.is_enabled]
    # Stripe does not say of each endpoint whom it is for: of several, any may be the one for connected accounts.
    named = [each for each in heard if each.is_connect]
    for_accounts = named or (heard if len(heard) > 1 else [])
    missing = {
        "your own account": _missing(_platform_events(), [each for each in heard if not each.is_connect]),
        "connected accounts": _missing(CONNECTED_ACCOUNT_EVENTS, for_accounts),
    }
    for owner, types in missing.items():
        if types:
            yield broken(SUBJECT, f"The endpoint for events of {owner} lacks {', '.join(sorted(types))}: add them.")
    if not off and not any(missing.values()):
        yield works(SUBJECT, "All events that are waited for are sent to us.")


def _missing(wanted: frozenset[str], endpoints: Sequence[WebhookEndpoint]) -> frozenset[str]:
    heard = frozenset[str]().union(*(each.event_types for each in endpoints))
    return frozenset() if EVERY_TYPE in heard else wanted - heard


def _platform_events() -> frozenset[str]:
    wanted = {name for name, kind in EVENT_TYPES.items() if isinstance(kind, Handled) and kind.is_subscribed}
    return frozenset(wanted) - CONNECTED_ACCOUNT_EVENTS
