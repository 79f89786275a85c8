"""Local steps of money: what a runner is owed, what a payout moves, what a new card or account starts."""

from domain.buttons import Tap, pack
from domain.draft import Draft
from domain.money import format_money
from domain.order import Order
from domain.payment import INSUFFICIENT_FUNDS, CustomerDebt, Payable, PayoutEvent
from domain.people import SavedCard, card_brand_name
from domain.postings import goodwill_posting
from domain.store.campus_repository import find_campus
from domain.store.customer_debt_repository import list_open_customer_debts
from domain.store.draft_repository import lock_draft
from domain.store.money_repository import (
    book_payable,
    can_start_payout,
    list_open_payables,
    move_payable,
    post_to_ledger,
)
from domain.store.order_repository import list_active_deliveries
from domain.store.outbox import refresh_existing_order_messages, tell, tell_admins
from domain.store.person_repository import lock_payouts_ready, set_payouts_ready, upsert_saved_card
from domain.store.saga_run import SagaRun, SagaStart
from domain.store.steps.debt_netting import net_debts
from domain.store.steps.local_card_steps import start_detach_replaced_card
from domain.store.unit_of_work import UnitOfWork


async def book_goodwill(work: UnitOfWork, run: SagaRun, order: Order) -> Payable:
    """Book that the platform bears a closed purchase: the runner is owed the receipt and the earnings.

    Nothing was captured for it. Raise LookupError when the order has no receipt or no runner.
    """
    if order.runner_share is None or order.runner_id is None:
        raise LookupError(f"order {order.id} was closed without a receipt or a runner")
    owed, currency = order.runner_share, order.price.currency
    await post_to_ledger(
        work, goodwill_posting(order=order.id, runner=order.runner_id, amount=owed, currency=currency), order.id
    )
    payable = await book_runner_payable(work, order, owed, charge=None)
    await start_payout_or_ask_set_up(work, run, payable)
    return payable


async def start_payout_or_ask_set_up(work: UnitOfWork, run: SagaRun, payable: Payable) -> None:
    """Start the payout in this transaction, or tell the runner what to set up first."""
    if await lock_payouts_ready(work, payable.runner_id):
        if await can_start_payout(work, payable.id):
            run.requested_sagas.append(build_payout_start(payable))
        return
    await tell(
        work,
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_waits:{payable.order_id}",
        key="notification-payout-waits",
        order_id=payable.order_id,
        buttons=[{"key": "button-set-up-payout", "data": "v1:set_up_payout:0:0"}],
        args={"order": payable.order_id, "amount": format_money(payable.due, payable.currency)},
    )


async def book_runner_payable(work: UnitOfWork, order: Order, amount: int, *, charge: str | None) -> Payable:
    """Insert what the runner is owed for the order (minor units); `charge` None: the platform pays."""
    return await book_payable(
        work,
        {
            "campus_id": order.campus_id,
            "order_id": order.id,
            "runner_id": order.runner_id,
            "amount": amount,
            "currency": order.price.currency,
            "charge": charge,
        },
    )


def build_payout_start(payable: Payable) -> SagaStart:
    """Return the saga that pays this payable; an attempt after a refused one has another name."""
    return SagaStart(
        kind="pay_out_runner",
        name=f"pay_out_runner:{payable.id}:{payable.attempt + 1}",
        campus_id=payable.campus_id,
        order_id=payable.order_id,
        person_id=payable.runner_id,
    )


async def start_payout(work: UnitOfWork, run: SagaRun) -> None:
    """Move the payable open -> sending, or to annulled when debts of the runner took all of it.

    Raise LookupError when the payable is not open (another saga sends it), or must not be sent now.
    """
    attempt = int(run.name.rsplit(":", 1)[1])
    owed = await net_debts(work, run.required_order_id)
    begun = PayoutEvent.ANNULLED if owed is not None and owed.netted and owed.due == 0 else PayoutEvent.STARTED
    payable = await move_payable(work, run.required_order_id, begun, attempt=attempt, refusal=None)
    if payable is None:
        raise LookupError(f"nothing open to pay out for order {run.required_order_id}")
    if begun is PayoutEvent.ANNULLED:
        await _tell_all_netted(work, run, payable)


async def _tell_all_netted(work: UnitOfWork, run: SagaRun, payable: Payable) -> None:
    await refresh_existing_order_messages(work, run.required_order_id)
    await tell(
        work,
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"netted:{run.name}",
        key="notification-netted",
        order_id=run.required_order_id,
        args={"order": run.required_order_id, "netted": format_money(payable.netted, payable.currency)},
    )


async def keep_payable(work: UnitOfWork, run: SagaRun) -> None:
    """Move the payable sending -> open, because Stripe refused the transfer.

    It stays owed until the account is ready again, or the platform has funds.
    """
    payable = await move_payable(work, run.required_order_id, PayoutEvent.REFUSED, refusal=run.reason)
    if payable is None:
        return
    if run.reason == INSUFFICIENT_FUNDS:
        await _tell_platform_short(work, run, payable)
        return
    await set_payouts_ready(work, payable.runner_id, ready=False)
    await refresh_existing_order_messages(work, run.required_order_id)
    await tell(
        work,
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_refused:{run.id}",
        key="notification-payout-refused",
        order_id=payable.order_id,
        buttons=[{"key": "button-set-up-payout", "data": "v1:set_up_payout:0:0"}],
        args={"order": run.required_order_id, "amount": format_money(payable.due, payable.currency)},
    )
    await tell_admins(
        work,
        campus_id=payable.campus_id,
        name=f"payout_refused_admins:{run.id}",
        key="notification-payout-refused-admins",
        order_id=payable.order_id,
        args={"order": run.required_order_id, "runner": payable.runner_id, "reason": run.reason or "-"},
    )


async def _tell_platform_short(work: UnitOfWork, run: SagaRun, payable: Payable) -> None:
    """Nothing is wrong with the runner's account: the admins add funds and let it be sent again."""
    words: dict[str, str | int] = {
        "order": run.required_order_id,
        "amount": format_money(payable.due, payable.currency),
    }
    await refresh_existing_order_messages(work, run.required_order_id)
    await tell(
        work,
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_late:{run.required_order_id}",  # once, however many attempts there are
        key="notification-payout-late",
        order_id=payable.order_id,
        args=words,
    )
    await tell_admins(
        work,
        campus_id=payable.campus_id,
        name=f"payout_short:{run.id}",
        key="notification-payout-short",
        order_id=payable.order_id,
        buttons=[{"key": "button-send-again", "data": f"v1:pay_again:{run.required_order_id}:0"}],
        args=words,
    )


async def open_payouts(work: UnitOfWork, run: SagaRun) -> None:
    """Record that the runner's account is ready, and send everything owed so far."""
    was_ready = await lock_payouts_ready(work, run.required_person_id)
    await set_payouts_ready(work, run.required_person_id, ready=True)
    run.requested_sagas.extend(
        build_payout_start(payable) for payable in await list_open_payables(work, run.required_person_id)
    )
    if was_ready:  # a parallel set-up told the runner already
        return
    for order in await list_active_deliveries(work, run.campus_id, run.required_person_id):
        await refresh_existing_order_messages(work, order.id)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"payouts_ready:{run.id}",
        key="notification-payouts-ready",
    )


async def keep_card(work: UnitOfWork, run: SagaRun) -> None:
    """Save the card, and place the order that waited only for it.

    Place it only if the request is recent and unchanged, and the customer owes nothing.
    """
    card = SavedCard(**run.data["card"])
    await start_detach_replaced_card(work, run, card)
    await upsert_saved_card(work, run.required_person_id, card)
    owed = await list_open_customer_debts(work, run.campus_id, run.required_person_id)
    draft = await lock_draft(work, run.campus_id, run.required_person_id)
    waiting = draft is not None and not owed and await _is_order_still_requested(work, draft)
    if owed:
        await _tell_saved(work, run, card, owed[0])
    else:
        await tell(
            work,
            campus_id=run.campus_id,
            chat_id=run.required_person_id,
            name=f"card_saved:{run.id}",
            key="notification-card-saved-placing" if waiting else "notification-card-saved",
            buttons=[] if waiting else [{"key": "button-continue", "data": "v1:review:0:0"}] if draft else [],
            args={"brand": card_brand_name(card.brand), "last4": card.last4},
        )
    if draft is not None and waiting:
        run.requested_sagas.append(build_order_start(draft, ceiling=draft.asked_ceiling or 0, optional=True))


async def _tell_saved(work: UnitOfWork, run: SagaRun, card: SavedCard, owed: CustomerDebt) -> None:
    """A customer who owes pays first: perhaps the card was saved for that."""
    amount = format_money(owed.amount, owed.currency)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"card_saved:{run.id}",
        key="notification-card-saved-owing",
        order_id=owed.order_id,
        buttons=[{"key": "button-pay-debt", "data": pack(Tap.PAY_CUSTOMER_DEBT, owed.id)}],
        args={"brand": card_brand_name(card.brand), "last4": card.last4, "amount": amount, "order": owed.order_id},
    )


async def _is_order_still_requested(work: UnitOfWork, draft: Draft) -> bool:
    if draft.asked_at is None or draft.asked_ceiling is None:
        return False
    campus = await find_campus(work, draft.campus_id)
    return work.now - draft.asked_at <= campus.windows.length("auto_place")


def build_order_start(draft: Draft, *, ceiling: int, optional: bool = False) -> SagaStart:
    """Return the saga that places this draft at this ceiling (minor units).

    Two taps return the same name, and so start one saga.
    """
    return SagaStart(
        kind="create_order",
        name=f"create_order:{draft.campus_id}:{draft.person_id}:{draft.changed_at.timestamp()}:{draft.version}",
        campus_id=draft.campus_id,
        person_id=draft.person_id,
        data={"draft_version": draft.version, "ceiling": ceiling},
        optional=optional,
    )
