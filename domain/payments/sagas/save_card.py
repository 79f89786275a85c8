"""The saga of a customer's new card: Stripe's Checkout saves it, we record it, and a waiting draft is placed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.campuses.people import SavedCard
from domain.saga.definition import ExternalStep, LocalStep, Saga, Wait
from domain.saga.run import SagaStart
from domain.settings.timeouts import Timeout


@dataclass(slots=True, kw_only=True)
class SaveCardData:
    """Stripe's customer and Checkout session, and the card that the session saved. Times are in epoch seconds."""

    customer: str | None = None
    session: str | None = None
    url: str | None = None  # of the session's page; None for a run of an older release
    opened_at: float | None = None
    card: SavedCard | None = None


# Stripe closes the page after 24 hours, and nobody gets a link that is about to end.
PAGE_TTL = Timeout.CARD_PAGE_LIFETIME.delta

PAGE_GONE = "page_gone"  # Stripe does not know the page any more: another one is opened
NO_CARD = "no_card"  # something else was saved on the page: another one is opened

SAVE_CARD = Saga(
    kind="save_card",
    version=2,
    data=SaveCardData,
    steps=(
        ExternalStep(name="ensure_customer"),
        ExternalStep(name="open_checkout"),
        Wait(
            signal="card_saved",
            window="card_set_up",
            timeout_reason="lapsed",
            abort_signals=frozenset({PAGE_GONE, NO_CARD}),
            poll="refresh_checkout",
        ),
        LocalStep(name="keep_card"),
    ),
)
# For runs that started on version 1: it lapses when another page is opened.
SAVE_CARD_V1 = Saga(
    kind="save_card",
    data=SaveCardData,
    steps=(
        ExternalStep(name="ensure_customer"),
        ExternalStep(name="open_checkout"),
        Wait(signal="card_saved", window="card_set_up", timeout_reason="lapsed", poll="refresh_checkout"),
        LocalStep(name="keep_card"),
    ),
)


def build_card_setup_start(*, campus_id: int, person_id: int, now: datetime) -> SagaStart:
    """Return the saga that sends a link and saves the card that the customer enters there."""
    return SagaStart(
        kind=SAVE_CARD.kind,
        name=f"{SAVE_CARD.kind}:{campus_id}:{person_id}:{now.timestamp()}",
        campus_id=campus_id,
        person_id=person_id,
    )


def is_page_open(data: SaveCardData, window: timedelta, now: datetime) -> bool:
    """Return whether the page of a set-up may be used for a while yet, or is just being opened.

    `window` is how long the set-up waits for the card.
    """
    if data.session is None:
        return True
    if data.url is None or data.opened_at is None:
        return False
    return now.timestamp() < data.opened_at + min(window * 0.9, PAGE_TTL).total_seconds()
