"""An admin's actions on an order: a screen says what will happen and asks for the reason, which carries it out.

The screen has the safe choice first. In a private chat the reason is typed after the yes. In the admin chat it is a
reply to the question. In both it may be a ready answer, or stand behind the command.
"""

from enum import StrEnum
from typing import assert_never

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import NUMBER_PATTERN, admin_screen, board_button, parse_number_and_reason
from bot.admin.reason_flow import read_typed_reason, reject_typed_reason
from bot.admin.reasons import ask_for_reason, ask_narrower, ready_reason_rows
from bot.conversation.choices import choice_of, read_choice, require_shown_button
from bot.conversation.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, is_permitted
from domain.errors import OrderClosed, Stale
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
from domain.orders.states import Bearer, Order, OrderEvent, OrderStatus, is_event_allowed
from domain.orders.use_cases import admin_orders
from domain.support.use_cases import roster


class AdminAction(StrEnum):
    """The actions of an admin, in the order of their buttons' choice: add new ones at the end."""

    CANCEL = "cancel"
    RELEASE = "release"
    FINISH = "finish"
    CLOSE = "close"  # asks who bears the loss
    CLOSE_PLATFORM = "close_platform"
    CLOSE_RUNNER = "close_runner"
    SUSPEND = "suspend"  # of a runner, not of an order


ADMIN_ACTIONS = tuple(AdminAction)
_ORDER_ACTIONS = {
    AdminAction.CANCEL: (Action.CANCEL_ANY, OrderEvent.CANCELLED_BY_ADMIN),
    AdminAction.RELEASE: (Action.RELEASE_ANY, OrderEvent.RELEASED),
    AdminAction.FINISH: (Action.FINISH_ANY, OrderEvent.FINISHED_BY_ADMIN),
    AdminAction.CLOSE: (Action.CLOSE_ANY, OrderEvent.CLOSED_BY_ADMIN),
}
_COMMANDS = {
    AdminAction.CANCEL: "/cancel {}",
    AdminAction.RELEASE: "/release {}",
    AdminAction.FINISH: "/finish {}",
    AdminAction.CLOSE_PLATFORM: "/close {} platform",
    AdminAction.CLOSE_RUNNER: "/close {} runner",
    AdminAction.SUSPEND: "/suspend {}",
}


def admin_action_rows(context: RequestContext, order: Order) -> Rows:
    """Return one row with the actions that this admin may take on the order now."""
    row = tuple(
        _action_button(context, order, admin_action)
        for admin_action in _ORDER_ACTIONS
        if _is_possible(context, order, admin_action)
    )
    return (row,) if row else ()


def _is_possible(context: RequestContext, order: Order, admin_action: AdminAction) -> bool:
    action, happened = _ORDER_ACTIONS[admin_action]
    own = context.member.person_id in (order.customer_id, order.runner_id)
    if admin_action is AdminAction.FINISH:
        own = context.member.person_id == order.runner_id
    legal = is_event_allowed(order.status, happened) or (
        admin_action is AdminAction.CANCEL and order.status is OrderStatus.PENDING
    )
    return legal and is_permitted(context.member.roles, action, own=own)


def _action_button(context: RequestContext, order: Order, admin_action: AdminAction) -> Button:
    choice = choice_of(ADMIN_ACTIONS, admin_action)
    match admin_action:
        case AdminAction.CANCEL:
            return context.button("bot-button-act-cancel", Tap.ADMIN_ACTION, order.id, choice, style=ButtonStyle.DANGER)
        case AdminAction.RELEASE:
            return context.button("bot-button-act-release", Tap.ADMIN_ACTION, order.id, choice)
        case AdminAction.FINISH:
            return context.button("bot-button-act-finish", Tap.ADMIN_ACTION, order.id, choice)
        case _:
            return context.button("bot-button-act-close", Tap.ADMIN_ACTION, order.id, choice, style=ButtonStyle.DANGER)


async def confirm_admin_action(context: RequestContext) -> Replies:
    """Handle [Cancel…], [Give back…], [Finish…] and [Close…]: say what will happen, with the way back first."""
    await require_admin_access_and_clear_input(context)
    admin_action = read_choice(context, ADMIN_ACTIONS)
    if admin_action not in _ORDER_ACTIONS:
        raise Stale
    order, _ = await admin_orders.view_order(context.work, context.campus, context.member, context.subject)
    if not _is_possible(context, order, admin_action):
        raise OrderClosed
    screen = await _confirmation_screen(context, admin_action, order)
    if context.is_private:
        return (EditMenu(screen),)
    if admin_action is AdminAction.CLOSE:  # who bears it comes before the reason
        return (NewMessage(screen),)
    return (NewMessage(await ask_for_reason(context, command_of(admin_action, order.id), screen.text)),)


def command_of(admin_action: AdminAction, subject: int) -> str:
    """Return the command that carries out the action on this order or person, once a reason follows it."""
    return _COMMANDS[admin_action].format(subject)


async def _confirmation_screen(context: RequestContext, admin_action: AdminAction, order: Order) -> Screen:
    customer = (await find_member(context.work, context.campus.id, order.customer_id)).first_name
    runner = ""
    if order.runner_id is not None:
        runner = (await find_member(context.work, context.campus.id, order.runner_id)).first_name
    ceiling, share = context.format_money(order.price.ceiling), context.format_money(order.runner_share or 0)
    leave = (context.button("bot-button-leave", Tap.ADMIN_ORDER, order.id),)
    match admin_action:
        case AdminAction.CANCEL:
            text = context.say("bot-act-cancel", order=order.id, customer=customer, ceiling=ceiling)
            return Screen(text, (leave, (_confirm_button(context, "bot-button-sure-cancel", AdminAction.CANCEL),)))
        case AdminAction.RELEASE:
            text = context.say("bot-act-release", order=order.id, runner=runner)
            return Screen(text, (leave, (_confirm_button(context, "bot-button-sure-release", AdminAction.RELEASE),)))
        case AdminAction.FINISH:
            total = context.format_money(order.total or 0)
            text = context.say(
                "bot-act-finish", order=order.id, customer=customer, runner=runner, total=total, share=share
            )
            return Screen(text, (leave, (_confirm_button(context, "bot-button-sure-finish", AdminAction.FINISH),)))
        case AdminAction.CLOSE:
            text = context.say(
                "bot-act-close", order=order.id, customer=customer, runner=runner, ceiling=ceiling, share=share
            )
            by_platform = _confirm_button(
                context, "bot-button-sure-close-platform", AdminAction.CLOSE_PLATFORM, share=share
            )
            by_runner = _confirm_button(context, "bot-button-sure-close-runner", AdminAction.CLOSE_RUNNER)
            return Screen(text, (leave, (by_platform,), (by_runner,)))
        case AdminAction.CLOSE_PLATFORM | AdminAction.CLOSE_RUNNER | AdminAction.SUSPEND:
            raise Stale
        case _:
            assert_never(admin_action)


def _confirm_button(context: RequestContext, key: str, admin_action: AdminAction, **words: str) -> Button:
    return context.button(
        key,
        Tap.ADMIN_ACTION_SURE,
        context.subject,
        choice_of(ADMIN_ACTIONS, admin_action),
        style=ButtonStyle.DANGER,
        **words,
    )


async def ask_action_reason(context: RequestContext) -> Replies:
    """Handle [Yes, ...]: ask for the reason, which carries out the action."""
    require_admin_access(context)
    admin_action = read_choice(context, ADMIN_ACTIONS)
    if admin_action in (AdminAction.CLOSE, AdminAction.SUSPEND):
        raise Stale
    if not context.is_private:
        if admin_action not in (AdminAction.CLOSE_PLATFORM, AdminAction.CLOSE_RUNNER):
            raise Stale
        require_shown_button(context)
        about = context.say("bot-ask-reason-close", act=admin_action, subject=str(context.subject))
        command = command_of(admin_action, context.subject)
        return ask_narrower(context, command, await ask_for_reason(context, command, about))
    leave = context.button("bot-button-leave", Tap.ADMIN_ORDER, context.subject)
    return (EditMenu(await request_reason(context, admin_action, context.subject, leave)),)


async def request_reason(context: RequestContext, admin_action: AdminAction, subject: int, leave: Button) -> Screen:
    """Ask for the reason, which carries out the action on this order or person."""
    await set_pending_input(
        context.work,
        context.campus.id,
        context.member.person_id,
        PendingInput.ADMIN_REASON,
        subject,
        detail=admin_action,
    )
    command = command_of(admin_action, subject)
    text = context.say("bot-ask-reason", act=admin_action, subject=str(subject))
    said = context.say("bot-reason-type", command=command)
    return Screen(f"{text}\n\n{said}", ((leave,), *ready_reason_rows(context, command)))


async def receive_action_reason(context: RequestContext) -> Replies:
    """Take the typed line as the reason; a line that cannot be one leaves the input pending."""
    require_admin_access(context)
    reason = read_typed_reason(context)
    if reason is None:
        return reject_typed_reason(context)
    detail = None if context.conversation_state is None else context.conversation_state.detail
    if detail is None or detail not in ADMIN_ACTIONS:
        raise Stale
    done = await execute_admin_action(context, AdminAction(detail), context.pending_subject, reason)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(done),)


async def execute_admin_action(context: RequestContext, admin_action: AdminAction, subject: int, reason: str) -> Screen:
    """Carry out the action on this order or person, for this reason."""
    open_button = context.button("bot-button-open-order", Tap.ADMIN_ORDER, subject)
    asked, shown = (context.work, context.campus, context.member), context.is_shown_to_admins
    match admin_action:
        case AdminAction.CANCEL:
            await admin_orders.cancel_order_as_admin(*asked, subject, reason, shown_to_admins=shown)
            said = context.say("bot-cancelled-by-admin", order=subject, reason=reason)
        case AdminAction.RELEASE:
            await admin_orders.release_order_as_admin(*asked, subject, reason, shown_to_admins=shown)
            said = context.say("bot-taken-back", order=subject, reason=reason)
        case AdminAction.FINISH:
            await admin_orders.finish_order_as_admin(*asked, subject, reason, shown_to_admins=shown)
            said = context.say("bot-finished-by-admin", order=subject, reason=reason)
        case AdminAction.CLOSE_PLATFORM | AdminAction.CLOSE_RUNNER:
            said = await _close_purchase(
                context,
                subject,
                Bearer.PLATFORM if admin_action is AdminAction.CLOSE_PLATFORM else Bearer.RUNNER,
                reason,
            )
        case AdminAction.SUSPEND:
            member = await roster.suspend_runner(*asked, subject, reason, shown_to_admins=shown)
            back = context.button("bot-button-runners", Tap.RUNNERS)
            return Screen(context.say("bot-suspended", name=member.first_name, reason=reason), ((back,),))
        case AdminAction.CLOSE:
            raise Stale
        case _:
            assert_never(admin_action)
    return Screen(said, ((board_button(context), open_button),))


async def _close_purchase(context: RequestContext, order_id: int, bearer: Bearer, reason: str) -> str:
    order = await admin_orders.close_purchase_as_admin(
        context.work,
        context.campus,
        context.member,
        order_id,
        bearer,
        reason,
        shown_to_admins=context.is_shown_to_admins,
    )
    share = context.format_money(order.runner_share or 0)
    return context.say("bot-closed-by-admin", order=order_id, bearer=bearer, share=share, reason=reason)


async def cancel_command(context: RequestContext) -> Replies:
    """Handle /cancel NUMBER reason: both sides read the reason, so it is required."""
    return await _run_command(context, AdminAction.CANCEL, "bot-usage-cancel")


async def release_command(context: RequestContext) -> Replies:
    """Handle /release NUMBER reason: the order goes back to the runner group."""
    return await _run_command(context, AdminAction.RELEASE, "bot-usage-release")


async def finish_command(context: RequestContext) -> Replies:
    """Handle /finish NUMBER reason: the food was handed over without the PIN; the event log keeps the reason."""
    return await _run_command(context, AdminAction.FINISH, "bot-usage-finish")


async def _run_command(context: RequestContext, admin_action: AdminAction, usage: str) -> Replies:
    require_admin_access(context)
    number, reason = parse_number_and_reason(context.arguments)
    alone = NUMBER_PATTERN.fullmatch(context.arguments)
    if alone is not None:
        return (NewMessage(await ask_for_reason(context, command_of(admin_action, int(alone[1])))),)
    if number is None:
        return (NewMessage(admin_screen(context, context.say(usage))),)
    return (NewMessage(await execute_admin_action(context, admin_action, number, reason)),)


async def close_command(context: RequestContext) -> Replies:
    """Handle /close NUMBER runner|platform reason: the food was bought and will not arrive."""
    require_admin_access(context)
    number, _, rest = context.arguments.partition(" ")
    bearer, _, typed_reason = rest.strip().partition(" ")
    found, reason = parse_number_and_reason(f"{number} {typed_reason}")
    order_id = NUMBER_PATTERN.fullmatch(number)
    if order_id is None or bearer.lower() not in tuple(Bearer):
        return (NewMessage(admin_screen(context, context.say("bot-usage-close"))),)
    admin_action = AdminAction.CLOSE_PLATFORM if bearer.lower() == Bearer.PLATFORM else AdminAction.CLOSE_RUNNER
    if found is None:
        return (NewMessage(await ask_for_reason(context, command_of(admin_action, int(order_id[1])))),)
    return (NewMessage(await execute_admin_action(context, admin_action, found, reason)),)
