"""External steps of a runner's money: the Stripe account, its onboarding link, and the transfers to it."""

from dataclasses import dataclass

from domain.campuses.people_repository import (
    find_member,
    forget_stripe_account,
    save_stripe_account,
    set_payouts_ready,
)
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import transfer_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.payments.hold_repository import find_hold_by_charge
from domain.payments.stripe_platform_repository import read_stripe_platform
from domain.payouts.model import INSUFFICIENT_FUNDS, Payable, PayoutStatus
from domain.payouts.notifications import account_page, onboarding_link, payout_made
from domain.payouts.payable_adjustments import reopen_payout
from domain.payouts.repository import find_payable, mark_payable_paid
from domain.payouts.sagas.onboard_runner import OnboardRunnerData, build_onboarding_start
from domain.saga.refusals import ACCOUNT_GONE, NOT_POSSIBLE, RefusalKind
from domain.saga.run import SagaRun
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import Refused
from workers.engine.external_step import CallRequest, StepParams, add_signal, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_failures import ACCOUNT_INVALID
from workers.stripe.gateway_payouts import (
    create_account,
    create_account_link,
    create_login_link,
    create_transfer,
    find_transfer,
    retrieve_account,
)
from workers.stripe.objects.account import AccountLink, StripeAccount
from workers.stripe.objects.transfer import Transfer
from workers.stripe.platform.object_plans import plan_account, plan_onboarding
from workers.stripe.refusals.gone_objects import is_gone, start_anew
from workers.stripe.refusals.waiting_people import tell_held_up, tell_refused

# Stripe's codes of a transfer that the platform's balance does not cover, or that the account may not receive.
SHORT_OR_NOT_READY_CODES = frozenset(
    {INSUFFICIENT_FUNDS, "insufficient_capabilities_for_transfer", "transfers_not_allowed"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsuredAccount:
    """The account that a runner has now, and the one they disconnected, if a new one took its place."""

    account: StripeAccount
    disconnected: str | None = None


async def prepare_transfer(work: UnitOfWork, run: SagaRun, key: str) -> StepParams | None:
    """Return the transfer of what is due; None, and nothing is sent, when debts of the runner took all of it.

    Raise Refused "no_account" when the runner has no account.
    """
    open_payable = await find_payable(work, run.required_order_id)
    if open_payable is not None and open_payable.status is PayoutStatus.ANNULLED:
        return None
    member = await find_member(work, run.campus_id, run.required_person_id)
    if open_payable is None or member.stripe_account is None:
        raise Refused("no_account")
    source = await _find_source(work, open_payable)
    return {
        "amount": open_payable.due,
        "currency": open_payable.currency,
        "destination": member.stripe_account,
        **source,
        "transfer_group": f"order_{run.required_order_id}",
        "metadata": {"order": str(run.required_order_id), "saga": str(run.id), "call": key},
    }


async def _find_source(work: UnitOfWork, owed: Payable) -> StepParams:
    """Return the charge that paid the order as the source, or none: then the platform's balance pays.

    That is so when nothing was charged, and when a person at Stripe captured less than the runner gets.
    """
    paid_by = None if owed.charge is None else await find_hold_by_charge(work, owed.charge)
    is_short = paid_by is not None and paid_by.captured < owed.amount
    return {} if owed.charge is None or is_short else {"source_transaction": owed.charge}


async def execute_transfer(client: StripeGateway, request: CallRequest) -> Transfer:
    """Send the transfer. Raise Refused under the word that says who has to act: the runner, or the campus team."""
    try:
        return await create_transfer(client, request.params, request.key)
    except Refused as refusal:
        if is_gone(refusal, "destination") or refusal.reason == ACCOUNT_INVALID:
            raise refusal.renamed(ACCOUNT_GONE) from refusal
        if refusal.reason in SHORT_OR_NOT_READY_CODES:
            raise
        raise refusal.renamed(NOT_POSSIBLE, RefusalKind.CONFIGURATION) from refusal


async def record_refused_transfer(work: UnitOfWork, run: SagaRun, refusal: Refused) -> None:
    """Forget an account that Stripe does not know any more."""
    if refusal.reason == ACCOUNT_GONE and run.call is not None:
        await forget_stripe_account(work, run.required_person_id, run.call.params["destination"])


async def find_sent_transfer(client: StripeGateway, request: CallRequest) -> Transfer | None:
    """Return the transfer that a call with an unknown outcome made; None if it made none."""
    return await find_transfer(client, request.params["transfer_group"], request.key)


async def record_transfer(work: UnitOfWork, run: SagaRun, sent: Transfer) -> None:
    """Record the payable as paid, post the transfer to the ledger, and tell the runner.

    Raise LookupError when the payable was not being sent.
    """
    paid_payable = await mark_payable_paid(work, run.required_order_id, transfer=sent.id, amount=sent.amount)
    if paid_payable is None:
        raise LookupError(f"payable of order {run.required_order_id} was not being sent")
    posting = transfer_posting(
        transfer=sent.id, runner=paid_payable.runner_id, amount=sent.amount, currency=paid_payable.currency
    )
    await post_to_ledger(work, posting, run.required_order_id)
    await reopen_payout(work, run, paid_payable)
    await refresh_existing_order_messages(work, run.required_order_id)
    await notify(work, payout_made(paid_payable, run, sent.amount))


async def prepare_account(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Return the account there is, and the parameters of a new one, with what Stripe need not ask the runner.

    The new one is for a runner who has none, or who disconnected it.
    """
    member = await find_member(work, run.campus_id, run.required_person_id)
    campus, platform = await find_campus(work, run.campus_id), await read_stripe_platform(work)
    existing_account = {} if member.stripe_account is None else {"account": member.stripe_account}
    country = None if platform is None else platform.country
    metadata = {"person": str(run.required_person_id)}
    return {**existing_account, "create": plan_account(campus, country, metadata)}


async def ensure_account(client: StripeGateway, request: CallRequest) -> EnsuredAccount:
    """Return the runner's account; create one when there is none that we may pay to."""
    existing_account = request.params.get("account")
    try:
        if existing_account is not None:
            return EnsuredAccount(account=await retrieve_account(client, existing_account))
    except Refused as refusal:
        if refusal.kind is not RefusalKind.GONE:
            raise
    created = await create_account(client, request.params["create"], request.key)
    return EnsuredAccount(account=created, disconnected=existing_account)


async def record_account(work: UnitOfWork, run: SagaRun, ensured: EnsuredAccount) -> None:
    """Save the account, unless a parallel set-up was faster.

    Add the signal when the account can receive transfers already.
    """
    account, data = ensured.account, run.data_as(OnboardRunnerData)
    if ensured.disconnected is not None:
        await forget_stripe_account(work, run.required_person_id, ensured.disconnected)
    data.account = await save_stripe_account(work, run.required_person_id, account.id)
    data.is_complete = data.account == account.id and not account.needs_onboarding
    if account.can_receive_transfers and data.account == account.id:
        add_signal(run, "account_ready")


async def prepare_onboarding(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Return the parameters of the right link: to what Stripe asks, or else to the runner's own page there."""
    data = run.data_as(OnboardRunnerData)
    if data.is_complete:
        return {"login": data.account}
    return plan_onboarding(await find_campus(work, run.campus_id), data.account)


async def open_onboarding(client: StripeGateway, request: CallRequest) -> AccountLink:
    """Create the link."""
    login = request.params.get("login")
    if login is not None:
        return await create_login_link(client, login, request.key)
    return await create_account_link(client, request.params, request.key)


async def record_onboarding(work: UnitOfWork, run: SagaRun, link: AccountLink) -> None:
    """Send the link to the runner's own chat, never to a group."""
    is_complete = run.data_as(OnboardRunnerData).is_complete
    await notify(work, account_page(run, link.url) if is_complete else onboarding_link(run, link.url))


async def prepare_account_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"account": run.data_as(OnboardRunnerData).account}


async def fetch_account(client: StripeGateway, request: CallRequest) -> StripeAccount:
    return await retrieve_account(client, request.params["account"])


async def record_account_lookup(_work: UnitOfWork, run: SagaRun, account: StripeAccount) -> None:
    """Add the signal when the account is ready."""
    if account.can_receive_transfers:
        add_signal(run, "account_ready")


async def record_gone_account(work: UnitOfWork, run: SagaRun, refusal: Refused) -> None:
    """Forget an account that Stripe does not know any more, and have a link for a new one sent."""
    data = run.data_as(OnboardRunnerData)
    if refusal.kind is not RefusalKind.GONE or data.account is None:
        return
    if await forget_stripe_account(work, run.required_person_id, data.account):
        await set_payouts_ready(work, run.required_person_id, ready=False)
    start = build_onboarding_start(campus_id=run.campus_id, person_id=run.required_person_id, now=work.now)
    start_anew(work, run, ACCOUNT_GONE, start)


TRANSFER_EARNINGS = define_external_step(
    prepare=prepare_transfer,
    execute=execute_transfer,
    record=record_transfer,
    find_existing=find_sent_transfer,
    refused=record_refused_transfer,
    held_up=tell_held_up("pay"),
    rekey_after=Timeout.STRIPE_MONEY_TRACE.delta,
)
ENSURE_ACCOUNT = define_external_step(
    prepare=prepare_account,
    execute=ensure_account,
    record=record_account,
    refused=tell_refused("payout_link"),
    held_up=tell_held_up("payout_link"),
)
OPEN_ONBOARDING = define_external_step(
    prepare=prepare_onboarding,
    execute=open_onboarding,
    record=record_onboarding,
    refused=tell_refused("payout_link"),
    held_up=tell_held_up("payout_link"),
)
REFRESH_ACCOUNT = define_external_step(
    prepare=prepare_account_lookup,
    execute=fetch_account,
    record=record_account_lookup,
    refused=record_gone_account,
    held_up=tell_held_up("account"),
)
