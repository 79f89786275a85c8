"""What the facts about the platform at Stripe mean."""

from collections.abc import Collection, Iterator

from domain.campuses.campus import Campus
from workers.check.line import CheckLine, broken, note, works
from workers.check.stripe.campus_lines import judge_campus
from workers.check.stripe.stripe_facts import StripeFacts, Unread
from workers.stripe.objects.platform import PlatformAccount
from workers.stripe.platform.key_permissions import FILES_PERMISSION

STRIPE = "stripe"
DASHBOARD = "https://dashboard.stripe.com"


def judge_stripe(
    facts: StripeFacts, other_platform: str | None, *, is_live: bool, campuses: Collection[Campus]
) -> Iterator[CheckLine]:
    """Yield the lines about the platform.

    `other_platform` says why our rows are from another one. `campuses` are those that it serves.
    """
    if isinstance(facts.account, Unread) and not facts.account.is_permission:
        yield broken(STRIPE, f"Nothing is known of the platform: {facts.account.why}. See STRIPE_SECRET_KEY.")
        return
    if other_platform is not None:
        yield broken(STRIPE, other_platform)
    yield _judge_mode(is_live=is_live)
    if isinstance(facts.account, Unread):
        yield note(f"{STRIPE}: account", f"The key may not read the platform's account: {facts.account.why}")
    else:
        yield from _judge_account(facts.account)
    for campus in campuses:
        yield from judge_campus(campus.name, campus.currency, campus.time_zone, facts)
    yield from _judge_permissions(facts)
    yield from _judge_methods(facts)


def _judge_mode(*, is_live: bool) -> CheckLine:
    if is_live:
        return works(f"{STRIPE}: mode", "Live: money is real.")
    return note(f"{STRIPE}: mode", "Test: no money is real. A live key needs ENVIRONMENT=live and an empty database.")


def _judge_account(account: PlatformAccount) -> Iterator[CheckLine]:
    subject = f"{STRIPE}: account"
    yield works(
        subject,
        f"{account.id}, {account.country or 'without a country'}.",
    )
    if not account.is_submitted:
        yield broken(subject, f"Stripe knows too little of the platform: answer its questions at {DASHBOARD}/account.")
    if not account.can_charge:
        yield broken(subject, f"It may not charge cards: activate payments at {DASHBOARD}/account/onboarding.")
    if not account.can_pay_out:
        yield broken(subject, f"It may not pay out to its bank: see what Stripe asks at {DASHBOARD}/account/status.")
    if account.overdue:
        yield broken(subject, f"Stripe waits for {', '.join(account.overdue)}: see {DASHBOARD}/account/status.")
    for capability, harm in (("card_payments", "no card can be charged"), ("transfers", "no runner can be paid")):
        if capability not in account.capabilities:
            yield broken(
                subject, f"The capability {capability} is not active, so that {harm}: see {DASHBOARD}/account."
            )


def _judge_permissions(facts: StripeFacts) -> Iterator[CheckLine]:
    subject = f"{STRIPE}: key"
    if isinstance(facts.missing_permissions, Unread):
        yield broken(subject, f"What the key may do is not known: {facts.missing_permissions.why}")
        return
    for permission in sorted(facts.missing_permissions - {FILES_PERMISSION}):
        yield broken(subject, f"It lacks the permission {permission}: add it to the key at {DASHBOARD}/apikeys.")
    if FILES_PERMISSION in facts.missing_permissions:
        lack = f"It lacks the permission {FILES_PERMISSION}: a bank that disputes a payment gets no photos"
        yield note(subject, f"{lack} until it is added at {DASHBOARD}/apikeys.")
    if not facts.missing_permissions:
        yield works(subject, "It may do all that is needed.")


def _judge_methods(facts: StripeFacts) -> Iterator[CheckLine]:
    subject = f"{STRIPE}: methods"
    if facts.methods is None or isinstance(facts.methods, Unread):
        yield note(subject, "The key may not read which payment methods are switched on; cards must be.")
        return
    others = sorted(facts.methods.switched_on - {"card"})
    if "card" not in facts.methods.switched_on:
        yield broken(subject, f"Cards are switched off: switch them on at {DASHBOARD}/settings/payment_methods.")
    elif others:
        yield works(subject, f"Cards are on. Also on, and not offered by us: {', '.join(others)}.")
    else:
        yield works(subject, "Cards are on.")
