"""External steps of a runner's money: the Stripe account, its onboarding link, and the transfers to it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func

from domain.campuses.people_repository import find_member, forget_stripe_account, save_stripe_account
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import transfer_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.notification import Notification, NotificationButton
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.money import format_money
from domain.payouts.model import PayoutEvent, PayoutStatus
from domain.payouts.payable_adjustments import reopen_payout
from domain.payouts.repository import find_payable, move_payable
from domain.payouts.sagas.onboard_runner import OnboardRunnerData
from domain.payouts.tables import payable
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused
from workers.engine.external_step import CallRequest, ExternalStepHooks, StepParams, StepResult, add_signal
from workers.stripe.gateway import (
    StripeGateway,
    create_account,
    create_account_link,
    create_transfer,
    find_transfer,
    retrieve_account,
)
from workers.stripe.gateway_failures import ACCOUNT_INVALID

TRANSFER_TRACE_TIMEOUT = timedelta(hours=24)  # a transfer without a trace by then was not made


async def prepare_transfer(work: UnitOfWork, run: SagaRun, key: str) -> StepParams | None:
    """Return the transfer of what is due; None, and nothing is sent, when debts of the runner took all of it.

    Its source is the charge that paid the order, or the platform's balance when nothing was charged. Raise Refused
    "no_account" when the runner has no account.
    """
    open_payable = await find_payable(work, run.required_order_id)
    if open_payable is not None and open_payable.status is PayoutStatus.ANNULLED:
        return None
    member = await find_member(work, run.campus_id, run.required_person_id)
    if open_payable is None or member.stripe_account is None:
        raise Refused("no_account")
    source = {} if open_payable.charge is None else {"source_transaction": open_payable.charge}
    return {
        "amount": open_payable.due,
        "currency": open_payable.currency,
        "destination": member.stripe_account,
        **source,
        "transfer_group": f"order_{run.required_order_id}",
        "metadata": {"order": str(run.required_order_id), "saga": str(run.id), "call": key},
    }


async def execute_transfer(client: StripeGateway, request: CallRequest) -> StepResult:
    """Send the transfer; return its id and amount (minor units)."""
    return _transfer_result(await create_transfer(client, request.params, request.key))


async def find_sent_transfer(client: StripeGateway, request: CallRequest) -> StepResult | None:
    """Return the transfer that a call with an unknown outcome made; None if it made none."""
    found = await find_transfer(client, request.params["transfer_group"], request.key)
    return None if found is None else _transfer_result(found)


async def record_transfer(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Record the payable as paid, post the transfer to the ledger, and tell the runner.

    Raise LookupError when the payable was not being sent.
    """
    changes = {"transfer": result["transfer"], "paid_at": func.now(), "sent": payable.c.sent + result["amount"]}
    paid_payable = await move_payable(work, run.required_order_id, PayoutEvent.PAID, **changes)
    if paid_payable is None:
        raise LookupError(f"payable of order {run.required_order_id} was not being sent")
    posting = transfer_posting(
        transfer=result["transfer"],
        runner=paid_payable.runner_id,
        amount=result["amount"],
        currency=paid_payable.currency,
    )
    await post_to_ledger(work, posting, run.required_order_id)
    await reopen_payout(work, run, paid_payable)
    await refresh_existing_order_messages(work, run.required_order_id)
    await notify(
        work,
        Notification(
            campus_id=run.campus_id,
            chat_id=paid_payable.runner_id,
            name=f"paid:{run.name}",
            key="notification-paid-less" if paid_payable.netted else "notification-paid",
            order_id=run.required_order_id,
            args={
                "order": run.required_order_id,
                "amount": format_money(result["amount"], paid_payable.currency),
                **({"netted": format_money(paid_payable.netted, paid_payable.currency)} if paid_payable.netted else {}),
            },
        ),
    )


async def prepare_account(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Return the account there is, and the parameters of a new one.

    The new one is for a runner who has none, or who disconnected it.
    """
    member = await find_member(work, run.campus_id, run.required_person_id)
    existing_account = {} if member.stripe_account is None else {"account": member.stripe_account}
    return {
        **existing_account,
        "create": {
            "controller": {
                "losses": {"payments": "application"},
                "fees": {"payer": "application"},
                "stripe_dashboard": {"type": "express"},
                "requirement_collection": "stripe",
            },
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {"person": str(run.required_person_id)},
        },
    }


async def ensure_account(client: StripeGateway, request: CallRequest) -> StepResult:
    """Return the runner's account; create one when there is none that we may pay to."""
    existing_account = request.params.get("account")
    try:
        if existing_account is not None:
            return _account_result(await retrieve_account(client, existing_account))
    except Refused as refusal:
        if refusal.reason != ACCOUNT_INVALID:
            raise
    return _account_result(await create_account(client, request.params["create"], request.key)) | {
        "cut_off": existing_account
    }


async def record_account(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Save the account, unless a parallel set-up was faster.

    Add the signal when the account can receive transfers already.
    """
    if result.get("cut_off") is not None:
        await forget_stripe_account(work, run.required_person_id, result["cut_off"])
    data = run.data_as(OnboardRunnerData)
    data.account = await save_stripe_account(work, run.required_person_id, result["account"])
    if result["ready"] and data.account == result["account"]:
        add_signal(run, "account_ready")


async def prepare_onboarding(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return the parameters of an onboarding link; None when the account is ready."""
    if "account_ready" in run.engine.signals:
        return None
    campus = await find_campus(work, run.campus_id)
    return {
        "account": run.data_as(OnboardRunnerData).account,
        "type": "account_onboarding",
        "refresh_url": f"{campus.chat_link}?start=payout",
        "return_url": f"{campus.chat_link}?start=payout_done",
    }


async def open_onboarding(client: StripeGateway, request: CallRequest) -> StepResult:
    return {"url": (await create_account_link(client, request.params, request.key))["url"]}


async def record_onboarding(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Send the link to the runner's own chat, never to a group."""
    await notify(
        work,
        Notification(
            campus_id=run.campus_id,
            chat_id=run.required_person_id,
            name=f"payout_link:{run.id}:{run.attempt}",
            key="notification-payout-link",
            buttons=[NotificationButton(label="button-open-onboarding", url=result["url"])],
        ),
    )


async def prepare_account_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"account": run.data_as(OnboardRunnerData).account}


async def fetch_account(client: StripeGateway, request: CallRequest) -> StepResult:
    return _account_result(await retrieve_account(client, request.params["account"]))


async def record_account_lookup(_work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Add the signal when the account is ready."""
    if result["ready"]:
        add_signal(run, "account_ready")


def _account_result(found: dict[str, Any]) -> StepResult:
    return {"account": found["id"], "ready": can_receive_transfers(found)}


def can_receive_transfers(account: dict[str, Any]) -> bool:
    """Return whether Stripe says that transfers to this account are possible."""
    return bool((account.get("capabilities") or {}).get("transfers") == "active")


def _transfer_result(found: dict[str, Any]) -> StepResult:
    return {"transfer": found["id"], "amount": found["amount"]}


TRANSFER_EARNINGS = ExternalStepHooks(
    prepare=prepare_transfer,
    execute=execute_transfer,
    record=record_transfer,
    find_existing=find_sent_transfer,
    rekey_after=TRANSFER_TRACE_TIMEOUT,
)
ENSURE_ACCOUNT = ExternalStepHooks(prepare=prepare_account, execute=ensure_account, record=record_account)
OPEN_ONBOARDING = ExternalStepHooks(prepare=prepare_onboarding, execute=open_onboarding, record=record_onboarding)
REFRESH_ACCOUNT = ExternalStepHooks(prepare=prepare_account_lookup, execute=fetch_account, record=record_account_lookup)
