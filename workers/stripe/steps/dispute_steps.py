"""The external steps of a dispute: its status at Stripe, which money moved for it, and our evidence."""

from dataclasses import asdict, dataclass
from typing import cast

from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.orders.repository import find_order
from domain.refunds.dispute_effects import (
    book_withdrawal,
    find_or_open_dispute,
    follow_stage,
    is_dispute_decided,
    record_dispute_lost,
    record_dispute_won,
    tell_dispute_opened,
)
from domain.refunds.dispute_repository import count_refused_answer, lock_dispute, record_answer_facts
from domain.refunds.evidence.statement import build_evidence, find_handover_proof
from domain.refunds.model import Dispute, DisputeStage
from domain.refunds.notifications import evidence_refused, evidence_sent
from domain.refunds.sagas.answer_dispute import ANSWER_DISPUTE_V1, AnswerDisputeData
from domain.refunds.sagas.follow_dispute import FollowDisputeData, build_dispute_check_start
from domain.saga.run import SagaRun
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import KeyRefused, Refused, TryLater
from workers.engine.external_step import CallRequest, ExternalStepHooks, StepParams, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_refunds import answer_dispute, retrieve_dispute, upload_evidence
from workers.stripe.objects.dispute import StripeDispute, StripeDisputeStatus
from workers.stripe.refusals.waiting_people import tell_held_up

NO_PERMISSION, NOT_TAKEN, NOT_READ = "permission", "refused", "unread"  # variants of the sentence for the admins


async def prepare_dispute_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"dispute": run.data_as(FollowDisputeData).dispute}


async def fetch_dispute(client: StripeGateway, request: CallRequest) -> StripeDispute:
    """Return the dispute as it is now, with what moved on our balance for it."""
    return await retrieve_dispute(client, request.params["dispute"])


async def record_dispute_lookup(work: UnitOfWork, run: SagaRun, found: StripeDispute) -> None:
    """Record how far the dispute went: opened, money withdrawn, won or lost.

    It only moves forward. Each change is booked and told once, however often Stripe reports it. A dispute counts as won
    when the money is back: until then a later event runs this step again.
    """
    opened_dispute = await find_or_open_dispute(
        work, run, found.id, found.amount, found.currency, found.reason, _first_stage(found)
    )
    if is_dispute_decided(opened_dispute) or opened_dispute.is_outdated(is_inquiry=found.is_inquiry):
        return
    stage = opened_dispute.next_stage(is_inquiry=found.is_inquiry, needs_answer=found.needs_answer)
    await tell_dispute_opened(work, opened_dispute, found.answer_by)
    opened_dispute = await follow_stage(work, opened_dispute, stage, found.answer_by)
    await record_answer_facts(work, opened_dispute, found.answer_by, is_answered=found.is_answered)
    await book_withdrawal(work, opened_dispute, found.withdrawn, found.fee)
    current_dispute = await lock_dispute(work, found.id) or opened_dispute
    if found.status is StripeDisputeStatus.LOST:
        await record_dispute_lost(work, current_dispute)
    elif found.status.is_won and found.returned >= current_dispute.withdrawn:
        await record_dispute_won(work, run, current_dispute, found.fee_returned)


def _first_stage(found: StripeDispute) -> DisputeStage:
    return DisputeStage.INQUIRY if found.is_inquiry else DisputeStage.DISPUTE


REFRESH_DISPUTE = define_external_step(
    prepare=prepare_dispute_lookup, execute=fetch_dispute, record=record_dispute_lookup
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedPhoto:
    """A photo's id at Stripe, or why it has none."""

    file: str | None = None
    left_out: str | None = None


async def upload_photo(client: StripeGateway, request: CallRequest) -> UploadedPhoto:
    """Upload a photo that Telegram keeps. What Stripe or Telegram refuses is left out: the text is sent without it.

    So is what could not be read for Timeout.EVIDENCE_PHOTO: the text has a time that ends.
    """
    if client.read_photo is None:
        return UploadedPhoto(left_out=NOT_READ)
    try:
        photo = await client.read_photo(request.params["campus"], request.params["photo"])
    except TryLater:
        if request.now - request.first_sent_at < Timeout.EVIDENCE_PHOTO.delta:
            raise
        photo = None
    if photo is None:
        return UploadedPhoto(left_out=NOT_READ)
    try:
        return UploadedPhoto(file=await upload_evidence(client, photo, request.key))
    except KeyRefused as refusal:
        if refusal.access != "permission":
            raise
        return UploadedPhoto(left_out=NO_PERMISSION)
    except Refused:
        return UploadedPhoto(left_out=NOT_TAKEN)


def _define_upload(column: str, field: str) -> ExternalStepHooks:
    async def prepare(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
        opened = await lock_dispute(work, run.data_as(AnswerDisputeData).dispute)
        photo = cast(str | None, getattr(await find_order(work, run.campus_id, run.required_order_id), column))
        if photo is None or opened is None or not opened.takes_answer(work.now):
            return None
        return {"campus": run.campus_id, "photo": photo}

    async def record(_work: UnitOfWork, run: SagaRun, uploaded: UploadedPhoto) -> None:
        data = run.data_as(AnswerDisputeData)
        setattr(data, field, uploaded.file)
        data.left_out = uploaded.left_out or data.left_out

    return define_external_step(prepare=prepare, execute=upload_photo, record=record)


UPLOAD_RECEIPT = _define_upload("receipt_photo", "receipt_file")
UPLOAD_HANDOVER = _define_upload("proof_photo", "handover_file")


async def prepare_evidence(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return the evidence; None when the bank has an answer or has decided by now."""
    data = run.data_as(AnswerDisputeData)
    opened = await lock_dispute(work, data.dispute)
    if opened is None or not opened.takes_answer(work.now):
        return None
    order = await find_order(work, run.campus_id, run.required_order_id)
    evidence = await build_evidence(work, await find_campus(work, run.campus_id), order, opened)
    files = {"receipt": data.receipt_file, "service_documentation": data.handover_file}
    told = {name: value for name, value in (asdict(evidence) | files).items() if value}
    return {"dispute": opened.dispute, "answer": {"evidence": told, "submit": True}}


async def submit_evidence(client: StripeGateway, request: CallRequest) -> StripeDispute:
    """Send the evidence to the bank."""
    return await answer_dispute(client, request.params["dispute"], request.params["answer"], request.key)


async def find_submitted_evidence(client: StripeGateway, request: CallRequest) -> StripeDispute | None:
    """Return the dispute if the bank has an answer: there is one at most; None if it has none."""
    found = await retrieve_dispute(client, request.params["dispute"])
    return found if found.is_answered else None


async def record_evidence(work: UnitOfWork, run: SagaRun, found: StripeDispute) -> None:
    """Record that the bank has our evidence, and tell the admins. That to an inquiry is no answer to what it became."""
    opened = await _lock_answered(work, run)
    if not opened.is_outdated(is_inquiry=found.is_inquiry):
        await record_answer_facts(work, opened, found.answer_by, is_answered=True)
    await notify(work, evidence_sent(opened, await _describe_photos(work, run)))


async def _describe_photos(work: UnitOfWork, run: SagaRun) -> str:
    """Return the variant of the sentence for the admins: why a photo is not joined, or whether any is.

    A run of version 1 joins none, and tells of the hand-over's.
    """
    if run.version == ANSWER_DISPUTE_V1.version:
        return await find_handover_proof(work, await find_order(work, run.campus_id, run.required_order_id))
    data = run.data_as(AnswerDisputeData)
    return data.left_out or ("joined" if data.receipt_file or data.handover_file else "none")


async def record_refused_evidence(work: UnitOfWork, run: SagaRun, refusal: Refused) -> None:
    """Tell the admins why, and look the dispute up: somebody else may have answered, or its time is over."""
    opened = await _lock_answered(work, run)
    await notify(work, evidence_refused(opened, str(refusal)))
    cause = f"answer_{opened.answers_refused}"
    await count_refused_answer(work, opened)
    run.requested_sagas.append(
        build_dispute_check_start(opened.dispute, cause, campus_id=opened.campus_id, order_id=opened.order_id)
    )


async def _lock_answered(work: UnitOfWork, run: SagaRun) -> Dispute:
    opened = await lock_dispute(work, run.data_as(AnswerDisputeData).dispute)
    if opened is None:
        raise LookupError(f"saga {run.name} answers a dispute that has no row")
    return opened


SUBMIT_EVIDENCE = define_external_step(
    prepare=prepare_evidence,
    execute=submit_evidence,
    record=record_evidence,
    find_existing=find_submitted_evidence,
    refused=record_refused_evidence,
    held_up=tell_held_up("evidence"),
)
