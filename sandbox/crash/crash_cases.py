"""All crash cases: a saga step, a kill point and the scenario that reaches it, checked against the pinned steps."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.crash.crash_scenario import PrepareScenario
from sandbox.crash.crash_stack import KilledProcess
from sandbox.crash.debt_scenarios import DEBT_SCENARIOS
from sandbox.crash.delivery_scenarios import DELIVERY_SCENARIOS
from sandbox.crash.kill_points import POINTS_OF_STEP_KIND, KillPoint, StepKind, WatchTarget
from sandbox.crash.order_scenarios import ORDER_SCENARIOS
from sandbox.crash.price_increase_scenarios import PRICE_INCREASE_SCENARIOS
from sandbox.crash.refund_scenarios import REFUND_SCENARIOS
from sandbox.crash.stripe_event_scenarios import STRIPE_EVENT_SCENARIOS

SCENARIOS: dict[str, PrepareScenario] = {
    **ORDER_SCENARIOS,
    **DELIVERY_SCENARIOS,
    **REFUND_SCENARIOS,
    **DEBT_SCENARIOS,
    **PRICE_INCREASE_SCENARIOS,
    **STRIPE_EVENT_SCENARIOS,
}
STEP_PATTERN = re.compile(r"^(local|external|wait) (\w+)")
COMPENSATION_PATTERN = re.compile(r", compensation (\w+)")
# Compensations that never run: both belong to steps after the wait for the hold. The signals of that wait are handled
# in the commit of those steps, before they begin.
UNREACHABLE_STEPS = frozenset({"create_order: undo withdraw_order", "create_order: undo stop_expiry"})


# Cases a kill: the bot handles eight updates at a time. More cases would only slow down the new process.
MAX_CASES_PER_KILL = {KilledProcess.BOT: 7, KilledProcess.WORKER: 8}


class CaseCoverageError(Exception):
    """The cases do not fit the sagas. The sentence says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KilledStep:
    """A step, its kind, the scenario that reaches it, and the call whose commit a local step shares."""

    saga: str
    step: str
    step_kind: StepKind
    scenario_name: str
    recorded_call: str | None = None
    is_compensation: bool = False
    victim: KilledProcess = KilledProcess.WORKER

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


def _started_by_bot(saga: str, step: str, scenario_name: str) -> KilledStep:
    return KilledStep(
        saga=saga, step=step, step_kind=StepKind.LOCAL_AT_START, scenario_name=scenario_name, victim=KilledProcess.BOT
    )


def _external_step(
    saga: str,
    step: str,
    scenario_name: str,
    *,
    step_kind: StepKind = StepKind.WRITE_CALL,
    is_compensation: bool = False,
) -> KilledStep:
    return KilledStep(
        saga=saga, step=step, step_kind=step_kind, scenario_name=scenario_name, is_compensation=is_compensation
    )


def _local_step(
    saga: str, step: str, scenario_name: str, recorded_call: str | None, *, is_compensation: bool = False
) -> KilledStep:
    return KilledStep(
        saga=saga,
        step=step,
        step_kind=StepKind.LOCAL_AFTER_CALL,
        scenario_name=scenario_name,
        recorded_call=recorded_call,
        is_compensation=is_compensation,
    )


KILLED_STEPS = (
    _external_step("save_card", "ensure_customer", "order_without_card"),
    _external_step("save_card", "open_checkout", "order_without_card"),
    _external_step("save_card", "wait_card_saved", "checkout_completed", step_kind=StepKind.POLL),
    _local_step("save_card", "keep_card", "checkout_completed", None),
    _started_by_bot("create_order", "place_order", "order_with_saved_card"),
    _external_step("create_order", "authorize_hold", "first_order"),
    _external_step("create_order", "wait_hold_made", "bank_approval_pending", step_kind=StepKind.POLL),
    _local_step("create_order", "publish_order", "bank_approval_pending", None),
    _local_step("create_order", "start_expiry", "first_order", "authorize_hold"),
    _external_step("create_order", "release_hold", "first_hold_declined", is_compensation=True),
    _local_step("create_order", "cancel_order", "first_hold_declined", "release_hold", is_compensation=True),
    _started_by_bot("accept_order", "claim_order", "order_claimed"),
    _external_step("accept_order", "check_hold", "order_claimed", step_kind=StepKind.READ_CALL),
    _local_step(
        "accept_order", "close_order_without_hold", "order_claimed_without_hold", "check_hold", is_compensation=True
    ),
    _local_step("accept_order", "give_back_order", "order_claimed_without_hold", "check_hold", is_compensation=True),
    _started_by_bot("complete_order", "deliver_order", "delivered_without_account"),
    _external_step("complete_order", "capture_payment", "delivered_without_account"),
    _local_step("complete_order", "complete_order", "delivered_without_account", "capture_payment"),
    _external_step("complete_order", "charge_again", "hold_lapsed"),
    _external_step("complete_order", "charge_again", "recharge_declined"),
    _local_step("complete_order", "complete_order", "recharge_declined", "charge_again"),
    _started_by_bot("replace_hold", "request_replacement_hold", "price_increased"),
    _external_step("replace_hold", "authorize_replacement_hold", "price_increased"),
    _external_step("replace_hold", "wait_replacement_held", "price_increase_approved", step_kind=StepKind.POLL),
    _local_step("replace_hold", "adopt_replacement_hold", "price_increased", "authorize_replacement_hold"),
    _external_step("replace_hold", "release_former_hold", "price_increased"),
    _external_step("replace_hold", "release_replacement_hold", "price_increase_declined", is_compensation=True),
    _local_step(
        "replace_hold",
        "withdraw_replacement_hold",
        "price_increase_declined",
        "release_replacement_hold",
        is_compensation=True,
    ),
    _started_by_bot("settle_debt", "begin_settling", "debt_payment_started"),
    _external_step("settle_debt", "charge_debt", "debt_payment_started"),
    _external_step("settle_debt", "wait_debt_paid", "debt_approved", step_kind=StepKind.POLL),
    _local_step("settle_debt", "book_settlement", "debt_approved", None),
    _external_step("settle_debt", "cancel_debt_charge", "debt_declined", is_compensation=True),
    _local_step("settle_debt", "tell_unsettled", "debt_declined", "cancel_debt_charge", is_compensation=True),
    KilledStep(
        saga="pay_out_runner",
        step="start_payout",
        step_kind=StepKind.LOCAL_AT_START,
        scenario_name="delivered_with_account",
    ),
    KilledStep(
        saga="pay_out_runner",
        step="start_payout",
        step_kind=StepKind.LOCAL_AT_START,
        scenario_name="delivered_with_debt",
    ),
    _external_step("pay_out_runner", "transfer_earnings", "delivered_with_account"),
    _local_step("pay_out_runner", "keep_payable", "transfer_refused", "transfer_earnings", is_compensation=True),
    KilledStep(
        saga="expire_order", step="expire_order", step_kind=StepKind.LOCAL_AT_START, scenario_name="order_expired"
    ),
    _external_step("expire_order", "release_hold", "order_expired"),
    _local_step("expire_order", "tell_released", "order_expired", "release_hold"),
    _started_by_bot("cancel_order", "close_order", "order_cancelled"),
    _external_step("cancel_order", "release_hold", "order_cancelled"),
    _local_step("cancel_order", "tell_released", "order_cancelled", "release_hold"),
    _started_by_bot("close_purchase", "close_purchase", "purchase_closed"),
    _external_step("close_purchase", "release_hold", "purchase_closed"),
    _local_step("close_purchase", "tell_released", "purchase_closed", "release_hold"),
    _started_by_bot("release_order", "reopen_order", "order_given_back"),
    _started_by_bot("refund_order", "request_refund", "refund_requested"),
    _external_step("refund_order", "create_refund", "refund_requested"),
    _external_step("refund_order", "reverse_transfer", "refund_requested"),
    _external_step("refund_order", "wait_refund_settled", "refund_pending_at_bank", step_kind=StepKind.POLL),
    _local_step("refund_order", "settle_refund", "refund_pending_at_bank", None),
    _local_step("refund_order", "withdraw_refund", "refund_refused", "create_refund", is_compensation=True),
    _external_step("check_refund", "refresh_refund", "refund_returned", step_kind=StepKind.READ_CALL),
    _external_step("follow_dispute", "refresh_dispute", "payment_disputed", step_kind=StepKind.READ_CALL),
    _external_step("follow_account", "refresh_payouts", "account_disabled", step_kind=StepKind.READ_CALL),
    _external_step("onboard_runner", "ensure_account", "account_requested"),
    _external_step("onboard_runner", "open_onboarding", "account_requested"),
    _external_step("onboard_runner", "wait_account_ready", "account_completed", step_kind=StepKind.POLL),
    _local_step("onboard_runner", "open_payouts", "account_completed", None),
    _started_by_bot("remove_card", "forget_card", "card_removed"),
    _external_step("remove_card", "detach_card", "card_removed"),
    _local_step("remove_card", "tell_card_removed", "card_removed", "detach_card"),
    _external_step("detach_replaced_card", "detach_card", "card_replaced"),
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
    return not ((one.blocks_timers and other.needs_sweeper) or (other.blocks_timers and one.needs_sweeper))
