"""All crash cases: a saga step, a kill point and the scenario that reaches it, checked against the pinned steps."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sandbox.crash.crash_stack import KilledProcess
from sandbox.crash.kill_points import POINTS_OF_STEP_KIND, KillPoint, StepKind, WatchTarget
from sandbox.crash.scenarios import delivery_scenarios as deliveries
from sandbox.crash.scenarios import money_scenarios as money
from sandbox.crash.scenarios import order_scenarios as orders
from sandbox.crash.scenarios.crash_scenario import PrepareScenario

STEP_PATTERN = re.compile(r"^(local|external|wait) (\w+)")
COMPENSATION_PATTERN = re.compile(r", compensation (\w+)")
# Compensations that never run: both belong to steps after the wait for the hold. The signals of that wait are handled
# in the commit of those steps, before they begin.
UNREACHABLE_STEPS = frozenset({"create_order: undo withdraw_order", "create_order: undo stop_expiry"})

CHECK = "check_setup"

# Cases a kill: the bot handles eight updates at a time. More cases would only slow down the new process.
MAX_CASES_PER_KILL = {KilledProcess.BOT: 7, KilledProcess.WORKER: 8}


class CaseCoverageError(Exception):
    """The cases do not fit the sagas. The sentence says where."""


@dataclass(frozen=True, slots=True)
class KilledStep:
    """A step, its kind, the scenario that reaches it, and the call whose commit a local step shares."""

    saga: str
    step: str
    prepare_scenario: PrepareScenario
    recorded_call: str | None = None
    step_kind: StepKind = field(kw_only=True)
    is_compensation: bool = field(default=False, kw_only=True)
    victim: KilledProcess = field(default=KilledProcess.WORKER, kw_only=True)

    @property
    def name(self) -> str:
        """The name of the step in the check of coverage."""
        return f"{self.saga}: {'undo ' if self.is_compensation else ''}{self.step}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashCase:
    """A row of the table. `position` is the index of the step in its saga."""

    killed_step: KilledStep
    point: KillPoint
    position: int

    @property
    def target(self) -> WatchTarget:
        """What the watch of this case waits for."""
        is_call = self.killed_step.step_kind in (StepKind.WRITE_CALL, StepKind.READ_CALL)
        return WatchTarget(
            step_kind=self.killed_step.step_kind,
            point=self.point,
            prepared_call=self.killed_step.step if is_call else self.killed_step.recorded_call,
        )

    @property
    def blocks_timers(self) -> bool:
        """Whether the held transaction fires timers, so that no other case can use the sweeper meanwhile."""
        return self.killed_step.saga == "expire_order" and self.killed_step.step_kind is StepKind.LOCAL_AT_START

    @property
    def needs_sweeper(self) -> bool:
        """Whether the saga is continued by the sweeper rather than by a queue job."""
        is_poll = self.killed_step.step_kind is StepKind.POLL or (
            self.killed_step.step_kind is StepKind.LOCAL_AFTER_CALL and self.killed_step.recorded_call is None
        )
        return is_poll or self.killed_step.saga in (
            "expire_order",
            "create_order",
            "save_card",
            "onboard_runner",
            "detach_replaced_card",
        )

    def __str__(self) -> str:
        return f"{self.killed_step.name} / {self.point}"


def _undo(compensation: KilledStep) -> KilledStep:
    return replace(compensation, is_compensation=True)


_call = partial(KilledStep, step_kind=StepKind.WRITE_CALL)
_read = partial(KilledStep, step_kind=StepKind.READ_CALL)
_poll = partial(KilledStep, step_kind=StepKind.POLL)
_after = partial(KilledStep, step_kind=StepKind.LOCAL_AFTER_CALL)
_started_by_worker = partial(KilledStep, step_kind=StepKind.LOCAL_AT_START)
_started_by_bot = partial(KilledStep, step_kind=StepKind.LOCAL_AT_START, victim=KilledProcess.BOT)

KILLED_STEPS = (
    _call("save_card", "ensure_customer", orders.order_without_card),
    _call("save_card", "open_checkout", orders.order_without_card),
    _poll("save_card", "wait_card_saved", orders.checkout_completed),
    _after("save_card", "keep_card", orders.checkout_completed),
    _started_by_bot("create_order", "place_order", orders.order_with_saved_card),
    _call("create_order", "authorize_hold", orders.first_order),
    _poll("create_order", "wait_hold_made", orders.bank_approval_pending),
    _after("create_order", "publish_order", orders.bank_approval_pending),
    _after("create_order", "start_expiry", orders.first_order, "authorize_hold"),
    _undo(_call("create_order", "release_hold", orders.first_hold_declined)),
    _undo(_after("create_order", "cancel_order", orders.first_hold_declined, "release_hold")),
    _started_by_bot("accept_order", "claim_order", deliveries.order_claimed),
    _read("accept_order", "check_hold", deliveries.order_claimed),
    _undo(
        _after(
            "accept_order",
            "close_order_without_hold",
            deliveries.order_claimed_without_hold,
            recorded_call="check_hold",
        )
    ),
    _undo(_after("accept_order", "give_back_order", deliveries.order_claimed_without_hold, "check_hold")),
    _started_by_bot("complete_order", "deliver_order", deliveries.delivered_without_account),
    _call("complete_order", "capture_payment", deliveries.delivered_without_account),
    _after("complete_order", "complete_order", deliveries.delivered_without_account, recorded_call="capture_payment"),
    _call("complete_order", "charge_again", money.hold_lapsed),
    _call("complete_order", "charge_again", money.recharge_declined),
    _after("complete_order", "complete_order", money.recharge_declined, "charge_again"),
    _call("resolve_completion", "end_uncaptured_hold", money.completion_resolved),
    _after("resolve_completion", "complete_order", money.completion_resolved, "end_uncaptured_hold"),
    _started_by_bot("replace_hold", "request_replacement_hold", orders.price_increased),
    _call("replace_hold", "authorize_replacement_hold", orders.price_increased),
    _poll("replace_hold", "wait_replacement_held", orders.price_increase_approved),
    _after(
        "replace_hold", "adopt_replacement_hold", orders.price_increased, recorded_call="authorize_replacement_hold"
    ),
    _call("replace_hold", "release_former_hold", orders.price_increased),
    _undo(_call("replace_hold", "release_replacement_hold", orders.price_increase_declined)),
    _undo(
        _after(
            "replace_hold",
            "withdraw_replacement_hold",
            orders.price_increase_declined,
            recorded_call="release_replacement_hold",
        )
    ),
    _started_by_bot("settle_debt", "begin_settling", money.debt_payment_started),
    _call("settle_debt", "charge_debt", money.debt_payment_started),
    _poll("settle_debt", "wait_debt_paid", money.debt_approved),
    _after("settle_debt", "book_settlement", money.debt_approved),
    _undo(_call("settle_debt", "cancel_debt_charge", money.debt_declined)),
    _undo(_after("settle_debt", "tell_unsettled", money.debt_declined, "cancel_debt_charge")),
    _started_by_worker("pay_out_runner", "start_payout", deliveries.delivered_with_account),
    _started_by_worker("pay_out_runner", "start_payout", money.delivered_with_debt),
    _call("pay_out_runner", "transfer_earnings", deliveries.delivered_with_account),
    _undo(_after("pay_out_runner", "keep_payable", deliveries.transfer_refused, "transfer_earnings")),
    _started_by_worker("expire_order", "expire_order", orders.order_expired),
    _call("expire_order", "release_hold", orders.order_expired),
    _after("expire_order", "tell_released", orders.order_expired, "release_hold"),
    _started_by_bot("cancel_order", "close_order", orders.order_cancelled),
    _call("cancel_order", "release_hold", orders.order_cancelled),
    _after("cancel_order", "tell_released", orders.order_cancelled, "release_hold"),
    _started_by_bot("close_purchase", "close_purchase", deliveries.purchase_closed),
    _call("close_purchase", "release_hold", deliveries.purchase_closed),
    _after("close_purchase", "tell_released", deliveries.purchase_closed, "release_hold"),
    _started_by_bot("release_order", "reopen_order", deliveries.order_given_back),
    _started_by_bot("refund_order", "request_refund", money.refund_requested),
    _call("refund_order", "create_refund", money.refund_requested),
    _call("refund_order", "reverse_transfer", money.refund_requested),
    _poll("refund_order", "wait_refund_settled", money.refund_pending_at_bank),
    _after("refund_order", "settle_refund", money.refund_pending_at_bank),
    _undo(_after("refund_order", "withdraw_refund", money.refund_refused, "create_refund")),
    _read("check_refund", "refresh_refund", money.refund_returned),
    _read("follow_dispute", "refresh_dispute", money.payment_disputed),
    _call("answer_dispute", "upload_receipt", money.dispute_answered),
    _call("answer_dispute", "upload_handover", money.dispute_answered),
    _call("answer_dispute", "submit_evidence", money.dispute_answered),
    _read(CHECK, "look_at_services", orders.setup_checked),
    _read("follow_account", "refresh_payouts", money.account_disabled),
    _call("onboard_runner", "ensure_account", deliveries.account_requested),
    _call("onboard_runner", "open_onboarding", deliveries.account_requested),
    _poll("onboard_runner", "wait_account_ready", deliveries.account_completed),
    _after("onboard_runner", "open_payouts", deliveries.account_completed),
    _started_by_bot("remove_card", "forget_card", orders.card_removed),
    _call("remove_card", "detach_card", orders.card_removed),
    _after("remove_card", "tell_card_removed", orders.card_removed, "detach_card"),
    _call("detach_replaced_card", "detach_card", orders.card_replaced),
)


def list_crash_cases(steps_file: Path) -> Sequence[CrashCase]:
    """List every point of every step. Raise CaseCoverageError when steps and cases do not fit."""
    steps = read_steps(steps_file)
    covered_steps = {kill.name for kill in KILLED_STEPS} | UNREACHABLE_STEPS
    if missing := sorted(steps.keys() - covered_steps):
        raise CaseCoverageError(
            f"No case kills at: {', '.join(missing)}. Write a scenario for each, and name it in KILLED_STEPS."
        )
    if unknown_steps := sorted(covered_steps - steps.keys()):
        raise CaseCoverageError(f"No saga has these steps any more: {', '.join(unknown_steps)}.")
    return [
        CrashCase(killed_step=kill, point=point, position=steps[kill.name])
        for kill in KILLED_STEPS
        for point in POINTS_OF_STEP_KIND[kill.step_kind]
    ]


def read_steps(steps_file: Path) -> dict[str, int]:
    """Return the position of each step and compensation of the pinned sagas. A pivot does nothing and is left out."""
    found: dict[str, int] = {}
    for saga, step_texts in json.loads(steps_file.read_text()).items():
        kind = saga.partition(" ")[0]
        for position, step_text in enumerate(step_texts):
            for name in _step_names(step_text):
                found[f"{kind}: {name}"] = position
    return found


def _step_names(step_text: str) -> Iterator[str]:
    step = STEP_PATTERN.match(step_text)
    if step is None and step_text != "pivot":
        raise CaseCoverageError(f"A part of a saga that cannot be read: {step_text!r}.")
    if step is not None:
        yield f"wait_{step[2]}" if step[1] == "wait" else step[2]
        compensation = COMPENSATION_PATTERN.search(step_text)
        if compensation is not None and compensation[1] != "None":
            yield f"undo {compensation[1]}"


def batch_cases(cases: Sequence[CrashCase]) -> Iterator[Sequence[CrashCase]]:
    """Group the cases so that one kill serves a batch: one process, and no case that blocks another one."""
    remaining = list(cases)
    while remaining:
        batch: list[CrashCase] = []
        for case in list(remaining):
            if len(batch) < MAX_CASES_PER_KILL[case.killed_step.victim] and all(
                _can_share_kill(case, other) for other in batch
            ):
                batch.append(case)
                remaining.remove(case)
        yield batch


def _can_share_kill(one: CrashCase, other: CrashCase) -> bool:
    if one.killed_step.victim is not other.killed_step.victim:
        return False
    if CHECK in (one.killed_step.saga, other.killed_step.saga):
        return False  # its calls to Stripe are those of every campus: they do not tell one case from another
    return not ((one.blocks_timers and other.needs_sweeper) or (other.blocks_timers and one.needs_sweeper))
