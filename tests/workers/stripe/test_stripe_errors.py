"""What each answer of Stripe means for a call: refused, retry later, or outcome unknown."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.cases import case
from tests.stack.worker_stack import WorkerStack
from workers.engine.call_failures import STRIPE_FAILED, CallFailed, KeyRefused, OutcomeUnknown, Refused, TryLater
from workers.stripe.gateway import open_stripe_gateway
from workers.stripe.gateway_cards import create_customer
from workers.stripe.gateway_intents import create_intent
from workers.stripe.gateway_payouts import retrieve_account

PATH = "POST /v1/customers"
STATUS = "status"
EXPECTED_ERRORS: dict[str, tuple[dict[str, Any], type[CallFailed], str]] = {
    "bad parameters": ({"kind": STATUS, "status": 400, "code": "parameter_unknown"}, Refused, "parameter_unknown"),
    "not enough money": ({"kind": STATUS, "status": 400, "code": "balance_insufficient"}, Refused, "balance_insuff"),
    "nothing of that name": ({"kind": STATUS, "status": 404, "code": "resource_missing"}, Refused, "resource_missing"),
    "the same call is under way": ({"kind": STATUS, "status": 409}, TryLater, "key_in_use"),
    "too many calls": ({"kind": STATUS, "status": 429}, TryLater, "rate_limit"),
    "somebody has it locked": ({"kind": STATUS, "status": 429, "code": "lock_timeout"}, TryLater, "lock_timeout"),
    "a key that was revoked": ({"kind": STATUS, "status": 401}, KeyRefused, "stripe_key"),
    "a key that may not": ({"kind": STATUS, "status": 403}, KeyRefused, "stripe_key"),
    "Stripe fails": ({"kind": STATUS, "status": 500}, OutcomeUnknown, STRIPE_FAILED),
    "Stripe is away": ({"kind": STATUS, "status": 503}, OutcomeUnknown, STRIPE_FAILED),
    "a proxy says 200": ({"kind": "html_200"}, OutcomeUnknown, "stripe_outcome_unknown"),
    "half a body": ({"kind": "truncate"}, OutcomeUnknown, "connection"),
    "torn down": ({"kind": "reset"}, OutcomeUnknown, "stripe_outcome_unknown"),
}


@pytest.fixture(autouse=True)
async def clear_faults(shared_stack: WorkerStack) -> AsyncIterator[None]:
    """Clear the faults, so that none outlives its test."""
    yield
    await shared_stack.clear_faults()


async def failure_of(call: Any) -> CallFailed:
    """Return the error of a call; fail when there is none."""
    with pytest.raises(CallFailed) as caught:
        await call
    return caught.value


@case(13, 18, 57)
@pytest.mark.parametrize("answer", EXPECTED_ERRORS)
async def test_each_answer_of_stripe_means_one_thing(shared_stack: WorkerStack, answer: str) -> None:
    """Each fault affects one call: if Stripe's library retried by itself, nothing would be raised."""
    fault, meaning, reason = EXPECTED_ERRORS[answer]
    await shared_stack.inject_fault(PATH, **fault)
    found = await failure_of(create_customer(shared_stack.context.stripe, {}, f"meaning:{answer}"))
    assert type(found) is meaning
    assert found.reason.startswith(reason)


async def test_the_same_key_with_other_parameters_is_a_fault_of_ours_and_a_definite_no(
    shared_stack: WorkerStack,
) -> None:
    await create_customer(shared_stack.context.stripe, {"description": "one"}, "meaning:twice")
    found = await failure_of(create_customer(shared_stack.context.stripe, {"description": "two"}, "meaning:twice"))
    assert (type(found), found.reason) == (Refused, "idempotency_error")


async def test_a_declined_card_leaves_an_intent_that_the_refusal_names(shared_stack: WorkerStack) -> None:
    """We must cancel that intent; Stripe's library hides it in the body of the error."""
    member = await shared_stack.add_member(card="pm_card_chargeCustomerFail")
    assert member.card is not None
    customer = await shared_stack.rows("SELECT stripe_customer FROM person WHERE id = :id", id=member.person_id)
    params = {"amount": 900, "currency": "sgd", "customer": customer[0].stripe_customer, "confirm": True}
    params |= {"payment_method": member.card.payment_method, "capture_method": "manual"}
    params |= {"return_url": "https://t.me/campus"}
    found = await failure_of(create_intent(shared_stack.context.stripe, params, "meaning:declined"))
    assert isinstance(found, Refused)
    assert found.reason == "declined"
    assert found.payment_intent is not None
    assert found.payment_intent.id.startswith("pi_")


async def test_a_disconnected_account_is_a_refusal_and_no_fault_of_our_key(shared_stack: WorkerStack) -> None:
    await shared_stack.inject_fault("GET /v1/accounts/*", STATUS, status=403, code="account_invalid")
    found = await failure_of(retrieve_account(shared_stack.context.stripe, "acct_of_somebody"))
    assert (type(found), found.reason) == (Refused, "account_invalid")


async def test_an_unreachable_server_means_that_nothing_was_sent() -> None:
    client = open_stripe_gateway("sk_test_nobody", "http://127.0.0.1:9")
    try:
        assert type(await failure_of(create_customer(client, {}, "meaning:nobody"))) is TryLater
    finally:
        await client.close()
