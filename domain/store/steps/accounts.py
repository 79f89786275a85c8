"""What becomes of a runner's pay-out account after it was set up: lost, cut off, ready again, a bank that says no."""

from domain.money import spell
from domain.store.messages import redraw_known, tell
from domain.store.money import open_payables
from domain.store.people import forget_account, lock_payouts_ready, set_payouts_ready
from domain.store.runs import Run
from domain.store.steps.money import payout_start
from domain.store.unit_of_work import UnitOfWork

SET_UP = {"key": "button-set-up-payout", "data": "v1:set_up_payout:0:0"}


async def note_ready(work: UnitOfWork, run: Run, *, ready: bool) -> None:
    """Whether transfers to her account are possible now; where that changed, she is told, once.

    Lost, everything owed stays hers; ready again, all of it is sent.
    """
    if await lock_payouts_ready(work, run.person) is ready:
        return
    await set_payouts_ready(work, run.person, ready=ready)
    owed = await open_payables(work, run.person)
    if ready:
        run.starts.extend(payout_start(payable) for payable in owed)
    for payable in owed:
        await redraw_known(work, payable.order_id)
    await _tell(work, run, "push-payouts-ready" if ready else "push-payouts-lost", again=not ready)


async def note_cut_off(work: UnitOfWork, run: Run, account: str) -> None:
    """She cut the tie between her account and us: it is forgotten, and the next set-up makes another one."""
    await lock_payouts_ready(work, run.person)
    if not await forget_account(work, run.person, account):
        return
    await set_payouts_ready(work, run.person, ready=False)
    for payable in await open_payables(work, run.person):
        await redraw_known(work, payable.order_id)
    await _tell(work, run, "push-payouts-cut-off", again=True)


async def note_bank_refused(work: UnitOfWork, run: Run, payout: str, amount: int, currency: str) -> None:
    """Her bank sent back what Stripe paid out, in minor units; it is on her Stripe account, and she is told once."""
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"bank_refused:{payout}",
        key="push-bank-refused",
        buttons=[SET_UP],
        words={"amount": spell(amount, currency)},
    )


async def _tell(work: UnitOfWork, run: Run, key: str, *, again: bool) -> None:
    name, buttons = f"{key}:{run.id}", [SET_UP] if again else []
    await tell(work, campus_id=run.campus_id, chat_id=run.person, name=name, key=key, buttons=buttons)
