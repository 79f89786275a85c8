"""What each answer of Stripe means for a call: a no, a not now, or nobody knows; as its library raises them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.town import Town
from workers.outcomes import FAILED, CallFailed, Refused, TryLater, Unknown
from workers.stripe_gateway import create_customer, create_intent, open_client, retrieve_account

PATH = "POST /v1/customers"
STATUS = "status"
MEANINGS: dict[str, tuple[dict[str, Any], type[CallFailed], str]] = {
    "bad parameters": ({"kind": STATUS, "status": 400, "code": "parameter_unknown"}, Refused, "parameter_unknown"),
    "not enough money": ({"kind": STATUS, "status": 400, "code": "balance_insufficient"}, Refused, "balance_insuff"),
    "nothing of that name": ({"kind": STATUS, "status": 404, "code": "resource_missing"}, Refused, "resource_missing"),
    "the same call is under way": ({"kind": STATUS, "status": 409}, TryLater, "key_in_use"),
    "too many calls": ({"kind": STATUS, "status": 429}, TryLater, "rate_limit"),
    "somebody has it locked": ({"kind": STATUS, "status": 429, "code": "lock_timeout"}, TryLater, "lock_timeout"),
    "a key that was revoked": ({"kind": STATUS, "status": 401}, TryLater, "stripe_key"),
    "a key that may not": ({"kind": STATUS, "status": 403}, TryLater, "stripe_key"),
    "Stripe fails": ({"kind": STATUS, "status": 500}, Unknown, FAILED),
    "Stripe is away": ({"kind": STATUS, "status": 503}, Unknown, FAILED),
    "a proxy says 200": ({"kind": "html_200"}, Unknown, "stripe_unclear"),
    "half a body": ({"kind": "truncate"}, Unknown, "connection"),
    "torn down": ({"kind": "reset"}, Unknown, "stripe_unclear"),
}


@pytest.fixture(autouse=True)
async def well_again(shared_town: Town) -> AsyncIterator[None]:
    """No fault outlives its test."""
    yield
    await shared_town.no_faults()


async def failure(call: Any) -> CallFailed:
    """What a call ended with; it must not end well."""
    with pytest.raises(CallFailed) as caught:
        await call
    return caught.value


@pytest.mark.parametrize("answer", MEANINGS)
async def test_each_answer_of_stripe_means_one_thing(shared_town: Town, answer: str) -> None:
    """Each fault is good for one call: were the library to try again by itself, nothing would be raised."""
    fault, meaning, reason = MEANINGS[answer]
    await shared_town.fault(PATH, **fault)
    found = await failure(create_customer(shared_town.workshop.stripe, {}, f"meaning:{answer}"))
    assert type(found) is meaning
    assert found.reason.startswith(reason)


async def test_the_same_key_with_other_parameters_is_a_fault_of_ours_and_a_definite_no(shared_town: Town) -> None:
    await create_customer(shared_town.workshop.stripe, {"description": "one"}, "meaning:twice")
    found = await failure(create_customer(shared_town.workshop.stripe, {"description": "two"}, "meaning:twice"))
    assert (type(found), found.reason) == (Refused, "idempotency_error")


async def test_a_declined_card_leaves_an_intent_that_the_refusal_names(shared_town: Town) -> None:
    """It is ours to cancel: the library hides it in the error's body."""
    member = await shared_town.member(card="pm_card_chargeCustomerFail")
    assert member.card is not None
    customer = await shared_town.rows("SELECT stripe_customer FROM person WHERE id = :id", id=member.person_id)
    params = {"amount": 900, "currency": "sgd", "customer": customer[0].stripe_customer, "confirm": True}
    params |= {"payment_method": member.card.payment_method, "capture_method": "manual"}
    params |= {"return_url": "https://t.me/campus"}
    found = await failure(create_intent(shared_town.workshop.stripe, params, "meaning:declined"))
    assert (type(found), found.reason) == (Refused, "declined")
    assert found.known["payment_intent"]["id"].startswith("pi_")


async def test_an_account_that_is_cut_off_is_a_no_and_no_trouble_with_our_key(shared_town: Town) -> None:
    await shared_town.fault("GET /v1/accounts/*", STATUS, status=403, code="account_invalid")
    found = await failure(retrieve_account(shared_town.workshop.stripe, "acct_of_somebody"))
    assert (type(found), found.reason) == (Refused, "account_invalid")


async def test_nobody_at_the_other_end_means_that_nobody_knows() -> None:
    client = open_client("sk_test_nobody", "http://127.0.0.1:9")
    try:
        assert type(await failure(create_customer(client, {}, "meaning:nobody"))) is Unknown
    finally:
        await client.close()
