"""/me: what one paid, earned and has waiting, and what is kept of one: the place food usually goes to, the card."""

from bot.customer.debts import owed
from bot.customer.screens.pieces import noticed
from bot.home import MENU, home_button, on_menu
from bot.pages import page_of, turning
from bot.replies import Answer, NewMessage, Replies, Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.draft import LONGEST_NAME, Expects, one_line
from domain.errors import Stale
from domain.people import Action, Role, SavedCard, brand_name
from domain.store.aftercare import praise_of
from domain.store.campuses import drop_points_of
from domain.store.drafts import expect, expect_nothing
from domain.store.earnings import Earnings, Spending, earnings_of, spending_of
from domain.store.people import find_member
from domain.store.use_cases import membership
from domain.store.use_cases.permission import require

CHARTS = (("bot-button-chart-paid", Tap.CHART_PAID), ("bot-button-chart-earned", Tap.CHART_EARNED))


async def show(turn: Turn) -> Replies:
    """/me."""
    return (NewMessage(await _figures(turn)),)


async def look(turn: Turn) -> Replies:
    """[Me], and the way back from what belongs to it."""
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (on_menu(turn, await _figures(turn)),)


async def _figures(turn: Turn) -> Screen:
    require(turn.member, Action.PLACE)
    here = turn.campus.id, turn.member.person_id
    member = await find_member(turn.work, *here)  # as the taps on this very screen left her
    spending, earnings = await spending_of(turn.work, *here), await earnings_of(turn.work, *here)
    runs = Role.RUNNER in member.roles or bool(earnings.jobs)
    card = member.card
    owing, paying = await owed(turn)
    paragraphs = (
        turn.say("bot-me", name=member.first_name, campus=turn.campus.title),
        *owing,
        _spent(turn, spending),
        *((f"{_earned(turn, earnings)}\n{await _praise(turn)}",) if runs else ()),
        turn.say("bot-me-place", place=member.default_place) if member.default_place else turn.say("bot-me-place-none"),
        turn.say(
            "bot-me-card", brand=brand_name(card.brand), last4=card.last4, until=f"{card.exp_month:02}/{card.exp_year}"
        )
        if card
        else turn.say("bot-me-card-none"),
    )
    rows = _rows(turn, None if card is None else card.last4, runs=runs)
    return Screen("\n\n".join(paragraphs), (*paying, *rows))


def _spent(turn: Turn, spending: Spending) -> str:
    return turn.say(
        "bot-me-spent",
        paid=turn.money(spending.paid),
        held=turn.money(spending.on_hold),
        placed=spending.placed,
        delivered=spending.delivered,
    )


def _earned(turn: Turn, earnings: Earnings) -> str:
    said = turn.say(
        "bot-me-earned",
        earned=turn.money(earnings.earned),
        food=turn.money(earnings.reimbursed),
        sent=turn.money(earnings.sent),
        waiting=turn.money(earnings.waiting),
        jobs=earnings.jobs,
    )
    if earnings.netted:
        said += "\n" + turn.say("bot-me-netted", netted=turn.money(earnings.netted))
    if earnings.owes:
        said += "\n" + turn.say("bot-me-refund-owed", owes=turn.money(earnings.owes))
    return said


async def _praise(turn: Turn) -> str:
    praise = await praise_of(turn.work, turn.campus.id, turn.member.person_id)
    return turn.say("bot-me-praise", count=praise.deliveries, up=praise.up, down=praise.down)


def _place(turn: Turn, usual: str | None) -> str:
    return turn.say("bot-me-place-none") if usual is None else turn.say("bot-me-place", place=usual)


def _card(turn: Turn, card: SavedCard) -> str:
    until = f"{card.exp_month:02}/{card.exp_year}"
    return turn.say("bot-me-card", brand=brand_name(card.brand), last4=card.last4, until=until)


def _rows(turn: Turn, last4: str | None, *, runs: bool) -> Rows:
    change = "bot-button-me-add-card" if last4 is None else "bot-button-me-change-card"
    cards = [turn.button(change, Tap.ADD_CARD, version=MENU)]
    if last4 is not None:
        cards.append(turn.button("bot-button-remove-card", Tap.REMOVE_CARD, int(last4), MENU, style=Style.DANGER))
    return (
        (turn.button("bot-button-my-place", Tap.MY_PLACE, version=MENU),),
        tuple(cards),
        tuple(turn.button(key, tap, version=MENU) for key, tap in CHARTS if runs or tap is Tap.CHART_PAID),
        (
            turn.button("bot-button-invite", Tap.INVITE, version=MENU),
            home_button(turn),
        ),
    )


async def choose_place(turn: Turn) -> Replies:
    """A drop point that food usually goes to; 0 and less show a page of the list."""
    require(turn.member, Action.PLACE)
    if turn.subject <= 0:
        return (on_menu(turn, await _places(turn, -turn.subject)),)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    place = await membership.choose_place(turn.work, turn.campus, turn.member, turn.subject)
    return Answer(turn.plain("bot-me-place-kept", place=place)), on_menu(turn, await _figures(turn))


async def typed_place(turn: Turn) -> Replies:
    """Where her food usually goes, in her own words."""
    require(turn.member, Action.PLACE)
    if not 0 < len(one_line(turn.typed)) <= LONGEST_NAME:
        wanted = turn.say("bot-place-unclear", most=LONGEST_NAME)
        return (NewMessage(noticed(await _places(turn), wanted)),)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    await membership.keep_place(turn.work, turn.campus, turn.member, one_line(turn.typed))
    return (NewMessage(await _figures(turn)),)


async def forget_place(turn: Turn) -> Replies:
    """[Ask me each time]."""
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    await membership.forget_place(turn.work, turn.campus, turn.member)
    return Answer(turn.plain("bot-me-place-forgotten")), on_menu(turn, await _figures(turn))


async def _places(turn: Turn, page: int = 0) -> Screen:
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.MY_PLACE)
    shown = page_of(await drop_points_of(turn.work, turn.campus.id), page)
    rows: Rows = tuple(
        (turn.button("bot-button-drop-point", Tap.MY_PLACE, point.id, MENU, place=point.name),)
        for point in shown.things
    )
    known = turn.member.default_place is not None
    paging = turning(turn, Tap.MY_PLACE, shown, MENU)
    forget = (turn.button("bot-button-forget-place", Tap.FORGET_PLACE, version=MENU),)
    return Screen(
        turn.say("bot-me-places"),
        (*rows, *paging, *((forget,) if known else ()), (_back(turn),)),
    )


async def ask_remove_card(turn: Turn) -> Replies:
    """[Remove card] asks once, on a menu that names the card."""
    require(turn.member, Action.PLACE)
    card = turn.member.card
    if card is None or int(card.last4) != turn.subject:
        raise Stale
    keep = turn.button("bot-button-keep", Tap.ME, version=MENU)
    sure = turn.button("bot-button-remove-card-sure", Tap.REMOVE_CARD_SURE, turn.subject, MENU, style=Style.DANGER)
    asked = turn.say("bot-remove-card-sure", brand=brand_name(card.brand), last4=card.last4)
    return (on_menu(turn, Screen(asked, ((keep, sure),))),)


async def remove_card(turn: Turn) -> Replies:
    """[Yes, remove it]: no order can be placed with it from here; Stripe lets it go in a moment."""
    await membership.remove_card(turn.work, turn.campus, turn.member, f"{turn.subject:04}")
    return Answer(turn.plain("bot-card-going")), on_menu(turn, await _figures(turn))


def _back(turn: Turn) -> Button:
    return turn.button("bot-button-to-me", Tap.ME, version=MENU)
