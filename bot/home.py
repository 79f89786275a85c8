"""The first screen, the way back to it, and an answer to everything that means nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.admission_screen import render_admission_screen
from bot.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.request_context import RequestContext, truncate
from domain.buttons import Button, ButtonStyle, Tap
from domain.draft import ConversationState, PendingInput
from domain.order import STATUSES_WITH_RUNNER, OrderStatus
from domain.people import Role
from domain.store.draft_repository import clear_pending_input, find_draft
from domain.store.order_repository import list_active_deliveries, list_customer_orders
from domain.store.reordering import find_usual_order

MENU_VERSION = 1  # the version on menu buttons: those of cards and pushes carry another, and are not turned into a menu
MAX_STORE_NAME_LENGTH = 14  # characters of a store's name beside other words

# What the open question wants, said once more; other questions want "an answer".
PENDING_INPUT_PROMPTS: Mapping[PendingInput, str] = MappingProxyType(
    {
        PendingInput.STORE: "bot-asked-store",
        PendingInput.ITEMS: "bot-asked-items",
        PendingInput.DROP_POINT: "bot-asked-place",
        PendingInput.FEE: "bot-asked-fee",
        PendingInput.NOTE: "bot-asked-note",
        PendingInput.RECEIPT: "bot-asked-receipt",
        PendingInput.PIN: "bot-asked-pin",
    }
)
CASE_INPUTS = frozenset(
    {PendingInput.PROBLEM, PendingInput.CASE_ADDITION, PendingInput.CASE_ANSWER}
)  # photos are welcome there
OPEN_ORDER_STATUSES = STATUSES_WITH_RUNNER | {OrderStatus.PENDING, OrderStatus.CREATED}
BASKET_INPUTS = frozenset(
    {PendingInput.STORE, PendingInput.ITEMS, PendingInput.DROP_POINT, PendingInput.FEE, PendingInput.NOTE}
)


async def reset_to_home(context: RequestContext) -> Replies:
    """/start: who we are and the two roles."""
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(await render_home(context)),)


async def return_home(context: RequestContext) -> Replies:
    """[Home]."""
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (edit_menu_or_send(context, await render_home(context)),)


async def show_help(context: RequestContext) -> Replies:
    """A line nobody asked for, an unknown command, a picture or a sticker: what was asked stays asked."""
    if not context.is_private:
        return ()
    if Role.CUSTOMER not in context.member.roles:
        return (NewMessage(render_admission_screen(context)),)
    if context.conversation_state is not None:
        return (NewMessage(_repeat_prompt(context, context.conversation_state)),)
    rows = (await render_home(context)).rows
    return (NewMessage(Screen(context.say("bot-help" if context.typed else "bot-help-picture"), rows)),)


def _repeat_prompt(context: RequestContext, conversation_state: ConversationState) -> Screen:
    """What is wanted just now, beside that this was not it."""
    asked = context.say(PENDING_INPUT_PROMPTS.get(conversation_state.pending_input, "bot-still-asked"))
    notice_key = "bot-not-understood"
    if context.has_other_content and conversation_state.pending_input in CASE_INPUTS:
        notice_key = "bot-relay-only-words"
    elif context.photo is not None or context.has_other_content or not context.typed:
        notice_key = "bot-words-please"
    elif context.typed.startswith("/"):
        notice_key = "bot-unknown-command"
    back: tuple[Button, ...] = (home_button(context),)
    if conversation_state.pending_input in BASKET_INPUTS:
        back = (context.button("bot-button-review", Tap.REVIEW, version=MENU_VERSION), *back)
    return Screen(f"{context.say(notice_key)}\n{asked}", (back,))


async def reject_unknown_tap(context: RequestContext) -> Replies:
    """A button that nothing here answers to."""
    return (Answer(context.say_plain("error-stale")),)


async def render_home(context: RequestContext) -> Screen:
    """The usual, two roles, and what is one's own; for who has not come by the invitation yet, how to get in."""
    if Role.CUSTOMER not in context.member.roles:
        return render_admission_screen(context)
    return Screen(
        context.say("bot-home", name=context.member.first_name, campus=context.campus.title),
        (
            *await _open_order_rows(context),
            *await _usual_order_row(context),
            (
                context.button(
                    await _order_button_label(context), Tap.ORDER_FOOD, version=MENU_VERSION, style=ButtonStyle.PRIMARY
                ),
            ),
            (
                context.button(
                    "bot-button-deliver-food", Tap.DELIVER_FOOD, version=MENU_VERSION, style=ButtonStyle.SUCCESS
                ),
            ),
            (
                context.button("bot-button-my-orders", Tap.MY_ORDERS, version=MENU_VERSION),
                context.button("bot-button-me", Tap.ME, version=MENU_VERSION),
            ),
        ),
    )


async def _order_button_label(context: RequestContext) -> str:
    """The label of the way to food: a basket that was begun is gone on with."""
    draft = await find_draft(context.work, context.campus.id, context.member.person_id)
    return "bot-button-order-food" if draft is None or not draft.items else "bot-button-go-on"


async def _open_order_rows(context: RequestContext) -> Rows:
    """What goes on just now: the card of her order, or of her job, comes again."""
    here = context.work, context.campus.id, context.member.person_id
    mine, _ = await list_customer_orders(*here, 0, OPEN_ORDER_STATUSES)
    deliveries = await list_active_deliveries(*here)
    named = [
        *(("bot-button-my-order", order) for order in mine[:1]),
        *(("bot-button-my-job", delivery) for delivery in deliveries[:1]),
    ]
    return tuple((context.button(key, Tap.OPEN_ORDER, order.id, MENU_VERSION, order=order.id),) for key, order in named)


async def _usual_order_row(context: RequestContext) -> Rows:
    """What she mostly orders, one tap from the review."""
    usual = await find_usual_order(context.work, context.campus, context.member.person_id)
    if usual is None:
        return ()
    store, ceiling = truncate(usual.store_name, MAX_STORE_NAME_LENGTH), context.format_money(usual.ceiling)
    return (
        (
            context.button(
                "bot-button-usual", Tap.USUAL_ORDER, usual.order_id, MENU_VERSION, store=store, ceiling=ceiling
            ),
        ),
    )


def home_button(context: RequestContext) -> Button:
    """[Home], the way back on every screen."""
    return context.button("bot-button-home", Tap.HOME, version=MENU_VERSION)


def edit_menu_or_send(context: RequestContext, screen: Screen) -> EditMenu | NewMessage:
    """Turn the tapped menu into this screen, but leave cards and pushes as they are."""
    return EditMenu(screen) if context.version else NewMessage(screen)
