"""Tests that every answer looks like the example that Stripe publishes of its kind."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.sandbox.stripe.stripe_platform import SECRET_KEY, StripePlatform
from tests.sandbox.stripe.test_response_shapes import one_of_each_kind

# From github.com/stripe/openapi, under the licence beside it; only the kinds that the stand-in answers with.
EXAMPLES: Mapping[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("published_examples.json").read_text(encoding="utf-8")
)
# Fields of an example that nobody here reads: of features that are not used, and the lists of older versions.
LACKING: Mapping[str, frozenset[str]] = {
    "charge": frozenset({"refunds", "source"}),
    "checkout.session": frozenset(
        {"adaptive_pricing", "integration_identifier", "managed_payments", "phone_number_collection"}
    ),
    "dispute": frozenset({"payment_method_details"}),
    "payment_intent": frozenset({"managed_payments"}),
    "payment_method": frozenset({"customer_account"}),
    "payout": frozenset({"application_fee", "application_fee_amount", "payout_method", "trace_id"}),
    "refund": frozenset({"customer_account"}),
    "topup": frozenset({"initiated_by"}),
}


def json_type(value: object) -> str:
    """Return the type of a value in JSON; a whole number and a fraction are one."""
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def is_method_not_offered(value: object) -> bool:
    """Return whether a configuration of payment methods names one here that the stand-in's dashboard does not have."""
    return isinstance(value, dict) and value.keys() == {"available", "display_preference"}


async def answers_over_plain_http(platform: StripePlatform) -> list[dict[str, Any]]:
    """Return the answers that the platform of these tests asks for over plain HTTP alone."""
    paid = await platform.create_captured_payment()
    await platform.post(f"disputes/{paid.latest_charge}", warn=True)
    await platform.post("platform", webhook_endpoints=[{"url": "https://shop.example/stripe", "events": ["*"]}])
    (warned,) = (await platform.v1.events.list_async({"type": "radar.early_fraud_warning.created"})).data
    headers, form = {"Authorization": f"Bearer {SECRET_KEY}"}, aiohttp.FormData({"purpose": "dispute_evidence"})
    form.add_field("file", b"\xff\xd8\xff", filename="photo.jpg")
    async with platform.session.post(f"{platform.url}/v1/files", data=form, headers=headers) as answer:
        answers = [warned.to_dict()["data"]["object"], await answer.json()]
    for name in ("webhook_endpoints", "payment_method_configurations"):
        async with platform.session.get(f"{platform.url}/v1/{name}", headers=headers) as answer:
            answers += (await answer.json())["data"]
    return answers


async def test_no_answer_lacks_a_field_of_its_published_example_or_has_another_type_there(
    platform: StripePlatform,
) -> None:
    login = await platform.v1.accounts.login_links.create_async(await platform.create_runner_account())
    answers = [each.to_dict() for each in (*await one_of_each_kind(platform), login)]
    found = {answer["object"]: answer for answer in (*answers, *await answers_over_plain_http(platform))}
    assert found.keys() == EXAMPLES.keys()
    for kind, answer in found.items():
        example = EXAMPLES[kind]
        lacking = {name for name in example.keys() - answer.keys() if not is_method_not_offered(example[name])}
        assert lacking == LACKING.get(kind, frozenset()), kind
        for name in example.keys() & answer.keys():
            if example[name] is not None and answer[name] is not None:
                assert json_type(answer[name]) == json_type(example[name]), f"{kind}.{name}"


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_is_of_the_kind_that_it_stands_for(kind: str) -> None:
    assert EXAMPLES[kind]["object"] == kind
