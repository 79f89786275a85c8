"""What is kept and told of a refusal of Stripe, whichever step met it."""

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.saga.notifications import stripe_settings_refused
from domain.saga.refusals import ACCOUNT_GONE, CARD_GONE, NOT_POSSIBLE, RefusalKind
from domain.saga.run import SagaRun
from domain.settings.logs import get_logger
from workers.engine.call_failures import CallFailed, KeyRefused, Refused, to_stripe_refusal

MADE_ANEW = frozenset({CARD_GONE, ACCOUNT_GONE})  # the person of the saga gets a link at once

log = get_logger(__name__)


async def record_stripe_refusal(work: UnitOfWork, run: SagaRun, step: str, failure: CallFailed) -> None:
    """Keep Stripe's words on the row and in the log; tell the admins what is theirs to mend.

    They read one message for each cause and hour, however many orders meet it.
    """
    refusal = to_stripe_refusal(failure, step)
    if refusal is None:
        return
    run.engine.stripe_refusal = refusal
    log.warning(
        "stripe_refused",
        refusal=refusal.kind,
        step=step,
        type=refusal.error_type,
        code=refusal.code,
        param=refusal.param,
        request=refusal.request,
        error=refusal.message,
    )
    is_told = refusal.kind in (RefusalKind.CONFIGURATION, RefusalKind.GONE) and failure.reason not in MADE_ANEW
    if is_told:
        await notify(work, stripe_settings_refused(run, refusal, work.now))


def is_settings_refusal(failure: CallFailed) -> bool:
    """Return whether our own settings at Stripe, or a request of ours, were refused."""
    return isinstance(failure, KeyRefused) or (
        isinstance(failure, Refused) and failure.kind is RefusalKind.CONFIGURATION
    )


def give_up(failure: CallFailed) -> Refused:
    """Return the refusal of a call that did not get through in its window: out of reach, or refused to our key."""
    if isinstance(failure, KeyRefused):
        return Refused(NOT_POSSIBLE, str(failure), kind=RefusalKind.CONFIGURATION, answer=failure.answer)
    return Refused("out_of_reach", str(failure))


def reason_of(refusal: Refused) -> str:
    """Return the word that a saga goes by."""
    return NOT_POSSIBLE if refusal.kind is RefusalKind.CONFIGURATION else refusal.reason
