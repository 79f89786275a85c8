"""Coming in by the campus' invitation, and handing it on."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlencode

from bot import home
from bot.doorstep import doorstep
from bot.replies import NewMessage, Replies, Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Tap
from domain.people import Action, Role
from domain.store.drafts import expect_nothing
from domain.store.people import find_member
from domain.store.use_cases.membership import Entered, enter
from domain.store.use_cases.permission import require

# What Stripe's pages put behind /start on the way back (workers/steps), and what there is to say before Stripe does.
BACK_FROM_STRIPE: Mapping[str, str] = MappingProxyType(
    {
        "card": "bot-back-with-card",
        "card_later": "bot-back-without-card",
        "payout": "bot-back-payout-link-old",
        "payout_done": "bot-back-from-payout",
    }
)
SHARE = "https://t.me/share/url"  # Telegram asks whom to send it to (core.telegram.org/widgets/share)


async def start(turn: Turn) -> Replies:
    """/start; behind it stands what a link brought along: the campus' code, or a word of Stripe's way back."""
    code = turn.arguments
    entered = await enter(turn.work, turn.campus, turn.member, code) if code else None
    if entered is not None:
        return await _welcome(turn, entered)
    if code and Role.CUSTOMER not in turn.member.roles:
        outside = doorstep(turn)
        return (NewMessage(Screen(f"{turn.say('bot-invitation-wrong')}\n\n{outside.text}", outside.rows)),)
    if code in BACK_FROM_STRIPE:
        return (NewMessage(_back_from_stripe(turn, code)),)
    return await home.start(turn)


async def typed_code(turn: Turn) -> Replies | None:
    """The code without its /start, from somebody who is not in yet; None for any other words."""
    if not turn.typed or Role.CUSTOMER in turn.member.roles:
        return None
    entered = await enter(turn.work, turn.campus, turn.member, turn.typed)
    return None if entered is None else await _welcome(turn, entered)


async def _welcome(turn: Turn, entered: Entered) -> Replies:
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    admitted = replace(turn, member=await find_member(turn.work, turn.campus.id, turn.member.person_id))
    first = await home.home(admitted)
    lines = [
        *([] if Role.CUSTOMER in turn.member.roles else [turn.say("bot-invited", campus=turn.campus.title)]),
        *([turn.say("bot-invited-place", place=entered.place)] if entered.place else []),
        first.text,
    ]
    return (NewMessage(Screen("\n".join(lines), first.rows)),)


def _back_from_stripe(turn: Turn, word: str) -> Screen:
    rows: Rows = ((home.home_button(turn),),)
    if word == "payout":
        rows = ((turn.button("button-set-up-payout", Tap.SET_UP_PAYOUT, version=home.MENU),), *rows)
    return Screen(turn.say(BACK_FROM_STRIPE[word]), rows)


async def invite(turn: Turn) -> Replies:
    """[Invite a friend]: the link to hand on, and Telegram's own way of doing so."""
    require(turn.member, Action.PLACE)
    link = turn.campus.invitation()
    back = (turn.button("bot-button-to-me", Tap.ME, version=home.MENU),)
    if link is None:
        return (home.on_menu(turn, Screen(turn.say("bot-invite-later"), (back,))),)
    words = turn.plain("bot-invite-words", campus=turn.campus.title)
    share = Button(words=turn.plain("bot-button-share"), url=f"{SHARE}?{urlencode({'url': link, 'text': words})}")
    rows: Rows = ((share,), back)
    return (home.on_menu(turn, Screen(turn.say("bot-invite", link=link), rows)),)
