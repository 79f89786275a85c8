"""The campus' invitation: admission by its code, and the link to share."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlencode

from bot.admin.operations.console import START_CODE, console_screen
from bot.conversation import home
from bot.conversation.replies import NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.campus import DropPoint
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.campuses.use_cases import InviteAccepted, accept_invite
from domain.database.actors import Role
from domain.messaging.buttons import Button, Tap
from domain.orders.drafts.repository import clear_pending_input
from domain.payments.use_cases.saved_cards import poll_card_page
from domain.payouts.use_cases import poll_payout_setup

# The words that Stripe's return links put after /start (workers/steps), and the sentence until Stripe's event comes.
STRIPE_RETURN_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "card": "bot-back-with-card",
        "card_later": "bot-back-without-card",
        "payout": "bot-back-payout-link-old",
        "payout_done": "bot-back-from-payout",
    }
)
SHARE_URL = "https://t.me/share/url"  # Telegram asks for the recipient (core.telegram.org/widgets/share)


async def start_command(context: RequestContext) -> Replies:
    """Handle /start; after it is what a link contained: the campus' code, or a word of Stripe's return link."""
    code = context.arguments
    entered = await accept_invite(context.work, context.campus, context.member, code) if code else None
    if entered is not None:
        return await _welcome(context, entered)
    if code and Role.CUSTOMER not in context.member.roles:
        admission = home.admission_screen(context)
        return (NewMessage(Screen(f"{context.say('bot-invitation-wrong')}\n\n{admission.text}", admission.rows)),)
    console = START_CODE.fullmatch(code)
    if console is not None and Role.ADMIN in context.member.roles:
        return (NewMessage(console_screen(context, console["place"])),)
    if code in STRIPE_RETURN_SENTENCES:
        await _look_at_stripe_now(context, code)
        return (NewMessage(_stripe_return_screen(context, code)),)
    return await home.reset_to_home(context)


async def _look_at_stripe_now(context: RequestContext, word: str) -> None:
    """Ask Stripe at once what the person did on its page: no webhook may come, and the pauses between polls grow."""
    if word == "card":
        await poll_card_page(context.work, context.campus, context.member)
    elif word == "payout_done":
        await poll_payout_setup(context.work, context.campus, context.member)


async def receive_invitation_code(context: RequestContext) -> Replies | None:
    """Take the campus' code without /start from a person who is not admitted. Return None for any other text."""
    if not context.typed or Role.CUSTOMER in context.member.roles:
        return None
    entered = await accept_invite(context.work, context.campus, context.member, context.typed)
    return None if entered is None else await _welcome(context, entered)


async def _welcome(context: RequestContext, entered: InviteAccepted) -> Replies:
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    admitted = replace(context, member=await find_member(context.work, context.campus.id, context.member.person_id))
    if entered.place is not None and entered.offered:
        return (NewMessage(_place_offer(admitted, entered.place)),)
    first = await home.render_home(admitted)
    lines = [
        *([] if Role.CUSTOMER in context.member.roles else [context.say("bot-invited", campus=context.campus.title)]),
        *([context.say("bot-invited-place", place=entered.place.name)] if entered.place else []),
        first.text,
    ]
    return (NewMessage(Screen("\n".join(lines), first.rows)),)


def _place_offer(context: RequestContext, place: DropPoint) -> Screen:
    """Ask a member with a usual place whether the place of the link shall be it: anybody can make such a link."""
    own = context.member.default_place or ""
    return Screen(
        context.say("bot-place-offer", place=own, other=place.name),
        (
            (context.button("bot-button-place-keep", Tap.HOME),),
            (context.button("bot-button-place-instead", Tap.MY_PLACE, place.id),),
        ),
    )


def _stripe_return_screen(context: RequestContext, word: str) -> Screen:
    rows: Rows = ((home.home_button(context),),)
    if word == "payout":
        rows = ((context.button("button-set-up-payout", Tap.SET_UP_PAYOUT),), *rows)
    return Screen(context.say(STRIPE_RETURN_SENTENCES[word]), rows)


async def show_invitation(context: RequestContext) -> Replies:
    """Handle [Invite a friend]: show the invitation link, and Telegram's button to share it."""
    require_permission(context.member, Action.PLACE)
    link = context.campus.invitation_link()
    back = (context.button("bot-button-to-me", Tap.ME),)
    if link is None:
        return (home.edit_menu_or_send(context, Screen(context.say("bot-invite-later"), (back,))),)
    words = context.say_plain("bot-invite-words", campus=context.campus.title)
    share = Button(
        label=context.say_plain("bot-button-share"), url=f"{SHARE_URL}?{urlencode({'url': link, 'text': words})}"
    )
    rows: Rows = ((share,), back)
    return (home.edit_menu_or_send(context, Screen(context.say("bot-invite", link=link), rows)),)
