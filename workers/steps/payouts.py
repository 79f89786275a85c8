"""Outside steps around a runner's money: her account, its set-up link, and the transfers to it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func

from domain.money import spell
from domain.payment import PayoutEvent, PayoutStatus
from domain.postings import transfer_posting
from domain.store.campuses import find_campus
from domain.store.messages import redraw_known, tell
from domain.store.money import move_payable, payable_of, post
from domain.store.people import find_member, forget_account, keep_account
from domain.store.runs import Run
from domain.store.schema import payable
from domain.store.steps.payables import send_rest
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused
from workers.steps.step import OutsideStep, Params, Result, Sent, add_signal
from workers.stripe_gateway import (
    Stripe,
    create_account,
    create_account_link,
    create_transfer,
    find_transfer,
    retrieve_account,
)
from workers.stripe_gateway_failures import CUT_OFF

SENT_NOTHING_AFTER = timedelta(hours=24)  # a transfer without a trace by then was none


async def plan_transfer(work: UnitOfWork, run: Run, key: str) -> Params | None:
    """What is owed, to the runner's account: from the very charge that paid it, or from what the platform has.

    None, and nothing is sent, where all of it was kept for what she owes.
    """
    owed = await payable_of(work, run.order)
    if owed is not None and owed.status is PayoutStatus.ANNULLED:
        return None
    member = await find_member(work, run.campus_id, run.person)
    if owed is None or member.stripe_account is None:
        raise Refused("no_account")
    source = {} if owed.charge is None else {"source_transaction": owed.charge}
    return {
        "amount": owed.due,
        "currency": owed.currency,
        "destination": member.stripe_account,
        **source,
        "transfer_group": f"order_{run.order}",
        "metadata": {"order": str(run.order), "saga": str(run.id), "call": key},
    }


async def transfer(client: Stripe, sent: Sent) -> Result:
    """Send it; the transfer's id and amount (minor units)."""
    return _transfer(await create_transfer(client, sent.params, sent.key))


async def look_for_transfer(client: Stripe, sent: Sent) -> Result | None:
    """The transfer an unanswered call made, if it made one."""
    found = await find_transfer(client, sent.params["transfer_group"], sent.key)
    return None if found is None else _transfer(found)


async def record_transfer(work: UnitOfWork, run: Run, result: Result) -> None:
    """The debt is paid, in the books too, and the runner is told."""
    known = {"transfer": result["transfer"], "paid_at": func.now(), "sent": payable.c.sent + result["amount"]}
    paid = await move_payable(work, run.order, PayoutEvent.PAID, **known)
    if paid is None:
        raise LookupError(f"payable of order {run.order} was not being sent")
    posting = transfer_posting(
        transfer=result["transfer"], runner=paid.runner_id, amount=result["amount"], currency=paid.currency
    )
    await post(work, posting, run.order)
    await send_rest(work, run, paid)
    await redraw_known(work, run.order)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=paid.runner_id,
        name=f"paid:{run.name}",
        key="push-paid-less" if paid.netted else "push-paid",
        order_id=run.order,
        words={
            "order": run.order,
            "amount": spell(result["amount"], paid.currency),
            **({"netted": spell(paid.netted, paid.currency)} if paid.netted else {}),
        },
    )


async def plan_account(work: UnitOfWork, run: Run, _key: str) -> Params:
    """The account there is, and the one to make when there is none, or its owner cut the tie."""
    member = await find_member(work, run.campus_id, run.person)
    known = {} if member.stripe_account is None else {"account": member.stripe_account}
    return {
        **known,
        "create": {
            "controller": {
                "losses": {"payments": "application"},
                "fees": {"payer": "application"},
                "stripe_dashboard": {"type": "express"},
                "requirement_collection": "stripe",
            },
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {"person": str(run.person)},
        },
    }


async def ensure_account(client: Stripe, sent: Sent) -> Result:
    """The runner's account, made when there is none that we may pay to."""
    known = sent.params.get("account")
    try:
        if known is not None:
            return _account(await retrieve_account(client, known))
    except Refused as refusal:
        if refusal.reason != CUT_OFF:
            raise
    return _account(await create_account(client, sent.params["create"], sent.key)) | {"cut_off": known}


async def record_account(work: UnitOfWork, run: Run, result: Result) -> None:
    """Remember the account, unless another set-up was faster, and whether it can be paid to by now."""
    if result.get("cut_off") is not None:
        await forget_account(work, run.person, result["cut_off"])
    run.data["account"] = await keep_account(work, run.person, result["account"])
    if result["ready"] and run.data["account"] == result["account"]:
        add_signal(run, "account_ready")


async def plan_onboarding(work: UnitOfWork, run: Run, _key: str) -> Params | None:
    """A set-up link, unless the account is ready."""
    if "account_ready" in run.data.get("signals", []):
        return None
    campus = await find_campus(work, run.campus_id)
    return {
        "account": run.data["account"],
        "type": "account_onboarding",
        "refresh_url": f"{campus.chat_link}?start=payout",
        "return_url": f"{campus.chat_link}?start=payout_done",
    }


async def open_onboarding(client: Stripe, sent: Sent) -> Result:
    """The link."""
    return {"url": (await create_account_link(client, sent.params, sent.key))["url"]}


async def record_onboarding(work: UnitOfWork, run: Run, result: Result) -> None:
    """The link goes to the runner alone, never to a group."""
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"payout_link:{run.id}:{run.attempt}",
        key="push-payout-link",
        buttons=[{"key": "button-open-onboarding", "url": result["url"]}],
    )


async def plan_look(_work: UnitOfWork, run: Run, _key: str) -> Params:
    """Which account to look at."""
    return {"account": run.data["account"]}


async def look_at_account(client: Stripe, sent: Sent) -> Result:
    """The account as it is now."""
    return _account(await retrieve_account(client, sent.params["account"]))


async def record_look(_work: UnitOfWork, run: Run, result: Result) -> None:
    """Ready, or not yet."""
    if result["ready"]:
        add_signal(run, "account_ready")


def _account(found: dict[str, Any]) -> Result:
    return {"account": found["id"], "ready": is_ready(found)}


def is_ready(account: dict[str, Any]) -> bool:
    """Whether transfers to this account are possible, by Stripe's own word."""
    return bool((account.get("capabilities") or {}).get("transfers") == "active")


def _transfer(found: dict[str, Any]) -> Result:
    return {"transfer": found["id"], "amount": found["amount"]}


TRANSFER_EARNINGS = OutsideStep(
    plan=plan_transfer, call=transfer, record=record_transfer, look=look_for_transfer, renew_after=SENT_NOTHING_AFTER
)
ENSURE_ACCOUNT = OutsideStep(plan=plan_account, call=ensure_account, record=record_account)
OPEN_ONBOARDING = OutsideStep(plan=plan_onboarding, call=open_onboarding, record=record_onboarding)
LOOK_AT_ACCOUNT = OutsideStep(plan=plan_look, call=look_at_account, record=record_look)
