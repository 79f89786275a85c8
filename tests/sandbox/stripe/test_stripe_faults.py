"""Tests that ordered faults look to Stripe's client like real ones, and happen before or after the effect."""

import asyncio

import aiohttp
import pytest
import stripe

from tests.sandbox.stripe.stripe_platform import StripePlatform, open_platform

CREATE_CUSTOMER_CALL = "POST /v1/customers"


async def count_customers(platform: StripePlatform) -> int:
    """Return the number of customers."""
    return len(await platform.objects("customer"))


@pytest.mark.parametrize("kind", ["lost_answer", "reset"])
@pytest.mark.parametrize(("before", "made"), [(False, 1), (True, 0)])
async def test_a_lost_connection_leaves_the_outcome_unknown(
    platform: StripePlatform, kind: str, before: bool, made: int
) -> None:
    await platform.order_fault(path=CREATE_CUSTOMER_CALL, kind=kind, before=before)
    with pytest.raises(stripe.APIConnectionError):
        await platform.v1.customers.create_async({})
    assert await count_customers(platform) == made


async def test_the_same_key_finds_what_a_lost_answer_left_behind(platform: StripePlatform) -> None:
    await platform.order_fault(path=CREATE_CUSTOMER_CALL, kind="lost_answer")
    with pytest.raises(stripe.APIConnectionError):
        await platform.v1.customers.create_async({}, {"idempotency_key": "k"})
    found = await platform.v1.customers.create_async({}, {"idempotency_key": "k"})
    assert [one["id"] for one in await platform.objects("customer")] == [found.id]
    *_, lost, replayed = await platform.calls()
    assert (lost["status"], lost["replayed"]) == (0, False)
    assert (replayed["status"], replayed["replayed"], replayed["idempotency_key"]) == (200, True, "k")


async def test_a_truncated_answer_ends_in_the_middle(platform: StripePlatform) -> None:
    await platform.order_fault(path=CREATE_CUSTOMER_CALL, kind="truncate")
    with pytest.raises((stripe.APIConnectionError, aiohttp.ClientPayloadError)):
        await platform.v1.customers.create_async({})
    assert await count_customers(platform) == 1


async def test_a_proxy_page_is_not_taken_for_an_answer(platform: StripePlatform) -> None:
    await platform.order_fault(path=CREATE_CUSTOMER_CALL, kind="html_200")
    with pytest.raises(stripe.APIError) as confused:
        await platform.v1.customers.create_async({})
    assert confused.value.http_status == 200
    assert await count_customers(platform) == 1


async def test_a_call_that_hangs_before_its_effect_has_none_when_the_caller_gives_up(url: str) -> None:
    async with open_platform(url, timeout_seconds=0.2) as hasty, open_platform(url) as patient:
        await hasty.order_fault(path=CREATE_CUSTOMER_CALL, kind="hang", seconds=0.6)
        with pytest.raises(stripe.APIConnectionError):
            await hasty.v1.customers.create_async({}, {"idempotency_key": "k"})
        while True:  # the key is free again once the sandbox has noticed
            try:
                await patient.v1.customers.create_async({}, {"idempotency_key": "k"})
                break
            except stripe.APIError as error:
                assert error.http_status == 409
        assert await count_customers(hasty) == 1


async def test_a_call_that_hangs_after_its_effect_keeps_it(url: str) -> None:
    async with open_platform(url, timeout_seconds=1.5) as hasty:
        await hasty.order_fault(path=CREATE_CUSTOMER_CALL, kind="hang", seconds=30, before=False)
        with pytest.raises(stripe.APIConnectionError):
            await hasty.v1.customers.create_async({})
        assert await count_customers(hasty) == 1


async def test_a_fault_strikes_only_its_path_and_only_so_often(platform: StripePlatform) -> None:
    await platform.order_fault(path="POST /v1/payment_intents/*/capture", kind="status", status=503, times=2)
    held = await platform.create_hold()
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            await platform.v1.payment_intents.capture_async(held.id)
        assert failed.value.http_status == 503
    assert (await platform.v1.payment_intents.capture_async(held.id)).status == "succeeded"


async def test_ordered_faults_can_be_removed(platform: StripePlatform) -> None:
    await platform.order_fault(path="*", kind="status", status=500, times=100)
    await platform.clear_faults()
    assert await platform.create_customer()


async def test_an_order_that_makes_no_sense_is_refused_with_a_sentence(platform: StripePlatform) -> None:
    assert "message" in await platform.control_refusal("faults", path="*", kind="earthquake")
    assert "message" in await platform.control_refusal("clock", advance=-1)
    assert "message" in await platform.control_refusal("webhooks", colour="red")


async def test_a_fault_can_be_ordered_for_one_key_and_is_listed_until_it_strikes(platform: StripePlatform) -> None:
    await platform.order_fault(path="*", key="*:second:*", kind="status", status=500)
    assert await platform.v1.customers.create_async({}, {"idempotency_key": "saga:first:1"})
    assert [one["key"] for one in await platform.pending_faults()] == ["*:second:*"]
    with pytest.raises(stripe.APIError):
        await platform.v1.customers.create_async({}, {"idempotency_key": "saga:second:1"})
    assert await platform.pending_faults() == []


async def test_a_hanging_call_can_be_executed_after_its_caller_has_left(url: str) -> None:
    async with open_platform(url, timeout_seconds=0.2) as hasty:
        await hasty.order_fault(path=CREATE_CUSTOMER_CALL, kind="hang", anyway=True)
        with pytest.raises(stripe.APIConnectionError):
            await hasty.v1.customers.create_async({}, {"idempotency_key": "k"})
        with pytest.raises(stripe.APIError) as busy:
            await hasty.v1.customers.create_async({}, {"idempotency_key": "k"})
        assert busy.value.http_status == 409
        assert await count_customers(hasty) == 0
        await hasty.clear_faults()
        async with asyncio.timeout(5):
            while await count_customers(hasty) == 0:
                continue
        assert await count_customers(hasty) == 1
