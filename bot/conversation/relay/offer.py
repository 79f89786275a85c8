"""The offer to pass on a message that answers no question: the bot asks once, then passes it on or drops it."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from bot.conversation.home import home_button, render_home
from bot.conversation.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Role
from domain.errors import Stale
from domain.messaging.buttons import Button, ButtonStyle, Tap, TapArgument
from domain.messaging.replied_message_repository import find_last_words
from domain.orders.drafts.draft import ConversationState, PendingInput
from domain.orders.drafts.repository import clear_pending_input, find_pending_input, set_pending_input
from domain.orders.repository import find_order, list_active_deliveries, list_customer_orders
from domain.orders.states import STATUSES_WITH_RUNNER, Order
from domain.support.notifications.messages import RELAY_KEYS, TEAM_MESSAGE_KEY
from domain.support.order_sides import find_side
from domain.support.repository import list_open_cases_of_customer
from domain.support.use_cases import correspondence, feedback, relay
from domain.words import Html

MAX_QUOTE_LENGTH = 200  # characters of the message that the offer quotes
MAX_NAME_LENGTH = 24  # characters of a name on a button
MAX_CHECKSUM = 10**9
MAX_KEPT_LENGTH = 8000  # characters of several messages together: more than the relay passes on at once


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleRecipient:
    """A person, or the campus team, whom the message may be for."""

    name: str
    order_id: int
    tap: Tap
    subject: int


async def offer_relay(context: RequestContext) -> Replies | None:
    """Offer to send a message to the other side of an open order or to the campus team about an open case.

    Return None when there is no recipient. Digits are never offered: they may be a PIN.
    """
    if (
        context.has_other_content
        or context.photo is not None
        or context.message_id is None
        or not _is_relayable(context.typed)
    ):
        return None
    recipients = await _find_recipients(context) if Role.CUSTOMER in context.member.roles else ()
    if not recipients:
        return None
    before = context.conversation_state
    said = (
        [before.detail] if before is not None and before.pending_input is PendingInput.PASS_ON and before.detail else []
    )
    words = "\n".join([*said, context.typed])[:MAX_KEPT_LENGTH]
    await set_pending_input(context.work, *_person_key(context), PendingInput.PASS_ON, context.message_id, words)
    return (NewMessage(_ask_whom_screen(context, recipients, words)),)


def _is_relayable(typed: str) -> bool:
    return bool(typed) and not typed.startswith("/") and not typed.replace(" ", "").isdigit()


async def _find_recipients(context: RequestContext) -> Sequence[PossibleRecipient]:
    mine, _ = await list_customer_orders(context.work, *_person_key(context), 0, STATUSES_WITH_RUNNER)
    deliveries = await list_active_deliveries(context.work, *_person_key(context))
    sides = [await _other_side(context, order) for order in (*mine, *deliveries)]
    team = Html(context.say_plain("bot-campus-team"))  # our words, and no name of a person
    cases = [
        PossibleRecipient(name=team, order_id=case.order_id, tap=Tap.PASS_ON_CASE, subject=case.id)
        for case in await list_open_cases_of_customer(context.work, *_person_key(context))
    ]
    return await _last_writer_first(context, [*sides, *cases])


async def _last_writer_first(
    context: RequestContext, recipients: Sequence[PossibleRecipient]
) -> Sequence[PossibleRecipient]:
    """Put first who wrote to the person last: the other side of an order, or the campus team about one."""
    last = await find_last_words(
        context.work, context.campus.id, context.member.person_id, (*RELAY_KEYS, TEAM_MESSAGE_KEY)
    )
    if last is None or last.order_id is None:
        return recipients
    if last.key != TEAM_MESSAGE_KEY:
        return sorted(recipients, key=lambda each: (each.tap, each.subject) != (Tap.PASS_ON, last.order_id))
    team = Html(context.say_plain("bot-campus-team"))
    asker = PossibleRecipient(name=team, order_id=last.order_id, tap=Tap.PASS_ON_TEAM, subject=last.order_id)
    has_case = [each for each in recipients if (each.tap, each.order_id) == (Tap.PASS_ON_CASE, last.order_id)]
    return [*has_case, *(each for each in recipients if each not in has_case)] if has_case else [asker, *recipients]


async def _other_side(context: RequestContext, order: Order) -> PossibleRecipient:
    other = order.customer_id if context.member.person_id == order.runner_id else order.runner_id
    name = (await find_member(context.work, context.campus.id, other or 0)).first_name
    return PossibleRecipient(name=name, order_id=order.id, tap=Tap.PASS_ON, subject=order.id)


def _ask_whom_screen(context: RequestContext, recipients: Sequence[PossibleRecipient], words: str) -> Screen:
    quoted, checksum = truncate(words, MAX_QUOTE_LENGTH), checksum_text(words)
    if len(recipients) == 1:
        (recipient,) = recipients
        yes = context.button(
            "bot-button-pass-on", recipient.tap, recipient.subject, checksum, style=ButtonStyle.PRIMARY
        )
        no = context.button("bot-button-do-not-pass-on", Tap.DO_NOT_PASS_ON, 0, checksum)
        return Screen(context.say("bot-pass-on", name=recipient.name, words=quoted), ((yes, no),))
    rows: Rows = tuple((_recipient_button(context, recipient, checksum),) for recipient in recipients)
    nobody = context.button("bot-button-pass-to-nobody", Tap.DO_NOT_PASS_ON, 0, checksum)
    return Screen(context.say("bot-pass-on-whom", words=quoted), (*rows, (nobody,)))


def _recipient_button(context: RequestContext, recipient: PossibleRecipient, checksum: int) -> Button:
    return context.button(
        "bot-button-pass-to",
        recipient.tap,
        recipient.subject,
        checksum,
        order=recipient.order_id,
        name=recipient.name if isinstance(recipient.name, Html) else truncate(recipient.name, MAX_NAME_LENGTH),
    )


def checksum_text(words: str) -> int:
    """Return the checksum of a text, which its buttons carry: with another text they are out of date."""
    return crc32(words.encode("utf-8", "replace")) % MAX_CHECKSUM


async def confirm_relay(context: RequestContext) -> Replies:
    """Handle [Yes, send it] to the other side of the order."""
    kept = await _require_kept_text(context)
    order = await find_order(context.work, context.campus.id, context.subject)
    outcome = await relay.relay_message(
        context.work, context.campus, context.member, order, kept.detail or "", photo=None, message_id=kept.subject or 0
    )
    await clear_pending_input(context.work, *_person_key(context))
    words = await describe_relay_outcome(context, order, outcome)
    if words is None:
        words = context.say("bot-passed-on", name=(await _other_side(context, order)).name)
    return (EditMenu(Screen(words, ((home_button(context),),))),)


async def confirm_answer_to_team(context: RequestContext) -> Replies:
    """Handle [Yes, send it] to the campus team, which wrote about the order last."""
    kept = await _require_kept_text(context)
    order = await find_order(context.work, context.campus.id, context.subject)
    is_party = find_side(order, context.member.person_id) is not None
    require_permission(context.member, Action.WRITE_TO_OTHER_SIDE, own=is_party)
    message = f"{context.chat_id}:{kept.subject}"
    await correspondence.forward_answer_to_team(
        context.work, context.campus, context.member, order.id, kept.detail or "", photo=None, message=message
    )
    await clear_pending_input(context.work, *_person_key(context))
    return (EditMenu(Screen(context.say("bot-team-told", order=order.id), ((home_button(context),),))),)


async def confirm_team_message(context: RequestContext) -> Replies:
    """Handle [Yes, send it] to the campus team."""
    kept = await _require_kept_text(context)
    case = await feedback.add_to_case(
        context.work, context.campus, context.member, context.subject, kept.detail or "", None
    )
    await clear_pending_input(context.work, *_person_key(context))
    return (EditMenu(Screen(context.say("bot-case-added", case=case.id), ((home_button(context),),))),)


async def decline_relay(context: RequestContext) -> Replies:
    """Handle [No]: nobody reads the message; show the home buttons.

    Raise Stale for the button of an earlier question whose message waits in a newer one. Where none waits, it may have
    been sent since.
    """
    kept, said = await find_pending_input(context.work, *_person_key(context)), "bot-nothing-to-pass-on"
    if kept is not None and kept.pending_input is PendingInput.PASS_ON:
        await _require_kept_text(context)
        await clear_pending_input(context.work, *_person_key(context))
        said = "bot-not-passed-on"
    return (EditMenu(Screen(context.say(said), (await render_home(context)).rows)),)


async def describe_relay_outcome(context: RequestContext, order: Order, outcome: relay.RelayOutcome) -> str | None:
    """Return the sentence about a message that was not passed on, or only in part; None when all was."""
    match outcome:
        case relay.NoRunnerYet():
            return context.say("bot-relay-nobody", order=order.id)
        case relay.RelayClosed():
            return context.say("bot-relay-over", order=order.id)
        case relay.OtherSideUnreachable(name=name):
            return context.say("bot-relay-unreachable", name=name)
        case relay.Relayed(shortened=True):
            return context.say("bot-relay-cut", name=(await _other_side(context, order)).name)
        case relay.Relayed():
            return None


async def _require_kept_text(context: RequestContext) -> ConversationState:
    kept = await find_pending_input(context.work, *_person_key(context))
    if (
        kept is None
        or kept.pending_input is not PendingInput.PASS_ON
        or checksum_text(kept.detail or "") != context.read_argument(TapArgument.CHECKSUM)
    ):
        raise Stale
    return kept


def _person_key(context: RequestContext) -> tuple[int, int]:
    return context.campus.id, context.member.person_id
