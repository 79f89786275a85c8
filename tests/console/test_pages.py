"""Tests that the pages say what happened to a played order, and that words of people stay words."""

import re
from urllib.parse import quote

import pytest

from console.pages.markup import element
from domain.orders.states import Bearer
from tests.console.conftest import ConsoleStack
from tests.scenarios.customer_debt_setup import owed_order
from tests.scenarios.refund_setup import complete_refund, completed_order, deliver_dispute

pytestmark = pytest.mark.drill

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


async def page_of(console: ConsoleStack, path: str) -> str:
    _, _, cookie = await console.log_in(console.sign(console.sam.person_id))
    status, shown = await console.look(path, cookie)
    assert status == 200
    return shown


async def test_the_page_of_a_paid_order_tells_its_money_its_steps_and_its_people(console: ConsoleStack) -> None:
    shown = await page_of(console, f"orders/{console.paid.id}")
    order = await console.place.order(console.paid.id)
    (run,) = await console.place.rows(
        "SELECT name FROM saga WHERE order_id = :id AND kind = 'create_order'", id=order.id
    )
    for words in (
        "delivered and paid",
        "was set aside on the card. Nothing was taken.",
        "S$11.30 was taken from the card",
        "was sent to the runner.",
        "The runner was paid.",
        run.name,
        "authorize hold",
        "from here only forward",
        f"Person {order.customer_id} ({order.customer_id})",
        "money held",
        "pi_",
        "tr_",
    ):
        assert words in shown, words
    assert str(order.pin) not in shown


async def test_an_order_that_waits_says_what_comes_by_itself(console: ConsoleStack) -> None:
    shown = await page_of(console, f"orders/{console.waiting.id}")
    assert "What comes by itself" in shown
    assert "the order ends, as nobody took it" in shown
    assert "Money is set aside on the card, and nothing of it is taken yet." in shown
    assert 'data-every="2"' in shown


async def test_the_day_shows_the_funnel_the_open_orders_and_the_runners(console: ConsoleStack) -> None:
    shown = await page_of(console, "")
    assert f"/orders/{console.waiting.id}" in shown
    assert "1 open" in shown
    assert f"Person {console.paid.runner_id}" in shown
    assert "Baskets that are not placed: 0." in shown
    assert "looking for a runner for" in shown
    for stage in ("placed", "money held", "taken", "bought", "delivered", "paid"):
        assert f">{stage}</text>" in shown


async def test_the_money_adds_up(console: ConsoleStack) -> None:
    shown = await page_of(console, "money")
    assert "Debits and credits are equal, as they must be." in shown
    assert "stripe balance" in shown
    assert "set aside on cards" in shown
    assert "tr_" in shown
    assert "No difference between the balances is open." in shown


async def test_a_disputed_order_tells_the_fee_apart_and_that_the_bank_has_not_decided(console: ConsoleStack) -> None:
    order = await completed_order(console.place, await console.place.add_member(runner=True))
    await deliver_dispute(console.place, order)
    shown = await page_of(console, f"orders/{order.id}")
    assert "The customer&#x27;s bank took S$11.30 back in a dispute. Stripe&#x27;s fee for it was S$15.00." in shown
    assert "The customer disputes the payment, and their bank has not decided." in shown
    assert "product not received" in shown


async def test_pay_that_is_held_back_or_taken_back_says_why(console: ConsoleStack) -> None:
    place = console.place
    refunded = await completed_order(place, await place.add_member(runner=True))
    await complete_refund(place, refunded, 300, Bearer.RUNNER)
    await owed_order(place, await place.add_member())
    shown = await page_of(console, "money")
    assert "S$3.00 kept or taken back" in shown
    assert re.search("held until [^<]*: the customer has not paid", shown)


async def test_the_ledger_has_the_orders_of_a_week_with_all_that_was_booked_for_them(console: ConsoleStack) -> None:
    place = console.place
    order = await completed_order(place, await place.add_member(runner=True))
    before = await console.sums()
    await complete_refund(place, order, 300)
    refunded = await console.sums()
    assert refunded["refunds_borne"] == before.get("refunds_borne", 0) + 300
    age = "UPDATE orders SET placed_at = placed_at - interval '7 days' WHERE id = :id"
    await place.sql(age, id=order.id)
    aged = await console.sums()
    assert aged.get("refunds_borne", 0) == before.get("refunds_borne", 0)
    assert sum(aged.values()) == sum(refunded.values()) == 0


async def test_the_engine_shows_what_is_stuck_with_the_words_of_the_error(console: ConsoleStack) -> None:
    place, order = console.place, console.waiting
    assert "No run is stuck, and none fails." in await page_of(console, "engine")
    kind = "UPDATE saga SET status = {status}, error = {error}, ended_at = {ended} WHERE order_id = :id"
    await place.sql(kind.format(status="'stuck'", error=":words", ended="NULL"), id=order.id, words=EVIL)
    try:
        shown = await page_of(console, "engine")
        order_page = await page_of(console, f"orders/{order.id}")
    finally:
        await place.sql(kind.format(status="'done'", error="NULL", ended="now()"), id=order.id)
    for page in (shown, order_page):
        assert "It needs a person: /stuck." in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page
    assert "create order" in shown


async def test_words_of_people_never_become_markup(console: ConsoleStack) -> None:
    place, order = console.place, console.waiting
    await place.sql("UPDATE orders SET store_name = :said, drop_point = :said WHERE id = :id", said=EVIL, id=order.id)
    await place.sql("UPDATE person SET first_name = :words WHERE id = :id", words=EVIL, id=order.customer_id)
    try:
        pages = [await page_of(console, path) for path in (f"orders/{order.id}", "", "money", "engine")]
    finally:
        await place.sql("UPDATE orders SET store_name = 'Koufu', drop_point = 'SOB' WHERE id = :id", id=order.id)
        await place.sql("UPDATE person SET first_name = 'Mei' WHERE id = :id", id=order.customer_id)
    assert "&lt;img" in pages[0]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page


def test_attributes_and_content_are_escaped() -> None:
    made = element("a", "<&>", href='"><script>', hidden=False, defer=True)
    assert made == '<a href="&quot;&gt;&lt;script&gt;" defer>&lt;&amp;&gt;</a>'


@pytest.mark.parametrize("typed", ["{order}", "#{order}", " {order} "])
async def test_an_order_is_found_by_its_number(console: ConsoleStack, typed: str) -> None:
    shown = await page_of(console, f"order?number={quote(typed.format(order=console.paid.id))}")
    assert f"#{console.paid.id}" in shown
    assert "The runner was paid." in shown


@pytest.mark.parametrize("typed", ["", "noodles", "-1", "1/../../x", "９", "1" * 30, "%0d%0aSet-Cookie:x"])
async def test_what_is_no_number_of_an_order_is_answered_with_a_sentence(console: ConsoleStack, typed: str) -> None:
    _, _, cookie = await console.log_in(console.sign(console.sam.person_id))
    status, shown = await console.look(f"order?number={quote(typed)}", cookie)
    assert status == 400
    assert "Type the number of an order" in shown


async def test_prometheus_reads_how_long_pages_take_and_what_was_refused(console: ConsoleStack) -> None:
    before = await read_metrics(console)
    await page_of(console, "money")
    status, _, _ = await console.log_in(console.sign(console.sam.person_id, token="7001:somebody"))
    assert status == 403
    after = await read_metrics(console)
    for sample, times in (
        ('campusg_console_page_seconds_count{page="money"}', 1),
        ('campusg_console_page_seconds_count{page="login"}', 2),
        ('campusg_console_http_requests_refused_total{reason="console_login_wrong"}', 1),
        ("campusg_console_pages_failed_total", 0),
    ):
        assert after[sample] - before.get(sample, 0.0) == times, sample


async def read_metrics(console: ConsoleStack) -> dict[str, float]:
    """Return the value of each sample that the console exports."""
    async with console.http.get(f"{console.url}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}
