"""Every case there is: a step of a saga, a point, and the errand that leads there; held against the pinned steps."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.crash.delivering import DELIVERING
from sandbox.crash.errand import Prepare
from sandbox.crash.ground import Victim
from sandbox.crash.news import NEWS
from sandbox.crash.ordering import ORDERING
from sandbox.crash.owing import OWING
from sandbox.crash.points import POINTS, Point, Trip, Way
from sandbox.crash.raising import RAISING
from sandbox.crash.refunding import REFUNDING

ERRANDS: dict[str, Prepare] = {**ORDERING, **DELIVERING, **REFUNDING, **OWING, **RAISING, **NEWS}
NAMES = re.compile(r"^(local|outside|wait) (\w+)")
UNDO = re.compile(r", undo (\w+)")
# Undos that no history reaches: both stand behind the wait for the hold, whose signals are heard before they begin,
# in the same commit as the steps they would undo.
UNREACHED = frozenset({"create_order: undo withdraw_order", "create_order: undo stop_expiry"})


# Cases a kill: the bot handles eight updates at the same time; more would only make the new process slower to settle.
AT_ONCE = {Victim.BOT: 7, Victim.WORKER: 8}


class CasesError(Exception):
    """The cases and the sagas there are do not fit; the sentence says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """A step, how it does its work, the errand that leads there, and the call whose commit a local step shares."""

    saga: str
    step: str
    way: Way
    errand: str
    call: str | None = None
    undo: bool = False
    victim: Victim = Victim.WORKER

    @property
    def name(self) -> str:
        """As the coverage counts it."""
        return f"{self.saga}: {'undo ' if self.undo else ''}{self.step}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the table. `position` is where the step stands in its saga."""

    kill: Kill
    point: Point
    position: int

    @property
    def trip(self) -> Trip:
        """What to wait for."""
        calls = self.kill.way in (Way.CALL, Way.LOOK)
        return Trip(way=self.kill.way, point=self.point, call=self.kill.step if calls else self.kill.call)

    @property
    def stops_timers(self) -> bool:
        """Whether the kept back transaction is the one that fires timers: nothing that needs the sweep comes then."""
        return self.kill.saga == "expire_order" and self.kill.way is Way.START

    @property
    def needs_sweep(self) -> bool:
        """Whether it is set off by the sweep rather than by a bell."""
        polls = self.kill.way is Way.POLL or (self.kill.way is Way.AFTER and self.kill.call is None)
        return polls or self.kill.saga in ("expire_order", "create_order", "save_card", "onboard_runner", "let_card_go")

    def __str__(self) -> str:
        return f"{self.kill.name} / {self.point}"


def _bot(saga: str, step: str, errand: str) -> Kill:
    return Kill(saga=saga, step=step, way=Way.START, errand=errand, victim=Victim.BOT)


def _call(saga: str, step: str, errand: str, *, way: Way = Way.CALL, undo: bool = False) -> Kill:
    return Kill(saga=saga, step=step, way=way, errand=errand, undo=undo)


def _after(saga: str, step: str, errand: str, call: str | None, *, undo: bool = False) -> Kill:
    return Kill(saga=saga, step=step, way=Way.AFTER, errand=errand, call=call, undo=undo)


KILLS = (
    _call("save_card", "ensure_customer", "first_card"),
    _call("save_card", "open_checkout", "first_card"),
    _call("save_card", "wait_card_saved", "card_typed", way=Way.POLL),
    _after("save_card", "keep_card", "card_typed", None),
    _bot("create_order", "place_order", "known_card"),
    _call("create_order", "authorize_hold", "first_order"),
    _call("create_order", "wait_hold_made", "bank_asked", way=Way.POLL),
    _after("create_order", "publish_order", "bank_asked", None),
    _after("create_order", "start_expiry", "first_order", "authorize_hold"),
    _call("create_order", "release_hold", "declined", undo=True),
    _after("create_order", "cancel_order", "declined", "release_hold", undo=True),
    _bot("accept_order", "claim_order", "claimed"),
    _call("accept_order", "check_hold", "claimed", way=Way.LOOK),
    _after("accept_order", "close_order_without_hold", "claimed_in_vain", "check_hold", undo=True),
    _after("accept_order", "give_back_order", "claimed_in_vain", "check_hold", undo=True),
    _bot("complete_order", "deliver_order", "handed_over"),
    _call("complete_order", "capture_payment", "handed_over"),
    _after("complete_order", "complete_order", "handed_over", "capture_payment"),
    _call("complete_order", "charge_again", "hold_lapsed"),
    _call("complete_order", "charge_again", "hold_lapsed_in_vain"),
    _after("complete_order", "complete_order", "hold_lapsed_in_vain", "charge_again"),
    _bot("replace_hold", "request_candidate", "fee_raised"),
    _call("replace_hold", "authorize_candidate", "fee_raised"),
    _call("replace_hold", "wait_candidate_held", "fee_approved", way=Way.POLL),
    _after("replace_hold", "adopt_candidate", "fee_raised", "authorize_candidate"),
    _call("replace_hold", "release_former", "fee_raised"),
    _call("replace_hold", "release_candidate", "fee_declined", undo=True),
    _after("replace_hold", "withdraw_candidate", "fee_declined", "release_candidate", undo=True),
    _bot("settle_debt", "begin_settling", "debt_owed"),
    _call("settle_debt", "charge_debt", "debt_owed"),
    _call("settle_debt", "wait_debt_paid", "debt_approved", way=Way.POLL),
    _after("settle_debt", "book_settlement", "debt_approved", None),
    _call("settle_debt", "drop_charge", "debt_declined", undo=True),
    _after("settle_debt", "tell_unsettled", "debt_declined", "drop_charge", undo=True),
    Kill(saga="pay_out_runner", step="start_payout", way=Way.START, errand="earned"),
    Kill(saga="pay_out_runner", step="start_payout", way=Way.START, errand="earned_in_debt"),
    _call("pay_out_runner", "transfer_earnings", "earned"),
    _after("pay_out_runner", "keep_payable", "earned_in_vain", "transfer_earnings", undo=True),
    Kill(saga="expire_order", step="expire_order", way=Way.START, errand="expired"),
    _call("expire_order", "release_hold", "expired"),
    _after("expire_order", "tell_released", "expired", "release_hold"),
    _bot("cancel_order", "close_order", "cancelled"),
    _call("cancel_order", "release_hold", "cancelled"),
    _after("cancel_order", "tell_released", "cancelled", "release_hold"),
    _bot("close_purchase", "close_purchase", "purchase_closed"),
    _call("close_purchase", "release_hold", "purchase_closed"),
    _after("close_purchase", "tell_released", "purchase_closed", "release_hold"),
    _bot("release_order", "reopen_order", "given_back"),
    _bot("refund_order", "request_refund", "refund_wanted"),
    _call("refund_order", "create_refund", "refund_wanted"),
    _call("refund_order", "reverse_transfer", "refund_wanted"),
    _call("refund_order", "wait_refund_settled", "refund_late", way=Way.POLL),
    _after("refund_order", "settle_refund", "refund_late", None),
    _after("refund_order", "withdraw_refund", "refund_refused", "create_refund", undo=True),
    _call("check_refund", "look_at_refund", "refund_returned", way=Way.LOOK),
    _call("follow_dispute", "look_at_dispute", "disputed", way=Way.LOOK),
    _call("follow_account", "look_at_payouts", "account_lost", way=Way.LOOK),
    _call("onboard_runner", "ensure_account", "account_wanted"),
    _call("onboard_runner", "open_onboarding", "account_wanted"),
    _call("onboard_runner", "wait_account_ready", "account_set_up", way=Way.POLL),
    _after("onboard_runner", "open_payouts", "account_set_up", None),
    _bot("remove_card", "forget_card", "card_given_up"),
    _call("remove_card", "detach_card", "card_given_up"),
    _after("remove_card", "tell_card_removed", "card_given_up", "detach_card"),
    _call("let_card_go", "detach_card", "card_replaced"),
)


def all_cases(pinned: Path) -> Sequence[Case]:
    """Every point of every step; CasesError when a pinned step has no case, or a case no step."""
    steps = read_steps(pinned)
    known = {kill.name for kill in KILLS} | UNREACHED
    if missing := sorted(steps.keys() - known):
        raise CasesError(f"No case kills at: {', '.join(missing)}. Write an errand for each, and name it in KILLS.")
    if gone := sorted(known - steps.keys()):
        raise CasesError(f"No saga has these steps any more: {', '.join(gone)}.")
    return [Case(kill=kill, point=point, position=steps[kill.name]) for kill in KILLS for point in POINTS[kill.way]]


def read_steps(pinned: Path) -> dict[str, int]:
    """Each step and each undo of the pinned sagas, with its position; a pivot does nothing and is none."""
    found: dict[str, int] = {}
    for saga, parts in json.loads(pinned.read_text()).items():
        kind = saga.partition(" ")[0]
        for position, part in enumerate(parts):
            for name in _named(part):
                found[f"{kind}: {name}"] = position
    return found


def _named(part: str) -> Iterator[str]:
    step = NAMES.match(part)
    if step is None and part != "pivot":
        raise CasesError(f"A part of a saga that cannot be read: {part!r}.")
    if step is not None:
        yield f"wait_{step[2]}" if step[1] == "wait" else step[2]
        undo = UNDO.search(part)
        if undo is not None and undo[1] != "None":
            yield f"undo {undo[1]}"


def batches(cases: Sequence[Case]) -> Iterator[Sequence[Case]]:
    """The cases in groups that one kill can serve: one victim, and nothing kept back that another one waits for."""
    left = list(cases)
    while left:
        batch: list[Case] = []
        for case in list(left):
            if len(batch) < AT_ONCE[case.kill.victim] and all(_goes_with(case, other) for other in batch):
                batch.append(case)
                left.remove(case)
        yield batch


def _goes_with(one: Case, other: Case) -> bool:
    if one.kill.victim is not other.kill.victim:
        return False
    return not ((one.stops_timers and other.needs_sweep) or (other.stops_timers and one.needs_sweep))
