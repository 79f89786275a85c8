"""The router of an admin's commands, taps and messages."""

from aiogram import Router

from bot.admin import (
    admin_actions,
    admin_board,
    admin_cases,
    admin_commands,
    admin_help,
    admin_messages,
    admin_orders,
    admin_roster,
    chat_binding,
    poster,
)
from bot.admin.money import admin_refunds, customer_debt_waiver, runner_debt_waiver
from bot.admin.operations import admin_dead_letters, admin_discrepancies, saga_resolution
from bot.conversation.routing import (
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
            "board": admin_board.board_command,
            "pause": admin_board.pause_command,
            "resume": admin_board.resume_command,
            "order": admin_orders.order_command,
            "cancel": admin_actions.cancel_command,
            "release": admin_actions.release_command,
            "finish": admin_actions.finish_command,
            "close": admin_actions.close_command,
            "refund": admin_refunds.refund_command,
            "runners": admin_roster.runners_command,
            "approve": admin_roster.approve_command,
            "suspend": admin_roster.suspend_command,
            "unsuspend": admin_roster.unsuspend_command,
            "bind": chat_binding.bind_command,
            "poster": poster.poster_command,
            "tell": admin_messages.tell_command,
        },
        private_only=False,
    )
    _register_taps(router)
    on_expected_text(
        router,
        {
            PendingInput.ADMIN_REASON: admin_actions.receive_action_reason,
            PendingInput.REFUND: admin_refunds.receive_refund_amount,
        },
    )
    on_taps(router, {Tap.POSTER: poster.show_drop_point_poster})
    _register_stuck(router)
    _register_discrepancies(router)
    _register_debt_waiver(router)
    _register_cases(router)
    on_other_commands(router, admin_help.show_admin_help)
    return router


def _register_stuck(router: Router) -> None:
    on_commands(
        router, {"stuck": admin_commands.stuck_command, "resolve": saga_resolution.resolve_command}, private_only=False
    )
    on_taps(
        router,
        {
            Tap.STUCK: admin_commands.return_to_stuck_sagas,
            Tap.RETRY: admin_commands.retry_tapped_saga,
            Tap.RESOLVE: saga_resolution.ask_resolve_reason,
            Tap.PAY_AGAIN: admin_commands.retry_tapped_payout,
        },
    )
    on_expected_text(router, {PendingInput.RESOLVE_SAGA: saga_resolution.receive_resolve_reason})
    on_commands(
        router,
        {"parked": admin_dead_letters.dead_letters_command, "drop": admin_dead_letters.drop_command},
        private_only=False,
    )
    on_taps(
        router,
        {
            Tap.DEAD_LETTERS: admin_dead_letters.return_to_dead_letters,
            Tap.RETRY_DEAD_LETTER: admin_dead_letters.retry_dead_letter_tapped,
            Tap.DROP_DEAD_LETTER: admin_dead_letters.ask_drop_reason,
        },
    )
    on_expected_text(router, {PendingInput.DROP_DEAD_LETTER: admin_dead_letters.receive_drop_reason})


def _register_discrepancies(router: Router) -> None:
    listed = {"differences": admin_discrepancies.discrepancies_command, "settle": admin_discrepancies.settle_command}
    on_commands(router, listed, private_only=False)
    on_taps(
        router,
        {
            Tap.DISCREPANCIES: admin_discrepancies.return_to_discrepancies,
            Tap.RECHECK_DISCREPANCY: admin_discrepancies.recheck_tapped,
            Tap.SETTLE_DISCREPANCY: admin_discrepancies.ask_settle_reason,
        },
    )
    on_expected_text(router, {PendingInput.SETTLE_DISCREPANCY: admin_discrepancies.receive_settle_reason})


def _register_debt_waiver(router: Router) -> None:
    on_commands(router, {"forgive": customer_debt_waiver.waive_command}, private_only=False)
    on_taps(router, {Tap.WAIVE_CUSTOMER_DEBT: customer_debt_waiver.ask_waive_reason})
    on_expected_text(router, {PendingInput.WAIVE_CUSTOMER_DEBT: customer_debt_waiver.receive_waive_reason})


def _register_cases(router: Router) -> None:
    listed = {
        "cases": admin_cases.cases_command,
        "case": admin_cases.case_command,
        "close_case": admin_cases.close_case_command,
    }
    on_commands(router, listed, private_only=False)
    on_taps(
        router,
        {
            Tap.CASES: admin_cases.return_to_cases,
            Tap.CASE: admin_cases.show_case,
            Tap.CASE_ANSWER: admin_cases.ask_case_answer,
            Tap.CASE_CLOSE: admin_cases.ask_case_outcome,
            Tap.CASE_CLOSE_SURE: admin_cases.close_case_with_outcome,
        },
    )
    on_replies(router, admin_cases.answer_case_by_reply)
    on_replies(router, admin_messages.answer_alert_by_reply)
    on_expected_text(router, {PendingInput.CASE_ANSWER: admin_cases.receive_case_answer})
    on_expected_photos(router, {PendingInput.CASE_ANSWER: admin_cases.receive_case_answer})


def _register_taps(router: Router) -> None:
    """Register the taps about orders, runners and stuck sagas; each handler checks the chat first."""
    on_taps(
        router,
        {
            Tap.BOARD: admin_board.show_board_page,
            Tap.ADMIN_ORDER: admin_orders.show_tapped_order,
            Tap.ADMIN_ACTION: admin_actions.confirm_admin_action,
            Tap.ADMIN_ACTION_SURE: admin_actions.ask_action_reason,
            Tap.REFUND: admin_refunds.ask_refund_bearer,
            Tap.REFUND_BEARER: admin_refunds.ask_refund_amount,
            Tap.REFUND_SURE: admin_refunds.confirm_refund,
            Tap.PAY_ANYWAY: runner_debt_waiver.pay_anyway_tapped,
            Tap.WAIVE_RUNNER_DEBT: runner_debt_waiver.confirm_runner_debt_waiver,
            Tap.WAIVE_RUNNER_DEBT_SURE: runner_debt_waiver.waive_runner_debt_tapped,
            Tap.APPROVE: admin_roster.approve_tapped_runner,
            Tap.RUNNERS: admin_roster.show_roster_page,
            Tap.SUSPEND: admin_roster.confirm_suspension,
            Tap.SUSPEND_SURE: admin_roster.ask_suspension_reason,
            Tap.UNSUSPEND: admin_roster.unsuspend_tapped_runner,
        },
    )
