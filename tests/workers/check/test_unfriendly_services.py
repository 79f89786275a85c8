"""The check on stand-ins that disagree, each in one way: the line that is broken, and the sentence to follow."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.stack.store_setup import ADMIN
from tests.workers.check.check_stack import ADMINS, BOT, RUNNERS, TOKEN, CheckStack
from workers.check.line import LineState

pytestmark = pytest.mark.drill

Act = Callable[[CheckStack], Awaitable[object]]


def telegram(path: str, **body: Any) -> Act:
    """Return an act at Telegram."""
    return lambda stack: stack.control_telegram(path, **body)


def platform(**profile: object) -> Act:
    """Return what Stripe knows of the platform."""
    return lambda stack: stack.stripe.control_stripe("platform", **profile)


async def call_elsewhere(stack: CheckStack) -> None:
    """Let another program take the updates."""
    await stack.call_telegram(TOKEN, "setWebhook", url="https://other.example/telegram/north")


UNFRIENDLY: dict[str, tuple[Act, str, str]] = {
    "the token is revoked": (
        telegram("tokens", bot=BOT, revoked=True),
        "north: bot",
        "Telegram does not know the token in TELEGRAM_BOT_TOKEN_NORTH (Unauthorized)",
    ),
    "the bot may not join groups": (
        telegram("botfather", bot=BOT, can_join_groups=False),
        "north: bot",
        "write /setjoingroups to BotFather",
    ),
    "another program takes the updates": (call_elsewhere, "north: updates", "Telegram sends them to other.example"),
    "the bot does not run": (
        telegram("messages", from_=ADMIN, chat=f"@{BOT}", text="/start"),
        "north: updates",
        "1 updates wait: start python -m bot",
    ),
    "the bot was removed": (
        telegram("rights", chat=RUNNERS, bot=BOT, status="kicked"),
        "north: runner group",
        "Telegram says of -1001000000001: Forbidden: bot was kicked from the supergroup chat.",
    ),
    "the bot is muted": (
        telegram("rights", chat=ADMINS, bot=BOT, status="restricted"),
        "north: admin chat",
        "may not write in 'Admins'",
    ),
    "the bot may not invite": (
        telegram("rights", chat=RUNNERS, bot=BOT, status="administrator", without=["can_invite_users"]),
        "north: runner group",
        "lacks the right can_invite_users, so that approved runners get no link",
    ),
    "the bot may not remove": (
        telegram("rights", chat=RUNNERS, bot=BOT, status="member"),
        "north: runner group",
        "lacks the right can_restrict_members, so that suspended runners stay",
    ),
    "the key is refused": (
        lambda stack: stack.stripe.inject_fault(
            "GET /v1/account", "status", status=401, message="Invalid API Key provided"
        ),
        "stripe",
        "Nothing is known of the platform: Invalid API Key",
    ),
    "charges are off": (platform(can_charge=False), "stripe: account", "may not charge cards"),
    "the profile is unfinished": (platform(is_complete=False), "stripe: account", "answer its questions"),
    "something is overdue": (
        platform(past_due=["company.tax_id"]),
        "stripe: account",
        "Stripe waits for company.tax_id",
    ),
    "transfers are off": (
        platform(capabilities=["card_payments"]),
        "stripe: account",
        "The capability transfers is not active, so that no runner can be paid",
    ),
    "the currency is converted": (
        platform(settlement=["usd", "eur"]),
        "north: currency",
        "The platform receives EUR, USD, and would get SGD converted",
    ),
    "accounts are not approved": (
        platform(is_transfers_approved=False),
        "north: a runner's account",
        "It could not be made: Your platform needs approval for accounts to have requested the `transfers` capability",
    ),
    "the link is refused": (
        lambda stack: stack.stripe.inject_fault(
            "POST /v1/account_links", "status", status=400, type="invalid_request_error", message="No branding."
        ),
        "north: the link to set it up",
        "It could not be made: No branding.",
    ),
    "no page can be made": (
        lambda stack: stack.stripe.inject_fault(
            "POST /v1/checkout/sessions", "status", status=400, type="invalid_request_error", message="No valid method."
        ),
        "north: a page that saves a card",
        "It could not be made: No valid method.",
    ),
    "no hold can be made": (platform(can_charge=False), "north: a hold", "cannot currently make live charges"),
    "cards are off": (platform(payment_methods=["link"]), "stripe: methods", "Cards are switched off"),
}


@pytest.mark.parametrize("name", UNFRIENDLY)
async def test_what_does_not_work_is_told_with_what_to_do(stack: CheckStack, name: str) -> None:
    act, subject, words = UNFRIENDLY[name]
    await act(stack)
    told = await stack.said(LineState.BROKEN)
    assert any(about == subject and words in sentence for about, sentence in told), told


async def test_what_is_made_to_try_it_out_is_deleted_again(stack: CheckStack) -> None:
    assert await stack.said(LineState.BROKEN) == []
    assert await stack.stripe.inspect_stripe("objects", kind="account") == []
    intents = await stack.stripe.inspect_stripe("objects", kind="payment_intent")
    sessions = await stack.stripe.inspect_stripe("objects", kind="checkout.session")
    customers = await stack.stripe.inspect_stripe("objects", kind="customer")
    assert {each["status"] for each in intents} <= {"canceled", "requires_payment_method"}
    assert "canceled" in {each["status"] for each in intents}
    assert {each["status"] for each in sessions} == {"expired"}
    assert all(each.get("deleted") for each in customers)


ENDPOINT = {"url": "http://127.0.0.1:9/stripe", "events": ["*"]}


@pytest.mark.parametrize(
    ("endpoints", "words"),
    [
        ([], "No endpoint points at http://127.0.0.1:9/stripe"),
        ([{**ENDPOINT, "url": "http://127.0.0.1:9/other"}], "No endpoint points at"),
        ([{**ENDPOINT, "status": "disabled"}, {**ENDPOINT, "connect": True}], "we_sandbox1 is disabled"),
        ([ENDPOINT], "connected accounts lacks account.application.deauthorized, account.updated, payout.failed"),
        ([{**ENDPOINT, "events": ["refund.created"]}, {**ENDPOINT, "connect": True}], "your own account lacks charge."),
        (
            [ENDPOINT, {**ENDPOINT, "connect": True, "events": ["account.updated"]}],
            "lacks account.application.deauthorized",
        ),
        ([ENDPOINT, {**ENDPOINT, "connect": True}], None),
        ([ENDPOINT, ENDPOINT], None),
    ],
)
async def test_endpoints_that_miss_events_are_told_by_their_types(
    stack: CheckStack, endpoints: list[dict[str, object]], words: str | None
) -> None:
    stack.changed["PUBLIC_URL"] = "http://127.0.0.1:9"
    await stack.stripe.control_stripe("platform", webhook_endpoints=endpoints)
    told = [sentence for subject, sentence in await stack.said(LineState.BROKEN) if subject == "stripe: webhooks"]
    assert (told == []) if words is None else any(words in each for each in told), told


async def test_a_restricted_key_is_told_each_permission_that_it_lacks(stack: CheckStack) -> None:
    stack.changed["STRIPE_SECRET_KEY"] = "rk_test_of_the_check"
    writes = (
        "customer checkout_session payment_method payment_intent refund dispute file transfer accounts account_links"
    )
    reads = "account setup_intent charge payout balance balance_transaction_source event"
    held = [f"{name}_write" for name in writes.split()] + [f"{name}_read" for name in reads.split()]
    await stack.stripe.control_stripe("platform", key_permissions=held)
    assert [told for told in await stack.said(LineState.BROKEN) if told[0].startswith("stripe")] == []
    await stack.stripe.control_stripe(
        "platform", key_permissions=[each for each in held if each[:5] not in ("refun", "event", "file_")]
    )
    told = [sentence for subject, sentence in await stack.said(LineState.BROKEN) if subject == "stripe: key"]
    assert [sentence.partition(":")[0] for sentence in told] == [
        "It lacks the permission Events",
        "It lacks the permission Refunds",
    ]
    noted = [sentence for subject, sentence in await stack.said(LineState.NOTE) if subject == "stripe: key"]
    assert [sentence.partition(":")[0] for sentence in noted] == ["It lacks the permission Files"]


async def test_ids_that_are_nobodys_are_told(stack: CheckStack) -> None:
    await stack.sql("UPDATE campus SET runner_group = -1009999999999, admin_chat = NULL")
    await stack.sql("UPDATE membership SET is_admin = false")
    try:
        told = dict(await stack.said(LineState.BROKEN))
    finally:
        await stack.sql(f"UPDATE campus SET runner_group = {RUNNERS}, admin_chat = {ADMINS}")
        await stack.sql(f"UPDATE membership SET is_admin = (person_id = {ADMIN})")
    assert "Telegram says of -1009999999999: Bad Request: chat not found." in told["north: runner group"]
    assert "write /bind admin there" in told["north: admin chat"]
    assert told["north: admins"].startswith("There is none")


async def test_an_admin_who_never_wrote_to_the_bot_is_told_with_their_number(stack: CheckStack) -> None:
    await stack.sql(f"UPDATE membership SET is_admin = true WHERE person_id = {ADMIN - 1000}")
    try:
        told = dict(await stack.said(LineState.BROKEN))
    finally:
        await stack.sql(f"UPDATE membership SET is_admin = (person_id = {ADMIN})")
    assert told["north: admins"].startswith("The bot may not write to Runner 0, 2001 (Bad Request: chat not found)")
