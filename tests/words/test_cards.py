"""Cards tell each reader the truth, offer only what is legal, and keep to themselves what is not for everybody."""

from dataclasses import replace

import pytest

from domain.buttons import Tap, unpack
from domain.cards import Card, CardKind, draw
from domain.order import OrderEvent, OrderStatus, allowed
from domain.payment import HoldStatus, PayoutStatus
from tests.words.showcase import ANA, BEN, MEI, ORDER, PAYABLE, VIEW, at

S = OrderStatus


def customer(status: OrderStatus) -> Card:
    return draw(CardKind.CUSTOMER, at(status), "en")


def runner(status: OrderStatus) -> Card:
    return draw(CardKind.RUNNER, at(status, viewer=ANA), "en")


def group(status: OrderStatus) -> Card:
    return draw(CardKind.GROUP, at(status, viewer=-1), "en")


def taps(card: Card) -> set[Tap]:
    return {unpack(button.data).tap for row in card.rows for button in row if button.data is not None}


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("kind", CardKind)
def test_every_card_can_be_drawn_in_every_state(kind: CardKind, status: OrderStatus) -> None:
    card = draw(kind, at(status, viewer=ANA if kind is CardKind.RUNNER else MEI), "en")
    assert card.text == card.text.strip() != ""
    assert len(card.text) < 4096
    assert len([row for row in card.rows if row[0].url is None]) <= 2
    versions = {unpack(each.data) for row in card.rows for each in row if each.data is not None}
    assert {each.version for each in versions if each.subject} <= {ORDER.version}


@pytest.mark.parametrize("status", OrderStatus)
def test_a_button_is_there_exactly_while_its_tap_is_legal(status: OrderStatus) -> None:
    may_cancel = allowed(status, OrderEvent.CANCELLED) or allowed(status, OrderEvent.UNPAID)
    assert (Tap.CANCEL in taps(customer(status))) == may_cancel
    assert (Tap.CLAIM in taps(group(status))) == allowed(status, OrderEvent.CLAIMED)
    for tap, event in (
        (Tap.BOUGHT, OrderEvent.BOUGHT),
        (Tap.RELEASE, OrderEvent.RELEASED),
        (Tap.PICKED_UP, OrderEvent.PICKED_UP),
        (Tap.HERE, OrderEvent.ARRIVED),
    ):
        assert (tap in taps(runner(status))) == allowed(status, event)


@pytest.mark.parametrize("status", OrderStatus)
def test_the_group_never_reads_pin_note_room_or_the_customers_name(status: OrderStatus) -> None:
    text = group(status).text
    assert [secret for secret in ("4817", "chili", "412", "Mei") if secret in text] == []


def test_the_group_reads_no_place_that_a_customer_typed() -> None:
    view = replace(at(S.CREATED), building=None)
    assert "Hall 3" not in draw(CardKind.GROUP, view, "en").text


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - {S.ARRIVED}))
def test_the_pin_is_shown_at_the_door_only(status: OrderStatus) -> None:
    assert "4817" not in customer(status).text
    assert "<code>4817</code>" in customer(S.ARRIVED).text


@pytest.mark.parametrize("status", OrderStatus)
def test_the_runner_never_reads_the_pin(status: OrderStatus) -> None:
    assert "4817" not in runner(status).text


def test_the_job_on_offer_says_what_one_pays_and_earns() -> None:
    card = group(S.CREATED)
    assert "at most S$5.20" in card.text
    ((claim,),) = card.rows
    assert (claim.words, claim.style) == ("Claim · S$1.80", "success")


def test_a_taken_job_says_by_whom_and_a_closed_one_no_more_than_that() -> None:
    assert "Taken by Ana" in group(S.ACCEPTED).text
    assert group(S.ACCEPTED).text == group(S.COMPLETED).text, "a group bears few edits"
    assert group(S.EXPIRED).text.endswith("Closed")


def test_nobody_buys_before_the_hold_is_checked() -> None:
    view = at(S.ACCEPTED, viewer=ANA)
    card = draw(CardKind.RUNNER, replace(view, order=replace(view.order, hold_checked=False)), "en")
    assert taps(card) == {Tap.RELEASE}
    assert "do not buy yet" in card.text


def test_who_lost_the_job_reads_that_it_is_not_hers() -> None:
    card = draw(CardKind.RUNNER, at(S.PLACED, viewer=BEN), "en")
    assert "no longer yours" in card.text
    assert card.rows == ()
    assert "Mei" not in card.text


def test_times_are_the_campus_clock_in_words_and_the_readers_clock_in_the_tag() -> None:
    assert '<tg-time unix="1795406460" format="t">12:01</tg-time> placed' in customer(S.PENDING).text


def test_the_bank_is_one_tap_away_while_it_waits_for_a_yes() -> None:
    asked = (
        replace(VIEW.hold, status=HoldStatus.APPROVAL, approval_url="https://bank.example/yes") if VIEW.hold else None
    )
    card = draw(CardKind.CUSTOMER, replace(VIEW, hold=asked), "en")
    assert card.rows[0][0].url == "https://bank.example/yes"
    assert taps(card) == {Tap.CANCEL}


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
    view = at(S.CANCELLED)
    assert view.hold is not None
    assert said in draw(CardKind.CUSTOMER, replace(view, hold=replace(view.hold, status=status)), "en").text


def test_what_the_bank_refused_was_never_held() -> None:
    view = at(S.CANCELLED)
    assert view.hold is not None
    refused = replace(view.hold, status=HoldStatus.RELEASED, refusal="card_declined")
    assert "Nothing is held" in draw(CardKind.CUSTOMER, replace(view, hold=refused), "en").text


@pytest.mark.parametrize(
    ("reason", "said", "buttons"),
    [
        ("customer", "You cancelled it", {Tap.TRY_AGAIN}),
        ("declined", "Your bank said no", {Tap.TRY_AGAIN, Tap.ADD_CARD}),
        ("unpaid", "did not arrive in time", {Tap.TRY_AGAIN, Tap.ADD_CARD}),
        ("hold_gone", "before anything was bought", {Tap.TRY_AGAIN, Tap.ADD_CARD}),
        ("admin", "The campus team cancelled it: the &lt;store&gt; burns", {Tap.TRY_AGAIN}),
    ],
)
def test_a_cancelled_order_says_why_and_what_one_can_do(reason: str, said: str, buttons: set[Tap]) -> None:
    view = at(S.CANCELLED)
    ended = replace(view.order, end_reason=reason, end_note="the <store> burns")
    card = draw(CardKind.CUSTOMER, replace(view, order=ended), "en")
    assert said in card.text
    assert taps(card) == buttons


def test_the_money_is_said_in_the_readers_words() -> None:
    assert "at most S$8.00" in customer(S.CREATED).text
    assert "You pay <b>S$7.00</b>" in customer(S.PLACED).text
    assert "Released: S$1.00" in customer(S.COMPLETED).text
    assert "You earn <b>S$1.80</b>" in runner(S.ACCEPTED).text
    assert "You get <b>S$6.00</b>: S$4.20 back and S$1.80 earned" in runner(S.PLACED).text


@pytest.mark.parametrize(
    ("status", "said", "buttons"),
    [
        (PayoutStatus.OPEN, "set up your pay-out", {Tap.SET_UP_PAYOUT}),
        (PayoutStatus.SENDING, "is being sent", set()),
        (PayoutStatus.PAID, "was sent", set()),
    ],
)
def test_the_runner_knows_where_her_money_is(status: PayoutStatus, said: str, buttons: set[Tap]) -> None:
    view = replace(at(S.COMPLETED, viewer=ANA), payable=replace(PAYABLE, status=status))
    card = draw(CardKind.RUNNER, view, "en")
    assert said in card.text
    assert taps(card) == buttons


def test_cards_that_look_and_work_the_same_have_one_digest() -> None:
    assert customer(S.CREATED).digest == customer(S.CREATED).digest
    newer = replace(at(S.CREATED), order=replace(at(S.CREATED).order, version=4))
    assert draw(CardKind.CUSTOMER, newer, "en").digest != customer(S.CREATED).digest


@pytest.mark.parametrize("status", [S.PLACED, S.ON_THE_WAY, S.ARRIVED])
def test_who_waits_for_a_silent_runner_reads_that_people_know(status: OrderStatus) -> None:
    assert "not heard from your runner" in draw(CardKind.CUSTOMER, replace(at(status), runner_silent=True), "en").text
    assert "not heard" not in customer(status).text
