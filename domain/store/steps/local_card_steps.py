"""Local steps of a card that is removed, or replaced by another."""

from domain.errors import Stale
from domain.people import SavedCard, card_brand_name
from domain.store.in_flight import has_pending_order
from domain.store.outbox import tell
from domain.store.person_repository import delete_saved_card, find_member
from domain.store.saga_run import SagaRun, SagaStart
from domain.store.unit_of_work import UnitOfWork


async def forget_card(work: UnitOfWork, run: SagaRun) -> None:
    """Delete the saved card; raise Stale when it is not the saved card any more."""
    if not await delete_saved_card(work, run.required_person_id, run.data["payment_method"]):
        raise Stale


async def tell_card_removed(work: UnitOfWork, run: SagaRun) -> None:
    """Tell the customer that the card is detached at Stripe too."""
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"card_removed:{run.id}",
        key="notification-card-removed",
        args={"brand": card_brand_name(run.data["brand"]), "last4": run.data["last4"]},
    )


async def start_detach_replaced_card(work: UnitOfWork, run: SagaRun, new_card: SavedCard) -> None:
    """Request a saga that detaches the card that this one replaces.

    Do nothing while an order is being placed: its hold is made with the former card.
    """
    former = (await find_member(work, run.campus_id, run.required_person_id)).card
    if (
        former is None
        or former.payment_method == new_card.payment_method
        or await has_pending_order(work, run.required_person_id)
    ):
        return
    start = SagaStart(
        kind="detach_replaced_card",
        name=f"detach_replaced_card:{run.required_person_id}:{former.payment_method}",
        campus_id=run.campus_id,
        person_id=run.required_person_id,
        data={"payment_method": former.payment_method},
    )
    run.requested_sagas.append(start)
