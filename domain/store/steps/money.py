"""Local steps around money: what a runner is owed, what a pay-out moves, what a new card or account sets going."""

from domain.buttons import Tap, pack
from domain.draft import Draft
from domain.money import spell
from domain.order import Order
from domain.payment import NO_FUNDS, CustomerDebt, Payable, PayoutEvent
from domain.people import SavedCard, brand_name
from domain.postings import goodwill_posting
from domain.store.campuses import find_campus
from domain.store.customer_debts import open_customer_debts
from domain.store.drafts import lock_draft
from domain.store.messages import redraw_known, tell, tell_admins
from domain.store.money import book_payable, may_send, move_payable, open_payables, post
from domain.store.orders import open_jobs
from domain.store.people import lock_payouts_ready, save_card, set_payouts_ready
from domain.store.runs import Run, Start
from domain.store.steps.cards import let_former_go
from domain.store.steps.netting import net_debts
from domain.store.unit_of_work import UnitOfWork


async def book_goodwill(work: UnitOfWork, run: Run, order: Order) -> Payable:
    """The platform bears a closed purchase: the runner is owed receipt and earnings, though nothing was captured."""
    if order.runner_share is None or order.runner_id is None:
        raise LookupError(f"order {order.id} was closed without a receipt or a runner")
    owed, currency = order.runner_share, order.price.currency
    await post(work, goodwill_posting(order=order.id, runner=order.runner_id, amount=owed, currency=currency), order.id)
    payable = await owe(work, order, owed, charge=None)
    await pay_or_wait(work, run, payable)
    return payable


async def pay_or_wait(work: UnitOfWork, run: Run, payable: Payable) -> None:
    """Start the pay-out in this commit, or say what has to be set up first."""
    if await lock_payouts_ready(work, payable.runner_id):
        if await may_send(work, payable.id):
            run.starts.append(payout_start(payable))
        return
    await tell(
        work,
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_waits:{payable.order_id}",
        key="push-payout-waits",
        order_id=payable.order_id,
        buttons=[{"key": "button-set-up-payout", "data": "v1:set_up_payout:0:0"}],
        words={"order": payable.order_id, "amount": spell(payable.due, payable.currency)},
    )


async def owe(work: UnitOfWork, order: Order, amount: int, *, charge: str | None) -> Payable:
    """The runner is owed this much (minor units) for the order, from this charge or out of our own."""
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


def payout_start(payable: Payable) -> Start:
    """The saga that pays this payable; a refused try is followed by one of another name."""
    return Start(
        kind="pay_out_runner",
        name=f"pay_out_runner:{payable.id}:{payable.attempt + 1}",
        campus_id=payable.campus_id,
        order_id=payable.order_id,
        person_id=payable.runner_id,
    )


async def start_payout(work: UnitOfWork, run: Run) -> None:
    """open -> sending, or annulled when all of it was kept for what she owes; one that is not open is another's."""
    attempt = int(run.name.rsplit(":", 1)[1])
    owed = await net_debts(work, run.order)
    begun = PayoutEvent.ANNULLED if owed is not None and owed.netted and owed.due == 0 else PayoutEvent.STARTED
    payable = await move_payable(work, run.order, begun, attempt=attempt, refusal=None)
    if payable is None:
        raise LookupError(f"nothing open to pay out for order {run.order}")
    if begun is PayoutEvent.ANNULLED:
        await _tell_all_netted(work, run, payable)


async def _tell_all_netted(work: UnitOfWork, run: Run, payable: Payable) -> None:
    await redraw_known(work, run.order)
    await tell(
        work,
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"netted:{run.name}",
        key="push-netted",
        order_id=run.order,
        words={"order": run.order, "netted": spell(payable.netted, payable.currency)},
    )


async def keep_payable(work: UnitOfWork, run: Run) -> None:
    """sending -> open: Stripe refused, so it stays owed until the account is ready again, or the platform has funds."""
    payable = await move_payable(work, run.order, PayoutEvent.REFUSED, refusal=run.reason)
    if payable is None:
        return
    if run.reason == NO_FUNDS:
        await _tell_short(work, run, payable)
        return
    await set_payouts_ready(work, payable.runner_id, ready=False)
    await redraw_known(work, run.order)
    await tell(
        work,
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_refused:{run.id}",
        key="push-payout-refused",
        order_id=payable.order_id,
        buttons=[{"key": "button-set-up-payout", "data": "v1:set_up_payout:0:0"}],
        words={"order": run.order, "amount": spell(payable.due, payable.currency)},
    )
    await tell_admins(
        work,
        campus_id=payable.campus_id,
        name=f"payout_refused_admins:{run.id}",
        key="push-payout-refused-admins",
        order_id=payable.order_id,
        words={"order": run.order, "runner": payable.runner_id, "reason": run.reason or "-"},
    )


async def _tell_short(work: UnitOfWork, run: Run, payable: Payable) -> None:
    """Nothing is wrong with her account: the admins fill up ours and let it be sent again."""
    words: dict[str, str | int] = {"order": run.order, "amount": spell(payable.due, payable.currency)}
    await redraw_known(work, run.order)
    await tell(
        work,
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_late:{run.order}",  # once, however often it is tried
        key="push-payout-late",
        order_id=payable.order_id,
        words=words,
    )
    await tell_admins(
        work,
        campus_id=payable.campus_id,
        name=f"payout_short:{run.id}",
        key="push-payout-short",
        order_id=payable.order_id,
        buttons=[{"key": "button-send-again", "data": f"v1:pay_again:{run.order}:0"}],
        words=words,
    )


async def open_payouts(work: UnitOfWork, run: Run) -> None:
    """The runner's account is ready: everything owed so far is sent."""
    known = await lock_payouts_ready(work, run.person)
    await set_payouts_ready(work, run.person, ready=True)
    run.starts.extend(payout_start(payable) for payable in await open_payables(work, run.person))
    if known:  # two links were asked for, and the other one said so already
        return
    for job in await open_jobs(work, run.campus_id, run.person):
        await redraw_known(work, job.id)
    await tell(
        work, campus_id=run.campus_id, chat_id=run.person, name=f"payouts_ready:{run.id}", key="push-payouts-ready"
    )


async def keep_card(work: UnitOfWork, run: Run) -> None:
    """The card is saved; an order that waited only for it places itself, if nothing changed and she owes nothing."""
    card = SavedCard(**run.data["card"])
    await let_former_go(work, run, card)
    await save_card(work, run.person, card)
    owed = await open_customer_debts(work, run.campus_id, run.person)
    draft = await lock_draft(work, run.campus_id, run.person)
    waiting = draft is not None and not owed and await _still_wanted(work, draft)
    if owed:
        await _tell_saved(work, run, card, owed[0])
    else:
        await tell(
            work,
            campus_id=run.campus_id,
            chat_id=run.person,
            name=f"card_saved:{run.id}",
            key="push-card-saved-placing" if waiting else "push-card-saved",
            buttons=[] if waiting else [{"key": "button-continue", "data": "v1:review:0:0"}] if draft else [],
            words={"brand": brand_name(card.brand), "last4": card.last4},
        )
    if draft is not None and waiting:
        run.starts.append(order_start(draft, ceiling=draft.asked_ceiling or 0, optional=True))


async def _tell_saved(work: UnitOfWork, run: Run, card: SavedCard, owed: CustomerDebt) -> None:
    """Who owes pays first: the card she just saved is perhaps for that."""
    amount = spell(owed.amount, owed.currency)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"card_saved:{run.id}",
        key="push-card-saved-owing",
        order_id=owed.order_id,
        buttons=[{"key": "button-pay-debt", "data": pack(Tap.PAY_DEBT, owed.id)}],
        words={"brand": brand_name(card.brand), "last4": card.last4, "amount": amount, "order": owed.order_id},
    )


async def _still_wanted(work: UnitOfWork, draft: Draft) -> bool:
    if draft.asked_at is None or draft.asked_ceiling is None:
        return False
    campus = await find_campus(work, draft.campus_id)
    return work.now - draft.asked_at <= campus.windows.length("auto_place")


def order_start(draft: Draft, *, ceiling: int, optional: bool = False) -> Start:
    """The saga that places this draft at this ceiling (minor units); tapped twice it is the same saga."""
    return Start(
        kind="create_order",
        name=f"create_order:{draft.campus_id}:{draft.person_id}:{draft.changed_at.timestamp()}:{draft.version}",
        campus_id=draft.campus_id,
        person_id=draft.person_id,
        data={"draft_version": draft.version, "ceiling": ceiling},
        optional=optional,
    )
