"""The router of an admin's commands, taps and messages."""

from collections.abc import Mapping
from functools import partial

from aiogram import Router

from bot.admin import cases, chat_binding, messages, own_acts, poster, roster
from bot.admin.help import show_admin_help
from bot.admin.money import dispute_answer, held_pay, refunds, reviewed_order, runner_debt_waiver
from bot.admin.money.customer_debt_waiver import WAIVE_CUSTOMER_DEBT
from bot.admin.operations import console, dead_letters, discrepancies, setup_check, stuck_sagas
from bot.admin.operations.saga_resolution import RESOLVE
from bot.admin.orders import actions, board, new_pin, order_screen, receipts
from bot.admin.people import restrictions
from bot.admin.people.addressing import register_person_commands, run_person_command
from bot.admin.people.person_commands import PERSON_COMMANDS
from bot.admin.reason_flow import command_handler, register_reason_flow
from bot.admin.reasons import register_reasons
from bot.conversation.routing import (
    Handler,
    on_commands,
    on_expected_photos,
    on_expected_text,
    on_other_commands,
    on_replies,
    on_taps,
)
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput


def admin_router() -> Router:
    """Return the router for everything an admin can do, in private or in the admin chat."""
    router = Router(name="admin")
    on_commands(
        router,
        {
            "board": board.board_command,
            "pause": board.pause_command,
            "resume": board.resume_command,
            "order": order_screen.order_command,
            "console": console.console_command,
            "check": setup_check.check_command,
            "cancel": actions.cancel_command,
            "release": actions.release_command,
            "finish": actions.finish_command,
            "close": actions.close_command,
            "receipt": receipts.receipt_command,
            "refund": refunds.refund_command,
            "runners": roster.runners_command,
            "bind": chat_binding.bind_command,
            "poster": poster.poster_command,
            "tell": messages.tell_command,
        },
        private_only=False,
    )
    _register_taps(router)
    register_reasons(router, _commands_with_reasons())
    on_expected_text(
        router,
        {
            PendingInput.ADMIN_REASON: actions.receive_action_reason,
            PendingInput.REFUND: refunds.receive_refund_amount,
        },
    )
    on_taps(router, {Tap.OWN_ACT: own_acts.agree_to_own_act_tapped})
    _register_people(router)
    _register_operations(router)
    _register_cases(router)
    on_other_commands(router, show_admin_help)
    return router


REASON_FLOWS = (
    RESOLVE,
    dead_letters.DROP,
    discrepancies.SETTLE,
    discrepancies.TRANSFER_PAY,
    discrepancies.TRANSFER_OTHER,
    WAIVE_CUSTOMER_DEBT,
)


def _commands_with_reasons() -> Mapping[str, Handler]:
    """Return the commands that a reason completes."""
    return {
        "cancel": actions.cancel_command,
        "release": actions.release_command,
        "finish": actions.finish_command,
        "close": actions.close_command,
        "receipt": receipts.receipt_command,
        "refund": refunds.refund_command,
        **{name: partial(run_person_command, PERSON_COMMANDS[name]) for name in ("suspend", "bar", "limit", "unbar")},
        **dict(command_handler(flow) for flow in REASON_FLOWS),
    }


def _register_people(router: Router) -> None:
    register_person_commands(router, PERSON_COMMANDS)
    on_commands(
        router,
        {
            "restrictions": restrictions.restrictions_command,
        },
        private_only=False,
    )
    on_taps(
        router,
        {
            Tap.RESTRICTIONS: restrictions.show_restrictions_page,
            Tap.RESTRICT_SURE: restrictions.confirm_restriction_tapped,
            Tap.UNBAR: restrictions.ask_unbar_reason,
        },
    )


def _register_operations(router: Router) -> None:
    listed = {
        "stuck": stuck_sagas.stuck_command,
        "parked": dead_letters.dead_letters_command,
        "differences": discrepancies.discrepancies_command,
        "held": held_pay.held_command,
    }
    on_commands(router, listed, private_only=False)
    on_taps(
        router,
        {
            Tap.LET_PAY_GO: held_pay.let_pay_go_tapped,
            Tap.REVIEWED: reviewed_order.show_reviewed_order,
            Tap.BAR_SIDE: reviewed_order.ask_bar,
            Tap.BAR_SIDE_SURE: reviewed_order.bar_side_tapped,
            Tap.STUCK: stuck_sagas.return_to_stuck_sagas,
            Tap.RETRY: stuck_sagas.retry_tapped_saga,
            Tap.PAY_AGAIN: stuck_sagas.retry_tapped_payout,
            Tap.DEAD_LETTERS: dead_letters.return_to_dead_letters,
            Tap.RETRY_DEAD_LETTER: dead_letters.retry_dead_letter_tapped,
            Tap.DISCREPANCIES: discrepancies.return_to_discrepancies,
            Tap.RECHECK_DISCREPANCY: discrepancies.recheck_tapped,
        },
    )
    for flow in REASON_FLOWS:
        register_reason_flow(router, flow)


def _register_cases(router: Router) -> None:
    listed = {
        "cases": cases.cases_command,
        "case": cases.case_command,
        "close_case": cases.close_case_command,
    }
    on_commands(router, listed, private_only=False)
    on_taps(
        router,
        {
            Tap.CASES: cases.return_to_cases,
            Tap.CASE: cases.show_case,
            Tap.CASE_ANSWER: cases.ask_case_answer,
            Tap.CASE_CLOSE: cases.ask_case_outcome,
            Tap.CASE_CLOSE_SURE: cases.close_case_with_outcome,
        },
    )
    on_replies(router, cases.answer_case_by_reply)
    on_replies(router, messages.answer_alert_by_reply)
    on_expected_text(router, {PendingInput.CASE_ANSWER: cases.receive_case_answer})
    on_expected_photos(router, {PendingInput.CASE_ANSWER: cases.receive_case_answer})


def _register_taps(router: Router) -> None:
    """Register the taps about orders, runners and stuck sagas; each handler checks the chat first."""
    on_taps(
        router,
        {
            Tap.POSTER: poster.show_drop_point_poster,
            Tap.PAUSE: board.pause_tapped,
            Tap.BIND: chat_binding.bind_tapped,
            Tap.BOARD: board.show_board_page,
            Tap.ADMIN_ORDER: order_screen.show_tapped_order,
            Tap.ADMIN_ACTION: actions.confirm_admin_action,
            Tap.ADMIN_ACTION_SURE: actions.ask_action_reason,
            Tap.NEW_PIN: new_pin.give_new_pin,
            Tap.REFUND: refunds.ask_refund_bearer,
            Tap.REFUND_BEARER: refunds.ask_refund_amount,
            Tap.REFUND_SURE: refunds.confirm_refund,
            Tap.ANSWER_DISPUTE: dispute_answer.show_evidence,
            Tap.ANSWER_DISPUTE_SURE: dispute_answer.send_evidence,
            Tap.PAY_ANYWAY: runner_debt_waiver.pay_anyway_tapped,
            Tap.WAIVE_RUNNER_DEBT: runner_debt_waiver.confirm_runner_debt_waiver,
            Tap.WAIVE_RUNNER_DEBT_SURE: runner_debt_waiver.waive_runner_debt_tapped,
            Tap.APPROVE: roster.approve_tapped_runner,
            Tap.RUNNERS: roster.show_roster_page,
            Tap.SUSPEND: roster.confirm_suspension,
            Tap.SUSPEND_SURE: roster.ask_suspension_reason,
            Tap.UNSUSPEND: roster.unsuspend_tapped_runner,
        },
    )
