"""/me: what a person paid, earned and has outstanding, and what is stored: the usual place and the card."""

from bot.conversation.home import edit_menu_or_send, home_button
from bot.conversation.paging import get_page, paging_row
from bot.conversation.replies import Answer, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from bot.customer.debt_payment import list_own_debts
from bot.customer.held_pay import held_pay_paragraphs
from bot.customer.screens.screen_parts import with_notices
from domain.campuses import use_cases as campuses_use_cases
from domain.campuses.people import card_brand_name
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.campuses.repository import list_drop_points
from domain.database.actors import Role
from domain.errors import Stale
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.orders.drafts.draft import MAX_PLACE_NAME_LENGTH, PendingInput, normalize_line
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
from domain.payments.use_cases import saved_cards
from domain.refunds.earnings_repository import Earnings, Spending, sum_earnings, sum_spending
from domain.support.repository import count_ratings

CHARTS = (("bot-button-chart-paid", Tap.CHART_PAID), ("bot-button-chart-earned", Tap.CHART_EARNED))


async def me_command(context: RequestContext) -> Replies:
    """Handle /me."""
    return (NewMessage(await _render_profile(context)),)


async def show_profile(context: RequestContext) -> Replies:
    """Handle [Me], and the way back from the screens of /me."""
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (edit_menu_or_send(context, await _render_profile(context)),)


async def _render_profile(context: RequestContext) -> Screen:
    require_permission(context.member, Action.PLACE)
    here = context.campus.id, context.member.person_id
    member = await find_member(context.work, *here)  # a tap on this screen may have changed the row
    spending, earnings = await sum_spending(context.work, *here), await sum_earnings(context.work, *here)
    runs = Role.RUNNER in member.roles or bool(earnings.deliveries)
    card = member.card
    debt_lines, debt_rows = await list_own_debts(context)
    paragraphs = (
        context.say("bot-me", name=member.first_name, campus=context.campus.title),
        *debt_lines,
        _spending_line(context, spending),
        *((f"{_earnings_lines(context, earnings)}\n{await _rating_line(context)}",) if runs else ()),
        *(await held_pay_paragraphs(context) if runs else ()),
        context.say("bot-me-place", place=member.default_place)
        if member.default_place
        else context.say("bot-me-place-none"),
        context.say(
            "bot-me-card",
            brand=card_brand_name(card.brand, card.wallet),
            last4=card.last4,
            until=f"{card.exp_month:02}/{card.exp_year}",
        )
        if card
        else context.say("bot-me-card-none"),
    )
    rows = _rows(context, None if card is None else card.last4, runs=runs)
    return Screen("\n\n".join(paragraphs), (*debt_rows, *rows))


def _spending_line(context: RequestContext, spending: Spending) -> str:
    return context.say(
        "bot-me-spent",
        paid=context.format_money(spending.paid),
        held=context.format_money(spending.on_hold),
        placed=spending.placed,
        delivered=spending.delivered,
    )


def _earnings_lines(context: RequestContext, earnings: Earnings) -> str:
    said = context.say(
        "bot-me-earned",
        earned=context.format_money(earnings.earned),
        food=context.format_money(earnings.reimbursed),
        sent=context.format_money(earnings.sent),
        waiting=context.format_money(earnings.waiting),
        jobs=earnings.deliveries,
    )
    if earnings.netted:
        said += "\n" + context.say("bot-me-netted", netted=context.format_money(earnings.netted))
    if earnings.owes:
        said += "\n" + context.say("bot-me-refund-owed", owes=context.format_money(earnings.owes))
    return said


async def _rating_line(context: RequestContext) -> str:
    ratings = await count_ratings(context.work, context.campus.id, context.member.person_id)
    return context.say("bot-me-ratings", count=ratings.deliveries, up=ratings.thumbs_up, down=ratings.thumbs_down)


def _rows(context: RequestContext, last4: str | None, *, runs: bool) -> Rows:
    change = "bot-button-me-add-card" if last4 is None else "bot-button-me-change-card"
    cards = [context.button(change, Tap.ADD_CARD)]
    if last4 is not None:
        cards.append(context.button("bot-button-remove-card", Tap.REMOVE_CARD, int(last4), style=ButtonStyle.DANGER))
    return (
        (context.button("bot-button-my-place", Tap.MY_PLACE),),
        tuple(cards),
        tuple(context.button(key, tap) for key, tap in CHARTS if runs or tap is Tap.CHART_PAID),
        (
            context.button("bot-button-invite", Tap.INVITE),
            home_button(context),
        ),
    )


async def choose_default_place_tapped(context: RequestContext) -> Replies:
    """Choose the usual place; a subject of 0 or less shows a page of the drop points."""
    require_permission(context.member, Action.PLACE)
    if context.subject <= 0:
        return (edit_menu_or_send(context, await _render_places(context, -context.subject)),)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    place = await campuses_use_cases.choose_default_place(context.work, context.campus, context.member, context.subject)
    return Answer(context.say_plain("bot-me-place-kept", place=place)), edit_menu_or_send(
        context, await _render_profile(context)
    )


async def receive_default_place(context: RequestContext) -> Replies:
    """Take the typed usual place."""
    require_permission(context.member, Action.PLACE)
    if not 0 < len(normalize_line(context.typed)) <= MAX_PLACE_NAME_LENGTH:
        wanted = context.say("bot-place-not-understood", most=MAX_PLACE_NAME_LENGTH)
        return (NewMessage(with_notices(await _render_places(context), wanted)),)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    await campuses_use_cases.type_default_place(
        context.work, context.campus, context.member, normalize_line(context.typed)
    )
    return (NewMessage(await _render_profile(context)),)


async def forget_default_place(context: RequestContext) -> Replies:
    """Handle [Ask me each time]."""
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    await campuses_use_cases.clear_default_place(context.work, context.campus, context.member)
    return Answer(context.say_plain("bot-me-place-forgotten")), edit_menu_or_send(
        context, await _render_profile(context)
    )


async def _render_places(context: RequestContext, page: int = 0) -> Screen:
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.DEFAULT_PLACE)
    shown = get_page(await list_drop_points(context.work, context.campus.id), page)
    rows: Rows = tuple(
        (context.button("bot-button-drop-point", Tap.MY_PLACE, point.id, place=point.name),) for point in shown.items
    )
    has_default = context.member.default_place is not None
    paging = paging_row(context, Tap.MY_PLACE, shown)
    forget = (context.button("bot-button-forget-place", Tap.FORGET_PLACE),)
    return Screen(
        context.say("bot-me-places"),
        (*rows, *paging, *((forget,) if has_default else ()), (_back_button(context),)),
    )


async def confirm_card_removal(context: RequestContext) -> Replies:
    """Handle [Remove card]: ask for confirmation on a menu that names the card."""
    require_permission(context.member, Action.PLACE)
    card = context.member.card
    if card is None or int(card.last4) != context.subject:
        raise Stale
    keep = context.button("bot-button-keep", Tap.ME)
    confirm_button = context.button(
        "bot-button-remove-card-sure", Tap.REMOVE_CARD_SURE, context.subject, style=ButtonStyle.DANGER
    )
    asked = context.say("bot-remove-card-sure", brand=card_brand_name(card.brand, card.wallet), last4=card.last4)
    return (edit_menu_or_send(context, Screen(asked, ((keep, confirm_button),))),)


async def remove_card_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, remove it]: no order can be placed with the card from now on; a saga detaches it at Stripe."""
    await saved_cards.remove_saved_card(context.work, context.campus, context.member, f"{context.subject:04}")
    return Answer(context.say_plain("bot-card-being-removed")), edit_menu_or_send(
        context, await _render_profile(context)
    )


def _back_button(context: RequestContext) -> Button:
    return context.button("bot-button-to-me", Tap.ME)
