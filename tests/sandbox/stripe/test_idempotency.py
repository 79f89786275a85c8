"""Tests that an idempotency key makes a call happen once, as Stripe promises."""

import asyncio

import pytest
import stripe

from sandbox.stripe.stripe_clock import SECONDS_PER_DAY
from tests.sandbox.stripe.stripe_platform import SECRET_KEY, StripePlatform


async def raw_post(platform: StripePlatform, path: str, key: str, **form: str) -> tuple[int, str, str | None]:
    """Return status, body and replay header of a POST without a client library, which would retry."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Idempotency-Key": key}
    async with platform.session.post(f"{platform.url}{path}", data=form, headers=headers) as answer:
        return answer.status, await answer.text(), answer.headers.get("Idempotent-Replayed")


async def test_the_same_key_replays_the_first_answer_exactly(platform: StripePlatform) -> None:
    first = await raw_post(platform, "/v1/customers", "k1", name="Ada")
    again = await raw_post(platform, "/v1/customers", "k1", name="Ada")
    assert (first[0], first[2]) == (200, None)
    assert again == (200, first[1], "true")
    assert len(await platform.objects("customer")) == 1


async def test_a_decline_is_replayed_without_asking_the_bank_again(platform: StripePlatform) -> None:
    customer = await platform.create_customer()
    method = await platform.save_card(customer, "pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await platform.create_hold_on_card(customer, method, key="k2")
    assert len(await platform.objects("charge")) == 1


async def test_a_key_with_other_parameters_or_another_endpoint_is_an_idempotency_error(
    platform: StripePlatform,
) -> None:
    await raw_post(platform, "/v1/customers", "k3", name="Ada")
    with pytest.raises(stripe.IdempotencyError) as other_parameters:
        await platform.v1.customers.create_async({"name": "Bea"}, {"idempotency_key": "k3"})
    assert other_parameters.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        await platform.v1.accounts.create_async({"controller": {}}, {"idempotency_key": "k3"})


async def test_a_key_still_in_flight_is_a_conflict_and_replays_afterwards(platform: StripePlatform) -> None:
    await platform.order_fault(path="POST /v1/customers", kind="hang", seconds=0.4)
    both = await asyncio.gather(*(raw_post(platform, "/v1/customers", "k4", name="Ada") for _ in range(2)))
    (status, made, _), (conflict_status, conflict, _) = sorted(both)
    assert (status, conflict_status) == (200, 409)
    assert "idempotency_key_in_use" in conflict
    assert await raw_post(platform, "/v1/customers", "k4", name="Ada") == (200, made, "true")
    assert len(await platform.objects("customer")) == 1


async def test_a_refused_parameter_leaves_the_key_unused(platform: StripePlatform) -> None:
    status, _, _ = await raw_post(platform, "/v1/customers", "k5", nonsense="1")
    assert status == 400
    status, _, replayed = await raw_post(platform, "/v1/customers", "k5", name="Ada")
    assert (status, replayed) == (200, None)


async def test_a_server_error_is_stored_under_its_key_and_a_rate_limit_is_not(platform: StripePlatform) -> None:
    await platform.order_fault(path="POST /v1/customers", kind="status", status=500, before=False)
    first = await raw_post(platform, "/v1/customers", "k6", name="Ada")
    assert (first[0], first[2]) == (500, None)
    assert await raw_post(platform, "/v1/customers", "k6", name="Ada") == (500, first[1], "true")
    assert len(await platform.objects("customer")) == 1
    await platform.order_fault(path="POST /v1/customers", kind="status", status=429, retry_after=1)
    assert (await raw_post(platform, "/v1/customers", "k7", name="Bea"))[0] == 429
    assert (await raw_post(platform, "/v1/customers", "k7", name="Bea"))[0] == 200


async def test_a_key_older_than_a_day_starts_a_new_operation(platform: StripePlatform) -> None:
    await raw_post(platform, "/v1/customers", "k8", name="Ada")
    await platform.post("clock", advance=SECONDS_PER_DAY - 10)
    assert (await raw_post(platform, "/v1/customers", "k8", name="Ada"))[2] == "true"
    await platform.post("clock", advance=20)
    assert (await raw_post(platform, "/v1/customers", "k8", name="Ada"))[2] is None
    assert len(await platform.objects("customer")) == 2
