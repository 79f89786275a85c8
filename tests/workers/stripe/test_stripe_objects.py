"""How Stripe's objects are read: expanded or not, with fields that are missing, and with words nobody knows yet."""

from datetime import UTC, datetime
from typing import Any

import pytest

from workers.stripe.objects.account import parse_account
from workers.stripe.objects.balance import BalanceTransactionType, parse_balance, parse_balance_transaction
from workers.stripe.objects.card import CheckoutStatus, parse_checkout_session
from workers.stripe.objects.dispute import StripeDisputeStatus, parse_dispute
from workers.stripe.objects.event import parse_event, parse_event_object
from workers.stripe.objects.list_page import parse_page
from workers.stripe.objects.payment_intent import PaymentIntentStatus, parse_payment_intent
from workers.stripe.objects.refund import StripeRefundStatus, parse_refund
from workers.stripe.objects.transfer import parse_transfer

INTENT = {"id": "pi_1", "status": "succeeded", "amount": 900, "amount_received": 900, "currency": "sgd", "created": 1}
REFUND = {"id": "re_1", "status": "pending", "amount": 300, "currency": "sgd", "created": 2}
TRANSACTION = {"id": "txn_1", "type": "charge", "amount": 900, "fee": 40, "net": 860, "currency": "sgd", "created": 3}
TRANSFER = {"id": "tr_1", "amount": 700, "amount_reversed": 50, "currency": "sgd", "created": 4}
DISPUTE = {"id": "du_1", "status": "needs_response", "amount": 900, "currency": "sgd", "reason": "fraudulent"}


@pytest.mark.parametrize("customer", ["cus_1", {"id": "cus_1", "object": "customer"}])
def test_a_reference_is_read_alike_expanded_or_not(customer: object) -> None:
    assert parse_payment_intent(INTENT | {"customer": customer}).customer == "cus_1"


def test_a_charge_is_there_only_when_stripe_was_asked_to_expand_it() -> None:
    assert parse_payment_intent(INTENT | {"latest_charge": "ch_1"}).latest_charge is None
    card = {"card": {"capture_before": 60}}
    charge: dict[str, Any] = {"id": "ch_1", "payment_method_details": card, "balance_transaction": "txn_1"}
    found = parse_payment_intent(INTENT | {"latest_charge": charge}).latest_charge
    assert found is not None
    assert (found.id, found.capture_before) == ("ch_1", datetime(1970, 1, 1, 0, 1, tzinfo=UTC))
    assert found.balance_transaction is None
    charge |= {"balance_transaction": TRANSACTION, "payment_method_details": None}
    found = parse_payment_intent(INTENT | {"latest_charge": charge}).latest_charge
    assert found is not None
    assert found.capture_before is None
    assert found.balance_transaction == parse_balance_transaction(TRANSACTION)


def test_an_intent_says_why_it_was_not_paid() -> None:
    assert parse_payment_intent(INTENT | {"status": "canceled"}).why_not_paid == "canceled"
    abandoned = INTENT | {"status": "canceled", "cancellation_reason": "abandoned"}
    assert parse_payment_intent(abandoned).why_not_paid == "abandoned"
    declined = abandoned | {"last_payment_error": {"code": "card_declined"}}
    assert parse_payment_intent(declined).why_not_paid == "card_declined"


def test_the_link_of_the_bank_is_found_inside_the_next_action() -> None:
    action = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example"}}
    assert parse_payment_intent(INTENT | {"next_action": action}).approval_url == "https://bank.example"
    assert parse_payment_intent(INTENT | {"next_action": None}).approval_url is None


def test_a_status_of_next_year_is_unknown_and_is_kept_for_notes() -> None:
    intent = parse_payment_intent(INTENT | {"status": "requires_dance"})
    assert (intent.status, intent.raw_status) == (PaymentIntentStatus.UNKNOWN, "requires_dance")
    refund = parse_refund(REFUND | {"status": "requires_dance"})
    assert (refund.status, refund.raw_status) == (StripeRefundStatus.UNKNOWN, "requires_dance")
    transaction = parse_balance_transaction(TRANSACTION | {"type": "dance"})
    assert (transaction.type, transaction.raw_type) == (BalanceTransactionType.UNKNOWN, "dance")
    assert parse_dispute(DISPUTE | {"status": "danced"}).status is StripeDisputeStatus.UNKNOWN
    assert parse_checkout_session({"id": "cs_1", "status": "danced"}).status is CheckoutStatus.UNKNOWN
    assert not parse_account({"id": "acct_1", "capabilities": {"transfers": "danced"}}).can_receive_transfers


def test_every_status_of_today_is_known() -> None:
    for status in set(PaymentIntentStatus) - {PaymentIntentStatus.UNKNOWN}:
        assert parse_payment_intent(INTENT | {"status": str(status)}).status is status


def test_only_a_failed_or_canceled_refund_is_a_failure() -> None:
    assert {status for status in StripeRefundStatus if status.is_failure} == {"failed", "canceled"}
    assert parse_refund(REFUND | {"status": None}).raw_status == ""


def test_an_object_without_metadata_names_nothing() -> None:
    assert (parse_payment_intent(INTENT).metadata.order, parse_refund(REFUND).metadata.saga) == (None, None)
    transfer = parse_transfer(TRANSFER | {"metadata": {"order": "7", "saga": "s", "call": "c", "note": "n"}})
    assert (transfer.metadata.order, transfer.metadata.saga, transfer.metadata.call) == ("7", "s", "c")
    assert transfer.metadata.values["note"] == "n"


def test_a_transfer_comes_with_its_reversals() -> None:
    reversal = {"id": "trr_1", "amount": 50, "metadata": {"call": "late"}}
    (found,) = parse_transfer(TRANSFER | {"reversals": {"data": [reversal]}}).reversals
    assert (found.id, found.amount, found.metadata.call) == ("trr_1", 50, "late")
    assert parse_transfer(TRANSFER).reversals == ()


def test_a_reversal_is_named_only_where_the_source_is_expanded() -> None:
    plain = parse_balance_transaction(TRANSACTION | {"source": "trr_1"})
    assert (plain.source, plain.cause.transfer) == ("trr_1", None)
    source = {"id": "trr_1", "object": "transfer_reversal", "transfer": "tr_1"}
    expanded = parse_balance_transaction(TRANSACTION | {"source": source})
    assert (expanded.source, expanded.cause.transfer) == ("trr_1", "tr_1")


def test_a_dispute_sums_what_moved_for_it() -> None:
    moved = [TRANSACTION | {"amount": -900, "fee": 1_500}, TRANSACTION | {"amount": 900, "fee": -1_500}]
    found = parse_dispute(DISPUTE | {"balance_transactions": moved, "evidence_details": {"due_by": 60}})
    assert (found.withdrawn, found.returned, found.fee, found.fee_returned) == (900, 900, 1_500, 1_500)
    assert found.answer_by == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert {status for status in StripeDisputeStatus if status.is_won} == {"won", "warning_closed", "prevented"}


def test_a_balance_is_what_is_available_and_what_is_pending() -> None:
    parts = [{"currency": "sgd", "amount": 5}, {"currency": "usd", "amount": 1}]
    balance = parse_balance({"available": parts, "pending": parts[:1]})
    assert dict(balance.amounts) == {"sgd": 10, "usd": 1}
    assert dict(balance.available) == {"sgd": 5, "usd": 1}


def test_a_page_says_where_the_next_one_starts() -> None:
    page = parse_page({"data": [REFUND, REFUND | {"id": "re_2", "created": 1}], "has_more": True}, parse_refund)
    assert ([one.id for one in page.items], page.has_more) == (["re_1", "re_2"], True)
    assert (page.newest, page.last_id) == (2, "re_2")
    empty = parse_page({"data": [], "has_more": False}, parse_refund)
    assert (empty.items, empty.newest, empty.last_id) == ((), None, None)


def test_an_event_keeps_its_payload_and_the_account_it_names() -> None:
    raw = {"id": "evt_1", "type": "refund.updated", "created": 1, "account": "acct_1", "data": {"object": REFUND}}
    event = parse_event(raw)
    assert (event.id, event.type, event.account, event.payload) == ("evt_1", "refund.updated", "acct_1", raw)
    assert parse_event(raw | {"account": None}).account is None


def test_the_object_of_an_event_may_lack_everything_but_must_be_an_object() -> None:
    found = parse_event_object({"data": {"object": {}}})
    assert (found.id, found.status, found.payment_intent, found.charge) == ("", "", "", "")
    unreadable: tuple[dict[str, Any], ...] = ({"data": None}, {"data": {"object": []}})
    for payload in unreadable:
        with pytest.raises(TypeError):
            parse_event_object(payload)
