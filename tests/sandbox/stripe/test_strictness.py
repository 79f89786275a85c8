"""What does not fit is refused in Stripe's words, and lists behave as Stripe's do."""

from __future__ import annotations

import pytest

from tests.sandbox.stripe.shop import SECRET_KEY, Shop

HOLD = {"amount": "500", "currency": "usd"}


async def refusal(
    shop: Shop, path: str, form: dict[str, str], verb: str = "POST"
) -> tuple[int, str | None, str | None]:
    """Status, code and parameter of a refused call."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    body, query = (form, None) if verb == "POST" else (None, form)
    async with shop.http.request(verb, f"{shop.url}{path}", headers=headers, data=body, params=query) as answer:
        error = (await answer.json())["error"]
        return answer.status, error.get("code"), error.get("param")


@pytest.mark.parametrize(
    ("form", "code", "param"),
    [
        ({**HOLD, "colour": "red"}, "parameter_unknown", "colour"),
        (
            {**HOLD, "automatic_payment_methods[colour]": "red"},
            "parameter_unknown",
            "automatic_payment_methods[colour]",
        ),
        ({"amount": "500"}, "parameter_missing", "currency"),
        ({**HOLD, "amount": "abc"}, "parameter_invalid_integer", "amount"),
        ({**HOLD, "amount": "5.5"}, "parameter_invalid_integer", "amount"),
        ({**HOLD, "amount": "-5"}, "parameter_invalid_integer", "amount"),
        ({**HOLD, "amount": ""}, "parameter_invalid_empty", "amount"),
        ({**HOLD, "amount": "49"}, "amount_too_small", "amount"),
        ({**HOLD, "amount": "100000000"}, "amount_too_large", "amount"),
        ({**HOLD, "capture_method": "later"}, None, "capture_method"),
        ({**HOLD, "confirm": "maybe"}, None, "confirm"),
        ({**HOLD, "expand": "latest_charge"}, None, "expand"),
        ({**HOLD, "currency": "xyz"}, None, "currency"),
        ({**HOLD, "customer": "cus_nobody"}, "resource_missing", "customer"),
        ({**HOLD, "application_fee_amount": "1"}, "sandbox_not_played", "application_fee_amount"),
        ({**HOLD, "metadata[k]": "v" * 501}, None, "metadata[k]"),
    ],
)
async def test_a_parameter_that_does_not_fit_is_named(
    shop: Shop, form: dict[str, str], code: str | None, param: str
) -> None:
    assert await refusal(shop, "/v1/payment_intents", form) == (400, code, param)
    assert await shop.look("objects", kind="payment_intent") == []


async def test_what_does_not_exist_is_not_found(shop: Shop) -> None:
    assert await refusal(shop, "/v1/payment_intents/pi_nobody", {}, "GET") == (404, "resource_missing", "intent")
    assert (await refusal(shop, "/v1/accounts/acct_nobody", {}, "GET"))[:2] == (403, "account_invalid")
    assert (await refusal(shop, "/v1/charges/search", {"query": "x"}, "GET"))[0] == 404
    assert (await refusal(shop, "/v1/unheard_of", {}))[0] == 404


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer sk_live_x", "Bearer whatever", "Basic sk_test_x"])
async def test_only_test_keys_open_the_door(shop: Shop, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    async with shop.http.get(f"{shop.url}/v1/customers", headers=headers) as answer:
        assert answer.status == 401


async def test_another_version_of_the_api_is_refused(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Version": "2019-01-01"}
    async with shop.http.get(f"{shop.url}/v1/customers", headers=headers) as answer:
        assert answer.status == 400


async def test_lists_are_newest_first_and_paged_by_cursor(shop: Shop) -> None:
    made = [await shop.customer() for _ in range(5)]
    first = await shop.client.v1.customers.list_async({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (made[:2:-1], True)
    second = await shop.client.v1.customers.list_async({"limit": 3, "starting_after": made[3]})
    assert ([one.id for one in second.data], second.has_more) == (made[2::-1], False)
    back = await shop.client.v1.customers.list_async({"limit": 2, "ending_before": made[1]})
    assert ([one.id for one in back.data], back.has_more) == ([made[3], made[2]], True)
    assert [one.id async for one in first.auto_paging_iter()] == made[::-1]
    assert (await refusal(shop, "/v1/customers", {"limit": "101"}, "GET"))[1] == "parameter_invalid_integer"


async def test_lists_filter_by_what_they_are_asked_for(shop: Shop) -> None:
    client = shop.client.v1
    ours = await shop.hold(group="ord_ours")
    await shop.pull("clock", advance=100)
    theirs = await shop.hold(group="ord_theirs")
    by_customer = await client.payment_intents.list_async({"customer": str(ours.customer)})
    assert [one.id for one in by_customer.data] == [ours.id]
    by_time = await client.payment_intents.list_async({"created": {"gte": theirs.created}})
    assert [one.id for one in by_time.data] == [theirs.id]
    by_group = await client.charges.list_async({"transfer_group": "ord_ours", "expand": ["data.payment_intent"]})
    assert [one.payment_intent.id for one in by_group.data if not isinstance(one.payment_intent, str | None)] == [
        ours.id
    ]
    by_type = await client.events.list_async({"type": "payment_intent.*", "created": {"gte": theirs.created}})
    assert {one.type for one in by_type.data} == {
        "payment_intent.created",
        "payment_intent.amount_capturable_updated",
    }


async def test_what_cannot_be_expanded_is_refused(shop: Shop) -> None:
    held = await shop.hold()
    for paths in ({"expand[]": "amount"}, {"expand[]": "latest_charge.captured"}):
        assert (await refusal(shop, f"/v1/payment_intents/{held.id}", paths, "GET"))[0] == 400


async def test_the_sandboxs_own_keys_never_leave_it(shop: Shop) -> None:
    held = await shop.hold()
    method = await shop.client.v1.payment_methods.retrieve_async(str(held.payment_method))
    event = (await shop.client.v1.events.list_async()).data[0]
    for answer in (held, method, event.data.object):
        assert not [name for name in answer.to_dict() if name.startswith("_")]
