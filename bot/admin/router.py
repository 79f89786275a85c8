"""Which command or tap of an admin goes where."""

from aiogram import Router

from bot.admin import (
    acts,
    binding,
    board,
    cases,
    differences,
    forgiving,
    guide,
    letting_go,
    orders,
    parked,
    poster,
    refunds,
    resolving,
    roster,
    steering,
    telling,
)
from bot.routing import on_commands, on_other_commands, on_photos, on_replies, on_taps, on_typed
from domain.buttons import Tap
from domain.draft import Expects


def admin_router() -> Router:
    """Everything an admin can do, privately or in the admin chat."""
    router = Router(name="admin")
    on_commands(
        router,
        {
            "board": board.show,
            "pause": board.pause,
            "resume": board.resume,
            "order": orders.look_at_order,
            "cancel": acts.cancel,
            "release": acts.release,
            "finish": acts.finish,
            "close": acts.close,
            "refund": refunds.command,
            "runners": roster.show,
            "approve": roster.approve,
            "suspend": roster.suspend,
            "unsuspend": roster.unsuspend,
            "bind": binding.bind,
            "poster": poster.poster,
            "tell": telling.tell,
        },
        private=False,
    )
    _tapped(router)
    on_typed(router, {Expects.ADMIN_REASON: acts.typed_reason, Expects.REFUND: refunds.typed})
    on_taps(router, {Tap.POSTER: poster.poster_of_place})
    _stuck(router)
    _differing(router)
    _forgiving(router)
    _cases(router)
    on_other_commands(router, guide.guide)
    return router


def _stuck(router: Router) -> None:
    on_commands(router, {"stuck": steering.list_stuck, "resolve": resolving.resolve}, private=False)
    on_taps(
        router,
        {
            Tap.STUCK: steering.show_stuck,
            Tap.RETRY: steering.retry,
            Tap.RESOLVE: resolving.ask_why,
            Tap.PAY_AGAIN: steering.pay_again,
        },
    )
    on_typed(router, {Expects.RESOLVE: resolving.typed_reason})
    on_commands(router, {"parked": parked.list_parked, "drop": parked.drop}, private=False)
    on_taps(router, {Tap.PARKED: parked.show_list, Tap.UNPARK: parked.try_again, Tap.DROP: parked.ask_why})
    on_typed(router, {Expects.DROP: parked.typed_reason})


def _differing(router: Router) -> None:
    listed = {"differences": differences.list_differences, "settle": differences.settle}
    on_commands(router, listed, private=False)
    on_taps(
        router,
        {
            Tap.DIFFERENCES: differences.show_list,
            Tap.LOOK_AGAIN: differences.look_again,
            Tap.SETTLE: differences.ask_why,
        },
    )
    on_typed(router, {Expects.SETTLE: differences.typed_reason})


def _forgiving(router: Router) -> None:
    on_commands(router, {"forgive": forgiving.command}, private=False)
    on_taps(router, {Tap.FORGIVE: forgiving.ask_why})
    on_typed(router, {Expects.FORGIVE: forgiving.typed_reason})


def _cases(router: Router) -> None:
    listed = {"cases": cases.list_cases, "case": cases.case, "close_case": cases.close}
    on_commands(router, listed, private=False)
    on_taps(
        router,
        {
            Tap.CASES: cases.back_to_list,
            Tap.CASE: cases.look_at_case,
            Tap.CASE_ANSWER: cases.ask_answer,
            Tap.CASE_CLOSE: cases.ask_close,
            Tap.CASE_CLOSE_SURE: cases.close_with_outcome,
        },
    )
    on_replies(router, cases.answer_by_reply)
    on_replies(router, telling.answer_alert)
    on_typed(router, {Expects.CASE_ANSWER: cases.typed_answer})
    on_photos(router, {Expects.CASE_ANSWER: cases.typed_answer})


def _tapped(router: Router) -> None:
    """Orders, runners, and what is stuck; all of them look for the desk first."""
    on_taps(
        router,
        {
            Tap.BOARD: board.turn_page,
            Tap.ADMIN_ORDER: orders.order_tapped,
            Tap.ACT: acts.ask,
            Tap.ACT_SURE: acts.ask_reason,
            Tap.REFUND: refunds.ask,
            Tap.REFUND_BEARER: refunds.ask_how_much,
            Tap.REFUND_SURE: refunds.give,
            Tap.PAY_ANYWAY: letting_go.pay_anyway,
            Tap.LET_GO: letting_go.ask,
            Tap.LET_GO_SURE: letting_go.let_go,
            Tap.APPROVE: roster.approve_tapped,
            Tap.RUNNERS: roster.turn_page,
            Tap.SUSPEND: roster.ask_suspend,
            Tap.SUSPEND_SURE: roster.ask_reason,
            Tap.UNSUSPEND: roster.unsuspend_tapped,
        },
    )
