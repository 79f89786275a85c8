"""Tests that invalid requests are refused in Stripe's words, and that lists work like Stripe's."""

import pytest

from tests.sandbox.stripe.stripe_platform import SECRET_KEY, StripePlatform

HOLD = {"amount": "500", "currency": "usd"}


async def refusal(
    platform: StripePlatform, path: str, form: dict[str, str], verb: str = "POST"
) -> tuple[int, str | None, str | None]:
    """Return status, code and parameter of a refused call."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    body, query = (form, None) if verb == "POST" else (None, form)
    async with platform.session.request(
        verb, f"{platform.url}{path}", headers=headers, data=body, params=query
    ) as answer:
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
        ({**HOLD, "application_fee_amount": "1"}, "sandbox_not_supported", "application_fee_amount"),
        ({**HOLD, "metadata[k]": "v" * 501}, None, "metadata[k]"),
    ],
)
async def test_a_parameter_that_does_not_fit_is_named(
    platform: StripePlatform, form: dict[str, str], code: str | None, param: str
) -> None:
    assert await refusal(platform, "/v1/payment_intents", form) == (400, code, param)
    assert await platform.objects("payment_intent") == []


async def test_what_does_not_exist_is_not_found(platform: StripePlatform) -> None:
    assert await refusal(platform, "/v1/payment_intents/pi_nobody", {}, "GET") == (404, "resource_missing", "intent")
    assert (await refusal(platform, "/v1/accounts/acct_nobody", {}, "GET"))[:2] == (403, "account_invalid")
    assert (await refusal(platform, "/v1/charges/search", {"query": "x"}, "GET"))[0] == 404
    assert (await refusal(platform, "/v1/unheard_of", {}))[0] == 404


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer sk_live_x", "Bearer whatever", "Basic sk_test_x"])
async def test_only_test_keys_are_accepted(platform: StripePlatform, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    async with platform.session.get(f"{platform.url}/v1/customers", headers=headers) as answer:
        assert answer.status == 401


async def test_another_version_of_the_api_is_refused(platform: StripePlatform) -> None:
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Version": "2019-01-01"}
    async with platform.session.get(f"{platform.url}/v1/customers", headers=headers) as answer:
        assert answer.status == 400


async def test_lists_are_newest_first_and_paged_by_cursor(platform: StripePlatform) -> None:
    made = [await platform.create_customer() for _ in range(5)]
    first = await platform.v1.customers.list_async({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (made[:2:-1], True)
    second = await platform.v1.customers.list_async({"limit": 3, "starting_after": made[3]})
    assert ([one.id for one in second.data], second.has_more) == (made[2::-1], False)
    back = await platform.v1.customers.list_async({"limit": 2, "ending_before": made[1]})
    assert ([one.id for one in back.data], back.has_more) == ([made[3], made[2]], True)
    assert [one.id async for one in first.auto_paging_iter()] == made[::-1]
    assert (await refusal(platform, "/v1/customers", {"limit": "101"}, "GET"))[1] == "parameter_invalid_integer"


async def test_lists_filter_by_what_they_are_asked_for(platform: StripePlatform) -> None:
    client = platform.v1
    own_hold = await platform.create_hold(group="ord_ours")
    await platform.post("clock", advance=100)
    other_hold = await platform.create_hold(group="ord_theirs")
    by_customer = await client.payment_intents.list_async({"customer": str(own_hold.customer)})
    assert [one.id for one in by_customer.data] == [own_hold.id]
    by_time = await client.payment_intents.list_async({"created": {"gte": other_hold.created}})
    assert [one.id for one in by_time.data] == [other_hold.id]
    by_group = await client.charges.list_async({"transfer_group": "ord_ours", "expand": ["data.payment_intent"]})
    assert [one.payment_intent.id for one in by_group.data if not isinstance(one.payment_intent, str | None)] == [
        own_hold.id
    ]
    by_type = await client.events.list_async({"type": "payment_intent.*", "created": {"gte": other_hold.created}})
    assert {one.type for one in by_type.data} == {"payment_intent.created", "payment_intent.amount_capturable_updated"}


async def test_what_cannot_be_expanded_is_refused(platform: StripePlatform) -> None:
    held = await platform.create_hold()
    for paths in ({"expand[]": "amount"}, {"expand[]": "latest_charge.captured"}):
        assert (await refusal(platform, f"/v1/payment_intents/{held.id}", paths, "GET"))[0] == 400


async def test_the_sandboxs_own_keys_never_leave_it(platform: StripePlatform) -> None:
    held = await platform.create_hold()
    method = await platform.v1.payment_methods.retrieve_async(str(held.payment_method))
    event = (await platform.v1.events.list_async()).data[0]
    for answer in (held, method, event.data.object):
        assert not [name for name in answer.to_dict() if name.startswith("_")]
