"""Tests of order messages: each reader is told the truth, offered only what is legal, and shown nothing private."""

from dataclasses import replace

import pytest

from domain.messaging.buttons import Tap, unpack
from domain.messaging.order_message import OrderMessageKind as Kind
from domain.order_messages.view import OrderMessageContent
from domain.orders.states import OrderEvent, OrderStatus, is_event_allowed
from domain.payments.model import HoldStatus
from domain.payouts.model import PayoutStatus
from tests.domain.order_messages.sample_orders import (
    ANA,
    BEN,
    HOLD,
    MEI,
    ORDER,
    PAYABLE,
    VIEW,
    button_taps,
    customer_message,
    render,
    runner_message,
    view_at,
)

Status = OrderStatus


def group_message(status: OrderStatus) -> OrderMessageContent:
    return render(Kind.GROUP, view_at(status, viewer=-1))


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("kind", Kind)
def test_every_order_message_can_be_rendered_in_every_state(kind: Kind, status: OrderStatus) -> None:
    content = render(kind, view_at(status, viewer=ANA if kind is Kind.RUNNER else MEI))
    assert content.text == content.text.strip() != ""
    assert len(content.text) < 4096
    assert len([row for row in content.rows if row[0].url is None]) <= 2
    carried = {unpack(each.data) for row in content.rows for each in row if each.data is not None}
    assert {each.argument for each in carried if each.subject} <= {ORDER.version}


@pytest.mark.parametrize("status", OrderStatus)
def test_a_button_is_there_exactly_while_its_tap_is_legal(status: OrderStatus) -> None:
    may_cancel = is_event_allowed(status, OrderEvent.CANCELLED) or is_event_allowed(status, OrderEvent.UNPAID)
    assert (Tap.CANCEL in button_taps(customer_message(status))) == may_cancel
    assert (Tap.CLAIM in button_taps(group_message(status))) == is_event_allowed(status, OrderEvent.CLAIMED)
    for tap, event in (
        (Tap.BOUGHT, OrderEvent.BOUGHT),
        (Tap.RELEASE, OrderEvent.RELEASED),
        (Tap.PICKED_UP, OrderEvent.PICKED_UP),
        (Tap.ARRIVED, OrderEvent.ARRIVED),
    ):
        assert (tap in button_taps(runner_message(status))) == is_event_allowed(status, event)


@pytest.mark.parametrize("status", OrderStatus)
def test_the_group_never_reads_pin_note_room_or_the_customers_name(status: OrderStatus) -> None:
    text = group_message(status).text
    assert [secret for secret in ("4817", "chili", "412", "Mei") if secret in text] == []


def test_the_group_reads_no_place_that_a_customer_typed() -> None:
    view = replace(view_at(Status.CREATED), building=None)
    assert "Hall 3" not in render(Kind.GROUP, view).text


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - {Status.ARRIVED}))
def test_the_pin_is_shown_on_arrival_only(status: OrderStatus) -> None:
    assert "4817" not in customer_message(status).text
    assert "<code>4817</code>" in customer_message(Status.ARRIVED).text


@pytest.mark.parametrize("status", OrderStatus)
def test_the_runner_never_reads_the_pin(status: OrderStatus) -> None:
    assert "4817" not in runner_message(status).text


def test_an_open_order_says_what_one_pays_and_earns() -> None:
    content = group_message(Status.CREATED)
    assert "at most S$5.20" in content.text
    ((claim,),) = content.rows
    assert (claim.label, claim.style) == ("Claim · S$1.80", "success")


def test_a_shop_that_a_customer_typed_is_quoted_in_the_group_and_is_no_headline() -> None:
    advertisement = "JOIN t.me/cheapfood @everyone"
    open_view, taken_view = (
        replace(view, order=replace(view.order, store_name=advertisement), store_listed=False)
        for view in (view_at(Status.CREATED), view_at(Status.ACCEPTED))
    )
    headline, quoted, *_ = render(Kind.GROUP, open_view).text.splitlines()
    assert headline == "<b>#1214 · A shop that is not listed → Hall 3</b>"
    assert quoted == "The customer calls it: <i>JOIN t.\u2060me/cheapfood @\u2060everyone</i>"
    assert "cheapfood" not in render(Kind.GROUP, taken_view).text


def test_a_claimed_order_says_by_whom_and_a_closed_one_no_more_than_that() -> None:
    assert "Taken by <i>Ana</i>" in group_message(Status.ACCEPTED).text
    assert group_message(Status.ACCEPTED).text == group_message(Status.COMPLETED).text, "edits in a group are limited"
    assert group_message(Status.EXPIRED).text.endswith("Closed")


def test_nobody_buys_before_the_hold_is_checked() -> None:
    content = runner_message(Status.ACCEPTED, hold_checked=False)
    assert button_taps(content) == {Tap.RELEASE}
    assert "do not buy yet" in content.text


def test_a_runner_who_lost_the_order_reads_that_it_is_no_longer_theirs() -> None:
    content = render(Kind.RUNNER, view_at(Status.PLACED, viewer=BEN))
    assert "no longer yours" in content.text
    assert content.rows == ()
    assert "Mei" not in content.text


def test_times_are_the_campus_clock_in_words_and_the_readers_clock_in_the_tag() -> None:
    assert '<tg-time unix="1795406460" format="t">12:01</tg-time> placed' in customer_message(Status.PENDING).text


def test_the_bank_is_one_tap_away_while_it_waits_for_approval() -> None:
    asked = replace(HOLD, status=HoldStatus.APPROVAL, approval_url="https://bank.example/yes")
    content = render(Kind.CUSTOMER, replace(VIEW, hold=asked))
    assert content.rows[0][0].url == "https://bank.example/yes"
    assert button_taps(content) == {Tap.CANCEL}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (HoldStatus.HELD, "is being released"),
        (HoldStatus.APPROVAL, "is being released"),
        (HoldStatus.RELEASED, "Released: you were not charged"),
        (HoldStatus.REFUSED, "Nothing is held: you were not charged"),
        (HoldStatus.CAPTURED, "was charged"),
    ],
)
def test_an_ended_order_says_what_is_true_of_the_hold(status: HoldStatus, said: str) -> None:
    ended = replace(view_at(Status.CANCELLED), hold=replace(HOLD, status=status))
    assert said in render(Kind.CUSTOMER, ended).text


def test_a_hold_the_bank_refused_is_shown_as_never_held() -> None:
    refused = replace(HOLD, status=HoldStatus.RELEASED, refusal="card_declined")
    assert "Nothing is held" in render(Kind.CUSTOMER, replace(view_at(Status.CANCELLED), hold=refused)).text


@pytest.mark.parametrize(
    ("reason", "said", "buttons"),
    [
        ("customer", "You cancelled it", {Tap.TRY_AGAIN}),
        ("declined", "Your bank said no", {Tap.TRY_AGAIN, Tap.ADD_CARD}),
        ("unpaid", "did not arrive in time", {Tap.TRY_AGAIN, Tap.ADD_CARD}),
        ("hold_gone", "before anything was bought", {Tap.TRY_AGAIN, Tap.ADD_CARD}),
        ("admin", "The campus team cancelled it:\n<blockquote>the &lt;store&gt; burns</blockquote>", {Tap.TRY_AGAIN}),
    ],
)
def test_a_cancelled_order_says_why_and_what_one_can_do(reason: str, said: str, buttons: set[Tap]) -> None:
    content = customer_message(Status.CANCELLED, end_reason=reason, end_note="the <store> burns")
    assert said in content.text
    assert button_taps(content) == buttons


def test_the_money_is_said_in_the_readers_words() -> None:
    assert "at most S$8.00" in customer_message(Status.CREATED).text
    assert "You pay <b>S$7.00</b>" in customer_message(Status.PLACED).text
    assert "Released: S$1.00" in customer_message(Status.COMPLETED).text
    assert "You earn <b>S$1.80</b>" in runner_message(Status.ACCEPTED).text
    assert "You get <b>S$6.00</b>: S$4.20 back and S$1.80 earned" in runner_message(Status.PLACED).text


@pytest.mark.parametrize(
    ("status", "said", "buttons"),
    [
        (PayoutStatus.OPEN, "set up your pay-out", {Tap.SET_UP_PAYOUT}),
        (PayoutStatus.SENDING, "is being sent", set()),
        (PayoutStatus.PAID, "was sent", set()),
    ],
)
def test_the_runner_reads_where_their_money_is(status: PayoutStatus, said: str, buttons: set[Tap]) -> None:
    view = replace(view_at(Status.COMPLETED, viewer=ANA), payable=replace(PAYABLE, status=status))
    content = render(Kind.RUNNER, view)
    assert said in content.text
    assert button_taps(content) == buttons


def test_order_messages_that_look_and_work_the_same_have_one_digest() -> None:
    assert customer_message(Status.CREATED).digest == customer_message(Status.CREATED).digest
    assert customer_message(Status.CREATED, version=4).digest != customer_message(Status.CREATED).digest


@pytest.mark.parametrize("status", [Status.PLACED, Status.ON_THE_WAY, Status.ARRIVED])
def test_a_customer_of_a_silent_runner_reads_that_the_team_knows(status: OrderStatus) -> None:
    silent = render(Kind.CUSTOMER, replace(view_at(status), runner_silent=True))
    assert "not heard from your runner" in silent.text
    assert "not heard" not in customer_message(status).text
