"""Between the steps of an order: another card, a deploy, a key that is refused, news in the wrong order, a death."""

import json
from dataclasses import replace

import pytest

from domain import sagas
from domain.order import OrderStatus
from domain.saga import Local
from domain.sagas import SAGAS
from domain.store import runs
from domain.store.use_cases import membership
from tests.town import Town
from tests.workers.deaths import Killed, dying
from tests.workers.refunding import payable
from tests.workers.scenes import SCENES
from workers.engine import run_saga
from workers.hints import read_hint, read_hints

HINT = "INSERT INTO stripe_event (id, type, payload) VALUES (:id, :type, CAST(:payload AS jsonb))"


async def hint(town: Town, name: str, kind: str, found: dict[str, object], **more: object) -> str:
    """An event of Stripe's, kept by the door and read by nobody yet."""
    payload = json.dumps({"id": name, "type": kind, "data": {"object": found}} | more)
    await town.sql(HINT, id=name, type=kind, payload=payload)
    return name


async def test_14_what_was_written_down_is_sent_again_whatever_has_changed_meanwhile(shared_town: Town) -> None:
    """Facts 14: another card and another currency since; other parameters under the same key would be refused."""
    town = shared_town
    member = await town.member()
    order = await town.place(member)
    await town.fault("POST /v1/payment_intents", "lost_answer", before=True)
    await run_saga(town.workshop, (await town.saga(order, "create_order")).id)
    await town.give_card(member.person_id, "pm_card_mastercard")
    await town.sql("UPDATE campus SET title = 'Renamed', fees = jsonb_set(fees, '{service_fee}', '999')")
    await town.hurry()
    (intent,) = await town.intents(order.id)
    assert member.card is not None
    assert (intent["payment_method"], intent["amount"]) == (member.card.payment_method, order.price.ceiling)
    assert (await town.order(order.id)).status is OrderStatus.CREATED
    await town.sql("UPDATE campus SET title = 'Town', fees = jsonb_set(fees, '{service_fee}', '80')")


@pytest.mark.parametrize("done", [True, False], ids=["it was sent", "it was not"])
async def test_20_a_transfer_of_which_nobody_knows_is_cleared_up_before_the_account_counts(
    shared_town: Town, done: bool
) -> None:
    """Facts 20: her account loses the right to transfers while the answer is out."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.delivered(runner)
    await town.fault("POST /v1/transfers", "lost_answer", before=not done)
    await town.drive()
    assert (await payable(town, order))[0] == "sending"
    await town.control(f"accounts/{runner.stripe_account}", transfers="inactive")
    for _ in range(4):
        await town.hurry()
    assert await payable(town, order) == (("paid", 0, 1030) if done else ("open", 0, 0))
    assert len(await town.transfers(order.id)) == done
    assert (await town.saga(order, "pay_out_runner")).status == ("done" if done else "undone")


async def test_34_news_in_reverse_order_bring_nothing_back(shared_town: Town) -> None:
    """Facts 34: that the money can be captured is told after it was."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    (intent,) = await town.intents(order.id)
    await town.drive()
    done = await town.order(order.id)
    for number, (kind, status) in enumerate(
        (
            ("payment_intent.succeeded", "succeeded"),
            ("payment_intent.amount_capturable_updated", "requires_capture"),
            ("payment_intent.requires_action", "requires_action"),
        )
    ):
        about: dict[str, object] = {"object": "payment_intent", "id": intent["id"], "status": status}
        await hint(town, f"evt_34_{number}", kind, about)
    await read_hints(town.workshop, 50)
    await town.hurry()
    assert await town.order(order.id) == done
    assert [one["status"] for one in await town.intents(order.id)] == ["succeeded"]
    assert await town.rows("SELECT status FROM hold WHERE order_id = :id", id=order.id) == [("captured",)]
    booked = "SELECT count(*) FROM ledger_txn WHERE order_id = :id AND kind = 'capture'"
    assert await town.rows(booked, id=order.id) == [(1,)]


async def test_37_news_of_another_version_or_about_another_account_are_looked_up_and_never_believed(
    shared_town: Town,
) -> None:
    """Facts 37: whose shape we can't know is a hint as good as any, for of an event only ids are read."""
    town = shared_town
    order = await town.place(await town.member(card="pm_card_authenticationRequired"))
    await town.drive()
    (intent,) = await town.intents(order.id)
    lie: dict[str, object] = {"object": "payment_intent", "id": intent["id"], "status": "requires_capture"}
    kind = "payment_intent.amount_capturable_updated"
    await hint(town, "evt_37_version", kind, lie, api_version="2014-01-31")
    await hint(town, "evt_37_account", kind, lie, account="acct_of_somebody_else")
    await read_hints(town.workshop, 50)
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.PENDING
    await town.control(f"approve/{intent['id']}", ok=True)
    await hint(town, "evt_37_true", kind, lie, api_version="2014-01-31")
    await read_hints(town.workshop, 50)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CREATED


async def test_38_an_event_whose_reader_died_is_read_by_the_next(shared_town: Town) -> None:
    """Facts 38."""
    town = shared_town
    order = await town.place(await town.member(card="pm_card_authenticationRequired"))
    await town.drive()
    (intent,) = await town.intents(order.id)
    await town.control(f"approve/{intent['id']}", ok=True)
    about: dict[str, object] = {"object": "payment_intent", "id": intent["id"]}
    name = await hint(town, "evt_38", "payment_intent.amount_capturable_updated", about)
    with pytest.raises(Killed):
        await read_hint(dying(town, at=1, committed=False), name)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.PENDING, "its death left nothing half read"
    await read_hints(town.workshop, 50)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CREATED


async def test_52_a_hold_too_small_for_stripe_ends_the_order_and_is_told(shared_town: Town) -> None:
    """Facts 52: less than 0.50 can't be held; no campus' fees should allow it, and if they do, nobody waits."""
    town = shared_town
    order = await town.place(await town.member())
    await town.fault("POST /v1/payment_intents", "status", status=400, code="amount_too_small")
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert await town.told(order) == ["push-declined"]
    assert await town.intents(order.id) == []


async def test_53_a_card_removed_while_money_is_held_on_it_pays_all_the_same(shared_town: Town) -> None:
    """Facts 53: the hold is the bank's word already; no second card is asked for."""
    town = shared_town
    mei, runner = await town.member(), await town.member(runner=True, card=None)
    order = await town.held_job(runner, mei)
    async with town.database() as work:
        await membership.remove_card(work, town.campus, mei, "4242")
    await town.drive()
    assert (await town.known(mei.person_id)).card is None
    await town.carry(runner, order)
    await town.hand_over(runner, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert [one["amount_received"] for one in await town.intents(order.id)] == [1130]
    assert await payable(town, order) == ("paid", 0, 1030)


async def test_56_a_saga_goes_on_with_the_steps_it_began_with(
    shared_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts 56: a deploy in the middle brings a process whose next step would fail; who began before never sees it."""
    town = shared_town
    order = await town.place(await town.member(card="pm_card_authenticationRequired"))
    await town.drive()
    old = SAGAS["create_order", 1]
    parts = tuple(replace(part, name="of_tomorrow") if isinstance(part, Local) else part for part in old.parts)
    deployed = {**SAGAS, ("create_order", 2): replace(old, version=2, parts=parts)}
    for register in (runs, sagas):
        monkeypatch.setattr(register, "SAGAS", deployed)
    assert sagas.newest("create_order").version == 2
    (intent,) = await town.intents(order.id)
    await town.control(f"approve/{intent['id']}", ok=True)
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.CREATED
    row = await town.saga(order, "create_order")
    assert (row.version, row.status) == (1, "done")


@pytest.mark.parametrize("status", [401, 403], ids=["revoked", "restricted"])
async def test_57_with_a_key_that_stripe_refuses_all_sagas_rest_and_go_on_after_it_is_mended(
    shared_town: Town, status: int
) -> None:
    """Facts 57: no order fails for it, none is left behind, and nothing is made twice."""
    town = shared_town
    for name in ("placing", "cancelling", "completing"):
        scene = await SCENES[name](town)
        for verb in ("POST", "GET"):
            await town.fault(f"{verb} /v1/*", "status", status=status, times=20)
        await town.hurry()
        rows = await town.rows("SELECT status, error FROM saga WHERE id = :id", id=scene.saga_id)
        await town.no_faults()
        assert [row.status for row in rows] == ["running"]
        assert "stripe_key" in rows[0].error
        await town.hurry()
        await town.hurry()
        await scene.check()


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    assert await shared_town.breaches() == []
