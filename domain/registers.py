"""The registers of the domain: which functions of higher rooms the lower rooms use."""

from itertools import chain
from types import MappingProxyType

from domain.database.event_log_repository import EventFollowers
from domain.database.registers import Registers
from domain.messaging.questions.settling import settle_by_events
from domain.orders import sagas as order_sagas
from domain.orders import steps as order_steps
from domain.orders.order_payments import OrderPayments
from domain.orders.risk_checks import RiskChecks
from domain.orders.timers.register import TIMER_HANDLERS, TIMER_SAGAS, TimerRegister
from domain.payments import sagas as payment_sagas
from domain.payments import steps as payment_steps
from domain.payments.advances import AdvanceRegister
from domain.payments.customer_debt_repository import require_no_customer_debt
from domain.payments.hold_repository import insert_requested_hold
from domain.payments.use_cases.saved_cards import start_card_setup
from domain.payouts import sagas as payout_sagas
from domain.payouts import steps as payout_steps
from domain.payouts.payout_blocks import PayoutBlocks
from domain.reconciliation.repository import has_unknown_transfer
from domain.refunds import sagas as refund_sagas
from domain.refunds import steps as refund_steps
from domain.refunds.at_stripe.advance_repository import is_paid_or_held_for, sum_unearned_advance
from domain.refunds.dispute_repository import is_disputed
from domain.saga.register import SagaRegister
from domain.screening.checks import (
    require_charge_allowed,
    require_claim_allowed,
    require_order_allowed,
    screen_pay,
    tell_given_back,
)
from domain.screening.review_repository import has_open_review
from domain.setup_check import sagas as setup_check_sagas
from domain.support.repository import has_open_case

ROOMS_WITH_SAGAS = (
    (order_sagas.SAGAS, order_steps.LOCAL_STEPS),
    (payment_sagas.SAGAS, payment_steps.LOCAL_STEPS),
    (payout_sagas.SAGAS, payout_steps.LOCAL_STEPS),
    (refund_sagas.SAGAS, refund_steps.LOCAL_STEPS),
    (setup_check_sagas.SAGAS, setup_check_sagas.LOCAL_STEPS),
)


def build_saga_register() -> SagaRegister:
    """Return the register of all sagas and their local steps."""
    sagas = chain.from_iterable(sagas for sagas, _ in ROOMS_WITH_SAGAS)
    steps = chain.from_iterable(steps.items() for _, steps in ROOMS_WITH_SAGAS)
    return SagaRegister(
        sagas=MappingProxyType({(saga.kind, saga.version): saga for saga in sagas}),
        local_steps=MappingProxyType(dict(steps)),
        batch_steps=order_steps.BATCH_STEPS,
    )


def build_registers() -> Registers:
    """Return what bot, workers and commands bind at start."""
    return Registers(
        build_saga_register(),
        EventFollowers(follow=settle_by_events),
        TimerRegister(handlers=TIMER_HANDLERS, sagas=TIMER_SAGAS),
        OrderPayments(
            require_no_debt=require_no_customer_debt,
            request_hold=insert_requested_hold,
            is_held_for=is_paid_or_held_for,
            start_card_setup=start_card_setup,
        ),
        AdvanceRegister(sum_unearned=sum_unearned_advance),
        RiskChecks(
            require_order_allowed=require_order_allowed,
            require_charge_allowed=require_charge_allowed,
            require_claim_allowed=require_claim_allowed,
            tell_given_back=tell_given_back,
            screen_pay=screen_pay,
        ),
        PayoutBlocks(
            is_disputed=is_disputed, conditions=(has_unknown_transfer,), keep_held=(has_open_case, has_open_review)
        ),
    )
