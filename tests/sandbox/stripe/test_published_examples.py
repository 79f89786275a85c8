"""Tests that every answer looks like the example that Stripe publishes of its kind."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.stripe.stripe_platform import StripePlatform
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


async def test_no_answer_lacks_a_field_of_its_published_example_or_has_another_type_there(
    platform: StripePlatform,
) -> None:
    login = await platform.v1.accounts.login_links.create_async(await platform.create_runner_account())
    answers = [*await one_of_each_kind(platform), login]
    found = {answer["object"]: answer for answer in (each.to_dict() for each in answers)}
    assert found.keys() == EXAMPLES.keys()
    for kind, answer in found.items():
        example = EXAMPLES[kind]
        assert example.keys() - answer.keys() == LACKING.get(kind, frozenset()), kind
        for name in example.keys() & answer.keys():
            if example[name] is not None and answer[name] is not None:
                assert json_type(answer[name]) == json_type(example[name]), f"{kind}.{name}"


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_is_of_the_kind_that_it_stands_for(kind: str) -> None:
    assert EXAMPLES[kind]["object"] == kind
