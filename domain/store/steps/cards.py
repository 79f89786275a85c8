"""Local steps around a card that is given up: forget it, say when it is gone."""

from domain.errors import Stale
from domain.store.messages import tell
from domain.store.people import forget_card as forget
from domain.store.runs import Run
from domain.store.unit_of_work import UnitOfWork


async def forget_card(work: UnitOfWork, run: Run) -> None:
    """The card is hers no more; Stale when it is not the saved one any more."""
    if not await forget(work, run.person, run.data["payment_method"]):
        raise Stale


async def tell_card_removed(work: UnitOfWork, run: Run) -> None:
    """Stripe has let it go too."""
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"card_removed:{run.id}",
        key="push-card-removed",
        words={"brand": run.data["brand"].title(), "last4": run.data["last4"]},
    )
