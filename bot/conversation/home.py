"""The home screen or the way in, the way back to it, and the answer to updates without a meaning."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses.campus import Campus
from domain.database.actors import Role
from domain.messaging.buttons import MENU_SCREEN, Button, ButtonStyle, Tap, pack
from domain.orders.drafts.draft import ConversationState, PendingInput
from domain.orders.drafts.reordering import find_usual_order
from domain.orders.drafts.repository import clear_pending_input, find_draft
from domain.orders.repository import list_active_deliveries, list_customer_orders
from domain.orders.states import STATUSES_BEFORE_DELIVERY
from domain.words import say, say_plain

MAX_STORE_NAME_LENGTH = 14  # characters, beside other words

# The repeated question for a pending input; the others have one sentence in common.
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
)  # a photo is an answer too
BASKET_INPUTS = frozenset(
    {PendingInput.STORE, PendingInput.ITEMS, PendingInput.DROP_POINT, PendingInput.FEE, PendingInput.NOTE}
)


async def reset_to_home(context: RequestContext) -> Replies:
    """Answer /start with the home screen."""
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(await render_home(context)),)


async def return_home(context: RequestContext) -> Replies:
    """Handle [Home]."""
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (edit_menu_or_send(context, await render_home(context)),)


async def show_help(context: RequestContext) -> Replies:
    """Answer an unexpected line, command, picture or sticker with help; a pending input stays pending."""
    if not context.is_private:
        return ()
    if Role.CUSTOMER not in context.member.roles:
        return (NewMessage(admission_screen(context)),)
    if context.conversation_state is not None:
        return (NewMessage(_repeat_prompt(context, context.conversation_state)),)
    rows = (await render_home(context)).rows
    return (NewMessage(Screen(context.say("bot-help" if context.typed else "bot-help-picture"), rows)),)


def _repeat_prompt(context: RequestContext, conversation_state: ConversationState) -> Screen:
    """Return the screen that says why this was no answer, and asks again."""
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
        back = (context.button("bot-button-review", Tap.REVIEW), *back)
    return Screen(f"{context.say(notice_key)}\n{asked}", (back,))


async def reject_unknown_tap(context: RequestContext) -> Replies:
    """Answer a button that has no handler."""
    return (Answer(context.say_plain("error-stale")),)


async def render_home(context: RequestContext) -> Screen:
    """Return the home screen; for a person who is not admitted, the admission screen."""
    if Role.CUSTOMER not in context.member.roles:
        return admission_screen(context)
    return Screen(
        context.say("bot-home", name=context.member.first_name, campus=context.campus.title),
        (
            *await _open_order_rows(context),
            *await _usual_order_row(context),
            (context.button(await _order_button_label(context), Tap.ORDER_FOOD, style=ButtonStyle.PRIMARY),),
            (context.button("bot-button-deliver-food", Tap.DELIVER_FOOD, style=ButtonStyle.SUCCESS),),
            (
                context.button("bot-button-my-orders", Tap.MY_ORDERS),
                context.button("bot-button-me", Tap.ME),
            ),
        ),
    )


def admission_screen(context: RequestContext) -> Screen:
    """Return the only screen of a person who is not admitted."""
    return render_admission_screen(context.campus, context.member.first_name, context.member.language)


def render_admission_screen(campus: Campus, name: str, language: str) -> Screen:
    """Return the screen that says how to get in; admission needs a link, so the one button tries again."""
    again = Button(label=say_plain(language, "bot-button-try-again"), data=pack(Tap.HOME, argument=MENU_SCREEN))
    return Screen(say(language, "bot-not-admitted", name=name, campus=campus.title), ((again,),))


async def _order_button_label(context: RequestContext) -> str:
    """Return the label of [Order food]: with items in the basket it says to continue."""
    draft = await find_draft(context.work, context.campus.id, context.member.person_id)
    return "bot-button-order-food" if draft is None or not draft.items else "bot-button-go-on"


async def _open_order_rows(context: RequestContext) -> Rows:
    """Return buttons for the person's open order and open delivery: each sends the order message again."""
    here = context.work, context.campus.id, context.member.person_id
    mine, _ = await list_customer_orders(*here, 0, STATUSES_BEFORE_DELIVERY)
    deliveries = await list_active_deliveries(*here)
    named = [
        *(("bot-button-my-order", order) for order in mine[:1]),
        *(("bot-button-my-job", delivery) for delivery in deliveries[:1]),
    ]
    return tuple((context.button(key, Tap.OPEN_ORDER, order.id, order=order.id),) for key, order in named)


async def _usual_order_row(context: RequestContext) -> Rows:
    """Return the button for the person's usual order, which leads to the review."""
    usual = await find_usual_order(context.work, context.campus, context.member.person_id)
    if usual is None:
        return ()
    store, ceiling = truncate(usual.store_name, MAX_STORE_NAME_LENGTH), context.format_money(usual.ceiling)
    return ((context.button("bot-button-usual", Tap.USUAL_ORDER, usual.order_id, store=store, ceiling=ceiling),),)


def home_button(context: RequestContext) -> Button:
    """Return [Home], the way back on every screen."""
    return context.button("bot-button-home", Tap.HOME)


def edit_menu_or_send(context: RequestContext, screen: Screen) -> EditMenu | NewMessage:
    """Edit the tapped menu into this screen; a message that is no menu stays as it is."""
    return EditMenu(screen) if context.is_on_menu else NewMessage(screen)
