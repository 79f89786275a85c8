"""Each external step, right before its call: how its saga comes there, which call it makes, and who waits for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.orders.states import Bearer
from domain.payments.use_cases.saved_cards import remove_saved_card
from domain.support.use_cases import stuck_sagas
from tests.scenarios.customer_debt_setup import APPROVAL_CARD, lapse_hold, owed_order, pay_debt
from tests.scenarios.debt_scenarios import settling
from tests.scenarios.price_increase_scenarios import replacing
from tests.scenarios.price_increase_setup import increase_fee
from tests.scenarios.refund_setup import completed_order, refund_order
from tests.scenarios.saga_scenarios import (
    answering_a_dispute,
    cancelling,
    checking_a_failed_refund,
    claiming,
    completing,
    following_a_dispute,
    following_a_ready_account,
    onboarding,
    paying,
    placing,
    saving_a_card,
)
from tests.scenarios.scenario_setup import SagaScenario, new_admin
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga

INTENTS, ONE_INTENT, CANCEL = (
    "POST /v1/payment_intents",
    "GET /v1/payment_intents/*",
    "POST /v1/payment_intents/*/cancel",
)
Begin = Callable[[WorkerStack], Awaitable[SagaScenario | UUID]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedStep:
    """`path` is the call of the step; `param` is what it names that may be gone. A person may wait for its answer."""

    begin: Begin
    path: str
    param: str
    waits: bool = False
    asks_bank: bool = False


async def _newest(stack: WorkerStack, kind: str) -> UUID:
    ((saga_id,),) = await stack.rows("SELECT id FROM saga WHERE kind = :kind ORDER BY number DESC LIMIT 1", kind=kind)
    return UUID(str(saga_id))


async def pending_approval(stack: WorkerStack) -> UUID:
    """An order whose bank wants approval."""
    await stack.place_order(await stack.add_member(card=APPROVAL_CARD))
    await stack.run_due()
    return await _newest(stack, "create_order")


async def pending_increase(stack: WorkerStack) -> UUID:
    """A price increase whose bank wants approval."""
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await stack.save_test_card(customer.person_id, APPROVAL_CARD)
    await increase_fee(stack, customer, order)
    await stack.run_due()
    return await _newest(stack, "replace_hold")


async def increase_to_release(stack: WorkerStack) -> UUID:
    """The same, and its order changed meanwhile."""
    saga_id = await pending_increase(stack)
    await stack.sql("UPDATE saga SET waiting_until = now() WHERE id = :id", id=saga_id)
    return saga_id


async def former_to_release(stack: WorkerStack) -> UUID:
    """A price increase that counts, before the former hold is released."""
    return (await replacing(stack)).saga_id


async def pending_debt(stack: WorkerStack) -> UUID:
    """The payment of a debt whose bank wants approval."""
    customer, runner = await stack.add_member(), await stack.add_member(runner=True, ready=False, card=None)
    order = await owed_order(stack, customer, runner=runner)
    await stack.save_test_card(customer.person_id, APPROVAL_CARD)
    await pay_debt(stack, customer, order)
    await stack.run_due()
    return await _newest(stack, "settle_debt")


async def debt_to_cancel(stack: WorkerStack) -> UUID:
    """The same, too late."""
    saga_id = await pending_debt(stack)
    await stack.sql("UPDATE saga SET waiting_until = now() WHERE id = :id", id=saga_id)
    return saga_id


async def lapsed(stack: WorkerStack) -> UUID:
    """An order that was handed over after its hold lapsed."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None), await stack.add_member())
    await lapse_hold(stack, order)
    return await _newest(stack, "complete_order")


async def resolving(stack: WorkerStack) -> UUID:
    """A stuck completion that an admin resolved by hand."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None), await stack.add_member())
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="parameter_unknown")
    await stack.run_due()
    await stack.clear_faults()
    row = await stack.saga(order, "complete_order")
    await stack.act(stuck_sagas.resolve_saga, await new_admin(stack), row.number, "by hand")
    return await _newest(stack, "resolve_completion")


async def refunding(stack: WorkerStack) -> UUID:
    """A refund that the runner bears, of an order whose runner is paid."""
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    await refund_order(stack, order, 300, Bearer.RUNNER)
    return await _newest(stack, "refund_order")


async def filling_in(stack: WorkerStack) -> UUID:
    """A person on the page that saves a card."""
    scenario = await saving_a_card(stack)
    await advance_saga(stack.context, scenario.saga_id)
    return scenario.saga_id


async def answering(stack: WorkerStack) -> UUID:
    """A runner on the page that sets up an account."""
    scenario = await onboarding(stack)
    await advance_saga(stack.context, scenario.saga_id)
    return scenario.saga_id


async def removing_card(stack: WorkerStack) -> UUID:
    """A customer who removed their card."""
    member = await stack.add_member()
    await stack.act(remove_saved_card, member, "4242")
    return await _newest(stack, "remove_card")


def _step(begin: Any, path: str, param: str, **more: bool) -> RefusedStep:
    return RefusedStep(begin=begin, path=path, param=param, **more)


REFUSED_STEPS: Mapping[str, RefusedStep] = {
    "authorize_hold": _step(placing, INTENTS, "payment_method", waits=True, asks_bank=True),
    "refresh_hold": _step(pending_approval, ONE_INTENT, "intent"),
    "release_hold": _step(cancelling, CANCEL, "intent"),
    "check_hold": _step(claiming, ONE_INTENT, "intent", waits=True),
    "authorize_replacement_hold": _step(replacing, INTENTS, "payment_method", waits=True, asks_bank=True),
    "refresh_replacement_hold": _step(pending_increase, ONE_INTENT, "intent"),
    "release_replacement_hold": _step(increase_to_release, CANCEL, "intent"),
    "release_former_hold": _step(former_to_release, CANCEL, "intent"),
    "capture_payment": _step(completing, "POST /v1/payment_intents/*/capture", "intent", waits=True),
    "end_uncaptured_hold": _step(resolving, "* /v1/payment_intents/*", "intent"),
    "charge_again": _step(lapsed, INTENTS, "payment_method", waits=True, asks_bank=True),
    "charge_debt": _step(settling, INTENTS, "payment_method", waits=True, asks_bank=True),
    "refresh_debt_charge": _step(pending_debt, ONE_INTENT, "intent"),
    "cancel_debt_charge": _step(debt_to_cancel, "* /v1/payment_intents/*", "intent"),
    "transfer_earnings": _step(paying, "POST /v1/transfers", "destination", waits=True),
    "create_refund": _step(refunding, "POST /v1/refunds", "payment_intent"),
    "reverse_transfer": _step(refunding, "POST /v1/transfers/*/reversals", "id"),
    "refresh_payouts": _step(following_a_ready_account, "GET /v1/accounts/*", "account"),
    "refresh_dispute": _step(following_a_dispute, "GET /v1/disputes/*", "dispute"),
    "submit_evidence": _step(answering_a_dispute, "POST /v1/disputes/*", "dispute"),
    "refresh_refund": _step(checking_a_failed_refund, "GET /v1/refunds/*", "refund"),
    "ensure_account": _step(onboarding, "POST /v1/accounts", "account", waits=True),
    "open_onboarding": _step(onboarding, "POST /v1/account_links", "account", waits=True),
    "refresh_account": _step(answering, "GET /v1/accounts/*", "account", waits=True),
    "ensure_customer": _step(saving_a_card, "POST /v1/customers", "customer", waits=True),
    "open_checkout": _step(saving_a_card, "POST /v1/checkout/sessions", "customer", waits=True),
    "refresh_checkout": _step(filling_in, "GET /v1/checkout/sessions/*", "session", waits=True),
    "detach_card": _step(removing_card, "POST /v1/payment_methods/*/detach", "payment_method", waits=True),
}
